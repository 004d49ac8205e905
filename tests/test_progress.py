"""Progress: seldom enough for Discord, never after the answer, honest about the time."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import wraps
from itertools import pairwise
from typing import Any

import pytest

from bot.progress import MOST_EDITS, Estimate, Following, Notes, Pacer, Progress, Stage
from bot.words import swaps as words
from tests.virtual_time import run, seconds


def timeless(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Let a test's waiting take no time."""

    @wraps(test)
    def quickly(*args: object, **options: object) -> None:
        run(test(*args, **options))

    return quickly


class Shown:
    """An answer that notes when it is edited, and takes a while to do so."""

    def __init__(self, takes_seconds: float = 0.0, log: list[float] | None = None) -> None:
        self.at: list[float] = [] if log is None else log
        self.told: list[Progress] = []
        self._takes = takes_seconds

    async def note(self, progress: Progress) -> None:
        """Show it, after a while."""
        await asyncio.sleep(self._takes)
        self.at.append(seconds())
        self.told.append(progress)


async def follow(notes: Notes, shown: Shown, lasts_seconds: float) -> None:
    """A swap that only waits."""
    async with notes.following(shown) as following:
        following.enter(Stage.MAKING)
        await asyncio.sleep(lasts_seconds)


@timeless
async def test_edits_grow_rare() -> None:
    """After two seconds, after two more, then twice as long each time: nine in a quarter of an hour."""
    shown = Shown()
    await follow(Notes(seconds), shown, 15 * 60)
    assert shown.at == pytest.approx([2, 4, 8, 16, 32, 64, 128, 256, 512])  # pyright: ignore[reportUnknownMemberType] - pytest's own
    assert [told.elapsed_seconds for told in shown.told] == shown.at


@timeless
async def test_a_quick_swap_is_never_edited() -> None:
    """What is over within two seconds has no note before its picture."""
    shown = Shown()
    await follow(Notes(seconds), shown, 1.9)
    await asyncio.sleep(60)
    assert shown.at == []


@pytest.mark.parametrize("seed", range(5))
@timeless
async def test_edits_are_few_however_restless_a_swap_is(seed: int) -> None:
    """Thrown between waiting and making for an hour: ten edits at most, half a second apart at least."""
    chance, shown = random.Random(seed), Shown()  # noqa: S311 - a seeded test
    async with Notes(seconds).following(shown) as following:
        while seconds() < 3600:
            following.enter(chance.choice(list(Stage)))
            await asyncio.sleep(chance.random() * chance.choice((0.1, 1, 100)))
    assert len(shown.at) <= MOST_EDITS <= 10
    assert min(later - earlier for earlier, later in pairwise(shown.at)) >= 0.5


@timeless
async def test_who_waits_is_told_at_once_and_heard_of_again_when_it_is_over() -> None:
    """The note with Cancel does not wait for its time, nor does the one that takes Cancel away."""
    shown = Shown()
    async with Notes(seconds).following(shown) as following:
        await asyncio.sleep(0.3)
        following.position = lambda: 7
        following.enter(Stage.WAITING)
        await asyncio.sleep(10)
        following.enter(Stage.MAKING)
        await asyncio.sleep(0.6)
    assert [(round(at, 1), told.stage) for at, told in zip(shown.at, shown.told, strict=True)] == [
        (0.3, Stage.WAITING),
        (2.3, Stage.WAITING),
        (6.3, Stage.WAITING),
        (10.3, Stage.MAKING),
    ]
    assert {told.position for told in shown.told} == {7}
    assert shown.told[-1].elapsed_seconds == 0


@timeless
async def test_two_hundred_swaps_share_twenty_edits_a_second() -> None:
    """Begun in one moment, all of them stretch: no second has more than 20 edits, and each swap is told."""
    log: list[float] = []
    notes, each = Notes(seconds), [Shown(log=log) for _ in range(200)]
    await asyncio.gather(*(follow(notes, shown, 120) for shown in each))
    for edit in log:
        assert sum(edit <= other < edit + 1 - 1e-6 for other in log) <= 20
    assert all(3 <= len(shown.told) <= MOST_EDITS for shown in each)


@timeless
async def test_the_pacer_gives_no_moment_twice() -> None:
    """Moments are a twentieth of a second apart, and none that passed unused is saved up."""
    pacer = Pacer(20, seconds)
    assert [round(pacer.wait_seconds(), 3) for _ in range(4)] == [0, 0.05, 0.1, 0.15]
    await asyncio.sleep(60)
    assert [round(pacer.wait_seconds(), 3) for _ in range(2)] == [0, 0.05]


