"""Sessions of the gateway: how many shards are asked for, how often they may begin, and whose an event is."""

from dataclasses import dataclass, field

WINDOW_SECONDS = 5.0
"""In which each rate limit key, `shard_id % max_concurrency`, identifies once (source: Discord's gateway
documentation)."""


@dataclass(frozen=True)
class Shard:
    """Which part of the servers a session sees, as IDENTIFY names it."""

    id: int
    count: int

    def has(self, guild_id: int | None) -> bool:
        """Whether the events of a server go to this shard; what has no server goes to shard 0."""
        return ((guild_id or 0) >> 22) % self.count == self.id


@dataclass
class SessionStarts:
    """What GET /gateway/bot says, and what is made of it; set any of it to try what a bot does then."""

    shards: int = 1
    max_concurrency: int = 1
    total: int = 1000
    remaining: int = 1000
    reset_after_ms: int = 0
    guilds_per_shard: int = 2500
    """A session with more servers is refused: sharding is required (source: as above)."""
    speed: float = 0
    """How fast the windows pass; 0 lets everyone identify at any time."""
    refused: int = 0
    """How often somebody identified too early."""
    _free_at: dict[int, float] = field(default_factory=dict[int, float], repr=False)

    def enforce(self, *, speed: float = 1) -> None:
        """Have Discord's windows; a `speed` of 20 makes them 20 times shorter."""
        self.speed = speed

    def begin(self, shard: Shard, now: float) -> bool:
        """Count a session that begins at `now` seconds; False when its key has identified just before."""
        key = shard.id % self.max_concurrency
        if self.speed and now < self._free_at.get(key, 0):
            self.refused += 1
            return False
        self._free_at[key] = now + WINDOW_SECONDS / (self.speed or 1)
        self.remaining -= 1
        return True

    def shown(self) -> dict[str, int]:
        """The session start limit, as Discord shows it."""
        return {
            "total": self.total,
            "remaining": max(self.remaining, 0),
            "reset_after": self.reset_after_ms,
            "max_concurrency": self.max_concurrency,
        }
