"""Forgetting a member: at once what can go, and the rest as soon as its reason ends.

What waits, so that nobody escapes a limit by being forgotten: swaps of the last 24 hours, which allowance and
cooldown count; open swaps; what an open or restored case is about. A block and a bar stay until moderators
lift them. What the member does after asking is new, and is not touched.
"""

from datetime import datetime, timedelta
from typing import Final, LiteralString

from bot.errors import AlreadyHandled
from bot.policy import ALLOWANCE_WINDOW
from bot.store import forms
from bot.store.anonymous import ANONYMOUS, ENDED, OPEN_CASE, STRIPPED, hand_over
from bot.store.database import Transaction, from_ms, to_ms
from bot.store.swaps import OPEN

BATCH: Final = 500
"""Most swaps that one transaction hands over, so that nobody waits for it long."""

_LOOK_AGAIN: Final = timedelta(hours=1)

FORGOTTEN: dict[str, LiteralString] = {
    # A swap may still write down what it is made from after it was taken back, so the swap's time counts.
    "inputs": "DELETE FROM inputs WHERE user_id = :user AND EXISTS "
    "(SELECT 1 FROM swaps WHERE swaps.id = inputs.swap_id AND held_at <= :asked)",
    "faces": "DELETE FROM faces WHERE user_id = :user AND saved_at <= :asked",
    "forms": "DELETE FROM forms WHERE user_id = :user AND expires_at <= :soon",
    "grants": "UPDATE grants SET user_id = :anonymous WHERE user_id = :user AND granted_at <= :asked",
    # A number of its own for each, for a member counts once in a case. Who reported a restored picture may
    # not do so again, and is known until the case itself is deleted.
    "reports": "UPDATE reports SET reporter_id = -id WHERE reporter_id = :user "
    "AND reported_at <= :asked AND EXISTS "
    "(SELECT 1 FROM cases WHERE cases.id = reports.case_id AND cases.state = 'confirmed')",
    "reporters": "DELETE FROM reporters WHERE user_id = :user AND barred_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM reports WHERE reporter_id = :user)",
    # What is never allowed stays so; everybody else is asked again.
    "consents": "DELETE FROM consents WHERE answer = 'always' AND answered_at <= :asked "
    "AND (owner_id = :user OR asker_id = :user)",
    # The row itself goes a day later, until when it keeps the member from asking again.
    "consent_requests": "UPDATE consent_requests SET state = 'withdrawn', source = NULL, target = NULL, "
    "answered_at = :asked WHERE asker_id = :user AND state = 'open' AND asked_at <= :asked",
    "subjects of swaps": "UPDATE swaps SET subject_id = NULL WHERE subject_id = :user AND held_at <= :asked "
    f"AND {ENDED} AND NOT {OPEN_CASE}",
    "swaps": f"UPDATE swaps SET {STRIPPED} WHERE guild_id IN (SELECT guild_id FROM accounts WHERE user_id = "
    f":user) AND user_id = :user AND held_at <= :asked AND held_at > :window AND {ENDED} AND NOT {OPEN_CASE}",
}
"""What is done at once, by table."""


def begin(db: Transaction, user_id: int, pressed_by: int, now: datetime) -> None:
    """Note that a member wants to be forgotten; raises AlreadyHandled when this interaction has said so."""
    changed = db.execute(
        "INSERT INTO erasures (user_id, pressed_by, asked_at, next_at) VALUES (:user, :pressed, :now, :now) "
        "ON CONFLICT (user_id) DO UPDATE SET pressed_by = :pressed, asked_at = :now, next_at = :now "
        "WHERE erasures.pressed_by <> :pressed",
        user=user_id,
        pressed=pressed_by,
        now=to_ms(now),
    )
    if not changed:
        raise AlreadyHandled


def held(db: Transaction, user_id: int) -> list[int]:
    """A member's swaps that are held and not sent yet."""
    sql = f"SELECT id FROM swaps WHERE user_id = :user AND state = 'held' AND {OPEN} ORDER BY id"
    return [row["id"] for row in db.rows(sql, user=user_id)]


def step(db: Transaction, user_id: int, now: datetime) -> bool:
    """Forget the next part of a member who asked for it; whether there is more that need not wait."""
    # Nobody else forgets this member at the same time, nor books for them: before any of their other rows.
    found = db.rows(
        "UPDATE erasures SET next_at = next_at WHERE user_id = :user RETURNING asked_at", user=user_id
    )
    if not found:
        return False
    db.execute("UPDATE accounts SET held_micros = held_micros WHERE user_id = :user", user=user_id)
    asked_at, window = from_ms(found[0]["asked_at"]), now - ALLOWANCE_WINDOW
    for statement in FORGOTTEN.values():
        db.execute(
            statement,
            user=user_id,
            anonymous=ANONYMOUS,
            asked=to_ms(asked_at),
            soon=to_ms(asked_at + forms.LIFE),
            window=to_ms(window),
        )
    for place in db.rows(
        "SELECT guild_id FROM accounts WHERE user_id = :user ORDER BY guild_id", user=user_id
    ):
        if hand_over(db, place["guild_id"], user_id, min(asked_at, window), BATCH):
            return True
    _wait_or_end(db, user_id, asked_at, now)
    return False


def due(db: Transaction, now: datetime) -> int:
    """Take one more step for the member who has waited longest for one; returns how many steps it took."""
    rows = db.rows(
        "SELECT user_id FROM erasures WHERE next_at <= :now ORDER BY next_at LIMIT 1", now=to_ms(now)
    )
    for row in rows:
        step(db, row["user_id"], now)
    return len(rows)


def _wait_or_end(db: Transaction, user_id: int, asked_at: datetime, now: datetime) -> None:
    """Note when to look again, or that nothing is left to wait for."""
    left = db.row(
        "SELECT EXISTS (SELECT 1 FROM accounts JOIN swaps ON swaps.guild_id = accounts.guild_id "
        "AND swaps.user_id = accounts.user_id WHERE accounts.user_id = :user AND held_at <= :asked) "
        "OR EXISTS (SELECT 1 FROM swaps WHERE subject_id = :user AND held_at <= :asked) "
        "OR EXISTS (SELECT 1 FROM reports WHERE reporter_id = :user AND reported_at <= :asked) AS waiting",
        user=user_id,
        asked=to_ms(asked_at),
    )
    if left["waiting"] or now < asked_at + ALLOWANCE_WINDOW:
        later = max(asked_at + ALLOWANCE_WINDOW, now + _LOOK_AGAIN)
        db.execute(
            "UPDATE erasures SET next_at = :later WHERE user_id = :user", user=user_id, later=to_ms(later)
        )
    else:
        db.execute("DELETE FROM erasures WHERE user_id = :user", user=user_id)
