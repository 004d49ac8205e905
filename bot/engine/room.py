"""Back-pressure: how many requests are let in, and when those that are not shall come back."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

_SOONEST_SECONDS = 1.0
"""Nobody is asked to come back sooner: an honest client would only fill the network."""


class Full(Exception):
    """No place is free; `seconds` is when one should be."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"full for {seconds:.1f} s")
        self.seconds = seconds


class Room:
    """The places of an engine: one for each worker, and `queue` for those that wait.

    `work_seconds` tells how long one piece of work takes at present. Whoever is turned away is given a later
    moment than the one before: all of them at once would only be turned away again.
    """

    def __init__(self, workers: int, queue: int, work_seconds: Callable[[], float]) -> None:
        self.places = workers + queue
        self.taken = 0
        self._workers = workers
        self._work_seconds = work_seconds
        self._turned_away = 0
        self._empty = asyncio.Event()
        self._empty.set()

    def enter(self, kept: int = 0) -> None:
        """Take a place, unless only `kept` ones are left; raises Full. Who entered has to `leave`."""
        if self.taken >= self.places - kept:
            self._turned_away += 1
            seconds = self._work_seconds() * self._turned_away / self._workers
            raise Full(max(seconds, _SOONEST_SECONDS))
        self._turned_away = 0
        self.taken += 1
        self._empty.clear()

    def leave(self) -> None:
        """Give a place back."""
        self.taken -= 1
        if not self.taken:
            self._empty.set()

    @contextmanager
    def place(self, kept: int = 0) -> Generator[None]:
        """Hold a place while the block runs; raises Full."""
        self.enter(kept)
        try:
            yield
        finally:
            self.leave()

    async def emptied(self) -> None:
        """Wait until nobody is left."""
        await self._empty.wait()
