"""Processes as in production: the bot, perhaps the API, and here the sandbox with the members in it."""

import asyncio
import itertools
import json
import os
import random
import re
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bot.sandbox import Sandbox, Upload
from bot.sandbox.interactions import Interaction
from bot.sandbox.messages import LOADING
from bot.sandbox.places import Channel, Member
from bot.views import NOTE
from tests.signing import pair_settings

ROOT = Path(__file__).parent.parent.parent
UNLIMITED = (
    *("COOLDOWN_SECONDS", "SWAPS_AT_ONCE", "DAILY_SWAPS_PER_MEMBER", "DM_SWAPS_PER_DAY"),
    *("SERVER_DAILY_BUDGET_USD", "SERVER_MONTHLY_BUDGET_USD", "BOT_DAILY_BUDGET_USD"),
)
_LOOK_SECONDS = 0.1
_LINE_BYTES = 1 << 20


def noise(size: int, seed: int = 1) -> bytes:
    """A PNG of about so many bytes, which nothing makes smaller; each seed looks different."""
    side, file = int((size / 3) ** 0.5), BytesIO()
    pixels = random.Random(seed).randbytes(side * side * 3)  # noqa: S311 - noise, not a secret
    Image.frombytes("RGB", (side, side), pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def portrait() -> bytes:
    """An input as members give them: a JPEG of a megapixel and some hundred kilobytes."""
    file = BytesIO()
    coarse = Image.frombytes("RGB", (128, 128), random.Random(2).randbytes(128 * 128 * 3))  # noqa: S311
    coarse.resize((1024, 1024), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()


@dataclass
class Running:
    """One run: the sandbox here, the bot elsewhere."""

    sandbox: Sandbox
    bot: Process
    log: Path
    seats: list[tuple[Member, Channel]]
    inputs: dict[str, Upload]
    typed: list[Interaction] = field(default_factory=list[Interaction])
    memory: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """When the bot held how many bytes."""
    lags: list[float] = field(default_factory=list[float])
    """How late this process was, in seconds: what counts against the sandbox and not the bot."""

    async def type(self, count: int, per_second: float | None) -> list[Interaction]:
        """Have that many commands typed, at that rate or all at once, each by another member."""
        began, typed = time.perf_counter(), list[Interaction]()
        for number in range(count):
            if per_second and (wait := began + number / per_second - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            member, channel = self.seats[len(self.typed) % len(self.seats)]
            played = await member.slash(channel, "faceswap", **self.inputs, seed=len(self.typed))
            self.typed.append(played.raw)
            typed.append(played.raw)
        return typed

    async def answered(self, typed: list[Interaction], timeout_seconds: float) -> None:
        """Wait until every one of these has its picture, or words; raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            while not all(ended(one) for one in typed):  # noqa: ASYNC110 - a watch would look after each request
                await asyncio.sleep(_LOOK_SECONDS)

    def watch(self) -> "asyncio.Task[None]":
        """Begin to note the bot's memory and this process's lag."""

        async def look() -> None:
            while True:
                self.memory.append((time.perf_counter(), resident(self.bot.pid)))
                began = time.perf_counter()
                await asyncio.sleep(0.02)
                self.lags.append(time.perf_counter() - began - 0.02)

        return asyncio.create_task(look())

    async def ask(self, question: str) -> dict[str, Any]:
        """Ask the bot's probe."""
        assert self.bot.stdin is not None
        assert self.bot.stdout is not None
        self.bot.stdin.write(f"{question}\n".encode())
        async with asyncio.timeout(20):
            return json.loads(await self.bot.stdout.readline())


def ended(one: Interaction) -> bool:
    """Whether the answer is a picture, or says why there is none."""
    shown = one.original
    if shown is None:
        return False
    noted = any(one.get("id") == NOTE for one in shown.components)
    return bool(shown.attachments) or not (noted or shown.has(LOADING))


def acknowledged(typed: list[Interaction]) -> list[float]:
    """Seconds from each command to its acknowledgement; infinite where there was none."""
    return [float("inf") if one.responded_at is None else one.responded_at - one.created_at for one in typed]


def most_in_flight(typed: list[Interaction]) -> int:
    """How many commands were acknowledged, and not yet answered, at one time."""
    both = [(one.responded_at, one.original.history[-1].at) for one in typed if one.original]
    moments = sorted([(began, 1) for began, _ in both if began] + [(over, -1) for _, over in both])
    return max(itertools.accumulate(change for _, change in moments))


def resident(pid: int, name: str = "VmRSS") -> int:
    """Bytes a process holds in memory now, or (`VmHWM`) held at most; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


@asynccontextmanager
async def running(
    folder: Path, sandbox: Sandbox, api: str, *, servers: int = 100, **settings: str
) -> AsyncGenerator[Running]:
    """The bot, ready, against the API at that address, in so many servers of ten members each."""
    log = folder / "bot.log"
    variables = {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_SANDBOX_URL": sandbox.base_url,
        "SEGMIND_API_KEY": "load",
        "SEGMIND_BASE_URL": api,
        "DATABASE_URL": f"sqlite:///{folder / 'load.sqlite3'}",
        "API_CONCURRENCY": "2000",
        "PRECHECK": "off",
        "SHUTDOWN_GRACE": "0",
        **pair_settings(),
        **dict.fromkeys(UNLIMITED, ""),
        **settings,
    }
    seats = _seats(sandbox, servers)
    with log.open("wb") as errors:
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.load.probe"),
            cwd=ROOT,
            env={**os.environ, **variables},
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            limit=_LINE_BYTES,
        )
    picture = portrait()
    inputs = {"source": Upload("a.jpg", picture), "target": Upload("b.jpg", picture)}
    run = Running(sandbox, bot, log, seats, inputs)
    watching = run.watch()
    try:
        await sandbox.wait_until_ready(timeout_seconds=30)
        yield run
    finally:
        watching.cancel()
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()


def _seats(sandbox: Sandbox, servers: int) -> list[tuple[Member, Channel]]:
    found: list[tuple[Member, Channel]] = []
    for number in range(servers):
        guild = sandbox.create_guild(f"Server {number}")
        channel = guild.create_channel("general")
        found += [(guild.join(sandbox.create_user(f"Member {number}-{one}")), channel) for one in range(10)]
    return found


@asynccontextmanager
async def slow_api(
    folder: Path, result: bytes, latency: float = 10, together: int = 0
) -> AsyncGenerator[str]:
    """An API as a process of its own; see `tests.load.api`."""
    picture = folder / "result.png"
    picture.write_bytes(result)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.load.api", str(picture)),
        *("--latency", str(latency), "--together", str(together)),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
