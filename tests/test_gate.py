"""The gate: closed for everybody until the named moment, and never waited for in vain."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from bot.gate import Gate, SharedGate
from bot.store.database import Store, Transaction
from tests.databases import Database, opened
from tests.stores import START, Clock


class Sleeper:
    """Waiting that moves the clock, and lets something happen meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.meanwhile: list[Callable[[], object]] = []

    async def __call__(self, seconds: float) -> None:
        """Wait."""
        if self.meanwhile:
            happened = self.meanwhile.pop(0)()
            if asyncio.iscoroutine(happened):
                await happened
        self.clock.advance(seconds=seconds)


def gate_of(clock: Clock) -> Gate:
    """A gate whose waiting moves the clock."""
    return Gate(now=clock, sleep=Sleeper(clock))


async def test_it_opens_at_the_named_moment() -> None:
    """Who can wait that long is let through just then; who cannot is told at once."""
    clock = Clock()
    gate = gate_of(clock)
    assert gate.is_open()
    await gate.close(START + timedelta(seconds=30))
    assert not gate.is_open()
    assert not await gate.opened(START + timedelta(seconds=29))
    assert clock.now == START
    assert await gate.opened(START + timedelta(seconds=30))
    assert clock.now == START + timedelta(seconds=30)
    assert gate.is_open()


async def test_an_earlier_moment_opens_nothing() -> None:
    """Of two answers the later moment counts, whichever came first."""
    clock = Clock()
    gate = gate_of(clock)
    await gate.close(START + timedelta(seconds=30))
    await gate.close(START + timedelta(seconds=10))
    assert await gate.opened(START + timedelta(minutes=1))
    assert clock.now == START + timedelta(seconds=30)


@pytest.fixture
async def other(database: Database, store: Store) -> AsyncIterator[Store]:
    """The same database, as another process has it."""
    assert store
    other = await opened(database)
    yield other
    await other.close()


def seen(db: Transaction, gate: Gate) -> float:
    """In how many seconds the gate opens, as a transaction of its process sees it."""
    return (gate.seen_in(db) - START).total_seconds()


async def test_what_one_process_is_told_holds_for_all(store: Store, other: Store) -> None:
    """The next transaction of the other one sees it, of the same account alone, and the later moment."""
    clock = Clock()
    ours, theirs = SharedGate(store, "a", now=clock), SharedGate(other, "a", now=clock)
    stranger = SharedGate(other, "b", now=clock)
    assert await other.run(seen, theirs) < 0
    await ours.close(START + timedelta(seconds=30))
    await theirs.close(START + timedelta(seconds=10))
    assert await other.run(seen, theirs) == await store.run(seen, ours) == 30
    assert await other.run(seen, stranger) < 0


async def test_what_was_said_during_a_wait_is_waited_for_too(store: Store, other: Store) -> None:
    """After its own moment a process looks once more, and is not the first to break the new one."""
    clock = Clock()
    sleeper = Sleeper(clock)
    ours = SharedGate(store, "a", now=clock, sleep=sleeper)
    theirs = SharedGate(other, "a", now=clock)
    await ours.close(START + timedelta(seconds=10))
    sleeper.meanwhile = [lambda: theirs.close(START + timedelta(seconds=45))]
    assert await ours.opened(START + timedelta(minutes=1))
    assert clock.now == START + timedelta(seconds=45)
