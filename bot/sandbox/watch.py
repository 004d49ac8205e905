"""Waiting for something to become true, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Watch:
    """Wakes whoever waits whenever the sandbox's state has changed; `listeners` are told what it was.

    What has changed is a message, an interaction, a place or a person; None stands for anything else.
    """

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], Callable[[], object]] = {}
        self.listeners: set[Callable[[object], None]] = set()

    def changed(self, what: object = None) -> None:
        """Let every waiter look again."""
        for listener in list(self.listeners):
            listener(what)
        for future, check in list(self._waiting.items()):
            if not future.done() and check() is not None:
                future.set_result(None)

    async def until(self, check: Callable[[], T | None], timeout_seconds: float, what: str) -> T:
        """Return the first result of `check` that is not None; raises TimeoutError naming `what`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = check
        try:
            if (now := check()) is not None:
                return now
            async with asyncio.timeout(timeout_seconds):
                while True:
                    await future
                    if (found := check()) is not None:
                        return found
                    del self._waiting[future]
                    future = asyncio.get_running_loop().create_future()
                    self._waiting[future] = check
        except TimeoutError:
            raise TimeoutError(f"waited {timeout_seconds} s for {what}") from None
        finally:
            self._waiting.pop(future, None)
