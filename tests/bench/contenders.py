"""The bot and the two floors, each a process of its own before a sandbox of its own; one API for all."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psutil

from bot.sandbox import Sandbox
from bot.sandbox.places import Channel, Guild, Member
from bot.store.moderation import Actor, Change, change_settings
from tests.databases import SqliteDatabase, opened
from tests.signing import pair_settings

ROOT = Path(__file__).parents[2]

COMMANDS = {
    "bot": ("bot",),
    "equal-work floor": ("tests.bench.floor", "equal"),
    "bare floor": ("tests.bench.floor", "bare"),
}
"""What is compared, as modules with their arguments."""

_SETTINGS = {
    "SEGMIND_API_KEY": "key",
    "PRECHECK": "off",
    "LOG_LEVEL": "warning",
    "API_CONCURRENCY": "1000",
    **dict.fromkeys(
        (
            "SWAPS_AT_ONCE",
            "COOLDOWN_SECONDS",
            "DAILY_SWAPS_PER_MEMBER",
            "SERVER_DAILY_BUDGET_USD",
            "SERVER_MONTHLY_BUDGET_USD",
            "BOT_DAILY_BUDGET_USD",
        ),
        "",
    ),
}


@dataclass(frozen=True)
class Contender:
    """One bot, connected."""

    name: str
    sandbox: Sandbox
    guild: Guild
    channel: Channel
    members: list[Member]
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """What the process has computed so far, in user and system mode; children apart."""
        times = self.process.cpu_times()
        return times.user + times.system

    def memory_bytes(self) -> int:
        """What it holds now."""
        return self.process.memory_info().rss


@asynccontextmanager
async def python(
    *arguments: str,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    stderr: IO[bytes] | None = None,
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A Python process in a folder, without the operator's own settings; it is ended with the block."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=kept | {"PYTHONPATH": str(ROOT)} | dict(variables or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        cwd=folder,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def api(seconds: float) -> AsyncGenerator[str]:
    """The address of an API that takes so long for each picture."""
    async with python("-m", "tests.bench.latent_api", str(seconds), folder=ROOT) as process:
        assert process.stdout
        yield (await process.stdout.readline()).decode().strip() or sys.exit("The API did not start.")


@asynccontextmanager
async def contender(
    name: str, api_url: str, folder: Path, members: int, settings: Mapping[str, str] | None = None
) -> AsyncGenerator[Contender]:
    """Start one of `COMMANDS` on one server with so many members, where captions are enough."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox.start())
        guild = sandbox.create_guild("Bench")
        url = await _books(folder / f"{name}.sqlite3", guild)
        variables = {**settings_at(sandbox, api_url), "DATABASE_URL": url, **(settings or {})}
        process = await stack.enter_async_context(
            python("-m", *COMMANDS[name], folder=folder, variables=variables)
        )
        await sandbox.wait_until_ready(timeout_seconds=30)
        yield Contender(
            name,
            sandbox,
            guild,
            guild.create_channel("general"),
            [guild.join(sandbox.create_user(f"Member {n}")) for n in range(members)],
            psutil.Process(process.pid),
        )


def settings_at(sandbox: Sandbox, api_url: str) -> dict[str, str]:
    """What a process needs to know, without its database."""
    return {
        **_SETTINGS,
        **pair_settings(),
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_SANDBOX_URL": sandbox.base_url,
        "SEGMIND_BASE_URL": api_url,
    }


async def _books(path: Path, guild: Guild) -> str:
    """A store in which the server has chosen captions alone."""
    database = SqliteDatabase(path)
    store = await opened(database)
    actor = Actor(1, guild.id, 1, datetime.now(UTC))
    await store.run(change_settings, actor, Change(caption_only=True))
    await store.close()
    return database.url
