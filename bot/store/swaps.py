"""The life of a swap in the store: held, sending, made, then delivered or refunded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, LiteralString

from bot.store.database import Row, Transaction, Value, from_ms, to_ms
from bot.store.extras import give_back

OPEN: Final = "state NOT IN ('delivered', 'refunded')"

REPEATED: Final = "Repeated"
"""Why a swap was refunded whose result the member had already: it touches no limit, not even the cooldown."""

CANCELLED: Final = "Cancelled"
"""Why a swap was refunded that its member took back."""


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
    spoiler: bool = False
    locale: str = "en-US"
    """The language the member reads, as Discord names it."""
    subject_id: int | None = None
    """Whose avatar the target is, when that is another member's, who allowed it."""


@dataclass(frozen=True)
class Picture:
    """A finished picture, and what the API said of it."""

    data: bytes = field(repr=False)
    request_id: str | None = None
    cost_micros: int | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Kept:
    """What is known of a picture that is kept: its size in bytes, and the seed that the API reported."""

    size: int
    seed: int | None = None


@dataclass(frozen=True)
class OpenSwap:
    """A swap that has not ended, as a restart finds it; `picture` reads what is kept."""

    swap: Swap
    state: str
    held_at: datetime
    sent_at: datetime | None
    made_at: datetime | None
    request_id: str | None
    kept: Kept | None
    asked_at: datetime | None
    """When the member was asked whether to pay although no face was seen."""


@dataclass(frozen=True)
class Origin:
    """Where and for whom a swap was made."""

    guild_id: int
    channel_id: int
    message_id: int | None
    user_id: int


def origin(db: Transaction, swap_id: int) -> Origin | None:
    """Where a swap was made, or None for one that this store does not know."""
    sql = "SELECT guild_id, channel_id, message_id, user_id FROM swaps WHERE id = :id"
    return next((Origin(**row) for row in db.rows(sql, id=swap_id)), None)


def start_sending(db: Transaction, swap_id: int, now: datetime, owner: str = "", account: str = "") -> bool:
    """Note that the paid call leaves now; False when the swap is not held any more, or not by this owner.

    Nor does it leave while the `account` at the API takes no calls.
    """
    return _step(
        db,
        swap_id,
        "state = 'held' AND lease_owner = :owner AND NOT EXISTS "
        "(SELECT 1 FROM api_accounts WHERE account = :account AND opens_at > :now)",
        "state = 'sending', sent_at = :now",
        owner=owner,
        account=account,
        now=to_ms(now),
    )


def hold_again(db: Transaction, swap_id: int) -> bool:
    """Note that the paid call was turned away before anything was started; False when it was not leaving."""
    return _step(db, swap_id, "state = 'sending'", "state = 'held', sent_at = NULL")


def start_running(db: Transaction, swap_id: int, request_id: str) -> bool:
    """Note by which id the queue knows the paid call; False when the swap is not sending any more."""
    return _step(
        db, swap_id, "state = 'sending'", "state = 'running', request_id = :request", request=request_id
    )


def keep_picture(db: Transaction, swap_id: int, picture: Picture, now: datetime) -> bool:
    """Keep the finished picture until it is delivered; False when nobody waits for it any more."""
    return _step(
        db,
        swap_id,
        "state IN ('sending', 'running')",
        "state = 'made', made_at = :now, picture = :data, request_id = :request_id, "
        "reported_cost_micros = :cost, reported_seed = :seed",
        now=to_ms(now),
        data=picture.data,
        request_id=picture.request_id,
        cost=picture.cost_micros,
        seed=picture.seed,
    )


def note_late(db: Transaction, swap_id: int, now: datetime) -> datetime:
    """Note that the result is sent as a message of its own, and return when that was first tried."""
    db.execute(
        "UPDATE swaps SET late_at = :now WHERE id = :id AND late_at IS NULL", id=swap_id, now=to_ms(now)
    )
    return from_ms(db.row("SELECT late_at FROM swaps WHERE id = :id", id=swap_id)["late_at"])


def ask(db: Transaction, swap_id: int, now: datetime) -> datetime:
    """Note that the member is asked whether to pay, and return when that was first done."""
    db.execute(
        "UPDATE swaps SET asked_at = :now WHERE id = :id AND asked_at IS NULL", id=swap_id, now=to_ms(now)
    )
    return from_ms(db.row("SELECT asked_at FROM swaps WHERE id = :id", id=swap_id)["asked_at"])


def confirm(db: Transaction, swap_id: int, user_id: int, now: datetime) -> bool:
    """Note that a member wants a swap of theirs paid for; False when it is too late, or not theirs."""
    return bool(
        db.execute(
            "UPDATE swaps SET confirmed_at = COALESCE(confirmed_at, :now) "
            "WHERE id = :id AND user_id = :user AND state = 'held' AND asked_at IS NOT NULL",
            id=swap_id,
            user=user_id,
            now=to_ms(now),
        )
    )


def answer(db: Transaction, swap_id: int) -> bool | None:
    """What the member answered: True to go on, False when the swap has ended, None while nothing came."""
    row = db.row("SELECT state, confirmed_at FROM swaps WHERE id = :id", id=swap_id)
    if row["state"] != "held":
        return False
    return True if row["confirmed_at"] is not None else None


