"""Who works on a swap: what a process works on is not taken over, not even by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StoreError
from bot.leases import Leases, check_clock
from bot.store import admission
from bot.store.database import Store
from tests.databases import PostgresDatabase, SqliteDatabase, opened
from tests.stores import NO_LIMITS, START, Clock, a_swap


async def test_a_process_that_was_held_up_does_not_take_over_its_own_work(store: Store) -> None:
    """Its renewals came too late: the lease has run out, but the task still lives."""
    clock = Clock()
    leases = Leases(store, owner="us", life=timedelta(seconds=10), now=clock)
    await store.run(admission.hold, a_swap(), NO_LIMITS, clock(), leases.new())
    clock.advance(seconds=11)
    with leases.working(1):
        assert await leases.claim() == []
    clock.advance(seconds=11)
    assert await leases.claim() == [1]


@pytest.mark.parametrize("off", [-60, -1.5, 0, 1.5, 60])
async def test_a_clock_that_is_off_is_noticed(postgres: PostgresDatabase, off: float) -> None:
    """A quarter of a lease is bearable; more is refused, with what to do about it."""
    store = await opened(postgres)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=off)

    await check_clock(store, timedelta(seconds=4.01 * abs(off) + 1), now)
    if off:
        side = "ahead of" if off > 0 else "behind"
        with pytest.raises(StoreError, match=rf"is {abs(off)}.* s {side} the database's.*NTP"):
            await check_clock(store, timedelta(seconds=3.9 * abs(off)), now)
    await store.close()


async def test_a_file_has_the_clock_of_its_machine(sqlite: SqliteDatabase) -> None:
    """Whatever time it is there."""
    store = await opened(sqlite)
    await check_clock(store, timedelta(seconds=1), lambda: START)
    await store.close()
