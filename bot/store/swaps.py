"""The life of a swap in the store: held, sending, made, then delivered or refunded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString

from bot.errors import AlreadyHandled
from bot.policy import ALLOWANCE_WINDOW, Limits, Usage, day_start, decide, month_start
from bot.store.database import Row, Transaction, Value, from_ms, to_ms

_OPEN = "state NOT IN ('delivered', 'refunded')"


@dataclass(frozen=True)
class Swap:
    """One swap as it was asked for; the ids are Discord's, guild_id 0 means direct messages."""

    id: int
    application_id: int
    guild_id: int
    channel_id: int
    user_id: int
    private: bool
    upload_limit: int
    price_micros: int
    token: str = field(repr=False)
    source_url: str = field(repr=False)
    target_url: str = field(repr=False)
    prompt: str = field(repr=False)
    image_format: str
    quality: int
    seed: int


@dataclass(frozen=True)
class Picture:
    """A finished picture, and what the API said of it."""

    data: bytes = field(repr=False)
    request_id: str | None = None
    cost_micros: int | None = None
    seed: int | None = None


@dataclass(frozen=True)
class OpenSwap:
    """A swap that has not ended, as a restart finds it."""

    swap: Swap
    state: str
    held_at: datetime
    sent_at: datetime | None
    made_at: datetime | None
    picture: Picture | None


def hold(db: Transaction, swap: Swap, limits: Limits, now: datetime) -> None:
    """Admit a swap and hold its price.

    Raises AlreadyHandled when the interaction has a row, LimitReached when a limit would be passed.
    """
    _lock_and_book(db, swap, whole_bot=limits.bot_daily_micros is not None and swap.price_micros > 0)
    if db.rows("SELECT 1 FROM swaps WHERE id = :id", id=swap.id):
        raise AlreadyHandled
    usage = _usage(db, swap, now)
    if refusal := decide(limits, usage, swap.price_micros, now):
        raise refusal
    _insert(db, swap, limits, usage, now)


def start_sending(db: Transaction, swap_id: int, now: datetime) -> bool:
    """Note that the paid call leaves now; False when the swap is not held any more."""
    return _step(db, swap_id, "held", "state = 'sending', sent_at = :now", now=to_ms(now))


def keep_picture(db: Transaction, swap_id: int, picture: Picture, now: datetime) -> bool:
    """Keep the finished picture until it is delivered; False when the swap is not sending any more."""
    return _step(
        db,
        swap_id,
        "sending",
        "state = 'made', made_at = :now, picture = :data, request_id = :request_id, "
        "reported_cost_micros = :cost, reported_seed = :seed",
        now=to_ms(now),
        data=picture.data,
        request_id=picture.request_id,
        cost=picture.cost_micros,
        seed=picture.seed,
    )


def settle(db: Transaction, swap_id: int, now: datetime) -> bool:
    """End a delivered swap: its hold becomes its entry; False when it is not awaiting delivery any more."""
    if not _end(db, swap_id, states="'made'", outcome="delivered", failure=None, now=now):
        return False
    swap = _release(db, swap_id, spend=True)
    db.execute(
        "INSERT INTO entries (swap_id, guild_id, user_id, amount_micros, posted_at) "
        "VALUES (:id, :guild, :user, :price, :now)",
        id=swap_id,
        now=to_ms(now),
        **swap,
    )
    return True


def refund(db: Transaction, swap_id: int, failure: str, now: datetime) -> bool:
    """End a failed swap: its hold is released; False when it has ended already."""
    states = "'held', 'sending', 'running', 'made'"
    if not _end(db, swap_id, states=states, outcome="refunded", failure=failure, now=now):
        return False
    _release(db, swap_id, spend=False)
    return True


def open_swaps(db: Transaction) -> list[int]:
    """The ids of the swaps that have not ended, oldest first."""
    return [row["id"] for row in db.rows(f"SELECT id FROM swaps WHERE {_OPEN} ORDER BY held_at, id")]


def load_open(db: Transaction, swap_id: int) -> OpenSwap | None:
    """One open swap with its picture, or None when it has ended."""
    rows = db.rows(f"SELECT * FROM swaps WHERE id = :id AND {_OPEN}", id=swap_id)
    return _open_swap(rows[0]) if rows else None


def _lock_and_book(db: Transaction, swap: Swap, *, whole_bot: bool) -> None:
    """Book the price in its accounts, which locks them against every other hold until this one ends.

    The counting comes after, in statements of their own: one that waited for a lock still counts what was
    there before it waited. The order is always bot, server, member, so that no two wait for each other.
    """
    if whole_bot:
        db.execute("UPDATE accounts SET held_micros = held_micros WHERE guild_id = 0 AND user_id = 0")
    for user_id in _accounts_of(swap.guild_id, swap.user_id):
        db.execute(
            "INSERT INTO accounts (guild_id, user_id, held_micros) VALUES (:guild, :user, :price) "
            "ON CONFLICT (guild_id, user_id) DO UPDATE SET held_micros = accounts.held_micros + :price",
            guild=swap.guild_id,
            user=user_id,
            price=swap.price_micros,
        )


