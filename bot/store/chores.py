"""Chores in the store: each is done once when it is due, by whichever process comes first."""

from datetime import datetime, timedelta

from bot.store.database import Transaction, from_ms, to_ms


def take(db: Transaction, name: str, now: datetime, period: timedelta) -> bool:
    """Take a chore that is due, which is then due again after `period`; False when it is not due.

    What is done in the same transaction is done once: whoever takes it at the same moment waits for the
    transaction's end, and finds it taken, or due as before when it failed.
    """
    changed = db.execute(
        "INSERT INTO chores (name, due_at) VALUES (:name, :due_at) "
        "ON CONFLICT (name) DO UPDATE SET due_at = :due_at WHERE chores.due_at <= :now",
        name=name,
        now=to_ms(now),
        due_at=to_ms(now + period),
    )
    return changed == 1


def due_at(db: Transaction, name: str) -> datetime:
    """When a chore that was taken before is due again."""
    return from_ms(db.row("SELECT due_at FROM chores WHERE name = :name", name=name)["due_at"])
