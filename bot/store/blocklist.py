"""Pictures that may not be used: perceptual hashes that reports have put on the list, a row for each case."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.store.database import Transaction, to_ms
from bot.store.inputs import NEAR
from bot.store.moderation import Actor, record
from bot.store.swaps import Swap

WHOLE_BOT: Final = 0
"""The scope that every place asks."""

NO_SERVER: Final = -1
"""The scope of direct messages and of places where only members have installed the bot, whose swaps have no
server: a report there must not reach into servers, whose moderators would never hear of it."""

_BITS = 64


def scope_of(guild_id: int) -> int:
    """Where a report of a swap blocks pictures; guild_id 0 is a swap without a server."""
    return guild_id or NO_SERVER


def blockable(fingerprint: int) -> bool:
    """Whether a fingerprint tells a picture from others.

    A blank picture has no bit set, and one that is near to it, or to its opposite, is hardly more than a
    gradient. Blocked, it would take with it every other plain picture.
    """
    features = (fingerprint & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
    return NEAR < features < _BITS - NEAR


def block(db: Transaction, scope: int, hashes: Iterable[int | None], case_id: int, now: datetime) -> None:
    """Keep these pictures, and what was made from them by small edits, from being used; twice is once."""
    for one in hashes:
        if one is not None and blockable(one):
            db.execute(
                "INSERT INTO blocked_pictures (guild_id, hash, case_id, blocked_at) "
                "VALUES (:scope, :hash, :case, :now) ON CONFLICT (guild_id, hash, case_id) DO NOTHING",
                scope=scope,
                hash=one,
                case=case_id,
                now=to_ms(now),
            )


def spread(db: Transaction, case_id: int, now: datetime) -> None:
    """Block what a case has blocked in its place in the whole bot."""
    rows = db.rows("SELECT hash FROM blocked_pictures WHERE case_id = :case", case=case_id)
    block(db, WHOLE_BOT, [row["hash"] for row in rows], case_id, now)


def narrow(db: Transaction, case_id: int) -> None:
    """Undo `spread`."""
    sql = "DELETE FROM blocked_pictures WHERE case_id = :case AND guild_id = :bot"
    db.execute(sql, case=case_id, bot=WHOLE_BOT)


def unblock(db: Transaction, case_id: int) -> None:
    """Take back what a case has blocked; what another case has blocked stays so."""
    db.execute("DELETE FROM blocked_pictures WHERE case_id = :case", case=case_id)


def note_refusal(db: Transaction, swap: Swap, now: datetime) -> None:
    """Write down that a swap was refused because one of its pictures is blocked; raises AlreadyHandled."""
    record(db, Actor(swap.id, swap.guild_id, swap.user_id, now), "blocked_picture", {"swap": swap.id})
