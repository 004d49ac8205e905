"""Forgetting: a member who confirmed it, and whatever has become old. Knows no Discord."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.chores import Chore
from bot.store import departures, erasure, retention, swaps
from bot.store.database import Store, Transaction

_SOON, _OFTEN = 10, 60  # seconds; what is done each time is little, so that nobody waits for it


async def forget(store: Store, user_id: int, now: datetime) -> None:
    """Forget, after `erasure.begin`, all that need not wait; a chore does the rest.

    A swap that is held is taken back. One that is sent ends as it would: taking it back would be a way to
    have calls paid for that no limit counts.
    """
    for swap_id in await store.run(erasure.held, user_id):
        await store.run(swaps.cancel, swap_id, user_id, now)
    while await store.run(erasure.step, user_id, now):
        pass


def chores(keep: timedelta) -> tuple[Chore, ...]:
    """What deletes everything whose time is over; `keep` is how long details are kept."""

    def old(purge: Callable[[Transaction, datetime], int]) -> Callable[[Transaction, datetime], int]:
        return lambda db, now: purge(db, now - keep)

    return (
        *(Chore(f"old {purge.__name__}", _OFTEN, old(purge)) for purge in retention.PURGES),
        Chore("left servers", _OFTEN, lambda db, now: departures.clear_out(db, now - keep, now)),
        Chore("members to forget", _SOON, erasure.due),
    )
