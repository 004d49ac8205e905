"""Who may swap now: prices, limits and one pure decision. Times are aware, money is micro-dollars."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import Limit, LimitReached

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


def limits_for(defaults: DefaultLimits, *, in_server: bool) -> Limits:
    """The limits of a place: a server's, or those of direct messages, which have no server budget."""
    return Limits(
        daily=defaults.member_daily if in_server else defaults.dm_daily,
        cooldown_seconds=defaults.cooldown_seconds,
        at_once=defaults.at_once,
        server_daily_micros=defaults.server_daily_micros if in_server else None,
        server_monthly_micros=defaults.server_monthly_micros if in_server else None,
        bot_daily_micros=defaults.bot_daily_micros,
        direct_message=not in_server,
    )


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
