"""Servers that the bot has left: their open swaps, the clock that starts then, and the end of their data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, LiteralString

from bot.store.anonymous import ANONYMOUS, hand_over
from bot.store.database import Transaction, to_ms
from bot.store.moderation import Actor, record
from bot.store.retention import drop_case, drop_grant
from bot.store.swaps import OPEN

BATCH: Final = 500

_KNOWN: Final[LiteralString] = (
    "SELECT guild_id FROM settings UNION SELECT guild_id FROM role_allowances UNION "
    "SELECT guild_id FROM allowed UNION SELECT guild_id FROM blocked_members UNION "
    "SELECT guild_id FROM actions UNION SELECT guild_id FROM reporters UNION SELECT guild_id FROM cases "
    "UNION SELECT guild_id FROM grants UNION SELECT guild_id FROM blocked_pictures UNION "
    "SELECT guild_id FROM accounts WHERE user_id > 1"
)
"""Servers of which more is known than anonymous books."""

_OF_SHARD: Final[LiteralString] = "(guild_id >> 22) - (guild_id >> 22) / :count * :count = :shard"
"""A remainder, without the sign for it that statements may not hold."""

SETTINGS: dict[str, LiteralString] = {
    "settings": "DELETE FROM settings WHERE guild_id = :guild",
    "role_allowances": "DELETE FROM role_allowances WHERE guild_id = :guild",
    "allowed": "DELETE FROM allowed WHERE guild_id = :guild",
    "blocked_members": "DELETE FROM blocked_members WHERE guild_id = :guild",
    "reporters": "DELETE FROM reporters WHERE guild_id = :guild AND NOT EXISTS (SELECT 1 FROM reports JOIN "
    "cases ON cases.id = reports.case_id WHERE reporter_id = reporters.user_id "
    "AND cases.guild_id = :guild AND cases.state = 'open')",
    "actions": "DELETE FROM actions WHERE guild_id = :guild AND interaction_id <> :act "
    "AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.id = interaction_id)",
    "actions of grants": "UPDATE actions SET actor_id = 1, detail = '{}' "
    "WHERE guild_id = :guild AND interaction_id <> :act",
}
"""What a server's moderators have set and done, and how it is deleted; a grant stays its member's."""


def leave(db: Transaction, guild_id: int, now: datetime) -> list[int]:
    """Note that the bot has left a server, unless that is known; returns the swaps that are open there."""
    db.execute(
        "INSERT INTO left_servers (guild_id, left_at) VALUES (:guild, :now) "
        "ON CONFLICT (guild_id) DO NOTHING",
        guild=guild_id,
        now=to_ms(now),
    )
    rows = db.rows(f"SELECT id FROM swaps WHERE guild_id = :guild AND {OPEN} ORDER BY id", guild=guild_id)
    return [row["id"] for row in rows]


def rejoin(db: Transaction, guild_id: int) -> None:
    """Note that the bot is in a server again."""
    db.execute("DELETE FROM left_servers WHERE guild_id = :guild", guild=guild_id)


def missing(db: Transaction, present: Iterable[int], shard_id: int = 0, shard_count: int = 1) -> list[int]:
    """The servers of a shard with data where the bot is not; those where it is count as left no more.

    A server's shard is `(guild_id >> 22) % shard_count` (source: Discord's gateway documentation).
    """
    here, shard = frozenset(present), {"shard": shard_id, "count": shard_count}
    for row in db.rows(f"SELECT guild_id FROM left_servers WHERE {_OF_SHARD}", **shard):
        if row["guild_id"] in here:
            rejoin(db, row["guild_id"])
    known = db.rows(
        f"SELECT guild_id FROM ({_KNOWN}) AS known WHERE guild_id > 0 AND {_OF_SHARD} ORDER BY guild_id",
        **shard,
    )
    return [row["guild_id"] for row in known if row["guild_id"] not in here]


def clear_out(db: Transaction, until: datetime, now: datetime) -> int:
    """Delete the next part of the data of a server that was left by `until`; returns how many were found.

    Its books become anonymous. One with an open case waits until that is decided.
    """
    left = db.rows(
        # Whoever joins it again waits for this, and finds it either left or not.
        "UPDATE left_servers SET left_at = left_at WHERE guild_id IN (SELECT guild_id FROM left_servers "
        "WHERE left_at <= :until AND NOT EXISTS (SELECT 1 FROM cases WHERE "
        "cases.guild_id = left_servers.guild_id AND cases.state = 'open') ORDER BY left_at LIMIT 1) "
        "RETURNING guild_id",
        until=to_ms(until),
    )
    for row in left:
        if not _part(db, row["guild_id"], now):
            rejoin(db, row["guild_id"])
    return len(left)


def delete_settings(db: Transaction, actor: Actor) -> None:
    """Delete what a server's moderators have set and done, and decided cases; raises AlreadyHandled.

    Open cases stay until they are decided, and what cases have blocked: both protect those who reported.
    What members have spent stays theirs, and the server's budgets count it.
    """
    record(db, actor, "delete_data", {})
    _delete_settings(db, actor.guild_id, actor.interaction_id)
    for case in _cases(db, actor.guild_id):
        drop_case(db, case)


def _part(db: Transaction, guild_id: int, now: datetime) -> int:
    """Delete one part; 0 when nothing was left. No swap is as young as the server's leaving is old."""
    for row in db.rows(
        "SELECT user_id FROM accounts WHERE guild_id = :guild AND user_id > :anonymous "
        "ORDER BY user_id LIMIT :most",
        guild=guild_id,
        anonymous=ANONYMOUS,
        most=BATCH,
    ):
        if moved := hand_over(db, guild_id, row["user_id"], now, BATCH):
            return moved
    if cases := _cases(db, guild_id):
        for case in cases[:BATCH]:
            drop_case(db, case)
        return len(cases)
    found = db.rows("SELECT id FROM grants WHERE guild_id = :guild LIMIT :most", guild=guild_id, most=BATCH)
    for row in found:
        drop_grant(db, row["id"])
    if not found:
        db.execute("DELETE FROM blocked_pictures WHERE guild_id = :guild", guild=guild_id)
        _delete_settings(db, guild_id, 0)
    return len(found)


def _delete_settings(db: Transaction, guild_id: int, act: int) -> None:
    for statement in SETTINGS.values():
        db.execute(statement, guild=guild_id, act=act)


def _cases(db: Transaction, guild_id: int) -> list[int]:
    rows = db.rows("SELECT id FROM cases WHERE guild_id = :guild AND state <> 'open'", guild=guild_id)
    return [row["id"] for row in rows]
