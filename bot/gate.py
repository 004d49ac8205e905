"""One gate before every paid call of an API key: a 429 closes it for everybody until the moment it named."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.store import api_accounts
from bot.store.database import Store, Transaction

_ALWAYS = datetime.min.replace(tzinfo=UTC)


class Gate:
    """Open at first, and known to this process alone. `now` must be aware; `sleep` takes seconds."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.account = ""
        """The account's name in the store, for processes that share one."""
        self._now = now
        self._sleep = sleep
        self.opens_at = _ALWAYS
        """From when paid calls may be made again, as far as this process knows."""

    def learn(self, until: datetime) -> None:
        """Know that it is closed until this moment; never opens earlier than was said before."""
        self.opens_at = max(self.opens_at, until)

    async def close(self, until: datetime) -> None:
        """Close until this moment, as a 429 says."""
        self.learn(until)

    def seen_in(self, db: Transaction) -> datetime:  # noqa: ARG002 - `SharedGate` reads it there
        """From when paid calls may be made, as the store says in this transaction; changes nothing here."""
        return _ALWAYS

    def is_open(self) -> bool:
        """Whether a paid call can be made now."""
        return self.opens_at <= self._now()

    async def opened(self, latest: datetime) -> bool:
        """Wait until the gate is open; False, at once, when that would be after `latest`."""
        while (wait := (self.opens_at - self._now()).total_seconds()) > 0:
            if self.opens_at > latest:
                return False
            await self._sleep(wait)
            await self._look()
        return True

    async def _look(self) -> None:
        """Learn what was said while this process waited."""


class SharedGate(Gate):
    """The same for all processes that work with one account at the API.

    An open gate costs nothing: the statement that notes a call looks at it too.
    """

    def __init__(
        self,
        store: Store,
        account: str,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(now=now, sleep=sleep)
        self._store = store
        self.account = account

    async def close(self, until: datetime) -> None:
        """Close for every process, until this moment."""
        await super().close(until)
        await self._store.run(api_accounts.close, self.account, until)

    def seen_in(self, db: Transaction) -> datetime:
        """From when paid calls may be made, as all processes have said."""
        return api_accounts.opens_at(db, self.account)

    async def _look(self) -> None:
        self.learn(await self._store.run(self.seen_in))
