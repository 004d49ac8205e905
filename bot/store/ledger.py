"""What members have spent: sums over the append-only entries."""

from dataclasses import dataclass
from datetime import datetime

from bot.policy import day_start
from bot.store.database import Transaction, to_ms


@dataclass(frozen=True)
class Spend:
    """What one member has spent in all places, in micro-dollars: in this UTC day, and ever."""

    today_micros: int
    ever_micros: int


def spend(db: Transaction, user_id: int, now: datetime) -> Spend:
    """What one member has spent, today and in all."""
    row = db.row(
        "SELECT COALESCE(SUM(CASE WHEN posted_at >= :since THEN amount_micros ELSE 0 END), 0) AS today, "
        "COALESCE(SUM(amount_micros), 0) AS ever FROM entries WHERE user_id = :user",
        user=user_id,
        since=to_ms(day_start(now)),
    )
    return Spend(row["today"], row["ever"])
