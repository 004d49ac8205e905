"""What moderators set, block and grant. Every change writes one action; its interaction id acts once."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import AlreadyHandled
from bot.policy import Rules, Setting
from bot.store.database import Transaction, to_ms

_PAUSED = "paused"
_AGE_RESTRICTED = "age_restricted_only"
_CAPTION_ONLY = "caption_only"
_LOG_CHANNEL = "log_channel_id"
_SWITCHES = (_PAUSED, _AGE_RESTRICTED, _CAPTION_ONLY)


@dataclass(frozen=True)
class Actor:
    """Who does something, by which interaction, where and when."""

    interaction_id: int
    guild_id: int
    user_id: int
    at: datetime


@dataclass(frozen=True)
class Change:
    """What a moderator changes; what is not named stays as it is.

    `reset` names settings that go back to the operator's default.
    """

    limits: Mapping[Setting, int | None] = field(default_factory=dict[Setting, int | None])
    reset: frozenset[Setting] = frozenset()
    role_daily: Mapping[int, int | None] = field(default_factory=dict[int, int | None])
    drop_roles: frozenset[int] = frozenset()
    channels: frozenset[int] | None = None
    roles: frozenset[int] | None = None
    paused: bool | None = None
    age_restricted_only: bool | None = None
    caption_only: bool | None = None
    log_channel_id: int | None = None
    no_log_channel: bool = False


def rules(db: Transaction, guild_id: int, user_id: int) -> Rules:
    """What the moderators of a server have set, and whether they have blocked this member."""
    if not guild_id:
        return Rules()
    values = {
        row["name"]: row["value"]
        for row in db.rows("SELECT name, value FROM settings WHERE guild_id = :guild", guild=guild_id)
    }
    allowed = db.rows("SELECT kind, target_id FROM allowed WHERE guild_id = :guild", guild=guild_id)
    return Rules(
        limits={Setting(name): value for name, value in values.items() if name in set(Setting)},
        role_daily={
            row["role_id"]: row["daily"]
            for row in db.rows(
                "SELECT role_id, daily FROM role_allowances WHERE guild_id = :guild", guild=guild_id
            )
        },
        channels=frozenset(row["target_id"] for row in allowed if row["kind"] == "channel"),
        roles=frozenset(row["target_id"] for row in allowed if row["kind"] == "role"),
        paused=bool(values.get(_PAUSED)),
        age_restricted_only=bool(values.get(_AGE_RESTRICTED)),
        caption_only=bool(values.get(_CAPTION_ONLY)),
        log_channel_id=values.get(_LOG_CHANNEL),
        blocked=bool(
            db.rows(
                "SELECT 1 FROM blocked_members WHERE guild_id = :guild AND user_id = :user",
                guild=guild_id,
                user=user_id,
            )
        ),
    )


def change_settings(db: Transaction, actor: Actor, change: Change) -> Rules:
    """Apply a change and return the new rules; raises AlreadyHandled when the interaction has acted."""
    record(db, actor, "settings", _described(change))
    guild = actor.guild_id
    for setting, value in change.limits.items():
        _set(db, guild, setting, value)
    for setting in change.reset:
        db.execute("DELETE FROM settings WHERE guild_id = :guild AND name = :name", guild=guild, name=setting)
    for name in _SWITCHES:
        switch: bool | None = getattr(change, name)
        if switch is not None:
            _set(db, guild, name, int(switch))
    if change.log_channel_id is not None or change.no_log_channel:
        _set(db, guild, _LOG_CHANNEL, change.log_channel_id)
    for role, daily in change.role_daily.items():
        db.execute(
            "INSERT INTO role_allowances (guild_id, role_id, daily) VALUES (:guild, :role, :daily) "
            "ON CONFLICT (guild_id, role_id) DO UPDATE SET daily = :daily",
            guild=guild,
            role=role,
            daily=daily,
        )
    for role in change.drop_roles:
        db.execute(
            "DELETE FROM role_allowances WHERE guild_id = :guild AND role_id = :role", guild=guild, role=role
        )
    for kind, targets in (("channel", change.channels), ("role", change.roles)):
        if targets is not None:
            _allow(db, guild, kind, targets)
    return rules(db, guild, 0)


def block(db: Transaction, actor: Actor, user_id: int) -> bool:
    """Keep a member from swapping; False when already so. Raises AlreadyHandled."""
    record(db, actor, "block", {"member": user_id})
    return bool(
        db.execute(
            "INSERT INTO blocked_members (guild_id, user_id, blocked_at) VALUES (:guild, :user, :now) "
            "ON CONFLICT (guild_id, user_id) DO NOTHING",
            guild=actor.guild_id,
            user=user_id,
            now=to_ms(actor.at),
        )
    )


def unblock(db: Transaction, actor: Actor, user_id: int) -> bool:
    """Let a blocked member swap again; False when not blocked. Raises AlreadyHandled."""
    record(db, actor, "unblock", {"member": user_id})
    return bool(
        db.execute(
            "DELETE FROM blocked_members WHERE guild_id = :guild AND user_id = :user",
            guild=actor.guild_id,
            user=user_id,
        )
    )


def grant(db: Transaction, actor: Actor, user_id: int, units: int, expires_at: datetime | None) -> None:
    """Grant extra swaps, 1 to 1000; raises AlreadyHandled."""
    detail = {"member": user_id, "units": units, "expires": expires_at and expires_at.isoformat()}
    record(db, actor, "grant", detail)
    db.execute(
        "INSERT INTO grants (id, guild_id, user_id, units, expires_at, granted_at) "
        "VALUES (:id, :guild, :user, :units, :expires, :now)",
        id=actor.interaction_id,
        guild=actor.guild_id,
        user=user_id,
        units=units,
        expires=None if expires_at is None else to_ms(expires_at),
        now=to_ms(actor.at),
    )


def record(db: Transaction, actor: Actor, action: str, detail: Mapping[str, object]) -> None:
    """Write an action down; raises AlreadyHandled when the interaction has acted."""
    added = db.execute(
        "INSERT INTO actions (interaction_id, guild_id, actor_id, action, detail, acted_at) "
        "VALUES (:id, :guild, :actor, :action, :detail, :now) ON CONFLICT (interaction_id) DO NOTHING",
        id=actor.interaction_id,
        guild=actor.guild_id,
        actor=actor.user_id,
        action=action,
        detail=json.dumps(detail),
        now=to_ms(actor.at),
    )
    if not added:
        raise AlreadyHandled


def _described(change: Change) -> dict[str, object]:
    """What a change does, for the record: only what it names."""
    described: dict[str, object] = {str(setting): value for setting, value in change.limits.items()}
    described |= {str(setting): "default" for setting in change.reset}
    described |= {f"role {role}": daily for role, daily in change.role_daily.items()}
    described |= {f"role {role}": "server's" for role in change.drop_roles}
    for name in ("channels", "roles"):
        targets: frozenset[int] | None = getattr(change, name)
        if targets is not None:
            described[name] = sorted(targets)
    for name in _SWITCHES:
        if getattr(change, name) is not None:
            described[name] = getattr(change, name)
    if change.log_channel_id is not None or change.no_log_channel:
        described[_LOG_CHANNEL] = change.log_channel_id
    return described


def _set(db: Transaction, guild_id: int, name: str, value: int | None) -> None:
    db.execute(
        "INSERT INTO settings (guild_id, name, value) VALUES (:guild, :name, :value) "
        "ON CONFLICT (guild_id, name) DO UPDATE SET value = :value",
        guild=guild_id,
        name=name,
        value=value,
    )


def _allow(db: Transaction, guild_id: int, kind: str, targets: Iterable[int]) -> None:
    db.execute("DELETE FROM allowed WHERE guild_id = :guild AND kind = :kind", guild=guild_id, kind=kind)
    for target in targets:
        db.execute(
            "INSERT INTO allowed (guild_id, kind, target_id) VALUES (:guild, :kind, :target) "
            "ON CONFLICT (guild_id, kind, target_id) DO NOTHING",
            guild=guild_id,
            kind=kind,
            target=target,
        )
