"""The operator's account at the API: paid calls pause when it cannot pay, and resume when it can again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.errors import ApiError, BadKey, NoCredits, SwapFailed
from bot.segmind import Credits

log = logging.getLogger(__name__)

_PROBE_SECONDS = (15.0, 60.0, 300.0, 900.0)
"""Pauses before the free calls that ask whether the account can pay again; the last one goes on."""


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


class Account:
    """What is known of the account. One per API key and process; `probe` runs as long as the bot does."""

    def __init__(
        self,
        api: Balance,
        notices: Notices,
        *,
        low_micros: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._notices = notices
        self._low_micros = low_micros
        self._sleep = sleep
        self._paused: ApiError | None = None
        self._pausing = asyncio.Event()
        self._warned = False

    @property
    def is_paused(self) -> bool:
        """Whether paid calls are paused."""
        return self._paused is not None

    def check(self) -> None:
        """Raise why paid calls are paused (BadKey or NoCredits), if they are."""
        if self._paused is not None:
            raise type(self._paused)(self._paused.status)

    async def failed(self, error: SwapFailed) -> None:
        """Note how a paid call failed: a key or an account that cannot pay pauses all that would follow."""
        if isinstance(error, BadKey | NoCredits) and self._paused is None:
            self._paused = error
            self._pausing.set()
            await self._notices.paused(error)

    async def balance(self, micros: int | None) -> None:
        """Note a balance that the API reported; the operator is warned once each time it gets low."""
        if micros is None:
            return
        low = micros < self._low_micros
        if low and not self._warned:
            self._warned = True
            await self._notices.low_balance(micros)
        elif not low:
            self._warned = False

    async def probe(self) -> None:
        """While paused, ask every now and then whether the account can pay again. Ends by being cancelled."""
        while True:
            await self._pausing.wait()
            tries = 0
            while not await self._can_pay(_PROBE_SECONDS[min(tries, len(_PROBE_SECONDS) - 1)]):
                tries += 1
            self._paused = None
            self._pausing.clear()
            await self._notices.resumed()

    async def _can_pay(self, pause_seconds: float) -> bool:
        await self._sleep(pause_seconds)
        try:
            left = await self._api.credits()
        except SwapFailed as error:
            log.info("The account cannot be asked: %s", type(error).__name__)
            return False
        return left.total_micros > 0
