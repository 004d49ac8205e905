"""What a finished picture is shown by."""

from dataclasses import dataclass
from datetime import datetime

from bot.policy import Rules
from bot.store.database import Transaction
from bot.store.inputs import blocked
from bot.store.ledger import Allowance, allowance
from bot.store.moderation import rules
from bot.store.swaps import Picture, Swap, keep_picture


@dataclass(frozen=True)
class Showing:
    """The rules of a result's place, and what it leaves of its member's allowance (None: no limit)."""

    rules: Rules
    allowance: Allowance | None
    blocked: bool
    """Whether the result looks like a picture that was reported."""


def showing(db: Transaction, swap: Swap, result_hash: int, now: datetime) -> Showing:
    """What the result of a swap is shown by now."""
    return Showing(
        rules(db, swap.guild_id, 0),
        allowance(db, swap.id, now),
        blocked(db, swap.guild_id, (result_hash,)),
    )


def keep(db: Transaction, swap: Swap, picture: Picture, result_hash: int, now: datetime) -> Showing | None:
    """Keep a finished picture until it is delivered, and tell what it is shown by.

    None when nobody waits for it any more.
    """
    return showing(db, swap, result_hash, now) if keep_picture(db, swap.id, picture, now) else None
