"""What a number of servers needs: peak traffic simulated, and measured costs multiplied. See docs/scale.md.

The figures of `Measured` come from the other benchmarks; a new measurement is written in here by hand, so
that the page and this table say the same.
"""

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


@dataclass(frozen=True)
class Row:
    """One size."""

    servers: int
    swaps_per_second: float
    in_flight: int
    """At the worst moment of the simulated peak."""
    cores: float
    memory_mib: float
    transactions_per_second: float
    dollars_per_day: float
    shards: int


def at_peak(rate: float, assumed: Assumed, seed: int = 1) -> int:
    """How many swaps are in flight at most, when they arrive at random at `rate` a second."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    mean = assumed.api_seconds
    ends: list[float] = []
    now, most = 0.0, 0
    for _ in range(min(MOST_SWAPS, max(1, round(rate * PEAK_SECONDS)))):
        now += chance.expovariate(rate)
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        heapq.heappush(ends, now + mean * chance.lognormvariate(0, assumed.api_sigma))
        most = max(most, len(ends))
    return most


def row(servers: int, assumed: Assumed, measured: Measured) -> Row:
    """One size, at its peak."""
    per_day = servers * assumed.swaps_per_server_day
    rate = per_day / 86_400 * assumed.peak
    in_flight = at_peak(rate, assumed)
    memory = measured.base_mib + in_flight * measured.mib_per_swap_in_flight
    return Row(
        servers,
        rate,
        in_flight,
        rate * measured.cpu_seconds_per_swap,
        memory + servers * measured.kib_per_server / 1024,
        rate * measured.transactions_per_swap,
        per_day * assumed.price_usd,
        ceil(servers / 1000),
    )
