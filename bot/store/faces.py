"""Saved faces: under which name, and in which direct message to the member the picture is."""

from dataclasses import dataclass
from datetime import datetime

from bot.face_names import folded
from bot.references import InMessage
from bot.store.database import Row, Transaction, from_ms, to_ms
from bot.trust_errors import TooManyFaces


@dataclass(frozen=True)
class Face:
    """A saved face; its picture is in this message and nowhere else."""

    name: str
    place: InMessage
    saved_at: datetime


def check_room(db: Transaction, user_id: int, name: str, limit: int) -> None:
    """Raise TooManyFaces when a member who has `limit` faces could not save one under this new name."""
    saved = of_member(db, user_id)
    if len(saved) >= limit and _named(saved, name) is None:
        raise TooManyFaces(limit)


def save(db: Transaction, user_id: int, face: Face, limit: int) -> Face | None:
    """Keep a face, and return the one of the same name that it replaces; raises TooManyFaces."""
    _lock(db, user_id)
    check_room(db, user_id, face.name, limit)
    replaced = _named(of_member(db, user_id), face.name)
    if replaced:
        forget(db, user_id, replaced.place.message_id)
    db.execute(
        "INSERT INTO faces (user_id, name, channel_id, message_id, saved_at) "
        "VALUES (:user, :name, :channel_id, :message_id, :now)",
        user=user_id,
        name=face.name,
        now=to_ms(face.saved_at),
        **vars(face.place),
    )
    return replaced


def of_member(db: Transaction, user_id: int) -> list[Face]:
    """A member's faces, by name."""
    rows = db.rows(
        "SELECT name, channel_id, message_id, saved_at FROM faces WHERE user_id = :user", user=user_id
    )
    return sorted(map(_face, rows), key=lambda face: folded(face.name))


def find(db: Transaction, user_id: int, name: str) -> Face | None:
    """The member's face of this name, whether in capitals or not."""
    return _named(of_member(db, user_id), name)


def forget(db: Transaction, user_id: int, message_id: int) -> None:
    """Forget the member's face that is in this message, if there is one."""
    db.execute(
        "DELETE FROM faces WHERE user_id = :user AND message_id = :message", user=user_id, message=message_id
    )


def forget_all(db: Transaction, user_id: int) -> list[Face]:
    """Forget all of a member's faces, and return them: their messages are still to be deleted."""
    _lock(db, user_id)
    faces = of_member(db, user_id)
    db.execute("DELETE FROM faces WHERE user_id = :user", user=user_id)
    return faces


def _lock(db: Transaction, user_id: int) -> None:
    """Let nobody else change this member's faces until the transaction ends, so that counts and names hold.

    What is locked is the member's account outside of servers, as admission does it.
    """
    db.execute(
        "INSERT INTO accounts (guild_id, user_id) VALUES (0, :user) "
        "ON CONFLICT (guild_id, user_id) DO UPDATE SET held_micros = accounts.held_micros",
        user=user_id,
    )


def _named(faces: list[Face], name: str) -> Face | None:
    return next((face for face in faces if folded(face.name) == folded(name)), None)


def _face(row: Row) -> Face:
    return Face(row["name"], InMessage(row["channel_id"], row["message_id"]), from_ms(row["saved_at"]))
