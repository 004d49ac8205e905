"""Admission: one transaction that locks, counts, decides, and holds a swap's price."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.errors import AlreadyHandled, Limit
from bot.policy import (
    ALLOWANCE_WINDOW,
    DefaultLimits,
    Limits,
    Place,
    Usage,
    barred,
    day_start,
    decide,
    limits_for,
    month_start,
)
from bot.store.database import Transaction, from_ms, to_ms
from bot.store.extras import extras, use_extra
from bot.store.moderation import rules
from bot.store.swaps import OPEN, REPEATED, Swap, accounts_of


@dataclass(frozen=True)
class Terms:
    """What a swap is admitted by: the operator's defaults, and where the member asks from."""

    defaults: DefaultLimits
    place: Place


@dataclass(frozen=True)
class Lease:
    """Who works on a swap, and until when nobody else may."""

    owner: str
    until: datetime


UNLEASED = Lease("", datetime(1970, 1, 1, tzinfo=UTC))
"""Free for whoever claims it."""


def admit(db: Transaction, swap: Swap, terms: Terms, lease: Lease, now: datetime) -> None:
    """Hold a swap by the rules of the place it was asked for in.

    Raises a Refusal that says which rule or limit is in the way, or AlreadyHandled.
    """
    own = rules(db, swap.guild_id, swap.user_id)
    limits = limits_for(terms.defaults, in_server=swap.guild_id != 0, rules=own, place=terms.place)
    if refusal := barred(own, terms.place):
        # A second delivery of an interaction must not be refused by what has changed since the first.
        _refuse_known(db, swap)
        raise refusal
    hold(db, swap, limits, now, lease)


def hold(db: Transaction, swap: Swap, limits: Limits, now: datetime, lease: Lease = UNLEASED) -> None:
    """Hold a swap's price within the given limits; an extra swap is used where the allowance is spent.

    Raises AlreadyHandled when the interaction has a row, LimitReached when a limit would be passed.
    """
    _lock_and_book(db, swap, whole_bot=limits.bot_daily_micros is not None and swap.price_micros > 0)
    _refuse_known(db, swap)
    usage = _usage(db, swap, now)
    refusal = decide(limits, usage, swap.price_micros, now)
    grant = None
    if refusal and refusal.limit is Limit.MEMBER_DAILY:
        grant = next(iter(extras(db, swap.guild_id, swap.user_id, now)), None)
    if grant:
        # It lifts this limit alone.
        limits = replace(limits, daily=None)
        refusal = decide(limits, usage, swap.price_micros, now)
    if refusal:
        raise refusal
    _insert(db, swap, limits, usage, now=now, lease=lease)
    if grant:
        use_extra(db, grant.grant_id, swap.id, now)


def _refuse_known(db: Transaction, swap: Swap) -> None:
    if db.rows("SELECT 1 FROM swaps WHERE id = :id", id=swap.id):
        raise AlreadyHandled


def _lock_and_book(db: Transaction, swap: Swap, *, whole_bot: bool) -> None:
    """Book the price in its accounts, which locks them against every other hold until this one ends.

    The counting comes after, in statements of their own: one that waited for a lock still counts what was
    there before it waited. The order is always bot, server, member, so that no two wait for each other.
    """
    if whole_bot:
        db.execute("UPDATE accounts SET held_micros = held_micros WHERE guild_id = 0 AND user_id = 0")
    for user_id in accounts_of(swap.guild_id, swap.user_id):
        db.execute(
            "INSERT INTO accounts (guild_id, user_id, held_micros) VALUES (:guild, :user, :price) "
            "ON CONFLICT (guild_id, user_id) DO UPDATE SET held_micros = accounts.held_micros + :price",
            guild=swap.guild_id,
            user=user_id,
            price=swap.price_micros,
        )


