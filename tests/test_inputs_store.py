"""What swaps were made from, on both engines: found again by their member alone, and forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store import inputs, swaps
from bot.store.admission import hold
from bot.store.database import Store
from bot.store.inputs import NEAR, Made, Seen
from bot.trust_errors import PictureBlocked
from tests.databases import Database
from tests.stores import NO_LIMITS, PICTURE, START, a_swap

SEEN = Seen("https://cdn/1/a.png", "message:5/6", digest="digest", source_hash=-1, target_hash=2**62)


async def held(store: Store, swap_id: int, seen: Seen = SEEN, **changes: object) -> Made | None:
    """Hold a swap and take its pictures in; returns what was found of the same."""
    swap = a_swap(swap_id, **changes)
    await store.run(hold, swap, NO_LIMITS, START)
    return await store.run(inputs.take_in, swap, seen, START)


async def delivered(store: Store, swap_id: int, seen: Seen = SEEN, **changes: object) -> Made | None:
    """A swap from its hold to its end; returns what was found of the same before it was made."""
    found = await held(store, swap_id, seen, **changes)
    assert await store.run(swaps.start_sending, swap_id, START)
    assert await store.run(swaps.keep_picture, swap_id, PICTURE, START)
    assert await store.run(swaps.settle, swap_id, START, 1000 + swap_id, -7)
    return found


async def kept(store: Store) -> list[int]:
    """The swaps whose inputs are kept."""
    rows = await store.run(lambda db: db.rows("SELECT swap_id FROM inputs ORDER BY swap_id"))
    return [row["swap_id"] for row in rows]


async def test_the_same_again_is_found(store: Store) -> None:
    """The newest delivered one, with its message; what is not delivered yet is not found."""
    assert await delivered(store, 1, prompt="a hat", spoiler=True) is None
    assert await held(store, 2) == await store.run(inputs.made, 1)
    assert await store.run(inputs.made, 2) is None
    await delivered(store, 3)
    found = await held(store, 4)
    assert found is not None
    assert (found.swap_id, found.message_id, found.channel_id, found.user_id) == (3, 1003, 200, 300)
    assert found == await store.run(inputs.made, 3)


async def test_nothing_is_kept_of_a_swap_that_has_ended_meanwhile(store: Store) -> None:
    """Its pictures were still being read when it was taken back."""
    swap = a_swap(1)
    await store.run(hold, swap, NO_LIMITS, START)
    assert await store.run(swaps.cancel, 1, swap.user_id, START)
    assert await store.run(inputs.take_in, swap, SEEN, START) is None
    assert await kept(store) == []


async def test_all_that_is_needed_to_make_it_again(store: Store) -> None:
    """Pictures without signatures, options, seed and hashes; negative ones come back as they were."""
    await delivered(store, 1, prompt="a hat", quality=80, image_format="webp", private=True, spoiler=True)
    assert await store.run(inputs.made, 1) == Made(
        swap_id=1,
        application_id=900,
        guild_id=100,
        channel_id=200,
        message_id=1001,
        user_id=300,
        private=True,
        spoiler=True,
        source=SEEN.source,
        target=SEEN.target,
        prompt="a hat",
        image_format="webp",
        quality=80,
        seed=7,
        source_hash=-1,
        target_hash=2**62,
        result_hash=-7,
        removed=False,
    )


@pytest.mark.parametrize(("user_id", "digest"), [(301, "digest"), (300, "other")], ids=["member", "digest"])
async def test_others_and_other_swaps_are_not_found(store: Store, user_id: int, digest: str) -> None:
    """Not another member's, though the digest were the same, and not another digest's."""
    await delivered(store, 1)
    assert await held(store, 2, replace(SEEN, digest=digest), user_id=user_id) is None


@pytest.mark.parametrize("how", ["private", "removed", "forgotten", "refunded"])
async def test_what_nobody_may_see_again_is_not_found(store: Store, how: str) -> None:
    """A private result, a deleted one, one whose inputs are erased, and a swap that failed."""
    if how == "refunded":
        await held(store, 1)
        assert await store.run(swaps.refund, 1, "Boom", START)
        assert await kept(store) == []
    else:
        await delivered(store, 1, private=how == "private")
    if how == "removed":
        assert await store.run(swaps.remove, 1, START)
        assert not await store.run(swaps.remove, 1, START)
    if how == "forgotten":
        await store.run(lambda db: db.execute("DELETE FROM inputs"))
    assert await held(store, 2) is None


async def test_taken_in_twice_is_kept_once(store: Store) -> None:
    """A swap that a restart looks at again only changes its time, and does not find itself."""
    await held(store, 1)
    later = START + timedelta(minutes=1)
    assert await store.run(inputs.take_in, a_swap(1), SEEN, later) is None
    rows = await store.run(lambda db: db.rows("SELECT kept_at FROM inputs"))
    assert rows == [{"kept_at": int(later.timestamp() * 1000)}]


@pytest.mark.parametrize("end", ["cancel", "refund"])
async def test_a_swap_that_is_given_up_leaves_nothing(store: Store, end: str) -> None:
    """Neither what was given nor its digest."""
    await held(store, 1)
    if end == "cancel":
        assert await store.run(swaps.cancel, 1, 300, START)
    else:
        assert await store.run(swaps.refund, 1, swaps.REPEATED, START)
    assert await kept(store) == []


@pytest.mark.parametrize(
    ("failure", "late"), [("Cancelled", True), ("NotConfirmed", True), ("Repeated", False), ("Boom", False)]
)
async def test_cancel_after_the_end(store: Store, failure: str, late: bool) -> None:
    """What was not sent because the member wanted that, or did not answer, counts as cancelled."""
    await held(store, 1)
    await store.run(swaps.refund, 1, failure, START)
    assert await store.run(swaps.cancel, 1, 300, START) is late
    assert not await store.run(swaps.cancel, 1, 301, START)


@pytest.mark.parametrize("bits", [0, 1, NEAR, NEAR + 1])
@pytest.mark.parametrize(
    ("scope", "guild_id", "holds"),
    [(0, 100, True), (100, 100, True), (101, 100, False), (0, 0, True), (-1, 0, True), (-1, 100, False)],
)
async def test_a_blocked_picture_is_refused(
    store: Store, database: Database, bits: int, scope: int, guild_id: int, *, holds: bool
) -> None:
    """As a source or a target, up to ten bits away; in its server, outside of servers, or everywhere."""
    near = (SEEN.target_hash ^ ((1 << bits) - 1)) if bits else SEEN.target_hash
    database.execute(f"INSERT INTO blocked_pictures VALUES ({scope}, {near}, 1, 0)")  # noqa: S608 - numbers of this test
    swap = a_swap(1, guild_id=guild_id)
    await store.run(hold, swap, NO_LIMITS, START)
    if holds and bits <= NEAR:
        with pytest.raises(PictureBlocked):
            await store.run(inputs.take_in, swap, SEEN, START)
        assert await kept(store) == []
    else:
        await store.run(inputs.take_in, swap, SEEN, START)
        assert await kept(store) == [1]


async def test_a_key_is_made_once(store: Store) -> None:
    """Asked for by many at once it is the same for all; each purpose has its own, and so has each store."""
    keys = await asyncio.gather(*(store.run(inputs.store_key, "digest") for _ in range(8)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert await store.run(inputs.store_key, "other") not in keys
