"""Time and ids of the sandbox: real time that a test can push forward, and snowflakes made from it."""

import time
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000
"""First millisecond of 2015, where snowflakes begin (source: Discord's API reference)."""

FIRST_RESPONSE_SECONDS = 3
TOKEN_SECONDS = 15 * 60
"""How long Discord waits for an interaction's first response, and how long its token lives."""


class Clock:
    """Seconds since the Unix epoch, running with real time and moved forward on demand."""

    def __init__(self) -> None:
        self._origin = time.time() - time.perf_counter()

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return self._origin + time.perf_counter()

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time forward; nothing waits."""
        self._origin += seconds


class Snowflakes:
    """Unique, rising ids that hold their time of creation, as Discord's do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return an id that was never returned before."""
        stamp = (int(self._clock.now() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, stamp)
        return self._last


def iso(seconds: float) -> str:
    """Write a time as Discord does: ISO 8601 with microseconds, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
