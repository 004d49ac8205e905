"""Forgetting a member, from the confirmation to what a chore has to finish. Knows no Discord."""

from datetime import datetime

from bot.store import erasure, swaps
from bot.store.database import Store


async def forget(store: Store, user_id: int, now: datetime) -> None:
    """Forget, after `erasure.begin`, all that need not wait.

    A swap that is held is taken back. One that is sent ends as it would: taking it back would be a way to
    have calls paid for that no limit counts.
    """
    for swap_id in await store.run(erasure.held, user_id):
        await store.run(swaps.cancel, swap_id, user_id, now)
    while await store.run(erasure.step, user_id, now):
        pass
