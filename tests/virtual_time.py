"""A loop whose time passes at once while everybody sleeps: minutes of waiting in milliseconds, exactly."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping(selectors.SelectSelector):
    """Waits for nothing, and notes for how long it would have."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Look once, and let the time pass that was to be waited."""
        self.skipped += max(0.0, timeout or 0.0)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Seconds since the loop began, all of them slept through."""
        return self._skipping.skipped


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run a test that waits for nothing but time."""
    loop = _Loop()
    try:
        return loop.run_until_complete(test)
    finally:
        loop.close()


def seconds() -> float:
    """What the clock of the running loop shows."""
    return asyncio.get_running_loop().time()
