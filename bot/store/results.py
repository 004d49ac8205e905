"""What the buttons under a delivered result need: what it was, and that each press acts once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import AlreadyHandled
from bot.policy import Place, barred
from bot.store import swaps
from bot.store.database import Transaction, from_ms, to_ms
from bot.store.moderation import Actor, record, rules


@dataclass(frozen=True)
class Result:
    """A delivered swap, without what it was made from; the seed is the one that was used."""

    swap_id: int
    guild_id: int
    channel_id: int
    message_id: int | None
    user_id: int
    private: bool
    removed: bool
    price_micros: int
    image_format: str
    quality: int
    seed: int
    seconds: float
    """From the paid call to the finished picture."""
    delivered_at: datetime


@dataclass(frozen=True)
class Press:
    """One press of a button."""

    interaction_id: int
    swap_id: int
    button: str
    at: datetime


def result(db: Transaction, swap_id: int) -> Result | None:
    """One delivered swap, or None."""
    rows = db.rows("SELECT * FROM swaps WHERE id = :id AND state = 'delivered'", id=swap_id)
    if not rows:
        return None
    row = rows[0]
    return Result(
        swap_id=row["id"],
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        user_id=row["user_id"],
        private=bool(row["private"]),
        removed=row["removed_at"] is not None,
        price_micros=row["price_micros"],
        image_format=row["image_format"],
        quality=row["quality"],
        seed=row["seed"] if row["reported_seed"] is None else row["reported_seed"],
        seconds=(row["made_at"] - row["sent_at"]) / 1000,
        delivered_at=from_ms(row["ended_at"]),
    )


def press(db: Transaction, pressed: Press, again_after: timedelta) -> bool:
    """Note a press that shall act; False when one within `again_after` before or after it does.

    Raises AlreadyHandled when this very press was noted: another process has it.
    """
    noted = db.execute(
        "INSERT INTO presses (swap_id, button, interaction_id, pressed_at) "
        "VALUES (:swap, :button, :interaction, :at) ON CONFLICT (swap_id, button) DO UPDATE "
        "SET interaction_id = :interaction, pressed_at = :at WHERE presses.pressed_at <= :free",
        swap=pressed.swap_id,
        button=pressed.button,
        interaction=pressed.interaction_id,
        at=to_ms(pressed.at),
        free=to_ms(pressed.at - again_after),
    )
    if not noted and _is_last(db, pressed):
        raise AlreadyHandled
    return bool(noted)


def press_to_post(db: Transaction, pressed: Press, place: Place, again_after: timedelta) -> bool:
    """Note a press that shall post a private result where it was asked for.

    False when it is posted, being posted, or removed, and elsewhere: a late one is in direct messages.

    Raises a Refusal by the rules of the place, or AlreadyHandled.
    """
    row = db.row("SELECT guild_id, channel_id, user_id FROM swaps WHERE id = :id", id=pressed.swap_id)
    refusal = barred(rules(db, row["guild_id"], row["user_id"]), place)
    if refusal and not _is_last(db, pressed):
        raise refusal
    open_to_post = row["channel_id"] in place.channel_ids and db.rows(
        "SELECT 1 FROM swaps WHERE id = :id AND private = 1 AND removed_at IS NULL", id=pressed.swap_id
    )
    return bool(open_to_post) and press(db, pressed, again_after)


def unpress(db: Transaction, pressed: Press) -> None:
    """Forget a press that came to nothing, so that the next one acts."""
    db.execute(
        "DELETE FROM presses WHERE swap_id = :swap AND button = :button AND interaction_id = :interaction",
        swap=pressed.swap_id,
        button=pressed.button,
        interaction=pressed.interaction_id,
    )


def posted(db: Transaction, swap_id: int, message_id: int) -> bool:
    """Note that a result is public now, and which message shows it; False when it was removed meanwhile."""
    return bool(
        db.execute(
            "UPDATE swaps SET private = 0, message_id = :message WHERE id = :id AND removed_at IS NULL",
            id=swap_id,
            message=message_id,
        )
    )


def remove_as(db: Transaction, actor: Actor, swap_id: int) -> bool:
    """Remove a member's result as a moderator; False when that was done before. Raises AlreadyHandled."""
    if not swaps.remove(db, swap_id, actor.at):
        return False
    record(db, actor, "delete", {"swap": str(swap_id)})
    return True


def _is_last(db: Transaction, pressed: Press) -> bool:
    return bool(
        db.rows(
            "SELECT 1 FROM presses WHERE swap_id = :swap AND button = :button "
            "AND interaction_id = :interaction",
            swap=pressed.swap_id,
            button=pressed.button,
            interaction=pressed.interaction_id,
        )
    )
