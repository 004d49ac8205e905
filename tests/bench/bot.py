"""What the bot adds to the API's own time, beside two floors in turns with it (`tests/bench/floor.py`).

Each is a process of its own before a sandbox of its own; the sandboxes and who types the commands share one
process, the API is another, so that the bot's CPU time and memory are its own. 50 members ask for swap after
swap, each as soon as the one before is answered. Overhead is what an answer took beyond the API's fixed time.
The bars: at most 1.3 times the equal-work floor's overhead at the median, 1.5 at the 99th percentile, and 1.5
times its CPU time a swap.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.sandbox import Upload
from bot.sandbox.places import Member
from tests.bench.contenders import COMMANDS, Contender, api, contender
from tests.bench.pictures import picture

AT_ONCE = 50
EACH = 3
ROUNDS = 5
API_SECONDS = 1.0
BURST = 200

_SETTLING_SECONDS = 0.7
_SAMPLE_SECONDS = 0.05

_PICTURES = {
    "source": Upload("a.jpg", picture(1000, 752, "JPEG", quality=88)),
    "target": Upload("b.jpg", picture(1200, 900, "JPEG", quality=88)),
}
_seeds = count(1)


@dataclass(frozen=True)
class Round:
    """One round of one contender; seconds, bytes, and a swap's share of both."""

    overheads: list[float]
    acknowledged: list[float]
    cpu_seconds: float
    memory_bytes: float

    def late(self, share: float) -> float:
        """A percentile of the overhead."""
        return sorted(self.overheads)[int(share * len(self.overheads))]


FIGURES: dict[str, tuple[Callable[[Round], float], float]] = {
    "overhead p50, ms": (lambda one: one.late(0.5), 1e3),
    "overhead p99, ms": (lambda one: one.late(0.99), 1e3),
    "CPU a swap, ms": (lambda one: one.cpu_seconds, 1e3),
    "memory a swap in flight, MB": (lambda one: one.memory_bytes, 1e-6),
    "acknowledged p50, ms": (lambda one: statistics.median(one.acknowledged), 1e3),
    "acknowledged worst, ms": (lambda one: max(one.acknowledged), 1e3),
}


def main() -> None:
    """Measure and print."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(api(API_SECONDS))
            contenders = [
                await stack.enter_async_context(contender(name, url, Path(folder), BURST))
                for name in COMMANDS
            ]
            for one in contenders:
                await _round(one, 1)  # what is loaded with the first swap is not counted
            rounds: dict[str, list[Round]] = {one.name: [] for one in contenders}
            for turn in range(ROUNDS):
                for one in contenders[turn % 3 :] + contenders[: turn % 3]:
                    rounds[one.name].append(await _round(one, EACH))
            _print(rounds)
            for one in contenders:
                await _burst(one)


async def _round(one: Contender, each: int) -> Round:
    overheads: list[float] = []
    acknowledged: list[float] = []

    async def ask_again_and_again(member: Member) -> None:
        for _ in range(each):
            began = time.perf_counter()
            played = await member.slash(one.channel, "faceswap", **_PICTURES, seed=next(_seeds))
            await played.reply(120)
            overheads.append(time.perf_counter() - began - API_SECONDS)
            acknowledged.append((await played.first_response()).seconds)

    cpu = one.cpu_seconds()
    async with _peak(one) as more_bytes:
        await asyncio.gather(*map(ask_again_and_again, one.members[:AT_ONCE]))
        await asyncio.sleep(_SETTLING_SECONDS)  # an answer is seen before it is settled
    used = (one.cpu_seconds() - cpu) / len(overheads)
    return Round(overheads, acknowledged, used, more_bytes() / AT_ONCE)


@asynccontextmanager
async def _peak(one: Contender) -> AsyncGenerator[Callable[[], int]]:
    """How many bytes more than at the block's beginning the process held at most."""
    before = most = one.memory_bytes()

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, one.memory_bytes())
            await asyncio.sleep(_SAMPLE_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield lambda: most - before
    finally:
        looking.cancel()


async def _burst(one: Contender) -> None:
    played = [
        await member.slash(one.channel, "faceswap", **_PICTURES, seed=next(_seeds)) for member in one.members
    ]
    seconds = sorted([(await each.first_response(60)).seconds for each in played])
    p50, p99, worst = (1000 * seconds[int(at * (len(seconds) - 1))] for at in (0.5, 0.99, 1))
    taken = f"p50 {p50:.0f}, p99 {p99:.0f}, worst {worst:.0f} ms"
    print(f"{one.name}: {BURST} commands at once acknowledged: {taken}")
    for each in played:
        await each.reply(120)


def _print(rounds: dict[str, list[Round]]) -> None:
    ours, *floors = rounds.values()
    print(
        f"{AT_ONCE} swaps at once, {EACH * AT_ONCE} a round, {ROUNDS} rounds in turns; the API takes "
        f"{API_SECONDS:g} s; medians of the rounds, and of the rounds' ratios"
    )
    print(f"{'':30}" + "".join(f"{name:>18}" for name in rounds) + f"{'to equal':>10}{'to bare':>10}")
    for what, (figure, scale) in FIGURES.items():
        values = [statistics.median(map(figure, mine)) * scale for mine in rounds.values()]
        ratios = [
            statistics.median(figure(a) / max(figure(b), 1e-9) for a, b in zip(ours, floor, strict=True))
            for floor in floors
        ]
        print(
            f"{what:30}"
            + "".join(f"{value:18.1f}" for value in values)
            + "".join(f"{ratio:10.2f}" for ratio in ratios)
        )


if __name__ == "__main__":
    main()
