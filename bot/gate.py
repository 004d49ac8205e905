"""One gate before every paid call of an API key: a 429 closes it for everybody until the moment it named."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime


class Gate:
    """Open at first. `now` must be aware; `sleep` takes seconds."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self.opens_at = datetime.min.replace(tzinfo=UTC)
        """From when paid calls may be made again."""

    def close(self, until: datetime) -> None:
        """Close until this moment; never opens earlier than was said before."""
        self.opens_at = max(self.opens_at, until)

    def is_open(self) -> bool:
        """Whether a paid call can be made now."""
        return self.opens_at <= self._now()

    async def opened(self, latest: datetime) -> bool:
        """Wait until the gate is open; False, at once, when that would be after `latest`."""
        while (wait := (self.opens_at - self._now()).total_seconds()) > 0:
            if self.opens_at > latest:
                return False
            await self._sleep(wait)
        return True
