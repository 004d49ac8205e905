"""Turns: never more holders than allowed, no group starved, and nothing lost when waiters give up."""

import asyncio
import random

import pytest

from bot.errors import Busy
from bot.turns import Turns


async def hold(turns: Turns, group: str, served: list[str], seconds: float = 0) -> None:
    """Take a turn, note it, and keep it for a while."""
    async with turns.turn(group, 10):
        served.append(group)
        await asyncio.sleep(seconds)


async def test_lines_are_served_in_rotation() -> None:
    """One group's ten waiters do not stand before another group's one."""
    turns, served = Turns(1), list[str]()
    async with turns.turn("first", 1):
        waiting = [asyncio.create_task(hold(turns, group, served)) for group in ["a"] * 5 + ["b", "c"]]
        await asyncio.sleep(0)
        assert turns.waiting == 7
    await asyncio.gather(*waiting)
    assert served == ["a", "b", "c", "a", "a", "a", "a"]


async def test_a_wait_is_bounded() -> None:
    """Who waits too long is told so, and the turn goes to the next."""
    turns, served = Turns(1), list[str]()
    async with turns.turn("a", 1):
        with pytest.raises(Busy):
            async with turns.turn("b", 0.01):
                served.append("never")
        later = asyncio.create_task(hold(turns, "c", served))
        await asyncio.sleep(0)
    await later
    assert served == ["c"]


@pytest.mark.parametrize("seed", range(5))
async def test_no_turn_is_lost_or_made(seed: int) -> None:
    """Tasks cancelled at random moments leave exactly the capacity that was there."""
    chance, turns, capacity = random.Random(seed), Turns(3), 3  # noqa: S311 - a seeded test
    holders = most = 0

    async def visit(group: int) -> None:
        nonlocal holders, most
        async with turns.turn(group, 10):
            holders += 1
            most = max(most, holders)
            try:
                await asyncio.sleep(chance.random() / 500)
            finally:
                holders -= 1

    tasks = [asyncio.create_task(visit(chance.randrange(4))) for _ in range(80)]
    for _ in range(60):
        await asyncio.sleep(chance.random() / 1000)
        chance.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert most == capacity
    assert turns.waiting == 0
    async with asyncio.timeout(1), turns.turn(0, 1), turns.turn(1, 1), turns.turn(2, 1):
        with pytest.raises(Busy):
            async with turns.turn(3, 0.01):
                pass
