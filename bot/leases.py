"""Who works on an open swap: a lease that is renewed only while a live task does.

Two processes of the bot may run at once, on a deploy or on several machines. A swap whose process is gone is
free for the others once its lease has run out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bot.store import claims
from bot.store.admission import Lease
from bot.store.database import Store


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
            await self._sleep(self._life.total_seconds() / 4)
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
