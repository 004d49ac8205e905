"""Which shards this process runs, and whose turn it is to identify among all processes of the bot."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import DiscordRefused, StoreError
from bot.store import identifies
from bot.store.database import Store

log = logging.getLogger(__name__)

IDENTIFY_WINDOW = timedelta(seconds=5.5)
"""Each rate limit key may identify once in 5 s (source: Discord's gateway documentation); the rest is for
frames that arrive at different speeds."""

_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_LEAST_SECONDS = 0.05
_KEPT_SHARE = 20  # a start leaves a twentieth of the day's sessions for those that have to begin anew


@dataclass(frozen=True)
class Shards:
    """What SHARD_COUNT and SHARD_IDS say: by default all that Discord recommends, in one process."""

    count: int | None = None
    ids: tuple[int, ...] | None = None

    @property
    def lead(self) -> bool:
        """Whether shard 0 is here: its process does once what concerns the whole bot."""
        return self.ids is None or 0 in self.ids

    def check_limit(self, *, total: int, remaining: int, reset_after: timedelta) -> None:
        """Raise DiscordRefused when starting these shards would use up the sessions of the day.

        Discord resets the token of a bot that begins more (source: its gateway documentation).
        """
        needed = len(self.ids or ()) or self.count or 1
        if remaining - needed < total // _KEPT_SHARE:
            raise DiscordRefused(
                f"Discord lets this bot begin {remaining} more sessions of {total} within "
                f"{_hours(reset_after)}; {needed} are needed now, and a twentieth is kept for sessions that "
                "have to begin anew. Find out what restarts it so often, and start it again after that time."
            )


def shard_ids(value: str) -> tuple[int, ...]:
    """Read ids and ranges such as `0,1,4-7`; raises ValueError with what to set."""
    found: set[int] = set()
    for part in value.split(","):
        ends = _RANGE.fullmatch(part.strip())
        if ends is None:
            raise ValueError("set the ids of shards, such as 0-3 or 0,1,2.")
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if first > last:
            raise ValueError("set ranges such as 0-3, the smaller id first.")
        found.update(range(first, last + 1))
    return tuple(sorted(found))


class Identifies:
    """The turns to identify: one for each rate limit key and window, whichever process takes it.

    `max_concurrency` is how many keys there are, as Discord says at the start.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.max_concurrency = 1
        self.window = IDENTIFY_WINDOW
        self._store = store
        self._now = now
        self._sleep = sleep

    async def turn(self, shard_id: int) -> None:
        """Wait until this shard may identify, which it then does at once.

        Without the database it waits for one window: Discord refuses a session that comes too early, and
        discord.py tries again.
        """
        key = shard_id % self.max_concurrency
        try:
            while free_at := await self._store.run(identifies.take, key, self._now(), self.window):
                # At least a little: the clock of this process may be behind.
                await self._sleep(max((free_at - self._now()).total_seconds(), _LEAST_SECONDS))
        except StoreError as error:
            log.warning("Shard %d identifies without a turn: %s", shard_id, error)
            await self._sleep(self.window.total_seconds())


def _hours(time: timedelta) -> str:
    minutes = -(-time // timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} min"
