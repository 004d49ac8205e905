"""What members have spent: sums over the append-only entries."""

from dataclasses import dataclass
from datetime import datetime

from bot.policy import ALLOWANCE_WINDOW, day_start
from bot.store.database import Transaction, from_ms, to_ms


@dataclass(frozen=True)
class Spend:
    """What one member has spent in all places, in micro-dollars: in this UTC day, and ever."""

    today_micros: int
    ever_micros: int


@dataclass(frozen=True)
class Allowance:
    """Swaps that a member has left of an allowance, and when the next one is free again."""

    left: int
    resets_at: datetime | None


def allowance(db: Transaction, swap_id: int, now: datetime) -> Allowance | None:
    """What a swap leaves of the allowance it was admitted by; None where there was no limit."""
    swap = db.row("SELECT guild_id, user_id, daily_limit FROM swaps WHERE id = :id", id=swap_id)
    if swap["daily_limit"] is None:
        return None
    limit: int = swap["daily_limit"]
    recent = db.rows(
        "SELECT held_at FROM swaps WHERE guild_id = :guild AND user_id = :user AND held_at > :since "
        "AND state <> 'refunded' ORDER BY held_at DESC",
        guild=swap["guild_id"],
        user=swap["user_id"],
        since=to_ms(now - ALLOWANCE_WINDOW),
    )
    left = max(0, limit - len(recent))
    # As in `policy.decide`: the next is free once fewer than the allowance are left in the window.
    resets = None if left else from_ms(recent[limit - 1]["held_at"]) + ALLOWANCE_WINDOW
    return Allowance(left, resets)


def spend(db: Transaction, user_id: int, now: datetime) -> Spend:
    """What one member has spent, today and in all."""
    row = db.row(
        "SELECT COALESCE(SUM(CASE WHEN posted_at >= :since THEN amount_micros ELSE 0 END), 0) AS today, "
        "COALESCE(SUM(amount_micros), 0) AS ever FROM entries WHERE user_id = :user",
        user=user_id,
        since=to_ms(day_start(now)),
    )
    return Spend(row["today"], row["ever"])