def _accounts_of(guild_id: int, user_id: int) -> tuple[int, ...]:
    """The accounts a swap is booked in, in the order they are locked: the server's, if any, the member's."""
    return (0, user_id) if guild_id else (user_id,)


def _open_swap(row: Row) -> OpenSwap:
    picture = None
    if row["picture"] is not None:
        picture = Picture(
            row["picture"], row["request_id"], row["reported_cost_micros"], row["reported_seed"]
        )
    return OpenSwap(
        swap=Swap(
            id=row["id"],
            application_id=row["application_id"],
            guild_id=row["guild_id"],
            channel_id=row["channel_id"],
            user_id=row["user_id"],
            private=bool(row["private"]),
            upload_limit=row["upload_limit"],
            price_micros=row["price_micros"],
            token=row["token"],
            source_url=row["source_url"],
            target_url=row["target_url"],
            prompt=row["prompt"],
            image_format=row["image_format"],
            quality=row["quality"],
            seed=row["seed"],
        ),
        state=row["state"],
        held_at=from_ms(row["held_at"]),
        sent_at=None if row["sent_at"] is None else from_ms(row["sent_at"]),
        made_at=None if row["made_at"] is None else from_ms(row["made_at"]),
        picture=picture,
    )


def _step(db: Transaction, swap_id: int, state: str, change: LiteralString, **values: Value) -> bool:
    changed = db.execute(
        f"UPDATE swaps SET {change} WHERE id = :id AND state = :state", id=swap_id, state=state, **values
    )
    return changed == 1


def _end(
    db: Transaction,
    swap_id: int,
    *,
    states: LiteralString,
    outcome: str,
    failure: str | None,
    now: datetime,
) -> bool:
    changed = db.execute(
        "UPDATE swaps SET state = :outcome, failure = :failure, ended_at = :now, "
        "token = NULL, source_url = NULL, target_url = NULL, prompt = NULL, picture = NULL "
        f"WHERE id = :id AND state IN ({states})",
        id=swap_id,
        outcome=outcome,
        failure=failure,
        now=to_ms(now),
    )
    return changed == 1


def _release(db: Transaction, swap_id: int, *, spend: bool) -> dict[str, int]:
    """Take a swap's price out of what its accounts hold; returns what an entry needs."""
    row = db.row("SELECT guild_id, user_id, price_micros FROM swaps WHERE id = :id", id=swap_id)
    guild_id, user_id, price = row["guild_id"], row["user_id"], row["price_micros"]
    # One statement for both would lock them in an order of the database's choosing.
    for account in _accounts_of(guild_id, user_id):
        db.execute(
            "UPDATE accounts SET held_micros = held_micros - :price, spent_micros = spent_micros + :spent "
            "WHERE guild_id = :guild AND user_id = :user",
            guild=guild_id,
            user=account,
            price=price,
            spent=price if spend else 0,
        )
    return {"guild": guild_id, "user": user_id, "price": price}


def _usage(db: Transaction, swap: Swap, now: datetime) -> Usage:
    member = db.rows(
        "SELECT state, held_at FROM swaps WHERE guild_id = :guild AND user_id = :user "
        f"AND (held_at > :since OR {_OPEN}) ORDER BY held_at DESC",
        guild=swap.guild_id,
        user=swap.user_id,
        since=to_ms(now - ALLOWANCE_WINDOW),
    )
    server_day, server_month = _server_micros(db, swap, now)
    return Usage(
        recent=tuple(from_ms(row["held_at"]) for row in member if row["state"] != "refunded"),
        open_swaps=sum(row["state"] not in ("delivered", "refunded") for row in member),
        last_admitted=from_ms(member[0]["held_at"]) if member else None,
        server_day_micros=server_day,
        server_month_micros=server_month,
        bot_day_micros=db.row(
            "SELECT (SELECT COALESCE(SUM(amount_micros), 0) FROM entries WHERE posted_at >= :since) "
            f"+ (SELECT COALESCE(SUM(price_micros), 0) FROM swaps WHERE {_OPEN}) AS micros",
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


def _insert(db: Transaction, swap: Swap, limits: Limits, usage: Usage, now: datetime) -> None:
    db.execute(
        "INSERT INTO swaps (id, application_id, guild_id, channel_id, user_id, private, upload_limit, "
        "price_micros, state, token, source_url, target_url, prompt, image_format, quality, seed, held_at, "
        "daily_limit, daily_used, at_once_limit, at_once_used, server_day_limit, server_day_used, "
        "server_month_limit, server_month_used, bot_day_limit, bot_day_used) "
        "VALUES (:id, :application_id, :guild_id, :channel_id, :user_id, :is_private, :upload_limit, "
        ":price_micros, 'held', :token, :source_url, :target_url, :prompt, :image_format, :quality, "
        ":seed, :now, "
        ":daily_limit, :daily_used, :at_once_limit, :at_once_used, :server_day_limit, :server_day_used, "
        ":server_month_limit, :server_month_used, :bot_day_limit, :bot_day_used)",
        **vars(swap),
        is_private=int(swap.private),
        now=to_ms(now),
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
