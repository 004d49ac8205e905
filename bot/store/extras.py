"""Extra swaps: what was granted, used and given back. What is left is always a sum, never stored."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction, from_ms, to_ms


@dataclass(frozen=True)
class Extra:
    """What is left of one grant."""

    grant_id: int
    left: int
    expires_at: datetime | None


def extras(db: Transaction, guild_id: int, user_id: int, now: datetime) -> list[Extra]:
    """A member's usable extra swaps in a server, what expires soonest first."""
    return [
        Extra(row["id"], row["remaining"], None if row["expires_at"] is None else from_ms(row["expires_at"]))
        for row in db.rows(
            "SELECT id, expires_at, remaining FROM (SELECT grants.id, grants.expires_at, grants.units "
            "- (SELECT COUNT(*) FROM grant_moves WHERE grant_id = grants.id AND kind = 'use') "
            "+ (SELECT COUNT(*) FROM grant_moves WHERE grant_id = grants.id AND kind = 'give_back') "
            "AS remaining FROM grants WHERE guild_id = :guild AND user_id = :user "
            "AND (expires_at IS NULL OR expires_at > :now)) AS counted "
            "WHERE remaining > 0 ORDER BY expires_at IS NULL, expires_at, id",
            guild=guild_id,
            user=user_id,
            now=to_ms(now),
        )
    ]


def use_extra(db: Transaction, grant_id: int, swap_id: int, now: datetime) -> None:
    """Use one unit of a grant for a swap; part of the transaction that holds it."""
    _move(db, grant_id, swap_id, "use", now)


def give_back(db: Transaction, swap_id: int, now: datetime) -> None:
    """Give a failed swap's unit back to its grant, which keeps its expiry; nothing when it used none."""
    for row in db.rows(
        "SELECT grant_id FROM grant_moves WHERE swap_id = :swap AND kind = 'use'", swap=swap_id
    ):
        _move(db, row["grant_id"], swap_id, "give_back", now)


def _move(db: Transaction, grant_id: int, swap_id: int, kind: str, now: datetime) -> None:
    db.execute(
        "INSERT INTO grant_moves (grant_id, swap_id, kind, moved_at) VALUES (:grant, :swap, :kind, :now)",
        grant=grant_id,
        swap=swap_id,
        kind=kind,
        now=to_ms(now),
    )
