"""Whose turn it is to identify at Discord's gateway, among all processes of the bot."""

from datetime import datetime, timedelta

from bot.store.database import Transaction, from_ms, to_ms


def take(db: Transaction, rate_limit_key: int, now: datetime, window: timedelta) -> datetime | None:
    """Take the turn of a rate limit key for one `window`; when it was taken, returns when it is free again.

    Turns are not promised ahead: one that was given up while waiting for it would hold back all others.
    """
    changed = db.execute(
        "INSERT INTO identifies (rate_limit_key, free_at) VALUES (:key, :free_at) "
        "ON CONFLICT (rate_limit_key) DO UPDATE SET free_at = :free_at WHERE identifies.free_at <= :now",
        key=rate_limit_key,
        now=to_ms(now),
        free_at=to_ms(now + window),
    )
    if changed == 1:
        return None
    row = db.row("SELECT free_at FROM identifies WHERE rate_limit_key = :key", key=rate_limit_key)
    return from_ms(row["free_at"])
