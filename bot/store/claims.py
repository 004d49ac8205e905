"""Leases in the store: who works on an open swap, and until when nobody else may."""

from collections.abc import Iterable
from datetime import datetime

from bot.store.admission import Lease
from bot.store.database import Transaction, to_ms


def claim(db: Transaction, lease: Lease, now: datetime) -> list[int]:
    """Take over every open swap whose lease has run out, and return their ids, oldest first.

    Of two processes that try at once, the second finds the first one's new lease.
    """
    rows = db.rows(
        "UPDATE swaps SET lease_owner = :owner, lease_until = :until "
        "WHERE state NOT IN ('delivered', 'refunded') AND lease_until <= :now RETURNING id",
        owner=lease.owner,
        until=to_ms(lease.until),
        now=to_ms(now),
    )
    return sorted(row["id"] for row in rows)


def renew(db: Transaction, swap_ids: Iterable[int], lease: Lease) -> None:
    """Prolong the leases of these swaps that are still this owner's."""
    for swap_id in swap_ids:
        db.execute(
            "UPDATE swaps SET lease_until = :until WHERE id = :id AND lease_owner = :owner "
            "AND state NOT IN ('delivered', 'refunded')",
            until=to_ms(lease.until),
            id=swap_id,
            owner=lease.owner,
        )


def release(db: Transaction, owner: str, now: datetime) -> None:
    """Let every lease of this owner run out now."""
    db.execute(
        "UPDATE swaps SET lease_until = :now WHERE lease_owner = :owner "
        "AND state NOT IN ('delivered', 'refunded')",
        now=to_ms(now),
        owner=owner,
    )
