"""Chores: each comes round, one that fails comes round again, and they end when they are told to."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.chores import Chore, Chores
from bot.store import chores as rows
from bot.store.database import Store, Transaction
from tests.databases import Database, opened
from tests.stores import START, Clock


class Rounds:
    """A sleep that a test lets go on, and that takes as long on its clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.asked: asyncio.Queue[float] = asyncio.Queue()
        self.go_on: asyncio.Queue[None] = asyncio.Queue()

    async def __call__(self, seconds: float) -> None:
        """Wait until the test says so."""
        await self.asked.put(seconds)
        await self.go_on.get()
        self.clock.advance(seconds=seconds)


async def test_a_chore_comes_round_even_after_it_failed(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """At the start and after each pause; what fails is logged, and tried again the next time."""
    seen: list[datetime] = []

    def sweep(_: Transaction, now: datetime) -> int:
        seen.append(now)
        if len(seen) == 2:
            raise OSError("the disk is full")
        return len(seen)

    rounds = Rounds()
    chores = Chores(store, [Chore("sweeping", 90, sweep)], now=rounds.clock, sleep=rounds)
    chores.start()
    for _ in range(3):
        assert await rounds.asked.get() == 90
        await rounds.go_on.put(None)
    await rounds.asked.get()
    await chores.stop()
    assert seen == [START + timedelta(seconds=90 * turn) for turn in range(4)]
    assert "The chore sweeping failed" in caplog.text
    assert not [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]


async def test_each_is_done_once_a_period_whichever_process_comes_first(
    database: Database, store: Store
) -> None:
    """Three processes that wake at the same moments do each chore once; a restart does none twice."""
    done: list[datetime] = []

    def sweep(_: Transaction, now: datetime) -> int:
        done.append(now)
        return 1

    clock = Clock()
    asleep = asyncio.Semaphore(0)
    others = [await opened(database) for _ in range(2)]
    for _ in range(4):
        waits: list[float] = []

        async def sleep(seconds: float, waits: list[float] = waits) -> None:
            waits.append(seconds)
            asleep.release()
            await asyncio.Event().wait()

        processes = [
            Chores(one, [Chore("sweeping", 60, sweep)], now=clock, sleep=sleep) for one in (store, *others)
        ]
        for one in processes:
            one.start()
        for _ in processes:
            await asleep.acquire()
        for one in processes:
            await one.stop()
        due = (done[-1] - clock.now).total_seconds() + 60
        assert waits == [due] * 3
        clock.advance(seconds=40)
    for one in others:
        await one.close()
    assert done == [START, START + timedelta(seconds=80)]


async def test_what_failed_is_another_process_s_to_do(database: Database, store: Store) -> None:
    """A chore that failed is due as before: taking it was rolled back with it."""
    other = await opened(database)

    def fail(db: Transaction) -> None:
        assert rows.take(db, "sweeping", START, timedelta(seconds=60))
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it is our own
        await store.run(fail)
    assert await other.run(rows.take, "sweeping", START, timedelta(seconds=60))
    assert not await store.run(rows.take, "sweeping", START, timedelta(seconds=60))
    await other.close()
