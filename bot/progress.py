"""Tells a member how far a swap is: seldom enough for Discord, and never once the answer is there."""

import asyncio
import statistics
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

MOST_EDITS = 10
"""Edits of one answer before its last ones, however long the swap waits."""

EDITS_PER_SECOND = 20.0
"""Of one process, over all answers."""

_REMEMBERED = 15  # calls
_LAST_EDIT_SECONDS = 3.0


class Stage(StrEnum):
    """What a swap that is under way is doing."""

    CHECKING = "checking"  # its pictures are looked at
    WAITING = "waiting"  # for its turn
    MAKING = "making"  # the paid call is under way


@dataclass(frozen=True)
class Progress:
    """How far a swap is; seconds are those of its stage."""

    stage: Stage
    position: int = 0
    """In the line, counted from 1, while it waits."""
    elapsed_seconds: float = 0.0
    expected_seconds: float | None = None
    """What the last calls took; None before the first."""
    hints: tuple[str, ...] = ()
    """What was seen in the pictures, in words."""


class Told(Protocol):
    """An answer that shows how far a swap is."""

    async def note(self, progress: Progress) -> None:
        """Show it; never raises."""
        ...


class Estimate:
    """How long a call takes, learnt from the last ones."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque(maxlen=_REMEMBERED)

    def learn(self, seconds: float) -> None:
        """Note how long one took."""
        self._taken.append(seconds)

    @property
    def expected_seconds(self) -> float | None:
        """The median; None before the first call."""
        return statistics.median(self._taken) if self._taken else None


class Pacer:
    """Keeps edits of all answers apart; `clock` and `sleep` are in seconds."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._gap = 1 / per_second
        self._clock = clock
        self._next = 0.0

    def wait_seconds(self) -> float:
        """Take the next free moment, and tell in how many seconds that is."""
        now = self._clock()
        at = max(now, self._next)
        self._next = at + self._gap
        return at - now


class Following:
    """What one swap is doing, as its own steps say it."""

    def __init__(self, clock: Callable[[], float], estimate: Estimate) -> None:
        self._clock = clock
        self._estimate = estimate
        self._since = clock()
        self.stage = Stage.CHECKING
        self.position: Callable[[], int] = lambda: 0
        self.hints: tuple[str, ...] = ()
        self.changed = asyncio.Event()
        """Set when the answer should not wait for its next time."""
        self.silence = asyncio.Lock()
        """Who holds it shows something else in the answer, which no note covers."""

    def enter(self, stage: Stage) -> None:
        """Note what is done now; who was told that the swap waits hears at once that it does no more."""
        if stage is not self.stage:
            if Stage.WAITING in (self.stage, stage):
                self.changed.set()
            self.stage, self._since = stage, self._clock()

    def made(self) -> None:
        """Note that the call is over, and learn how long it took."""
        self._estimate.learn(self._clock() - self._since)

    def now(self) -> Progress:
        """How far the swap is."""
        return Progress(
            self.stage,
            position=self.position(),
            elapsed_seconds=self._clock() - self._since,
            expected_seconds=self._estimate.expected_seconds,
            hints=self.hints,
        )


class Notes:
    """Edits the answers of swaps under way: after two seconds, and ever more seldom.

    `first_seconds` is the first pause and the second; every later one is twice the one before.
    """

    def __init__(self, clock: Callable[[], float], *, first_seconds: float = 2.0) -> None:
        self.estimate = Estimate()
        self._clock = clock
        self._pacer = Pacer(EDITS_PER_SECOND, clock)
        self._first_seconds = first_seconds

    @asynccontextmanager
    async def following(self, answer: Told) -> AsyncGenerator[Following]:
        """Keep the answer up to date while the block runs; none of its edits comes after it."""
        following = Following(self._clock, self.estimate)
        over = asyncio.Event()
        task = asyncio.create_task(self._edit(answer, following, over))
        try:
            yield following
        finally:
            over.set()
            following.changed.set()
            # An edit under way is let through: one that was cut off could still arrive, and cover the answer.
            _, late = await asyncio.wait({task}, timeout=_LAST_EDIT_SECONDS)
            if late:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _edit(self, answer: Told, following: Following, over: asyncio.Event) -> None:
        pause, least = self._first_seconds, 0.0
        for edits in range(MOST_EDITS):
            # Discord takes five requests in two seconds for one answer, and the picture is one of them.
            await _either(over, least)
            await _either(following.changed, pause - least)
            await _either(over, self._pacer.wait_seconds())
            async with following.silence:
                if over.is_set():
                    return
                following.changed.clear()
                await answer.note(following.now())
            least = self._first_seconds / 4
            if edits:
                pause *= 2


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, or that long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
