"""Two bots at once, killed at random, over an API and a Discord that fail at random: the books stay right.

What a run may leave, and nothing else:
- no answer at all, where the acknowledgement failed for three seconds or its process was killed before it;
- a placeholder, where Discord takes no edit by the token (it is dead from the beginning), and no picture;
- "waiting", though cancelled, where the answer to the press was lost; the button still works and says so;
- no answer at all, where the process of that shard was not there to hear of it;
- a bill without a picture, where the API's answer to the POST was lost, unreadable, or its reader was killed.
Each of these is refunded.
"""

import asyncio
import random
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import NotOffered, Played, Reply, Sandbox, Upload
from bot.sandbox.kinds import Callback
from bot.sandbox.messages import Message
from bot.sandbox.places import Channel, Member, User
from bot.store import audit
from bot.words import swaps as words
from tests.databases import Database, PostgresDatabase, opened
from tests.e2e.chaos import KEY, TIMEOUT_SECONDS, ChaoticApi, ChaoticDiscord, Fleet
from tests.scripted_api import PNG
from tests.sharding import guilds_of
from tests.signing import pair_settings

IN_DOUBT = {"ApiTimeout", "ApiDisconnected", "ApiAnswerUnreadable", "Interrupted"}
"""Failures after which the API may have billed a picture that cannot be had."""
TRACEBACK = re.compile(r"^Traceback.*?\n(?=\S)(?!Traceback)[^\n]*", re.DOTALL | re.MULTILINE)
CONCURRENCY = 3
PRICE = 50_000
ANY = "SELECT id FROM swaps"
OPEN = "SELECT id FROM swaps WHERE state NOT IN ('delivered', 'refunded')"
SHARE_CANCELLED, SHARE_DEAD, SHARE_REPLAYED, SHARE_PRIVATE = 0.1, 0.05, 0.1, 0.3


@dataclass
class Run:
    """One run: who plays where, against what, and what was played."""

    sandbox: Sandbox
    api: ChaoticApi
    discord: ChaoticDiscord
    fleet: Fleet
    database: Database
    rng: random.Random
    seats: list[tuple[Member | User, Channel]]
    played: dict[int, Played] = field(default_factory=dict[int, Played])

    async def faceswap(self) -> None:
        """Let somebody type the command somewhere; each swap is known by its seed."""
        seed = len(self.played) + 1
        who, where = self.rng.choice(self.seats)
        await self.sandbox.until(lambda: self.hears(where) or None, 30, "a process of that place")
        pictures = {"source": Upload("source.png", PNG), "target": Upload("target.png", PNG)}
        private = self.rng.random() < SHARE_PRIVATE
        played = await who.slash(where, "faceswap", **pictures, seed=seed, private=private)
        self.played[seed] = played
        if self.rng.random() < SHARE_DEAD:
            self.discord.dead.add(played.raw.token)
        if self.rng.random() < SHARE_REPLAYED:
            known = [one for one in self.sandbox.gateway.recent if one.name == "INTERACTION_CREATE"]
            self.sandbox.gateway.publish(self.rng.choice(known))

    def hears(self, where: Channel) -> bool:
        """Whether a process is there that takes commands from a place."""
        guild_id = where.guild.id if where.guild else None
        return any(one.shard.has(guild_id) for one in self.sandbox.gateway.connected())

    async def cancel(self) -> None:
        """Let somebody who waits for a turn press Cancel, perhaps."""
        waiting = [one.raw for one in list(self.played.values())[-20:] if one.raw.original is not None]
        waiting = [one for one in waiting if one.original and can_cancel(one.original)]
        if waiting and self.rng.random() < SHARE_CANCELLED:
            one = self.rng.choice(waiting)
            assert one.original is not None
            try:
                await Reply(one.original).press("Cancel", by=one.user)
            except NotOffered:
                return

    async def play(self, swaps: int) -> None:
        """Type that many commands, one after the other."""
        for _ in range(swaps):
            await self.faceswap()
            await asyncio.sleep(self.rng.uniform(0, 0.15))
            await self.cancel()

    async def disturb(self, kills: int, seconds: float) -> None:
        """Kill a bot, sometimes both, now and then; each is started again a little later."""
        for _ in range(kills):
            await asyncio.sleep(self.rng.uniform(0.3, 1) * seconds)
            both = self.fleet.kills + 2 <= kills and self.rng.random() < 0.2
            for process in self.rng.sample([*self.fleet.running], 2 if both else 1):
                await self.fleet.kill(process)
            await asyncio.sleep(self.rng.uniform(0, 0.5))
            while self.fleet.missing:
                await self.fleet.start()
            if self.fleet.kills >= kills:
                return

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """What the database holds."""
        store = await opened(self.database)
        try:
            return [dict(row) for row in await store.run(lambda db: db.rows(sql))]  # pyright: ignore[reportArgumentType] - a test's own literal
        finally:
            await store.close()

    async def settled(self) -> None:
        """Wait until nothing is open."""
        async with asyncio.timeout(60):
            while await self.rows(OPEN):  # noqa: ASYNC110 - other processes set no event of ours
                await asyncio.sleep(0.2)

    async def cancel_again(self) -> None:
        """Press Cancel where it was pressed and its answer lost: the button still works."""
        cancelled = {row["id"] for row in await self.rows("SELECT id FROM swaps WHERE failure = 'Cancelled'")}
        for played in self.played.values():
            original = played.raw.original
            if original and played.raw.id in cancelled and can_cancel(original):
                await Reply(original).press("Cancel", by=played.raw.user)
                await played.reply(until=lambda reply: reply.text == words.cancelled())
                await asyncio.sleep(0.3)  # the other bot is told by 40060 that it comes second


