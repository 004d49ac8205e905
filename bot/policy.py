"""Who may swap now: prices, limits and one pure decision. Times are aware, money is micro-dollars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.errors import (
    AgeRestrictedOnly,
    Blocked,
    ChannelNotAllowed,
    Limit,
    LimitReached,
    Paused,
    Refusal,
    RoleNotAllowed,
)

MICROS_PER_DOLLAR = 1_000_000

ALLOWANCE_WINDOW = timedelta(hours=24)
"""A member's allowance counts the swaps admitted within this window."""


@dataclass(frozen=True)
class DefaultLimits:
    """The operator's limits for every server and for direct messages; None means no limit."""

    member_daily: int | None
    cooldown_seconds: int | None
    at_once: int | None
    dm_daily: int | None
    server_daily_micros: int | None
    server_monthly_micros: int | None
    bot_daily_micros: int | None
    caption_only_allowed: bool = True
    """Whether moderators may have results without the badge in the picture."""


@dataclass(frozen=True)
class Limits:
    """The limits that hold for one member in one place; None means no limit."""

    daily: int | None
    cooldown_seconds: int | None
    at_once: int | None
    server_daily_micros: int | None
    server_monthly_micros: int | None
    bot_daily_micros: int | None
    direct_message: bool = False


@dataclass(frozen=True)
class Usage:
    """What counts against the limits at one moment.

    `recent` holds the admission times of the member's open and delivered swaps within the window, newest
    first; the amounts are entries plus open holds.
    """

    recent: tuple[datetime, ...]
    open_swaps: int
    last_admitted: datetime | None
    server_day_micros: int
    server_month_micros: int
    bot_day_micros: int


class Setting(StrEnum):
    """A limit that moderators set for their server; the unit is in the comment."""

    DAILY = "daily"  # swaps per member in 24 h
    COOLDOWN = "cooldown_seconds"  # seconds
    AT_ONCE = "at_once"  # swaps
    SERVER_DAILY = "server_daily_micros"  # micro-dollars
    SERVER_MONTHLY = "server_monthly_micros"  # micro-dollars


@dataclass(frozen=True)
class Rules:
    """What the moderators of one server have set, and whether they have blocked the member who asks.

    A setting that is not in `limits` is the operator's default; None there means no limit. Empty channels
    or roles mean all of them.
    """

    limits: Mapping[Setting, int | None] = field(default_factory=dict[Setting, int | None])
    role_daily: Mapping[int, int | None] = field(default_factory=dict[int, int | None])
    channels: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    paused: bool = False
    age_restricted_only: bool = False
    caption_only: bool = False
    log_channel_id: int | None = None
    blocked: bool = False


@dataclass(frozen=True)
class Place:
    """Where a member asks from: facts that Discord gives with the interaction."""

    channel_ids: frozenset[int] = frozenset()
    """The channel, and for a thread its parent too."""
    role_ids: frozenset[int] = frozenset()
    age_restricted: bool = False


def barred(rules: Rules, place: Place) -> Refusal | None:
    """Tell why the moderators' rules keep this member out here, or None when they do not."""
    if rules.blocked:
        return Blocked()
    if rules.paused:
        return Paused()
    if rules.channels and not rules.channels & place.channel_ids:
        return ChannelNotAllowed(tuple(sorted(rules.channels)))
    if rules.roles and not rules.roles & place.role_ids:
        return RoleNotAllowed(tuple(sorted(rules.roles)))
    if rules.age_restricted_only and not place.age_restricted:
        return AgeRestrictedOnly()
    return None


NO_RULES, ANYWHERE = Rules(), Place()


