"""What the bot bears: a thousand swaps in flight, two hundred large results at once, memory of each.

Three processes: the bot, the API, and this one with the sandbox and the members. The lag of each event loop
stands beside what it may have spoilt. The bars: with 1,000 in flight at 10 s every acknowledgement under 1 s
(99th percentile) and the bot under 400 MB; 200 results of 4 MB at once under 300 MB.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import tempfile
from pathlib import Path

from bot.sandbox.interactions import Interaction
from tests.load import stack

MEGABYTE = 1_000_000


def main() -> None:
    """Measure and print."""
    for measure in (_stream, _burst, _large):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(Path(folder)))


async def _stream(folder: Path) -> None:
    """A thousand commands in ten seconds; when the results come, more commands do."""
    async with stack.running(folder, result=stack.noise(MEGABYTE)) as run:
        await _warm(run)
        idle = stack.resident(run.bot.pid)
        typed = await run.type(1000, 100)
        print(f"1,000 commands in 10 s, 10 s of API, results of 1 MB: {run.in_flight()} in flight at once")
        waiting = stack.resident(run.bot.pid)
        each = (waiting - idle) / 1000 / 1024
        print(f"  memory: {_mb(idle)} idle, {_mb(waiting)} with all in flight: {each:.0f} KiB a swap")
        more = await run.type(200, 10)
        await run.answered(typed + more, 240)
        _times("acknowledged", stack.acknowledged(typed))
        _times("acknowledged while results come in (10 a second)", stack.acknowledged(more))
        await _end(run)


async def _burst(folder: Path) -> None:
    """A thousand commands at once."""
    async with stack.running(folder, result=stack.noise(MEGABYTE)) as run:
        await _warm(run)
        typed = await run.type(1000, None)
        await run.answered(typed, 240)
        print("1,000 commands at once")
        _times("acknowledged", stack.acknowledged(typed))
        await _end(run)


async def _large(folder: Path) -> None:
    """Two hundred results of 4 MB, all answered in the same moment."""
    async with stack.running(folder, result=stack.noise(4 * MEGABYTE), latency=0, together=200) as run:
        await asyncio.sleep(1)
        print(f"200 results of 4 MB at once: {_mb(stack.resident(run.bot.pid))} idle")
        typed = await run.type(200, 50)
        await run.answered(typed, 240)
        _times("acknowledged", stack.acknowledged(typed))
        await _end(run)


async def _warm(run: stack.Running) -> None:
    """Have what is loaded once loaded."""
    await run.answered(await run.type(3, None), 60)
    run.memory.clear()
    run.lags.clear()


async def _end(run: stack.Running) -> None:
    most = stack.resident(run.bot.pid, "VmHWM")
    answered = [one.original for one in run.typed if one.original is not None]
    pictures = sum(bool(one.attachments) for one in answered)
    slowest = max(_took(one) for one in run.typed)
    seen = await run.stop()
    print(f"  {pictures} of {len(run.typed)} answered with a picture, the slowest after {slowest:.1f} s")
    print(
        f"  the bot: at most {_mb(most)}, {seen['cpu_seconds'] / len(run.typed) * 1000:.0f} ms CPU a swap, "
        f"its loop late by {seen['lag_p99'] * 1000:.0f} ms (p99), {seen['lag_worst'] * 1000:.0f} ms at worst"
    )
    lags = sorted(1000 * one for one in run.lags)
    late = lags[int(len(lags) * 0.99)]
    print(f"  the sandbox's loop late by {late:.0f} ms (p99), {lags[-1]:.0f} ms at worst")


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