def can_cancel(message: Message) -> bool:
    """Whether this is the note of a swap that waits for its turn."""
    return any(button["label"] == words.cancel() for button in Reply(message).buttons())


@dataclass(frozen=True)
class Kind:
    """What a run is made of."""

    version: str
    seed: int
    cannot_pay: int = 0
    shards: int = 1
    parts: tuple[str, ...] = ("", "")
    max_concurrency: int = 2


@asynccontextmanager
async def a_run(database: Database, kind: Kind, folder: Path) -> AsyncGenerator[Run]:
    """Two bots that run, in three servers and two direct messages."""
    seed = kind.seed
    api = ChaoticApi(random.Random(seed), cannot_pay=kind.cannot_pay)  # noqa: S311 - repeatable, not secret
    async with Sandbox.start() as sandbox, api:
        variables = {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_SANDBOX_URL": sandbox.base_url,
            "SEGMIND_API_KEY": KEY,
            "SEGMIND_BASE_URL": api.base_url,
            "PRECHECK": "off",
            "SEGMIND_API_VERSION": kind.version,
            "DATABASE_URL": database.url,
            "API_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
            "API_CONCURRENCY": str(CONCURRENCY),
            "LEASE_SECONDS": "1",
            "SHUTDOWN_GRACE": "20",
            **pair_settings(),
            **dict.fromkeys(("COOLDOWN_SECONDS", "SWAPS_AT_ONCE", "DAILY_SWAPS_PER_MEMBER"), ""),
            **dict.fromkeys(("SERVER_DAILY_BUDGET_USD", "SERVER_MONTHLY_BUDGET_USD"), ""),
            **dict.fromkeys(("BOT_DAILY_BUDGET_USD", "DM_SWAPS_PER_DAY"), ""),
        }
        discord = ChaoticDiscord(random.Random(seed + 1))  # noqa: S311
        fleet = Fleet(sandbox, variables, folder, kind.parts, kind.shards)
        there = seats(sandbox, kind.shards)
        run = Run(sandbox, api, discord, fleet, database, random.Random(seed + 2), there)  # noqa: S311
        if kind.shards > 1:
            sandbox.world.starts.enforce()
            sandbox.world.starts.max_concurrency = kind.max_concurrency
        try:
            await fleet.start()
            await fleet.start()
            sandbox.faults = sandbox.rest.faults = discord
            yield run
        finally:
            fleet.abandon()


def seats(sandbox: Sandbox, shards: int) -> list[tuple[Member | User, Channel]]:
    """Who may type where."""
    people = [sandbox.create_user(name) for name in ("Ada", "Ben", "Cem")]
    found: list[tuple[Member | User, Channel]] = [(one, sandbox.dm(one)) for one in people[:2]]
    for guild in guilds_of(sandbox, max(shards, 3)).values():
        channel = guild.create_channel("general")
        found += [(guild.join(one), channel) for one in people]
    return found


async def finish(run: Run) -> None:
    """Let everything come to its end, and stop the bots."""
    run.api.calm = run.discord.calm = True
    await run.settled()
    await run.cancel_again()
    await run.fleet.stop()


