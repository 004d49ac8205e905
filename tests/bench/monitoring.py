"""What being observed costs: a line of the log, the counts of a swap, a scrape."""

import io
import logging
import timeit
from collections.abc import Callable
from contextvars import copy_context
from datetime import UTC, datetime

from bot.log import DURATION, ContextFilter, JsonFormatter, RedactingFormatter, bind
from bot.metrics import Metrics, Shard
from bot.prometheus import PrometheusMetrics
from bot.store.audit import Holds

SECRETS = ("SG_" + "0" * 32, "M" * 24 + ".G.h", "pa55word")
NAMES = ("Ada Lovelace", "ada", "a pirate on a burning ship")


def microseconds(work: Callable[[], object], times: int) -> float:
    """The best of five runs, for one piece of work."""
    return min(timeit.repeat(work, number=times, repeat=5)) / times * 1e6


def told(metrics: Metrics) -> None:
    """All that is told of one swap."""
    metrics.received(1574181446732480514)
    metrics.called("swap", "2xx", 10.0)
    metrics.made(10.0)
    metrics.shown(0.5)
    metrics.delivered(50_000)


def line(formatter: type[RedactingFormatter] | type[JsonFormatter]) -> float:
    """One line with its ids, written to memory."""
    handler, log = logging.StreamHandler(io.StringIO()), logging.Logger("bench")  # noqa: LOG001 - its own
    handler.addFilter(ContextFilter())
    handler.setFormatter(formatter(SECRETS))
    log.addHandler(handler)
    bind(swap_id=1574181446732480514, guild_id=1574181446732480500, request_id="req-7", private=NAMES)
    return microseconds(lambda: log.info("Made in %.2f s", 9.7, extra={DURATION: 9.7}), 2000)


def main() -> None:
    """Measure and print."""
    counting = PrometheusMetrics()
    holds = Holds(2, 100_000, datetime.now(UTC), opens_at=None, paused=False)
    shards = [Shard(number, connected=True, latency_seconds=0.05) for number in range(16)]
    rows = {
        "a line for people": copy_context().run(line, RedactingFormatter),
        "a line as JSON": copy_context().run(line, JsonFormatter),
        "binding a swap's ids": microseconds(
            lambda: copy_context().run(bind, private=NAMES, swap_id=1), 2000
        ),
        "a swap's counts": microseconds(lambda: told(counting), 2000),
        "the same without METRICS_PORT": microseconds(lambda: told(Metrics()), 2000),
        "a scrape of 16 shards": microseconds(lambda: counting.read(holds, shards, ""), 50),
    }
    for name, cost in rows.items():
        print(f"{name:30} {cost:8.1f} µs")  # noqa: T201 - a bench prints
