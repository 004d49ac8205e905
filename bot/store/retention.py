"""What is deleted, or loses its details, once it is old: in small parts, so that nobody waits for long."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.store.anonymous import ANONYMOUS, ENDED, OPEN_CASE, STRIPPED
from bot.store.database import Transaction, to_ms

BATCH: Final = 500
"""Most rows that one transaction deletes."""


def inputs(db: Transaction, until: datetime) -> int:
    """Delete what swaps were made from that was kept by then; returns how many."""
    return db.execute(
        "DELETE FROM inputs WHERE swap_id IN "
        "(SELECT swap_id FROM inputs WHERE kept_at <= :until ORDER BY kept_at LIMIT :most)",
        until=to_ms(until),
        most=BATCH,
    )


def details(db: Transaction, until: datetime) -> int:
    """Strip swaps that had ended by then of what the books do not need; returns how many."""
    return db.execute(
        f"UPDATE swaps SET {STRIPPED} WHERE id IN (SELECT id FROM swaps "
        f"WHERE channel_id <> 0 AND ended_at <= :until AND {ENDED} "
        f"AND NOT {OPEN_CASE} ORDER BY ended_at LIMIT :most)",
        until=to_ms(until),
        most=BATCH,
    )


def presses(db: Transaction, until: datetime) -> int:
    """Delete which buttons were pressed by then, when no press can arrive again; returns how many."""
    return db.execute(
        "DELETE FROM presses WHERE pressed_at <= :until AND swap_id IN "
        "(SELECT swap_id FROM presses WHERE pressed_at <= :until LIMIT :most)",
        until=to_ms(until),
        most=BATCH,
    )


def cases(db: Transaction, until: datetime) -> int:
    """Delete cases that were decided by then, and who reported; what they block stays. Returns how many."""
    found = db.rows(
        "SELECT id FROM cases WHERE decided_at IS NOT NULL AND decided_at <= :until "
        "ORDER BY decided_at LIMIT :most",
        until=to_ms(until),
        most=BATCH,
    )
    for row in found:
        drop_case(db, row["id"])
    return len(found)


def reporters(db: Transaction, _until: datetime) -> int:
    """Delete who has reported, and may, once no report of theirs is left there; returns how many."""
    return db.execute(
        "DELETE FROM reporters WHERE barred_at IS NULL AND NOT EXISTS (SELECT 1 FROM reports "
        "JOIN cases ON cases.id = reports.case_id WHERE reports.reporter_id = reporters.user_id "
        "AND cases.guild_id = reporters.guild_id)"
    )


def grants(db: Transaction, until: datetime) -> int:
    """Delete grants that were used up, expired or nobody's by then; returns how many.

    Their last move is too old for an open swap to give a unit back.
    """
    found = db.rows(
        "SELECT id FROM grants WHERE granted_at <= :until AND NOT EXISTS "
        "(SELECT 1 FROM grant_moves WHERE grant_id = grants.id AND moved_at > :until) AND "
        "(user_id = :anonymous OR expires_at <= :until OR units <= "
        "(SELECT COUNT(*) FROM grant_moves WHERE grant_id = grants.id AND kind = 'use') "
        "- (SELECT COUNT(*) FROM grant_moves WHERE grant_id = grants.id AND kind = 'give_back')) "
        "ORDER BY granted_at LIMIT :most",
        until=to_ms(until),
        anonymous=ANONYMOUS,
        most=BATCH,
    )
    for row in found:
        drop_grant(db, row["id"])
    return len(found)


def actions(db: Transaction, until: datetime) -> int:
    """Delete what moderators had done by then; of a grant that can still be used, who gave it to whom."""
    deleted = db.execute(
        "DELETE FROM actions WHERE interaction_id IN (SELECT interaction_id FROM actions "
        "WHERE actor_id <> 1 AND acted_at <= :until "
        "AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.id = interaction_id) "
        "ORDER BY acted_at LIMIT :most)",
        until=to_ms(until),
        most=BATCH,
    )
    return deleted + db.execute(
        "UPDATE actions SET actor_id = 1, detail = '{}' WHERE interaction_id IN "
        "(SELECT interaction_id FROM actions WHERE actor_id <> 1 AND acted_at <= :until "
        "AND EXISTS (SELECT 1 FROM grants WHERE grants.id = interaction_id) "
        "ORDER BY acted_at LIMIT :most)",
        until=to_ms(until),
        most=BATCH,
    )


PURGES: Final[tuple[Callable[[Transaction, datetime], int], ...]] = (
    inputs,
    details,
    presses,
    cases,
    reporters,
    grants,
    actions,
)
"""Every kind; each is run as a transaction of its own."""


def drop_case(db: Transaction, case_id: int) -> None:
    """Delete a case and its reports; what it blocks stays blocked."""
    db.execute("DELETE FROM reports WHERE case_id = :id", id=case_id)
    db.execute("DELETE FROM cases WHERE id = :id", id=case_id)


def drop_grant(db: Transaction, grant_id: int) -> None:
    """Delete a grant, what became of it, and the action that made it."""
    db.execute("DELETE FROM grant_moves WHERE grant_id = :id", id=grant_id)
    db.execute("DELETE FROM grants WHERE id = :id", id=grant_id)
    db.execute("DELETE FROM actions WHERE interaction_id = :id", id=grant_id)
