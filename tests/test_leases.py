"""Who works on a swap: what a process works on is not taken over, not even by itself."""

from datetime import timedelta

from bot.leases import Leases
from bot.store import admission
from bot.store.database import Store
from tests.stores import NO_LIMITS, Clock, a_swap


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
