"""The anonymous member of each server, who takes over the books of members that are forgotten.

Amounts, times and states stay, so every sum stays; who it was, where exactly and what was asked for go.
"""

from datetime import datetime
from typing import Final, LiteralString

from bot.store.database import Transaction, to_ms

ANONYMOUS: Final = 1
"""The user id that stands for every forgotten member; no account of Discord has so small a number."""

STRIPPED: Final[LiteralString] = (
    "channel_id = 0, message_id = NULL, upload_limit = 0, locale = 'en-US', seed = 0, reported_seed = NULL, "
    "request_id = NULL, subject_id = NULL, asked_at = NULL, confirmed_at = NULL, late_at = NULL, "
    "lease_owner = ''"
)
"""What an ended swap is without what the books do not need; without a channel it has no details any more."""

ENDED: Final[LiteralString] = "state IN ('delivered', 'refunded')"

OPEN_CASE: Final[LiteralString] = (
    "EXISTS (SELECT 1 FROM cases WHERE cases.swap_id = swaps.id AND cases.state = 'open')"
)


_CANDIDATE: Final[LiteralString] = (
    f"guild_id = :guild AND user_id = :user AND held_at <= :until AND {ENDED} AND NOT {OPEN_CASE}"
)


def hand_over(db: Transaction, guild_id: int, user_id: int, until: datetime, most: int) -> int:
    """Make a member's oldest ended swaps in one place the anonymous member's, and return how many.

    At most `most` of those held until then. The swap of an open case stays, for the moderators who decide on
    it. The member's account is locked before the anonymous one, so nobody waits in a circle: it also keeps
    swaps of this member from beginning or ending meanwhile.
    """
    _book(db, guild_id, user_id, 0)
    place = {"guild": guild_id, "user": user_id, "until": to_ms(until)}
    moved = 0
    if db.rows(f"SELECT 1 FROM swaps WHERE {_CANDIDATE} LIMIT 1", **place):
        db.execute(
            "INSERT INTO accounts (guild_id, user_id) VALUES (:guild, :anonymous) "
            "ON CONFLICT (guild_id, user_id) DO NOTHING",
            guild=guild_id,
            anonymous=ANONYMOUS,
        )
        moved = db.execute(
            f"UPDATE swaps SET user_id = :anonymous, {STRIPPED} WHERE id IN "
            f"(SELECT id FROM swaps WHERE {_CANDIDATE} ORDER BY held_at LIMIT :most)",
            anonymous=ANONYMOUS,
            most=most,
            **place,
        )
        # What is booked is what has just been moved, whatever changes beside it.
        entries = db.rows(
            "UPDATE entries SET user_id = :anonymous WHERE guild_id = :guild AND user_id = :user AND EXISTS "
            "(SELECT 1 FROM swaps WHERE swaps.id = entries.swap_id AND swaps.user_id = :anonymous) "
            "RETURNING amount_micros",
            anonymous=ANONYMOUS,
            guild=guild_id,
            user=user_id,
        )
        spent = sum(row["amount_micros"] for row in entries)
        _book(db, guild_id, user_id, -spent)
        _book(db, guild_id, ANONYMOUS, spent)
    db.execute(
        "DELETE FROM accounts WHERE guild_id = :guild AND user_id = :user "
        "AND NOT EXISTS (SELECT 1 FROM swaps WHERE guild_id = :guild AND user_id = :user)",
        guild=guild_id,
        user=user_id,
    )
    return moved


def _book(db: Transaction, guild_id: int, user_id: int, spent: int) -> None:
    """Change what an account has spent, which locks it."""
    db.execute(
        "UPDATE accounts SET spent_micros = spent_micros + :spent "
        "WHERE guild_id = :guild AND user_id = :user",
        guild=guild_id,
        user=user_id,
        spent=spent,
    )
