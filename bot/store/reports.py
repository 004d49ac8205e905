"""What people are told about the books: a statement, a history, a server's usage, the whole ledger."""

from dataclasses import dataclass
from datetime import datetime

from bot.policy import ALLOWANCE_WINDOW, day_start, month_start
from bot.store.database import Row, Transaction, from_ms, to_ms


@dataclass(frozen=True)
class Spent:
    """Micro-dollars spent in this UTC day, this UTC month, and ever."""

    today: int
    month: int
    ever: int


@dataclass(frozen=True)
class Statement:
    """What a member has used here and spent, here and everywhere."""

    recent: tuple[datetime, ...]
    """Admission times of the swaps that count against the allowance, newest first."""
    here: Spent
    everywhere: Spent


@dataclass(frozen=True)
class Delivered:
    """One delivered swap in a member's history; message_id is None where nobody else can see it."""

    swap_id: int
    guild_id: int
    channel_id: int
    message_id: int | None
    amount_micros: int
    posted_at: datetime


@dataclass(frozen=True)
class Usage:
    """What one member used in a period."""

    user_id: int
    swaps: int
    micros: int


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger."""

    id: int
    swap_id: int
    guild_id: int
    user_id: int
    amount_micros: int
    reported_cost_micros: int | None
    posted_at: datetime


def statement(db: Transaction, guild_id: int, user_id: int, now: datetime) -> Statement:
    """What a member has used in one place (0: direct messages), and spent there and everywhere."""
    recent = db.rows(
        "SELECT held_at FROM swaps WHERE guild_id = :guild AND user_id = :user AND state <> 'refunded' "
        "AND (held_at > :since OR state <> 'delivered') ORDER BY held_at DESC",
        guild=guild_id,
        user=user_id,
        since=to_ms(now - ALLOWANCE_WINDOW),
    )
    places = db.rows(
        "SELECT CASE WHEN guild_id = :guild THEN 1 ELSE 0 END AS here, "
        "SUM(CASE WHEN posted_at >= :day THEN amount_micros ELSE 0 END) AS today, "
        "SUM(CASE WHEN posted_at >= :month THEN amount_micros ELSE 0 END) AS month, "
        "SUM(amount_micros) AS ever FROM entries WHERE user_id = :user "
        "GROUP BY CASE WHEN guild_id = :guild THEN 1 ELSE 0 END",
        guild=guild_id,
        user=user_id,
        day=to_ms(day_start(now)),
        month=to_ms(month_start(now)),
    )
    return Statement(
        recent=tuple(from_ms(row["held_at"]) for row in recent),
        here=_total([row for row in places if row["here"]]),
        everywhere=_total(places),
    )


def history(db: Transaction, user_id: int, *, limit: int, offset: int = 0) -> list[Delivered]:
    """A member's delivered swaps, newest first."""
    return [
        Delivered(
            row["swap_id"],
            row["guild_id"],
            row["channel_id"],
            None if row["private"] else row["message_id"],
            row["amount_micros"],
            from_ms(row["posted_at"]),
        )
        for row in db.rows(
            "SELECT entries.swap_id, entries.guild_id, swaps.channel_id, swaps.message_id, swaps.private, "
            "entries.amount_micros, entries.posted_at "
            "FROM entries JOIN swaps ON swaps.id = entries.swap_id "
            "WHERE entries.user_id = :user ORDER BY entries.posted_at DESC, entries.id DESC "
            "LIMIT :limit OFFSET :offset",
            user=user_id,
            limit=limit,
            offset=offset,
        )
    ]


def delivered_count(db: Transaction, user_id: int) -> int:
    """How many swaps a member was charged for, free ones included."""
    return db.row("SELECT COUNT(*) AS count FROM entries WHERE user_id = :user", user=user_id)["count"]


def usage(db: Transaction, guild_id: int, since: datetime, until: datetime) -> list[Usage]:
    """Who used how much in a server and period, the biggest spender first."""
    return [
        Usage(row["user_id"], row["swaps"], row["micros"])
        for row in db.rows(
            "SELECT user_id, COUNT(*) AS swaps, SUM(amount_micros) AS micros FROM entries "
            "WHERE guild_id = :guild AND posted_at >= :since AND posted_at < :until "
            "GROUP BY user_id ORDER BY micros DESC, swaps DESC, user_id",
            guild=guild_id,
            since=to_ms(since),
            until=to_ms(until),
        )
    ]


def usage_by_day(db: Transaction, guild_id: int, since: datetime, until: datetime) -> dict[int, int]:
    """Swaps per UTC day of a period, by the day's number since `since`; days without any are left out."""
    rows = db.rows(
        "SELECT (posted_at - :since) / 86400000 AS day, COUNT(*) AS swaps FROM entries "
        "WHERE guild_id = :guild AND posted_at >= :since AND posted_at < :until "
        "GROUP BY (posted_at - :since) / 86400000",
        guild=guild_id,
        since=to_ms(since),
        until=to_ms(until),
    )
    return {row["day"]: row["swaps"] for row in rows}


def entries_after(db: Transaction, entry_id: int, limit: int) -> list[Entry]:
    """The next entries of the whole ledger, oldest first; start at 0."""
    return [
        Entry(
            row["id"],
            row["swap_id"],
            row["guild_id"],
            row["user_id"],
            row["amount_micros"],
            row["reported_cost_micros"],
            from_ms(row["posted_at"]),
        )
        for row in db.rows(
            "SELECT entries.id, entries.swap_id, entries.guild_id, entries.user_id, entries.amount_micros, "
            "swaps.reported_cost_micros, entries.posted_at "
            "FROM entries JOIN swaps ON swaps.id = entries.swap_id "
            "WHERE entries.id > :after ORDER BY entries.id LIMIT :limit",
            after=entry_id,
            limit=limit,
        )
    ]


def _total(rows: list[Row]) -> Spent:
    return Spent(
        today=sum(row["today"] for row in rows),
        month=sum(row["month"] for row in rows),
        ever=sum(row["ever"] for row in rows),
    )
