"""What a number of servers needs: peak traffic simulated, and measured costs multiplied. See docs/scale.md.

The figures of `Measured` come from the other benchmarks; a new measurement is written in here by hand, so
that the page and this table say the same.
"""
# ruff: noqa: T201 - a benchmark prints

import heapq
import random
from dataclasses import dataclass
from math import ceil

SIZES = (1, 100, 1_000, 10_000, 100_000, 1_000_000)
PEAK_SECONDS = 3600
MOST_SWAPS = 40_000
"""No more are simulated for one size: a shorter stretch of a larger hour says the same."""


@dataclass(frozen=True)
class Assumed:
    """What nobody can measure here: how people behave, and what the API allows."""

    swaps_per_server_day: float = 3.0
    peak: float = 4.0
    """The busiest hour over the day's mean."""
    api_seconds: float = 9.82
    """Mean time of a paid call (source: Segmind's product page)."""
    api_sigma: float = 0.25
    """Spread of its logarithm."""
    price_usd: float = 0.05


@dataclass(frozen=True)
class Measured:
    """What one process, and one store, take; two cores."""

    cpu_seconds_per_swap: float
    base_mib: float
    mib_per_swap_in_flight: float
    kib_per_server: float
    transactions_per_swap: float
    sqlite_pairs_per_second: float
    """Hold and settle, the two that wait for the disk the longest."""
    postgres_pairs_per_second: float


MEASURED = Measured(
    cpu_seconds_per_swap=0.063,  # with the badge, results of 1 MB; 0.047 with the caption alone
    base_mib=283,  # while results of many swaps arrive at once; 90 when idle
    mib_per_swap_in_flight=0.033,
    kib_per_server=18.3,
    transactions_per_swap=5.4,
    sqlite_pairs_per_second=878,
    postgres_pairs_per_second=371,
)


@dataclass(frozen=True)
class Row:
    """One size."""

    servers: int
    swaps_per_second: float
    in_flight: int
    """At the worst moment of the simulated peak."""
    api_concurrency: int
    """With so many calls at once, over all processes, 99 of 100 swaps wait less than five seconds."""
    cores: float
    memory_mib: float
    transactions_per_second: float
    dollars_per_day: float
    shards: int


def arrivals(rate: float, assumed: Assumed) -> list[tuple[float, float]]:
    """When swaps of one peak hour are typed, at random, and how long the API works on each; in seconds."""
    chance, now = random.Random(1), 0.0  # noqa: S311 - a simulation
    typed: list[tuple[float, float]] = []
    for _ in range(min(MOST_SWAPS, max(1, round(rate * PEAK_SECONDS)))):
        now += chance.expovariate(rate)
        typed.append((now, assumed.api_seconds * chance.lognormvariate(0, assumed.api_sigma)))
    return typed


def in_flight(typed: list[tuple[float, float]]) -> int:
    """How many of them are under way at the worst moment, when none has to wait."""
    ends: list[float] = []
    most = 0
    for at, seconds in typed:
        while ends and ends[0] <= at:
            heapq.heappop(ends)
        heapq.heappush(ends, at + seconds)
        most = max(most, len(ends))
    return most


def late_wait(typed: list[tuple[float, float]], concurrency: int) -> float:
    """How long all but one in a hundred wait for their turn, in seconds, with so many calls at once."""
    free = [0.0] * concurrency
    waits: list[float] = []
    for at, seconds in typed:
        begin = max(at, heapq.heappop(free))
        heapq.heappush(free, begin + seconds)
        waits.append(begin - at)
    return sorted(waits)[int(len(waits) * 0.99)]


def concurrency(typed: list[tuple[float, float]], patience_seconds: float = 5.0) -> int:
    """The fewest calls at once with which all but one in a hundred wait no longer than this."""
    low, high = 1, max(1, in_flight(typed))
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if late_wait(typed, middle) <= patience_seconds else (middle + 1, high)
    return low


def row(servers: int, assumed: Assumed, measured: Measured) -> Row:
    """One size, at its peak."""
    per_day = servers * assumed.swaps_per_server_day
    rate = per_day / 86_400 * assumed.peak
    typed = arrivals(rate, assumed)
    most = in_flight(typed)
    memory = measured.base_mib + most * measured.mib_per_swap_in_flight
    return Row(
        servers,
        rate,
        most,
        concurrency(typed),
        rate * measured.cpu_seconds_per_swap,
        memory + servers * measured.kib_per_server / 1024,
        rate * measured.transactions_per_swap,
        per_day * assumed.price_usd,
        ceil(servers / 1000),
    )


COLUMNS = {
    "swaps/s": ("swaps_per_second", ".3g"),
    "in flight": ("in_flight", ","),
    "calls at once": ("api_concurrency", ","),
    "cores": ("cores", ".2g"),
    "MiB": ("memory_mib", ",.0f"),
    "transactions/s": ("transactions_per_second", ",.3g"),
    "$ a day": ("dollars_per_day", ",.2f"),
    "shards": ("shards", ","),
}
"""What is printed of a `Row`, and how."""


def strain(one: Row, measured: Measured) -> list[tuple[str, float]]:
    """What one of each thing would have to bear, as a part of what it can; the worst first."""
    loads = {
        "API_CONCURRENCY: 8": one.api_concurrency / 8,
        "the API: 50 calls a minute": one.swaps_per_second * 60 / 50,
        "one process: a core": one.cores,
        "one process: 1,000 swaps in flight": one.in_flight / 1000,
        "one process: 512 MiB": one.memory_mib / 512,
        "one shard: 2,500 servers": one.servers / 2500,
        "SQLite: holds and settles": one.swaps_per_second / measured.sqlite_pairs_per_second,
        "PostgreSQL: holds and settles": one.swaps_per_second / measured.postgres_pairs_per_second,
    }
    return sorted(loads.items(), key=lambda load: -load[1])


def main() -> None:
    """Print a line for each size, and what gives way first."""
    assumed, measured = Assumed(), MEASURED
    print(" | ".join(("servers", *COLUMNS, "what gives way first")))
    for servers in SIZES:
        one = row(servers, assumed, measured)
        worst = [f"{name} ({load:.1f}x)" for name, load in strain(one, measured) if load > 0.7]
        cells = (f"{getattr(one, name):{form}}" for name, form in COLUMNS.values())
        print(" | ".join((f"{servers:,}", *cells, ", ".join(worst[:3]) or "nothing")))
