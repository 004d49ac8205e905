"""A finished picture until it is shown: always in the store, and in memory only while there is room."""

from bot.errors import Interrupted
from bot.room import Share
from bot.store import swaps as rows
from bot.store.database import Store
from bot.store.swaps import Kept


class StoredPicture:
    """The picture of one swap. `data` is what the caller holds already, if `share` has room for it."""

    def __init__(
        self, store: Store, swap_id: int, kept: Kept, share: Share, data: bytes | None = None
    ) -> None:
        self.seed = kept.seed
        """What the API says it has used; None where it said nothing."""
        self._store = store
        self._swap_id = swap_id
        self._size = kept.size
        self._share = share
        self._data = data if data is not None and share.take_now(kept.size) else None

    async def data(self) -> bytes:
        """Its bytes, once there is room; raises Interrupted when the swap has ended meanwhile."""
        if self._data is None:
            await self._share.take(self._size)
            self._data = await self._store.run(rows.picture, self._swap_id)
        if self._data is None:
            raise Interrupted
        return self._data

    def put_away(self) -> None:
        """Leave the room to others until the bytes are asked for again."""
        self._data = None
        self._share.give_back()
