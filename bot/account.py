"""The operator's account at the API: paid calls pause when it cannot pay, and resume when it can again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from bot.errors import ApiError, BadKey, NoCredits, SwapFailed
from bot.segmind import Credits
from bot.store import api_accounts
from bot.store.database import Store, Transaction

log = logging.getLogger(__name__)

_PROBE_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 900))
"""Pauses before the free calls that ask whether the account can pay again; the last one goes on."""

_PROBE_LIFE = timedelta(seconds=30)
"""After which another process asks in place of one that was killed while it asked; longer than a call."""

_LOOK_SECONDS = 5.0  # between two looks at whether a probe is due


class Balance(Protocol):
    """Asks what is left, free of charge."""

    async def credits(self) -> Credits:
        """What is left on the account; raises SwapFailed."""
        ...


class Notices(Protocol):
    """Tells the operator, in words of its own."""

    async def paused(self, error: ApiError) -> None:
        """Paid calls are paused, for this reason."""
        ...

    async def resumed(self) -> None:
        """Paid calls go on."""
        ...

    async def low_balance(self, micros: int) -> None:
        """So little is left, in micro-dollars."""
        ...


def digest(address: str, key: str | None) -> str:
    """By what the store knows the account of a key at an address, without holding the key."""
    return sha256(f"{address}\0{key or ''}".encode()).hexdigest()


class Account:
    """The account named `digest`, as all processes that work with it know it.

    It is paused in the store: whichever process learns of it, all obey, and one of them tells the operator.
    """

    def __init__(
        self,
        store: Store,
        digest: str,
        api: Balance,
        notices: Notices,
        *,
        low_micros: int,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._digest = digest
        self._api = api
        self._notices = notices
        self._low_micros = low_micros
        self._now = now
        self._sleep = sleep

    def check(self, db: Transaction) -> None:
        """Raise why paid calls are paused (BadKey or NoCredits), if they are."""
        api_accounts.check(db, self._digest)

    async def failed(self, error: SwapFailed) -> None:
        """Note how a paid call failed: a key or an account that cannot pay pauses all that would follow."""
        if isinstance(error, BadKey | NoCredits):
            first = self._now() + _PROBE_PAUSES[0]
            if await self._store.run(api_accounts.pause, self._digest, error, first):
                await self._notices.paused(error)

    def turns_low(self, db: Transaction, micros: int | None) -> bool:
        """Note a balance that the API reported; True when it has just become low."""
        return micros is not None and api_accounts.note_balance(
            db, self._digest, low=micros < self._low_micros
        )

    async def warn(self, micros: int) -> None:
        """Tell the operator that so little is left, in micro-dollars."""
        await self._notices.low_balance(micros)

    async def probe(self) -> None:
        """While paused, have one process ask now and then whether the account can pay again.

        A start asks anew: the operator may have just mended it. Ends by being cancelled.
        """
        await self._store.run(api_accounts.probe_again, self._digest, self._now())
        while True:
            now = self._now()
            tries = await self._store.run(api_accounts.claim_probe, self._digest, now, now + _PROBE_LIFE)
            if tries is not None:
                await self._ask(tries)
            await self._sleep(_LOOK_SECONDS)

    async def _ask(self, tries: int) -> None:
        if await self._can_pay():
            if await self._store.run(api_accounts.resume, self._digest):
                await self._notices.resumed()
            return
        pause = _PROBE_PAUSES[min(tries, len(_PROBE_PAUSES) - 1)]
        await self._store.run(api_accounts.probe_again, self._digest, self._now() + pause)

    async def _can_pay(self) -> bool:
        try:
            left = await self._api.credits()
        except SwapFailed as error:
            log.info("The account cannot be asked: %s", type(error).__name__)
            return False
        return left.total_micros > 0
