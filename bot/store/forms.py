"""Forms that are open: the pictures each is about, for whichever process it is sent to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import NotYours
from bot.store.database import Transaction, to_ms
from bot.trust_errors import FormExpired

LIFE = timedelta(minutes=30)
"""How long a form can be filled in."""


def keep(db: Transaction, form_id: int, user_id: int, pictures: Sequence[str], now: datetime) -> None:
    """Keep the addresses that a form is about, again changes nothing; those of expired forms are erased."""
    purge(db, now)
    db.execute(
        "INSERT INTO forms (id, user_id, pictures, expires_at) VALUES (:id, :user, :pictures, :until) "
        "ON CONFLICT (id) DO NOTHING",
        id=form_id,
        user=user_id,
        pictures="\n".join(pictures),
        until=to_ms(now + LIFE),
    )


def take(db: Transaction, form_id: int, user_id: int, sent_by: int, now: datetime) -> list[str]:
    """The addresses that a form is about, for the one interaction that it is sent by.

    Raises NotYours when another member sends it, FormExpired when it was sent already or is too old.
    """
    if db.rows("SELECT 1 FROM forms WHERE id = :id AND user_id <> :user", id=form_id, user=user_id):
        raise NotYours
    taken = db.execute(
        "UPDATE forms SET sent_by = :by "
        "WHERE id = :id AND expires_at > :now AND (sent_by IS NULL OR sent_by = :by)",
        id=form_id,
        by=sent_by,
        now=to_ms(now),
    )
    if not taken:
        raise FormExpired
    return str(db.row("SELECT pictures FROM forms WHERE id = :id", id=form_id)["pictures"]).split("\n")


def close(db: Transaction, form_id: int) -> None:
    """Erase what a form was about."""
    db.execute("DELETE FROM forms WHERE id = :id", id=form_id)


def purge(db: Transaction, now: datetime) -> int:
    """Erase what expired forms were about; returns how many there were."""
    return db.execute("DELETE FROM forms WHERE expires_at <= :now", now=to_ms(now))
