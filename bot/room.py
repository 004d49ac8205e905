"""Room for pictures: how many bytes of them may be in memory, whoever brings them.

Who needs more than is free waits in line; so what a burst of results takes is bounded, and not what a burst
may hold. A share is taken in one piece: nobody waits while holding a part of what somebody else waits for.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self


class Room:
    """Room for `capacity` bytes, given first come, first served."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._free = capacity
        self._line: deque[tuple[asyncio.Future[None], int]] = deque()

    def share(self) -> "Share":
        """A share of it that is still empty."""
        return Share(self)

    async def _take(self, size: int) -> None:
        if self._try(size):
            return
        place = asyncio.get_running_loop().create_future()
        self._line.append((place, size))
        try:
            await place
        except BaseException:
            if place.done() and not place.cancelled():  # it was given in the same moment
                self._give_back(size)
            else:
                place.cancel()
                self._serve()  # those behind may want less
            raise

    def _try(self, size: int) -> bool:
        if any(not place.done() for place, _ in self._line) or size > self._free:
            return False
        self._free -= size
        return True

    def _give_back(self, size: int) -> None:
        self._free += size
        self._serve()

    def _serve(self) -> None:
        while self._line:
            place, size = self._line[0]
            if not place.done():
                if size > self._free:
                    return
                self._free -= size
                place.set_result(None)
            self._line.popleft()


class Share:
    """What one swap takes of a room; a context at whose end it is given back."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0

    async def take(self, size: int) -> None:
        """Have room for so many bytes, in place of what was taken before; waits until there is.

        A picture that is larger than the whole room has it to itself.
        """
        wanted = min(size, self._room.capacity)
        if wanted <= self._size:
            self._keep(wanted)
            return
        self.give_back()
        await self._room._take(wanted)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the other half of a room
        self._size = wanted

    def take_now(self, size: int) -> bool:
        """Have it where nobody has to be waited for; False, with nothing taken, where somebody has."""
        self.give_back()
        wanted = min(size, self._room.capacity)
        if not self._room._try(wanted):  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as above
            return False
        self._size = wanted
        return True

    def give_back(self) -> None:
        """Take nothing any more."""
        self._keep(0)

    def _keep(self, size: int) -> None:
        spare, self._size = self._size - size, size
        self._room._give_back(spare)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as above

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()