def _usage(db: Transaction, swap: Swap, now: datetime) -> Usage:
    member = db.rows(
        "SELECT state, failure, held_at FROM swaps WHERE guild_id = :guild AND user_id = :user "
        f"AND (held_at > :since OR {OPEN}) ORDER BY held_at DESC",
        guild=swap.guild_id,
        user=swap.user_id,
        since=to_ms(now - ALLOWANCE_WINDOW),
    )
    server_day, server_month = _server_micros(db, swap, now)
    return Usage(
        recent=tuple(from_ms(row["held_at"]) for row in member if row["state"] != "refunded"),
        open_swaps=sum(row["state"] not in ("delivered", "refunded") for row in member),
        last_admitted=max(
            (from_ms(row["held_at"]) for row in member if row["failure"] != REPEATED), default=None
        ),
        server_day_micros=server_day,
        server_month_micros=server_month,
        bot_day_micros=db.row(
            "SELECT (SELECT COALESCE(SUM(amount_micros), 0) FROM entries WHERE posted_at >= :since) "
            f"+ (SELECT COALESCE(SUM(price_micros), 0) FROM swaps WHERE {OPEN}) AS micros",
            since=to_ms(day_start(now)),
        )["micros"],
    )


def _server_micros(db: Transaction, swap: Swap, now: datetime) -> tuple[int, int]:
    """What a server spent this day and this month, each with its other holds; 0 in direct messages."""
    if not swap.guild_id:
        return 0, 0
    row = db.row(
        "SELECT COALESCE(SUM(CASE WHEN posted_at >= :day THEN amount_micros ELSE 0 END), 0) AS day_micros, "
        "COALESCE(SUM(amount_micros), 0) AS month_micros, "
        "(SELECT held_micros FROM accounts WHERE guild_id = :guild AND user_id = 0) AS held_micros "
        "FROM entries WHERE guild_id = :guild AND posted_at >= :month",
        guild=swap.guild_id,
        day=to_ms(day_start(now)),
        month=to_ms(month_start(now)),
    )
    others = row["held_micros"] - swap.price_micros
    return row["day_micros"] + others, row["month_micros"] + others


def _insert(
    db: Transaction, swap: Swap, limits: Limits, usage: Usage, *, now: datetime, lease: Lease
) -> None:
    db.execute(
        "INSERT INTO swaps (id, application_id, guild_id, channel_id, user_id, private, upload_limit, "
        "price_micros, state, token, source_url, target_url, prompt, image_format, quality, seed, "
        "spoiler, locale, subject_id, held_at, lease_owner, lease_until, "
        "daily_limit, daily_used, at_once_limit, at_once_used, server_day_limit, server_day_used, "
        "server_month_limit, server_month_used, bot_day_limit, bot_day_used) "
        "VALUES (:id, :application_id, :guild_id, :channel_id, :user_id, :is_private, :upload_limit, "
        ":price_micros, 'held', :token, :source_url, :target_url, :prompt, :image_format, :quality, :seed, "
        ":is_spoiler, :locale, :subject_id, :now, :lease_owner, :lease_until, "
        ":daily_limit, :daily_used, :at_once_limit, :at_once_used, :server_day_limit, :server_day_used, "
        ":server_month_limit, :server_month_used, :bot_day_limit, :bot_day_used)",
        **vars(swap),
        is_private=int(swap.private),
        is_spoiler=int(swap.spoiler),
        now=to_ms(now),
        lease_owner=lease.owner,
        lease_until=to_ms(lease.until),
        daily_limit=limits.daily,
        daily_used=len(usage.recent),
        at_once_limit=limits.at_once,
        at_once_used=usage.open_swaps,
        server_day_limit=limits.server_daily_micros,
        server_day_used=usage.server_day_micros,
        server_month_limit=limits.server_monthly_micros,
        server_month_used=usage.server_month_micros,
        bot_day_limit=limits.bot_daily_micros,
        bot_day_used=usage.bot_day_micros,
    )