@pytest.mark.parametrize("takes_seconds", [0, 0.7, 2.9, 3.5, 500])
@timeless
async def test_no_edit_comes_after_the_end(takes_seconds: float) -> None:
    """An edit under way at the end is let through; one that hangs is waited for 3 s and cut off."""
    for tenths in range(15, 120, 7):
        shown, began = Shown(takes_seconds), seconds()
        await follow(Notes(seconds), shown, tenths / 10)
        over = seconds()
        assert over - began <= tenths / 10 + 3.001
        await asyncio.sleep(1000)
        assert all(at <= over for at in shown.at)


@timeless
async def test_a_swap_that_fails_ends_its_edits_too() -> None:
    """What is raised goes on, and nothing more is shown."""
    shown = Shown()

    async def failing() -> None:
        async with Notes(seconds).following(shown):
            await asyncio.sleep(2.5)
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    await asyncio.sleep(100)
    assert len(shown.at) == 1


@pytest.mark.parametrize("goes_on", [True, False])
@timeless
async def test_a_question_is_not_covered(goes_on: bool) -> None:
    """While something else stands in the answer there is no note; afterwards only if the swap goes on."""
    shown = Shown()
    async with Notes(seconds).following(shown) as following:
        async with following.silence:
            await asyncio.sleep(90)
        if goes_on:
            await asyncio.sleep(0.1)
    assert shown.at == ([90] if goes_on else [])


@timeless
async def test_the_median_of_the_last_calls_is_expected() -> None:
    """One that hung for minutes changes little; what is long past is forgotten."""
    estimate = Estimate()
    assert estimate.expected_seconds is None
    for taken in (9, 300, 11):
        estimate.learn(taken)
    assert estimate.expected_seconds == 11
    for _ in range(15):
        estimate.learn(4)
    assert estimate.expected_seconds == 4


@timeless
async def test_only_the_call_itself_is_learnt() -> None:
    """How long a swap waited before says nothing of how long the next call takes."""
    notes = Notes(seconds)
    async with notes.following(Shown()) as following:
        following.enter(Stage.WAITING)
        await asyncio.sleep(100)
        following.enter(Stage.MAKING)
        await asyncio.sleep(9)
        following.made()
    assert notes.estimate.expected_seconds == 9


@timeless
async def test_time_counts_from_the_stage() -> None:
    """Entering the same stage once more does not set it back."""
    following = Following(seconds, Estimate())
    following.enter(Stage.MAKING)
    await asyncio.sleep(3)
    following.enter(Stage.MAKING)
    assert following.now().elapsed_seconds == 3


@pytest.mark.parametrize(
    ("elapsed", "expected", "full", "left"),
    [
        (0, 10, 0, "about 10 seconds left"),
        (5, 10, 6, "about 5 seconds left"),
        (8.8, 10, 10, "about 2 seconds left"),
        (9.6, 10, 11, "about a second left"),
        (10, 10, 11, "This takes longer than usual."),
        (600, 10, 11, "This takes longer than usual."),
        (1, 0, 11, "This takes longer than usual."),
    ],
)
def test_the_bar_is_honest(elapsed: float, expected: float, full: int, left: str) -> None:
    """It grows with the time that calls usually take, is never full, and says when that time is over."""
    text = words.progress(Progress(Stage.MAKING, elapsed_seconds=elapsed, expected_seconds=expected))
    assert text == f"Your picture is being made.\n{'▰' * full}{'▱' * (12 - full)} {left}"


def test_without_an_estimate_there_is_no_bar() -> None:
    """Before the first call nothing is known, and nothing is claimed."""
    text = words.progress(Progress(Stage.MAKING, elapsed_seconds=5, hints=("The face is small.",)))
    assert text == "Your picture is being made.\n-# The face is small."


@pytest.mark.parametrize(
    ("position", "line"), [(0, ""), (1, "\nYou are next."), (12, "\nYou are number 12 in the line.")]
)
def test_the_place_in_the_line_is_told(position: int, line: str) -> None:
    """Where there is one: while paid calls are held back for everybody there is no line."""
    text = words.progress(Progress(Stage.WAITING, position=position))
    assert text == f"Waiting for a turn. You can still cancel, and would not be charged.{line}"
