"""Fair turns at a scarce thing: every group waits in its own line, and the lines are served in rotation."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from itertools import zip_longest

from bot.errors import Busy


class Turns:
    """At most `capacity` holders at once; whoever waits is served one group after the other.

    A group with a long line delays the others by at most one turn each round.
    """

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._lines: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(
        self,
        group: Hashable,
        timeout_seconds: float,
        waits: Callable[[Callable[[], int]], None] = lambda _: None,
    ) -> AsyncGenerator[None]:
        """Hold a turn while the block runs; raises Busy when none came in time.

        Who has to wait is told so by a call of `waits`, with what tells the position in the line, from 1.
        """
        await self._take(group, timeout_seconds, waits)
        try:
            yield
        finally:
            self._give_back()

    @property
    def free(self) -> bool:
        """Whether a turn can be had at once."""
        return self._free > 0

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return sum(not place.done() for line in self._lines.values() for place in line)

    def _position(self, place: asyncio.Future[None]) -> int:
        """Where a place stands, were the lines served in rotation from now on; 0 once it has its turn."""
        rounds = zip_longest(*([one for one in line if not one.done()] for line in self._lines.values()))
        order = [one for one_round in rounds for one in one_round if one is not None]
        return order.index(place) + 1 if place in order else 0

    async def _take(
        self, group: Hashable, timeout_seconds: float, waits: Callable[[Callable[[], int]], None]
    ) -> None:
        if self._free and not self.waiting:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        self._lines.setdefault(group, deque()).append(place)
        waits(lambda: self._position(place))
        try:
            async with asyncio.timeout(timeout_seconds):
                await place
        except BaseException as error:
            # A turn that was given in the same moment is passed on.
            if not place.cancel() and not place.cancelled():
                self._give_back()
            if isinstance(error, TimeoutError):
                raise Busy from None
            raise

    def _give_back(self) -> None:
        self._free += 1
        while self._free and (place := self._next()):
            self._free -= 1
            place.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        """The first who still waits, of the group whose turn it is; that group goes to the end."""
        while self._lines:
            group, line = self._lines.popitem(last=False)
            while line:
                place = line.popleft()
                if not place.done():
                    if line:
                        self._lines[group] = line
                    return place
        return None
