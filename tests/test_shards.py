"""Shards: how they are written down, how many sessions a start may take, and whose turn it is to identify."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.errors import DiscordRefused, StoreError
from bot.shards import IDENTIFY_WINDOW, Identifies, Shards, shard_ids
from bot.store.database import Store
from tests.databases import Database, opened
from tests.stores import START, Clock


@pytest.mark.parametrize(
    ("text", "ids"),
    [("0", (0,)), ("0-3", (0, 1, 2, 3)), ("2,0,1", (0, 1, 2)), ("1-2, 5,1", (1, 2, 5)), ("3-3", (3,))],
)
def test_ids_are_ranges_and_numbers(text: str, ids: tuple[int, ...]) -> None:
    """Each once, in order."""
    assert shard_ids(text) == ids


@pytest.mark.parametrize("text", ["", "a", "-1", "3-1", "1,", "0..3", "0-1-2", "1 2", "123456", "\u0663"])
def test_what_is_no_list_of_ids(text: str) -> None:
    """It is refused with what to set."""
    with pytest.raises(ValueError, match=r"^set "):
        shard_ids(text)


def test_shard_0_leads() -> None:
    """Its process does what is done once."""
    leads = [Shards(*given).lead for given in ((None, None), (4, None), (4, (0, 1)), (4, (2, 3)))]
    assert leads == [True, True, True, False]


@pytest.mark.parametrize(
    ("shards", "remaining", "fits"),
    [
        (Shards(), 51, True),
        (Shards(), 50, False),
        (Shards(16), 66, True),
        (Shards(16), 65, False),
        (Shards(16, (2, 3)), 52, True),
        (Shards(16, (2, 3)), 51, False),
        (Shards(), 0, False),
    ],
)
def test_a_start_leaves_sessions_for_the_day(shards: Shards, remaining: int, fits: bool) -> None:
    """Discord resets the token of a bot that begins too many, so it is not even tried."""
    limit = {"total": 1000, "remaining": remaining, "reset_after": timedelta(hours=5, seconds=1)}
    if fits:
        shards.check_limit(**limit)  # pyright: ignore[reportArgumentType] - named just so
    else:
        with pytest.raises(DiscordRefused, match=f"begin {remaining} more sessions of 1000 within 5 h 1 min"):
            shards.check_limit(**limit)  # pyright: ignore[reportArgumentType]


class Line:
    """Processes that identify, on a clock that moves on when all of them wait."""

    def __init__(self, stores: list[Store]) -> None:
        self.clock = Clock()
        self.begun: list[tuple[int, float]] = []
        self.processes = [Identifies(store, now=self.clock, sleep=self.sleep) for store in stores]

    async def sleep(self, seconds: float) -> None:
        """Wait until then, on this clock."""
        until = self.clock.now + timedelta(seconds=seconds)
        await asyncio.sleep(0.01)
        self.clock.now = max(self.clock.now, until)

    async def begin(self, process: Identifies, *shards: int) -> None:
        """Begin one shard after the other, as discord.py does."""
        for shard in shards:
            await process.turn(shard)
            self.begun.append((shard, (self.clock.now - START).total_seconds()))


@pytest.fixture
async def line(database: Database, store: Store) -> AsyncIterator[Line]:
    """Two processes."""
    other = await opened(database)
    yield Line([store, other])
    await other.close()


async def test_each_key_begins_once_in_a_window(line: Line) -> None:
    """Whichever process it is in; other keys do not wait for it."""
    ours, theirs = line.processes
    ours.max_concurrency = theirs.max_concurrency = 2
    await asyncio.gather(line.begin(ours, 0, 1, 2), line.begin(theirs, 3, 4, 5))
    assert sorted(shard for shard, _ in line.begun) == [0, 1, 2, 3, 4, 5]
    for key in (0, 1):
        times = sorted(at for shard, at in line.begun if shard % 2 == key)
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert len(pauses) == 2
        assert all(pause >= IDENTIFY_WINDOW.total_seconds() for pause in pauses)
        assert times[0] == 0


async def test_who_gives_up_holds_nobody_back(line: Line) -> None:
    """A turn is taken when it is free, and not before."""
    ours, theirs = line.processes
    await line.begin(ours, 0)
    waiting = asyncio.create_task(theirs.turn(1))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await line.begin(ours, 2)
    assert line.begun == [(0, 0.0), (2, IDENTIFY_WINDOW.total_seconds())]


async def test_without_the_database_a_session_begins_all_the_same() -> None:
    """A bot that is connected must not end because its database is away for a moment."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    class Away:
        async def run(self, *_: object) -> None:
            raise StoreError("The database failed a transaction.")

    identifies = Identifies(Away(), now=Clock(), sleep=sleep)  # pyright: ignore[reportArgumentType] - fails like one
    await identifies.turn(3)
    assert slept == [IDENTIFY_WINDOW.total_seconds()]
