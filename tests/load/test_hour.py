"""An hour in minutes, faults and all, ends as it began: right books, and nothing held that was not before."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Sandbox
from bot.store import audit
from tests.databases import SqliteDatabase, opened
from tests.e2e.chaos import ChaoticApi, ChaoticDiscord
from tests.load import stack
from tests.load.hour import Hour
from tests.scripted_api import PNG, Answer

RESULT_BYTES = 100_000
OPEN = "SELECT id FROM swaps WHERE state NOT IN ('delivered', 'refunded')"
ENDED = "SELECT COUNT(*) AS count FROM swaps WHERE state IN ('delivered', 'refunded')"
MEGABYTE = 1_000_000


class Api(ChaoticApi):
    """The API of a randomized run, with pictures that are worth holding, none like another.

    What looks like a reported one is blocked.
    """

    def _answer_to(self, path: str) -> Answer:
        answer = super()._answer_to(path)
        return replace(answer, body=another(RESULT_BYTES)) if answer.body == PNG else answer


_numbers = count()


def another(size: int = 3000) -> bytes:
    """A picture that nobody has seen before."""
    return stack.noise(size, next(_numbers))


@asynccontextmanager
async def an_hour(folder: Path, version: str, servers: int) -> AsyncGenerator[Hour]:
    """A bot in its own process, over an API and a Discord that fail at random."""
    rng = random.Random(9)  # noqa: S311 - repeatable, not secret
    async with Sandbox.start() as sandbox, Api(rng, cannot_pay=0) as api:
        settings = {"SEGMIND_API_VERSION": version, "API_CONCURRENCY": "6", "API_TIMEOUT_SECONDS": "2"}
        async with stack.running(folder, sandbox, api.base_url, servers=servers, **settings) as run:
            hour = Hour(run, rng, another)
            hour.resting = await hour.tasks()
            sandbox.faults = sandbox.rest.faults = ChaoticDiscord(rng)
            yield hour


async def held(hour: Hour, folder: Path) -> dict[str, Any]:
    """What the bot holds, and how many swaps have ended, once none is open and no task is at work."""
    store = await opened(SqliteDatabase(folder / "load.sqlite3"))
    try:
        async with asyncio.timeout(40):
            while await store.run(lambda db: db.rows(OPEN)):  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.2)
            # What follows the last answer; discord.py repeats a request for up to 16 seconds.
            while await hour.tasks() - hour.resting:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.5)
        assert await store.run(audit.violations) == {}
        ended = (await store.run(lambda db: db.row(ENDED)))["count"]
    finally:
        await store.close()
    seen = await hour.run.ask("held")
    return {**seen, "swaps": ended, "resident": stack.resident(hour.run.bot.pid)}


def grown(before: dict[str, Any], after: dict[str, Any]) -> dict[str, object]:
    """What grew with the swaps in between: objects of a kind, tasks, threads, files, memory."""
    swaps = after["swaps"] - before["swaps"]
    few = max(8, swaps // 5)
    found: dict[str, object] = {
        f"{what} {kind}": (before[what].get(kind, 0), count)
        for what in ("objects", "tasks")
        for kind, count in after[what].items()
        if count - before[what].get(kind, 0) > few
    }
    for what in ("threads", "descriptors"):
        if before[what] is not None and after[what] - before[what] > few:
            found[what] = (before[what], after[what])
    if after["resident"] - before["resident"] > 12 * MEGABYTE + swaps * RESULT_BYTES // 4:
        found["resident"] = (before["resident"], after["resident"])
    return found


def defects(hour: Hour) -> list[str]:
    """What the bot has logged that nobody foresaw."""
    return [line for line in hour.run.log.read_text("utf-8").splitlines() if "unexpectedly" in line]


async def test_minutes_leave_nothing_behind(tmp_path: Path) -> None:
    """A sample of the hour: the books are right, nothing unknown was sent, nothing failed unforeseen."""
    async with an_hour(tmp_path, "v1", 1) as hour:
        await hour.pass_(20, 60, people=10, rounds=1)
        await held(hour, tmp_path)
        assert hour.sandbox.complaints == []
        assert defects(hour) == []


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_an_hour_leaves_nothing_behind(version: str, tmp_path: Path) -> None:
    """After a warm-up, an hour of everything: no task, object, thread, file or memory grew with the swaps."""
    async with an_hour(tmp_path, version, 3) as hour:
        await hour.pass_(240, 600, rounds=3)
        before = await held(hour, tmp_path)
        await hour.pass_(960, 3600)
        after = await held(hour, tmp_path)
        print(dict(hour.done), dict(hour.failed), after["swaps"] - before["swaps"])  # noqa: T201 - for -s
        assert after["swaps"] - before["swaps"] > 300
        assert grown(before, after) == {}
        assert hour.sandbox.complaints == []
        assert defects(hour) == []