def limits_for(
    defaults: DefaultLimits, *, in_server: bool, rules: Rules = NO_RULES, place: Place = ANYWHERE
) -> Limits:
    """The limits of a place: a server's own over the operator's, or those of direct messages.

    Direct messages have no server budget. Of several roles with an allowance the best one counts.
    """
    if not in_server:
        return Limits(
            daily=defaults.dm_daily,
            cooldown_seconds=defaults.cooldown_seconds,
            at_once=defaults.at_once,
            server_daily_micros=None,
            server_monthly_micros=None,
            bot_daily_micros=defaults.bot_daily_micros,
            direct_message=True,
        )
    own = rules.limits
    by_role = [daily for role, daily in rules.role_daily.items() if role in place.role_ids]
    daily = own.get(Setting.DAILY, defaults.member_daily)
    if by_role:
        daily = None if None in by_role else max(one for one in by_role if one is not None)
    return Limits(
        daily=daily,
        cooldown_seconds=own.get(Setting.COOLDOWN, defaults.cooldown_seconds),
        at_once=own.get(Setting.AT_ONCE, defaults.at_once),
        server_daily_micros=own.get(Setting.SERVER_DAILY, defaults.server_daily_micros),
        server_monthly_micros=own.get(Setting.SERVER_MONTHLY, defaults.server_monthly_micros),
        bot_daily_micros=defaults.bot_daily_micros,
    )


def badge_for(rules: Rules, *, caption_only_allowed: bool) -> bool:
    """Whether a result gets the badge in its picture: always in direct messages, which have no rules."""
    return not (rules.caption_only and caption_only_allowed)


def day_start(now: datetime) -> datetime:
    """The start of the UTC day."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(now: datetime) -> datetime:
    """The start of the UTC month."""
    return day_start(now).replace(day=1)


def decide(limits: Limits, usage: Usage, price_micros: int, now: datetime) -> LimitReached | None:
    """Tell which limit one more swap would pass, or None when it may begin.

    What ends soonest is named first, so that a member who waits as told is not refused for another reason
    that was known before.
    """
    return (
        _at_once(limits, usage)
        or _cooldown(limits, usage, now)
        or _daily(limits, usage)
        or _budgets(limits, usage, price_micros, now)
    )


def _at_once(limits: Limits, usage: Usage) -> LimitReached | None:
    if limits.at_once is None or usage.open_swaps < limits.at_once:
        return None
    return LimitReached(Limit.AT_ONCE, limits.at_once, usage.open_swaps, None)


def _cooldown(limits: Limits, usage: Usage, now: datetime) -> LimitReached | None:
    if not limits.cooldown_seconds or usage.last_admitted is None:
        return None
    over = usage.last_admitted + timedelta(seconds=limits.cooldown_seconds)
    if now >= over:
        return None
    passed = max(0, int((now - usage.last_admitted).total_seconds()))
    return LimitReached(Limit.COOLDOWN, limits.cooldown_seconds, passed, over)


def _daily(limits: Limits, usage: Usage) -> LimitReached | None:
    used = len(usage.recent)
    if limits.daily is None or used < limits.daily:
        return None
    # The allowance is free again once only `daily - 1` swaps are left in the window.
    resets = usage.recent[limits.daily - 1] + ALLOWANCE_WINDOW if limits.daily else None
    limit = Limit.DM_DAILY if limits.direct_message else Limit.MEMBER_DAILY
    return LimitReached(limit, limits.daily, used, resets)


def _budgets(limits: Limits, usage: Usage, price_micros: int, now: datetime) -> LimitReached | None:
    tomorrow = day_start(now) + timedelta(days=1)
    next_month = (month_start(now) + timedelta(days=32)).replace(day=1)
    for limit, allowed, used, resets in (
        (Limit.SERVER_DAILY_BUDGET, limits.server_daily_micros, usage.server_day_micros, tomorrow),
        (Limit.SERVER_MONTHLY_BUDGET, limits.server_monthly_micros, usage.server_month_micros, next_month),
        (Limit.BOT_DAILY_BUDGET, limits.bot_daily_micros, usage.bot_day_micros, tomorrow),
    ):
        if price_micros and allowed is not None and used + price_micros > allowed:
            return LimitReached(limit, allowed, used, resets)
    return None
