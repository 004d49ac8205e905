"""Who works on an open swap: a lease that is renewed only while a live task does.

Two processes of the bot may run at once, on a deploy or on several machines. A swap whose process is gone is
free for the others once its lease has run out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bot.errors import StoreError
from bot.store import claims
from bot.store.admission import Lease
from bot.store.database import Store, to_ms

_RENEWALS = 4  # in a lease's life


async def check_clock(store: Store, life: timedelta, now: Callable[[], datetime]) -> None:
    """Raise StoreError when this machine's clock is too far from the database's for leases of this `life`.

    A lease is written by one machine's clock and judged by another's. Each may be off by what lies between
    two renewals: two machines differ by half a lease then, and a living task has renewed it before that.
    """
    ahead = timedelta(milliseconds=await store.ahead_ms(lambda: to_ms(now())))
    if abs(ahead) <= life / _RENEWALS:
        return
    off, side = abs(ahead).total_seconds(), "ahead of" if ahead > timedelta() else "behind"
    raise StoreError(
        f"This machine's clock is {off:.1f} s {side} the database's, by which others tell who works on a "
        f"swap. Set it right (NTP), or LEASE_SECONDS above {_RENEWALS * off:.0f} in every process."
    )


class Leases:
    """This process's leases. `owner` is unique to the process; `life` is how long one lasts unrenewed."""

    def __init__(
        self,
        store: Store,
        *,
        owner: str,
        life: timedelta,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.owner = owner
        self._store = store
        self._life = life
        self._now = now
        self._sleep = sleep
        self._working: set[int] = set()

    def new(self) -> Lease:
        """A lease that is taken now."""
        return Lease(self.owner, self._now() + self._life)

    @contextmanager
    def working(self, swap_id: int) -> Generator[None]:
        """Keep the lease of a swap alive while the block runs."""
        self._working.add(swap_id)
        try:
            yield
        finally:
            self._working.discard(swap_id)

    async def keep(self) -> None:
        """Renew what is worked on, until cancelled."""
        while True:
            await self._sleep(self._life.total_seconds() / _RENEWALS)
            if self._working:
                await self._store.run(claims.renew, tuple(self._working), self.new())

    async def claim(self) -> list[int]:
        """Take over the open swaps whose lease has run out.

        One that a task of this process still works on, because the process stood still for so long, stays
        with that task.
        """
        claimed = await self._store.run(claims.claim, self.new(), self._now())
        return [swap_id for swap_id in claimed if swap_id not in self._working]

    async def release(self) -> None:
        """Leave what this process has not finished to whoever comes next, at once."""
        await self._store.run(claims.release, self.owner, self._now())
