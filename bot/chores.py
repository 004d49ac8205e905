"""Work of the store that comes round again and again, whoever uses the bot meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Store, Transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """A store function that returns how many things it did, and how often it is run."""

    name: str
    seconds: float
    run: Callable[[Transaction, datetime], int]


class Chores:
    """Runs each chore at the start and then again and again; several processes may do so at once."""

    def __init__(
        self,
        store: Store,
        chores: Sequence[Chore],
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._chores = chores
        self._now = now
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._forever(chore)) for chore in self._chores]

    async def stop(self) -> None:
        """End; what is under way in the store still commits."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forever(self, chore: Chore) -> None:
        while True:
            await self._once(chore)
            await self._sleep(chore.seconds)

    async def _once(self, chore: Chore) -> None:
        (done,) = await asyncio.gather(self._store.run(chore.run, self._now()), return_exceptions=True)
        if isinstance(done, BaseException):
            # The database may be back the next time.
            log.error("The chore %s failed", chore.name, exc_info=done)
        elif done:
            log.info("The chore %s did %d", chore.name, done)
