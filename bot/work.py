"""A swap that a task carries to its end, with its shares of the rooms for pictures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery import Reply
from bot.room import Room, Share
from bot.store.swaps import Swap

TOKEN_LIFE = timedelta(minutes=15)
"""How long an interaction's answer can be edited (source: Discord's developer documentation)."""

ROOM_BYTES = 16 * 1024 * 1024
"""Of pictures that are read at once, and of those that are shown; each is held several times over."""


@dataclass(frozen=True)
class Work:
    """One swap that is worked on."""

    swap: Swap
    reply: Reply
    dies_at: datetime
    """When the interaction's token stops working."""
    coming: Share
    """Of the room for pictures that come in, until they are in the store."""
    shown: Share
    """Of the room for pictures that are marked and shown."""


class Rooms:
    """Two of them: what is paid for gets into the store, however slowly Discord takes what goes out."""

    def __init__(self) -> None:
        self._coming, self._shown = Room(ROOM_BYTES), Room(ROOM_BYTES)

    def work(self, swap: Swap, reply: Reply, begun_at: datetime) -> Work:
        """A swap that was acknowledged at that time, with no share taken yet."""
        return Work(swap, reply, begun_at + TOKEN_LIFE, self._coming.share(), self._shown.share())
