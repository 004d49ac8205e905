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

from bot.sandbox import Played, Reply, Upload
from bot.sandbox.places import Member
from tests.bench.contenders import COMMANDS, Contender, api, contender
from tests.bench.pictures import inputs

AT_ONCE = 50
EACH = 3
ROUNDS = 5
BURST = 200

_SETTLING_SECONDS = 0.7
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Load:
    """How the swaps come: the API takes so long, and the members' first ones are spread over `spread`."""

    what: str
    api_seconds: float
    spread_seconds: float


LOADS = (
    Load("all at once, API 1 s: as fast as they can", 1, 0),
    Load("spread, API 5 s: ten a second", 5, 5),
)

_PICTURES = {
    name: Upload(f"{name}.jpg", data) for name, data in zip(("source", "target"), inputs(), strict=True)
}
_seeds = count(1)


@dataclass(frozen=True)
class Round:
    """One round of one contender; seconds, bytes, and a swap's share of both."""

    overheads: list[float]
    acknowledged: list[float]
    cpu_seconds: float
    memory_bytes: float
    lost: int
    """Commands that were not acknowledged in three seconds."""

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
    "not acknowledged in 3 s": (lambda one: one.lost, 1),
}


def main() -> None:
    """Measure and print."""
    for load in LOADS:
        asyncio.run(_measure(load))


async def _measure(load: Load) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(api(load.api_seconds))
            contenders = [
                await stack.enter_async_context(contender(name, url, Path(folder), BURST))
                for name in COMMANDS
            ]
            for one in contenders:
                await _round(one, load, 1)  # what is loaded with the first swap is not counted
            rounds: dict[str, list[Round]] = {one.name: [] for one in contenders}
            for turn in range(ROUNDS):
                for one in contenders[turn % 3 :] + contenders[: turn % 3]:
                    rounds[one.name].append(await _round(one, load, EACH))
            _print(load, rounds)
            for one in contenders:
                await _burst(one)


async def _round(one: Contender, load: Load, each: int) -> Round:
    overheads: list[float] = []
    acknowledged: list[float] = []
    lost: list[Played] = []

    async def ask_again_and_again(number: int, member: Member) -> None:
        await asyncio.sleep(load.spread_seconds * number / AT_ONCE)
        for _ in range(each):
            began = time.perf_counter()
            played = await member.slash(one.channel, "faceswap", **_PICTURES, seed=next(_seeds))
            try:
                acknowledged.append((await played.first_response()).seconds)
            except TimeoutError:  # Discord gave it up after three seconds
                lost.append(played)
                continue
            await played.reply(60, until=_is_result)
            overheads.append(time.perf_counter() - began - load.api_seconds)

    cpu = one.cpu_seconds()
    async with _peak(one) as more_bytes:
        await asyncio.gather(*(ask_again_and_again(*each) for each in enumerate(one.members[:AT_ONCE])))
        await asyncio.sleep(_SETTLING_SECONDS)  # an answer is seen before it is settled
    used = (one.cpu_seconds() - cpu) / len(overheads)
    return Round(overheads, acknowledged, used, more_bytes() / AT_ONCE, len(lost))


def _is_result(reply: Reply) -> bool:
    """Whether it is the picture, and no note of how far it is."""
    return bool(reply.pictures)


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
    waits = await asyncio.gather(*(each.first_response(10) for each in played), return_exceptions=True)
    seconds = sorted(wait.seconds for wait in waits if not isinstance(wait, BaseException))
    p50, p99, worst = (1000 * seconds[int(at * (len(seconds) - 1))] for at in (0.5, 0.99, 1))
    taken = f"p50 {p50:.0f}, p99 {p99:.0f}, worst {worst:.0f} ms"
    print(f"{one.name}: {BURST} commands at once acknowledged: {taken}, {BURST - len(seconds)} never")
    for each, wait in zip(played, waits, strict=True):
        if not isinstance(wait, BaseException):
            await each.reply(60, until=_is_result)


def _print(load: Load, rounds: dict[str, list[Round]]) -> None:
    ours, *floors = rounds.values()
    print(
        f"\n{load.what}; {AT_ONCE} swaps under way, {EACH * AT_ONCE} a round, {ROUNDS} rounds in turns; "
        "medians of the rounds, and of the rounds' ratios"
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
