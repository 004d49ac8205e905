"""What swaps were made from, kept so that they can be made again, looked at, and found among blocked ones."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.store.database import Row, Transaction, to_ms
from bot.store.swaps import Swap
from bot.trust_errors import PictureBlocked

NEAR = 10
"""Most bits in which the hashes of one picture differ (measured: edits 0 to 6, other pictures 23 or more)."""


@dataclass(frozen=True)
class Seen:
    """The pictures of a swap: where Discord has them, without signatures, and what they show."""

    source: str = field(repr=False)
    target: str = field(repr=False)
    digest: str
    source_hash: int
    target_hash: int


@dataclass(frozen=True)
class Made:
    """A delivered swap, where its result is, and what it was made from."""

    swap_id: int
    application_id: int
    guild_id: int
    channel_id: int
    message_id: int | None
    user_id: int
    private: bool
    spoiler: bool
    source: str = field(repr=False)
    target: str = field(repr=False)
    prompt: str = field(repr=False)
    image_format: str
    quality: int
    seed: int
    source_hash: int
    target_hash: int
    result_hash: int | None
    removed: bool


def take_in(db: Transaction, swap: Swap, seen: Seen, now: datetime) -> Made | None:
    """Keep what a swap is made from, and return the member's own earlier swap of the same, if there is one.

    Raises PictureBlocked when a picture was reported. Again, after a restart, only the time changes. Nothing
    is kept of a swap that has ended meanwhile.
    """
    refuse_blocked(db, swap.guild_id, (seen.source_hash, seen.target_hash))
    # This locks the swap: what ends it forgets its inputs, and must not come in between.
    if not db.execute("UPDATE swaps SET state = state WHERE id = :id AND state = 'held'", id=swap.id):
        return None
    db.execute(
        "INSERT INTO inputs (swap_id, user_id, source, target, prompt, digest, source_hash, target_hash, "
        "kept_at) "
        "VALUES (:swap, :user, :source, :target, :prompt, :digest, :source_hash, :target_hash, :now) "
        "ON CONFLICT (swap_id) DO UPDATE SET kept_at = :now",
        swap=swap.id,
        user=swap.user_id,
        prompt=swap.prompt,
        now=to_ms(now),
        **vars(seen),
    )
    return _repeated(db, swap.user_id, seen.digest)


def made(db: Transaction, swap_id: int) -> Made | None:
    """A delivered swap that can be made again; None when there is none, or what it was made from is gone."""
    return next(iter(_made(db.rows(f"{_MADE} AND swaps.id = :swap", swap=swap_id))), None)


def _repeated(db: Transaction, user_id: int, digest: str) -> Made | None:
    """The member's newest swap of the same pictures and options whose result others may still see."""
    rows = db.rows(
        f"{_MADE} AND inputs.user_id = :user AND digest = :digest AND swaps.private = 0 "
        "AND removed_at IS NULL ORDER BY swaps.id DESC LIMIT 1",
        user=user_id,
        digest=digest,
    )
    return next(iter(_made(rows)), None)


def refuse_blocked(db: Transaction, guild_id: int, hashes: Sequence[int]) -> None:
    """Raise PictureBlocked when one of these hashes is near a blocked one."""
    if blocked(db, guild_id, hashes):
        raise PictureBlocked


def blocked(db: Transaction, guild_id: int, hashes: Sequence[int]) -> bool:
    """Whether one of these perceptual hashes is near a blocked one, here or in the whole bot.

    "Here" is the server, or for guild_id 0 every place without one.
    """
    rows = db.rows("SELECT hash FROM blocked_pictures WHERE guild_id IN (0, :scope)", scope=guild_id or -1)
    return any(_distance(row["hash"], one) <= NEAR for row in rows for one in hashes)


def store_key(db: Transaction, name: str) -> bytes:
    """The key of this store for one purpose, made at its first use."""
    db.execute(
        "INSERT INTO store_keys (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
        name=name,
        value=secrets.token_bytes(32),
    )
    return bytes(db.row("SELECT value FROM store_keys WHERE name = :name", name=name)["value"])


_MADE = (
    "SELECT swaps.id, application_id, guild_id, channel_id, message_id, swaps.user_id, private, spoiler, "
    "inputs.source, inputs.target, inputs.prompt, image_format, quality, seed, reported_seed, "
    "source_hash, target_hash, result_hash, removed_at "
    "FROM inputs JOIN swaps ON swaps.id = inputs.swap_id WHERE state = 'delivered'"
)


def _made(rows: Sequence[Row]) -> list[Made]:
    return [
        Made(
            swap_id=row["id"],
            application_id=row["application_id"],
            guild_id=row["guild_id"],
            channel_id=row["channel_id"],
            message_id=row["message_id"],
            user_id=row["user_id"],
            private=bool(row["private"]),
            spoiler=bool(row["spoiler"]),
            source=row["source"],
            target=row["target"],
            prompt=row["prompt"],
            image_format=row["image_format"],
            quality=row["quality"],
            seed=row["seed"],
            source_hash=row["source_hash"],
            target_hash=row["target_hash"],
            result_hash=row["result_hash"],
            removed=row["removed_at"] is not None,
        )
        for row in rows
    ]


def _distance(one: int, other: int) -> int:
    """Bits in which two signed 64-bit numbers differ."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