async def check(run: Run, *, version: str, least: int) -> None:
    """Hold every invariant of the design."""
    store = await opened(run.database)
    assert await store.run(audit.violations) == {}
    await store.close()
    assert run.sandbox.complaints == []
    assert run.sandbox.world.starts.refused == 0
    log = run.fleet.log()
    assert not [secret for secret in (KEY, run.sandbox.token) if secret in log]
    rows = await run.rows(
        "SELECT swaps.id, seed, state, failure, request_id, amount_micros "
        "FROM swaps LEFT JOIN entries ON entries.swap_id = swaps.id"
    )
    assert len(rows) >= least
    wrong = TRACEBACK.findall(log)
    wrong += [found for row in rows if (found := money(run, row, version))]
    wrong += [found for played in run.played.values() if (found := answer(run, played, rows))]
    assert not wrong, "\n".join(wrong)
    lost = [row for row in rows if row["state"] == "refunded" and run.api.billed[row["seed"]]]
    delivered, billed = sum(row["state"] == "delivered" for row in rows), run.api.billed.total()
    assert billed == delivered + len(lost)
    # What a kill interrupts is what was being sent.
    assert sum(row["failure"] == "Interrupted" for row in rows) <= CONCURRENCY * run.fleet.kills


def money(run: Run, row: dict[str, Any], version: str) -> str | None:
    """What is wrong with the books of one swap."""
    billed, delivered = run.api.billed[row["seed"]], row["state"] == "delivered"
    collectable = row["request_id"] is not None and row["request_id"] not in run.api.spoiled
    told = row["seed"] in run.api.told.values() and row["failure"] != "Interrupted"
    wrongs = {
        "billed more than once": billed > 1,
        "delivered, but not billed": delivered and not billed,
        "delivered, but not charged": delivered and row["amount_micros"] != PRICE,
        "charged for nothing": not delivered and row["amount_micros"] is not None,
        "paid for and lost": not delivered and billed and row["failure"] not in (*IN_DOUBT, "JobFailed"),
        "a known job was not collected": version == "v2" and not delivered and collectable,
        "a job was told and not kept": version == "v2" and told and row["request_id"] is None,
    }
    found = [wrong for wrong, so in wrongs.items() if so]
    return f"{found}: {row}" if found else None


def answer(run: Run, played: Played, rows: list[dict[str, Any]]) -> str | None:
    """What is wrong with what the member has seen of one swap."""
    raw = played.raw
    row = next((row for row in rows if row["id"] == raw.id), None)
    mark = f"faceswap-{raw.id}."
    messages = run.sandbox.world.messages.values()
    pictures = sum(file.filename.startswith(mark) for one in messages for file in one.attachments)
    if pictures != int(row is not None and row["state"] == "delivered"):
        return f"shown {pictures} times: {row}"
    if raw.response is None:
        # Nobody acknowledged it: killed before, or Discord took none of the tries in time.
        return f"never answered, and yet {row}" if row and row["state"] == "delivered" else None
    original = raw.original
    waits = original is None or bool(original.flags & 1 << 7) or can_cancel(original)
    excused = raw.token in run.discord.dead
    if raw.response is Callback.DEFER and waits and not excused:
        return f"a spinner for ever: {row}"
    return None


@pytest.mark.parametrize("kind", ["v1-sqlite", pytest.param("v2-postgres", marks=pytest.mark.soak)])
async def test_a_small_random_run(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A few swaps and two kills."""
    version, engine = kind.split("-")
    async with a_run(request.getfixturevalue(f"empty_{engine}"), Kind(version, 1), tmp_path) as run:
        await asyncio.gather(run.play(28), run.disturb(2, 1.5))
        await finish(run)
        await check(run, version=version, least=20)


async def test_a_small_sharded_run(empty_postgres: PostgresDatabase, tmp_path: Path) -> None:
    """A few swaps in servers of three shards, of which one process has two; one of both is killed."""
    kind = Kind("v2", 3, shards=3, parts=("0,1", "2"), max_concurrency=3)
    async with a_run(empty_postgres, kind, tmp_path) as run:
        await asyncio.gather(run.play(14), run.disturb(1, 0.8))
        await finish(run)
        await check(run, version="v2", least=9)


LONG = {
    "two of the same": Kind("", 7, cannot_pay=2),
    "two with two shards each": Kind("", 11, cannot_pay=2, shards=4, parts=("0-1", "2-3")),
}


@pytest.mark.soak
@pytest.mark.timeout(400)
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("name", LONG)
async def test_a_long_random_run(
    name: str, version: str, engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """At least 300 swaps and ten kills."""
    kind = replace(LONG[name], version=version)
    async with a_run(request.getfixturevalue(f"empty_{engine}"), kind, tmp_path) as run:
        disturbing = asyncio.create_task(run.disturb(10, 3))
        while len(await run.rows(ANY)) < 320 or not disturbing.done():
            await run.play(10)
        await disturbing
        await finish(run)
        await check(run, version=version, least=300)
        assert run.fleet.kills >= 10