def settle(
    db: Transaction,
    swap_id: int,
    now: datetime,
    message_id: int | None = None,
    result_hash: int | None = None,
) -> bool:
    """End a delivered swap: its hold becomes its entry; False when it is not awaiting delivery any more."""
    if not _end(db, swap_id, states="'made'", outcome="delivered", failure=None, now=now):
        return False
    db.execute("UPDATE swaps SET message_id = :message WHERE id = :id", id=swap_id, message=message_id)
    db.execute("UPDATE inputs SET result_hash = :hash WHERE swap_id = :id", id=swap_id, hash=result_hash)
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
    """End a failed swap: its hold is released and an extra swap given back; False when it has ended."""
    states = "'held', 'sending', 'running', 'made'"
    if not _end(db, swap_id, states=states, outcome="refunded", failure=failure, now=now):
        return False
    _give_up(db, swap_id, now)
    return True


def cancel(db: Transaction, swap_id: int, user_id: int, now: datetime) -> bool:
    """Take back a member's own swap that is not sent yet, like a refund; False when it is too late.

    Once more is no mistake: a press may reach two processes, and its first answer may have been lost. Nor is
    it after a question that nobody answered in time: nothing was sent then either.
    """
    mine = db.rows("SELECT failure FROM swaps WHERE id = :id AND user_id = :user", id=swap_id, user=user_id)
    if not mine or not _end(db, swap_id, states="'held'", outcome="refunded", failure=CANCELLED, now=now):
        return bool(mine) and mine[0]["failure"] in (CANCELLED, "NotConfirmed")
    _give_up(db, swap_id, now)
    return True


def was_cancelled(db: Transaction, swap_id: int) -> bool:
    """Whether a member took this swap back."""
    return bool(db.rows("SELECT 1 FROM swaps WHERE id = :id AND failure = 'Cancelled'", id=swap_id))


def remove(db: Transaction, swap_id: int, now: datetime) -> bool:
    """Note that a result was deleted, and forget what it was made from; False when that was done before."""
    db.execute("DELETE FROM inputs WHERE swap_id = :id", id=swap_id)
    return _step(db, swap_id, "removed_at IS NULL", "removed_at = :now", now=to_ms(now))


def is_worked_on(db: Transaction, swap_id: int, owner: str) -> bool:
    """Whether the swap is open, and this owner's to work on."""
    sql = f"SELECT 1 FROM swaps WHERE id = :id AND lease_owner = :owner AND {OPEN}"
    return bool(db.rows(sql, id=swap_id, owner=owner))


def load_open(db: Transaction, swap_id: int) -> OpenSwap | None:
    """One open swap, or None when it has ended."""
    rows = db.rows(
        "SELECT id, application_id, guild_id, channel_id, user_id, private, upload_limit, price_micros, "
        "token, source_url, target_url, prompt, image_format, quality, seed, spoiler, locale, subject_id, "
        "state, held_at, sent_at, made_at, asked_at, request_id, reported_seed, LENGTH(picture) AS size "
        f"FROM swaps WHERE id = :id AND {OPEN}",
        id=swap_id,
    )
    return _open_swap(rows[0]) if rows else None


def picture(db: Transaction, swap_id: int) -> bytes | None:
    """The picture of a swap that waits to be shown; None once it has ended."""
    found = db.rows("SELECT picture FROM swaps WHERE id = :id AND picture IS NOT NULL", id=swap_id)
    return found[0]["picture"] if found else None


def last_calls_seconds(db: Transaction) -> list[float]:
    """How long the last calls took that made a picture, oldest first."""
    made = db.rows(
        "SELECT made_at - sent_at AS taken FROM swaps WHERE made_at IS NOT NULL ORDER BY id DESC LIMIT 15"
    )
    return [row["taken"] / 1000 for row in reversed(made)]


def accounts_of(guild_id: int, user_id: int) -> tuple[int, ...]:
    """The accounts a swap is booked in, in the order they are locked: the server's, if any, the member's."""
    return (0, user_id) if guild_id else (user_id,)


def _open_swap(row: Row) -> OpenSwap:
    size = row["size"]
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
            spoiler=bool(row["spoiler"]),
            locale=row["locale"],
            subject_id=row["subject_id"],
        ),
        state=row["state"],
        held_at=from_ms(row["held_at"]),
        sent_at=None if row["sent_at"] is None else from_ms(row["sent_at"]),
        made_at=None if row["made_at"] is None else from_ms(row["made_at"]),
        request_id=row["request_id"],
        kept=None if size is None else Kept(size, row["reported_seed"]),
        asked_at=None if row["asked_at"] is None else from_ms(row["asked_at"]),
    )


def _step(
    db: Transaction, swap_id: int, before: LiteralString, change: LiteralString, **values: Value
) -> bool:
    return db.execute(f"UPDATE swaps SET {change} WHERE id = :id AND {before}", id=swap_id, **values) == 1


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


def _give_up(db: Transaction, swap_id: int, now: datetime) -> None:
    """What a swap that is refunded leaves: nothing held, nothing used, nothing kept."""
    _release(db, swap_id, spend=False)
    give_back(db, swap_id, now)
    db.execute("DELETE FROM inputs WHERE swap_id = :id", id=swap_id)


def _release(db: Transaction, swap_id: int, *, spend: bool) -> dict[str, int]:
    """Take a swap's price out of what its accounts hold; returns what an entry needs."""
    row = db.row("SELECT guild_id, user_id, price_micros FROM swaps WHERE id = :id", id=swap_id)
    guild_id, user_id, price = row["guild_id"], row["user_id"], row["price_micros"]
    # One statement for both would lock them in an order of the database's choosing.
    for account in accounts_of(guild_id, user_id):
        db.execute(
            "UPDATE accounts SET held_micros = held_micros - :price, spent_micros = spent_micros + :spent "
            "WHERE guild_id = :guild AND user_id = :user",
            guild=guild_id,
            user=account,
            price=price,
            spent=price if spend else 0,
        )
    return {"guild": guild_id, "user": user_id, "price": price}
