"""Whose avatar may be used: opt-outs, and what members answer each other without being asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.database import Transaction, from_ms, to_ms


class Standing(StrEnum):
    """What a member answers a certain other member from now on."""

    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True)
class Consent:
    """A standing answer: `owner_id` always or never lets `asker_id` use the avatar."""

    owner_id: int
    asker_id: int
    answer: Standing
    answered_at: datetime


def opted_out(db: Transaction, user_id: int) -> bool:
    """Whether this member's avatar and saved faces are never used."""
    return bool(db.rows("SELECT 1 FROM opted_out WHERE user_id = :user", user=user_id))


def opt_out(db: Transaction, user_id: int, now: datetime) -> None:
    """Keep a member's avatar and saved faces from being used; whom they allowed it, and what waits, ends.

    What waits is what others ask of the member, and what the member asks to put a saved face onto.
    """
    db.execute(
        "INSERT INTO opted_out (user_id, opted_out_at) VALUES (:user, :now) ON CONFLICT (user_id) DO NOTHING",
        user=user_id,
        now=to_ms(now),
    )
    db.execute("DELETE FROM consents WHERE owner_id = :user AND answer = 'always'", user=user_id)
    db.execute(
        "UPDATE consent_requests SET state = 'ended', source = NULL, target = NULL, answered_at = :now "
        "WHERE state = 'open' AND "
        "(owner_id = :user OR (asker_id = :user AND SUBSTR(source, 1, 8) = 'message:'))",
        user=user_id,
        now=to_ms(now),
    )


def opt_in(db: Transaction, user_id: int) -> None:
    """Let a member's avatar and saved faces be used again, by the rules of all."""
    db.execute("DELETE FROM opted_out WHERE user_id = :user", user=user_id)


def standing(db: Transaction, owner_id: int, asker_id: int) -> Standing | None:
    """What a member answers another without being asked, if anything."""
    rows = db.rows(
        "SELECT answer FROM consents WHERE owner_id = :owner AND asker_id = :asker",
        owner=owner_id,
        asker=asker_id,
    )
    return Standing(rows[0]["answer"]) if rows else None


def stand_by(db: Transaction, consent: Consent) -> None:
    """Remember an answer, in place of an earlier one."""
    db.execute(
        "INSERT INTO consents (owner_id, asker_id, answer, answered_at) "
        "VALUES (:owner, :asker, :answer, :now) "
        "ON CONFLICT (owner_id, asker_id) DO UPDATE SET answer = :answer, answered_at = :now",
        owner=consent.owner_id,
        asker=consent.asker_id,
        answer=consent.answer.value,
        now=to_ms(consent.answered_at),
    )


def revoke(db: Transaction, owner_id: int, asker_id: int) -> Standing | None:
    """Forget a standing answer, and return it; from now on the member is asked again."""
    before = standing(db, owner_id, asker_id)
    db.execute(
        "DELETE FROM consents WHERE owner_id = :owner AND asker_id = :asker", owner=owner_id, asker=asker_id
    )
    return before


def given(db: Transaction, owner_id: int) -> list[Consent]:
    """A member's standing answers, newest first."""
    rows = db.rows(
        "SELECT asker_id, answer, answered_at FROM consents WHERE owner_id = :owner "
        "ORDER BY answered_at DESC, asker_id",
        owner=owner_id,
    )
    return [
        Consent(owner_id, row["asker_id"], Standing(row["answer"]), from_ms(row["answered_at"]))
        for row in rows
    ]


def subject_of(db: Transaction, swap_id: int) -> int | None:
    """Whose avatar a swap was made onto, when that is another member's; they may delete its result."""
    rows = db.rows("SELECT subject_id FROM swaps WHERE id = :id", id=swap_id)
    return rows[0]["subject_id"] if rows else None
