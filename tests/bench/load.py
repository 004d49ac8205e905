"""What the bot bears: a thousand swaps in flight, two hundred large results at once, memory of each.

Three processes: the bot, the API, and this one with the sandbox and the members. The lag of each event loop
stands beside what it may have spoilt. The bars: with 1,000 in flight at 10 s every acknowledgement under 1 s
(99th percentile) and the bot under 400 MB; 200 results of 4 MB at once under 300 MB.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox import Sandbox
from bot.sandbox.interactions import Interaction
from tests.load import stack
from tests.load.stack import Running

MEGABYTE = 1_000_000
AT_ONCE = 1000


def main() -> None:
    """Measure and print."""
    for measure in (_waiting, _stream, _burst, _large):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(Path(folder)))


@asynccontextmanager
async def _load(folder: Path, megabytes: float, latency: float, together: int = 0) -> AsyncGenerator[Running]:
    result = stack.noise(int(megabytes * MEGABYTE))
    async with (
        Sandbox.start() as sandbox,
        stack.slow_api(folder, result, latency, together) as api,
        stack.running(folder, sandbox, api) as run,
    ):
        await asyncio.sleep(1)
        yield run


async def _waiting(folder: Path) -> None:
    """What a swap takes that waits for the API: a thousand, all let through together."""
    async with _load(folder, 0.01, 3, together=AT_ONCE) as run:
        idle = stack.resident(run.bot.pid)
        typed = await run.type(AT_ONCE, 50)
        waiting = max(size for _, size in run.memory)
        each = (waiting - idle) / AT_ONCE / 1024
        print("1,000 swaps that wait for the API")
        print(f"  memory: {_mb(idle)} idle, {_mb(waiting)} with 1,000 in flight: {each:.0f} KiB a swap")
        await run.answered(typed, 120)
        await _end(run)


async def _stream(folder: Path) -> None:
    """A thousand commands in eight seconds; when the results come, more commands do."""
    async with _load(folder, 1, 10) as run:
        print("1,000 commands in 8 s, 10 s of API, results of 1 MB")
        typed = await run.type(AT_ONCE, 125)
        more = await run.type(200, 10)
        await run.answered(typed + more, 600)
        _times("acknowledged", stack.acknowledged(typed))
        _times("acknowledged while results come in, 10 commands a second", stack.acknowledged(more))
        await _end(run)


async def _burst(folder: Path) -> None:
    """A thousand commands at once."""
    async with _load(folder, 1, 10) as run:
        print("1,000 commands at once, 10 s of API, results of 1 MB")
        typed = await run.type(AT_ONCE, None)
        await run.answered(typed, 600)
        _times("acknowledged", stack.acknowledged(typed))
        await _end(run)


async def _large(folder: Path) -> None:
    """Two hundred results of 4 MB, all answered in the same moment."""
    async with _load(folder, 4, 0, together=200) as run:
        print("200 results of 4 MB, all at once")
        print(f"  memory: {_mb(stack.resident(run.bot.pid))} idle")
        typed = await run.type(200, 50)
        await run.answered(typed, 600)
        _times("acknowledged", stack.acknowledged(typed))
        await _end(run)


async def _end(run: Running) -> None:
    most = stack.resident(run.bot.pid, "VmHWM")
    answered = [one.original for one in run.typed if one.original is not None]
    pictures = sum(bool(one.attachments) for one in answered)
    slowest = max(_took(one) for one in run.typed)
    seen = await run.ask("lag")
    print(f"  in flight at one time: {stack.most_in_flight(run.typed)}")
    print(f"  {pictures} of {len(run.typed)} answered with a picture, the slowest after {slowest:.1f} s")
    each = seen["cpu"] / len(run.typed) * 1000
    print(f"  the bot: at most {_mb(most)}, {each:.0f} ms of CPU a swap")
    lags = sorted(run.lags)
    late = {"bot": (seen["p99"], seen["worst"]), "sandbox": (lags[int(len(lags) * 0.99)], lags[-1])}
    for who, (p99, worst) in late.items():
        print(f"  the {who}'s loop late by {1000 * p99:.0f} ms (p99), {1000 * worst:.0f} ms at worst")


def _took(one: Interaction) -> float:
    return one.original.history[-1].at - one.created_at if one.original else float("inf")


def _times(what: str, seconds: list[float]) -> None:
    found = sorted(seconds)
    p50, p99 = (found[int(len(found) * share)] * 1000 for share in (0.5, 0.99))
    print(f"  {what}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {found[-1] * 1000:.0f} ms of {len(found)}")


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


if __name__ == "__main__":
    main()
