"""Work of the store that comes round again and again, whoever uses the bot meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import chores as rows
from bot.store.database import Store, Transaction

log = logging.getLogger(__name__)

_LEAST_SECONDS = 1.0  # so that a chore which is due just now, on another clock, is not asked for in a hurry


@dataclass(frozen=True)
class Chore:
    """A store function that returns how many things it did, and how often it is run."""

    name: str
    seconds: float
    run: Callable[[Transaction, datetime], int]


class Chores:
    """Runs each chore as soon as it is due, and then again and again; of several processes, one does."""

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
            await self._sleep(await self._once(chore))

    async def _once(self, chore: Chore) -> float:
        """Do a chore if it is due, and return how many seconds to wait for the next time."""

        def take_turn(db: Transaction) -> tuple[int, datetime]:
            now = self._now()
            due = rows.take(db, chore.name, now, timedelta(seconds=chore.seconds))
            return chore.run(db, now) if due else 0, rows.due_at(db, chore.name)

        (done,) = await asyncio.gather(self._store.run(take_turn), return_exceptions=True)
        if isinstance(done, BaseException):
            # The database may be back the next time.
            log.error("The chore %s failed", chore.name, exc_info=done)
            return chore.seconds
        count, due_at = done
        if count:
            log.info("The chore %s did %d", chore.name, count)
        return max((due_at - self._now()).total_seconds(), _LEAST_SECONDS)
