"""Room for pictures: never more than there is, in the order of asking, and nothing is lost on the way."""

import asyncio
import random

import pytest

from bot.room import Room, Share


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_needs_more_than_is_free_waits_in_line() -> None:
    """A small one does not pass a large one that came before it: that one would wait for ever."""
    room = Room(10)
    first, large, small = room.share(), room.share(), room.share()
    await first.take(6)
    waiting = [asyncio.create_task(large.take(8)), asyncio.create_task(small.take(1))]
    await settle()
    assert [task.done() for task in waiting] == [False, False]
    assert not room.share().take_now(1)
    first.give_back()
    await settle()
    assert [task.done() for task in waiting] == [True, True]


async def test_what_is_larger_than_the_room_has_it_to_itself() -> None:
    """It is let in alone, not refused."""
    room = Room(10)
    with room.share() as large:
        await large.take(1000)
        assert not room.share().take_now(1)
    assert room.share().take_now(10)


async def test_taking_again_takes_in_place_of_what_was_taken() -> None:
    """A second try of a download needs no second share, and a smaller one leaves the rest to others."""
    room = Room(10)
    share, other = room.share(), room.share()
    await share.take(10)
    await share.take(10)
    await share.take(4)
    assert other.take_now(6)
    other.give_back()
    await asyncio.wait_for(share.take(10), 1)


@pytest.mark.parametrize("given", [False, True], ids=["waiting", "given in the same moment"])
async def test_who_gives_up_leaves_nothing_behind(given: bool) -> None:
    """A place in the line that is cancelled, even in the moment it is served, keeps nobody waiting."""
    room = Room(10)
    holder, gone, behind = room.share(), room.share(), room.share()
    await holder.take(5)
    leaving = asyncio.create_task(gone.take(10))
    await settle()
    waiting = asyncio.create_task(behind.take(5))
    await settle()
    if given:
        holder.give_back()
    leaving.cancel()
    await settle()
    assert waiting.done()
    holder.give_back()
    behind.give_back()
    assert room.share().take_now(10)


async def test_never_more_than_there_is_whatever_happens() -> None:
    """Hundreds that take, give back and are cancelled at random: the bound holds, all end, all is free."""
    rng, room = random.Random(5), Room(100)  # noqa: S311 - repeatable, not secret
    held, most = 0, 0

    async def one(share: Share, size: int) -> None:
        nonlocal held, most
        with share:
            await share.take(size)
            held += min(size, 100)
            most = max(most, held)
            try:
                await asyncio.sleep(rng.choice([0, 0.001]))
            finally:
                held -= min(size, 100)

    tasks = [asyncio.create_task(one(room.share(), rng.randint(1, 120))) for _ in range(400)]
    for _ in range(60):
        await asyncio.sleep(0)
        rng.choice(tasks).cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
    assert all(one is None or isinstance(one, asyncio.CancelledError) for one in ended)
    assert most <= 100
    assert room.share().take_now(100)
