"""A Segmind client whose time is a test's: shared by the tests of the client."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import aiohttp

from bot.fetch import AllowedOrigins
from bot.segmind import SegmindClient, SwapRequest
from bot.segmind_queue import QueueClient

Client = TypeVar("Client", bound=SegmindClient)

KEY = "SG_0123456789abcdef"
SIGNED = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=68&is=67&hm=5e7d"
REQUEST = SwapRequest(SIGNED, SIGNED, prompt="smile", image_format="webp", quality=80, seed=7)
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Tell the time."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Pass the time at once."""
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


def client_of(
    session: aiohttp.ClientSession,
    base_url: str | Callable[[], str],
    clock: Clock,
    *,
    results: str = "https://segmind.com",
    key: str | None = KEY,
) -> SegmindClient:
    """Make a client of v1 whose time is the clock's and whose jitter is a half."""
    return _made(SegmindClient, session, base_url, clock, results=results, key=key)


def queue_client_of(
    session: aiohttp.ClientSession,
    base_url: str | Callable[[], str],
    clock: Clock,
    *,
    results: str = "https://segmind.com",
    key: str | None = KEY,
) -> QueueClient:
    """Make a client of v2 whose time is the clock's and whose jitter is a half."""
    return _made(QueueClient, session, base_url, clock, results=results, key=key)


def _made(
    kind: type[Client],
    session: aiohttp.ClientSession,
    base_url: str | Callable[[], str],
    clock: Clock,
    *,
    results: str,
    key: str | None,
) -> Client:
    return kind(
        session,
        base_url=base_url,
        key=key,
        results=AllowedOrigins.of([results]),
        now=clock.now,
        sleep=clock.sleep,
        random=lambda: 0.5,
    )
