"""Chores: each comes round, one that fails comes round again, and they end when they are told to."""

import asyncio
from datetime import datetime

import pytest

from bot.chores import Chore, Chores
from bot.store.database import Store, Transaction
from tests.stores import START


class Rounds:
    """A sleep that a test lets go on."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[float] = asyncio.Queue()
        self.go_on: asyncio.Queue[None] = asyncio.Queue()

    async def __call__(self, seconds: float) -> None:
        """Wait until the test says so."""
        await self.asked.put(seconds)
        await self.go_on.get()


async def test_a_chore_comes_round_even_after_it_failed(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """At the start and after each pause; what fails is logged, and tried again the next time."""
    seen: list[datetime] = []

    def sweep(_: Transaction, now: datetime) -> int:
        seen.append(now)
        if len(seen) == 2:
            raise OSError("the disk is full")
        return len(seen)

    rounds = Rounds()
    chores = Chores(store, [Chore("sweeping", 90, sweep)], now=lambda: START, sleep=rounds)
    chores.start()
    for _ in range(3):
        assert await rounds.asked.get() == 90
        await rounds.go_on.put(None)
    await rounds.asked.get()
    await chores.stop()
    assert seen == [START] * 4
    assert "The chore sweeping failed" in caplog.text
    assert not [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
