"""What store tests share: a swap to hold, limits to hold it within, and a clock to set."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.policy import Limits
from bot.store.audit import open_now
from bot.store.database import Transaction
from bot.store.swaps import Picture, Swap

START = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)
PRICE = 50_000
NO_LIMITS = Limits(
    daily=None,
    cooldown_seconds=None,
    at_once=None,
    server_daily_micros=None,
    server_monthly_micros=None,
    bot_daily_micros=None,
)
PICTURE = Picture(b"picture bytes", "request-1", 50_000, 7)

_SWAP = Swap(
    id=1,
    application_id=900,
    guild_id=100,
    channel_id=200,
    user_id=300,
    private=False,
    upload_limit=10_000_000,
    price_micros=PRICE,
    token="interaction-token",
    source_url="https://cdn.discordapp.com/a.png?ex=1",
    target_url="https://cdn.discordapp.com/b.png?ex=1",
    prompt="",
    image_format="png",
    quality=95,
    seed=7,
)


def a_swap(swap_id: int = 1, **changes: object) -> Swap:
    """A swap to hold, with any field changed."""
    return replace(_SWAP, id=swap_id, **changes)  # pyright: ignore[reportArgumentType] - each test names real fields


def open_swaps(db: Transaction) -> list[int]:
    """The ids of the swaps that have not ended, oldest first."""
    return [one.swap_id for one in open_now(db)]


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now

    def advance(self, **parts: float) -> None:
        """Move it on, by the parts of a timedelta."""
        self.now += timedelta(**parts)
