"""How long the bot takes from its start until it takes commands, and what it imports meanwhile.

The bar: 2 seconds of our own, on a database that exists. The wall time holds the sandbox's part too, and on a
busy machine everybody's: the process's CPU time is what can be compared. The floor imports the two libraries
that no Discord bot in Python does without, and ends.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import re
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import IO

import psutil

from bot.sandbox import Sandbox
from tests.bench.contenders import ROOT, python, settings_at

RUNS = 7
SHOWN = 15

_NOWHERE = "http://127.0.0.1:9"  # the API, which nobody calls here
_FLOOR = "import aiohttp, discord.ext.commands, time; print(time.process_time())"
_IMPORT = re.compile(rb"import time:\s+(\d+) \|\s+(\d+) \|(\s+)(\S+)")


def main() -> None:
    """Measure and print."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await _start(Path(folder))  # makes the database, and what Python compiles
        starts: list[tuple[float, float]] = []
        floors: list[tuple[float, float]] = []
        for _ in range(RUNS):
            starts.append(await _start(Path(folder)))
            floors.append(await _floor())
        _print("start to ready", starts)
        _print("floor: discord.py and aiohttp imported", floors)
        with tempfile.TemporaryFile() as errors:
            await _start(Path(folder), "-X", "importtime", stderr=errors)
            errors.seek(0)
            _print_imports(errors.read())


async def _start(folder: Path, *options: str, stderr: IO[bytes] | None = None) -> tuple[float, float]:
    """Wall and CPU seconds until the bot is connected and its commands are known."""
    async with Sandbox.start() as sandbox:
        settings = settings_at(sandbox, _NOWHERE)
        settings["DATABASE_URL"] = f"sqlite:///{folder / 'books.sqlite3'}"
        began = time.perf_counter()
        started = python(*options, "-m", "bot", folder=folder, variables=settings, stderr=stderr)
        async with started as process:
            await sandbox.wait_until_ready(timeout_seconds=60)
            times = psutil.Process(process.pid).cpu_times()
            return time.perf_counter() - began, times.user + times.system


async def _floor() -> tuple[float, float]:
    began = time.perf_counter()
    async with python("-c", _FLOOR, folder=ROOT) as process:
        out, _ = await process.communicate()
        return time.perf_counter() - began, float(out)


def _print(what: str, taken: list[tuple[float, float]]) -> None:
    wall, cpu = (statistics.median(one) for one in zip(*taken, strict=True))
    print(f"{what}: {wall:.2f} s, of which {cpu:.2f} s CPU (medians of {len(taken)})")


def _print_imports(report: bytes) -> None:
    """What Python says of its imports: microseconds of each module itself, and with what it imports."""
    found = [
        (match[4].decode(), int(match[1]) / 1000, int(match[2]) / 1000) for match in _IMPORT.finditer(report)
    ]
    packages: dict[str, float] = defaultdict(float)
    for name, own, _ in found:
        packages[name.partition(".")[0]] += own
    print(f"{len(found)} modules, {sum(packages.values()):.0f} ms; by package, without what they import:")
    print(
        ", ".join(
            f"{name} {own:.0f}" for name, own in sorted(packages.items(), key=lambda one: -one[1])[:SHOWN]
        )
    )
    print("with what they import: ", end="")
    print(
        ", ".join(f"{name} {whole:.0f}" for name, _, whole in sorted(found, key=lambda one: -one[2])[:SHOWN])
    )


if __name__ == "__main__":
    main()
