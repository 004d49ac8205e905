"""The metrics: each bot has its own, each is documented, and what is remembered is bounded."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.metrics import Metrics, Shard, Vitals
from bot.prometheus import PrometheusMetrics
from bot.store import admission, audit
from bot.store import swaps as rows
from bot.store.audit import Holds
from bot.store.database import Store, Transaction
from tests.monitoring import read
from tests.stores import NO_LIMITS, PRICE, START, a_swap

ROOT = Path(__file__).parent.parent
HELD_AT = datetime(2026, 1, 2, tzinfo=UTC)
NOTHING = Holds(0, 0, None, opens_at=None, paused=False)


def watched(clock: Callable[[], float] = lambda: 0.0) -> PrometheusMetrics:
    """Metrics of a bot that is idle and connected."""
    metrics = PrometheusMetrics(clock)
    metrics.watch(
        Vitals(
            in_flight=lambda: 0,
            waiting=lambda: 0,
            shards=list,
            servers=lambda: 3,
        )
    )
    return metrics


def samples(metrics: PrometheusMetrics, holds: Holds | None = None, *shards: Shard) -> dict[str, float]:
    """What a scrape finds."""
    return read(metrics.read(holds, shards, "")[0].decode())


def test_two_bots_in_one_process_count_apart() -> None:
    """What one delivers is not in the other's metrics."""
    one, other = watched(), watched()
    one.delivered(50_000)
    assert samples(one)["faceswap_charged_dollars_total"] == 0.05
    assert samples(other)["faceswap_charged_dollars_total"] == 0


def test_every_metric_is_documented() -> None:
    """The table has each name and type that is served, and no other."""
    table = (ROOT / "docs" / "operations.md").read_text("utf-8")
    documented = dict(re.findall(r"^\| `(faceswap_\w+)` \| (\w+) \|", table, re.MULTILINE))
    text = watched().read(None, (), "")[0].decode()
    served = dict(re.findall(r"^# TYPE (faceswap_\w+) (\w+)$", text, re.MULTILINE))
    assert documented == {name: kind for name, kind in served.items() if not name.endswith("_created")}


def test_what_can_be_looked_up_is() -> None:
    """Gauges are read at the scrape; what the store did not say is not a number, and so no sample here."""
    known = samples(
        watched(),
        Holds(2, 100_000, HELD_AT, opens_at=HELD_AT, paused=True),
        Shard(0, True, 0.02),
        Shard(7, False, math.inf),
    )
    assert known["faceswap_open_holds"] == 2
    assert known["faceswap_held_dollars"] == 0.1
    assert known["faceswap_oldest_hold_timestamp_seconds"] == HELD_AT.timestamp()
    assert known["faceswap_account_paused"] == 1
    assert known["faceswap_servers"] == 3
    assert known["faceswap_rate_limited_until_timestamp_seconds"] == HELD_AT.timestamp()
    assert [known[f'faceswap_gateway_connected{{shard="{shard}"}}'] for shard in (0, 7)] == [1, 0]
    unknown = samples(watched(), None)
    assert not {name for name in unknown if "hold" in name or "held" in name}


def test_interactions_that_nobody_answers_are_forgotten() -> None:
    """Another process may answer them: what is remembered of the gateway's events stays bounded."""
    now = 0.0
    metrics = watched(lambda: now)
    for interaction in range(1000):
        metrics.received(interaction)
        now += 1
    assert len(metrics._received) <= 31  # pyright: ignore[reportPrivateUsage] - nothing shows it


def test_an_answer_is_measured_once_from_its_event() -> None:
    """Only the first answer to an interaction that this process was told of; other requests do not count."""
    now = 10.0
    metrics = watched(lambda: now)
    metrics.received(5)
    now = 10.75
    for path in (
        "/api/v10/channels/5/messages",
        "/api/v10/webhooks/5/secret/messages/@original",
        "/api/v10/interactions/6/secret/callback",
        "/api/v10/interactions/5/secret/callback",
        "/api/v10/interactions/5/secret/callback",
    ):
        metrics.answered(path, 204)
    found = samples(metrics)
    assert found['faceswap_acknowledgement_seconds_count{outcome="accepted"}'] == 1
    assert found['faceswap_acknowledgement_seconds_sum{outcome="accepted"}'] == 0.75


async def test_transactions_are_measured_and_change_nothing(store: Store) -> None:
    """Arguments, results and errors go through; each is counted by how it ended."""
    metrics = watched()
    timed = metrics.timed(store)

    def add(_: Transaction, one: int, *, other: int) -> int:
        return one + other

    def fail(_: Transaction) -> None:
        raise LookupError

    assert await timed.run(add, 1, other=2) == 3
    with pytest.raises(LookupError):
        await timed.run(fail)
    assert await timed.run(audit.holds, "an account") == NOTHING
    found = samples(metrics)
    assert found['faceswap_store_transaction_seconds_count{outcome="committed"}'] == 2
    assert found['faceswap_store_transaction_seconds_count{outcome="rolled_back"}'] == 1


async def test_holds_are_those_of_the_whole_store(store: Store) -> None:
    """Open swaps alone, with what they hold and since when."""
    for number in (1, 2, 3):
        held_at = START + timedelta(minutes=number)
        await store.run(admission.hold, a_swap(number), NO_LIMITS, held_at)
    await store.run(rows.refund, 1, "NoFace", START + timedelta(hours=1))
    assert await store.run(audit.holds, "an account") == replace(
        NOTHING, count=2, micros=2 * PRICE, oldest=START + timedelta(minutes=2)
    )


def test_a_bot_without_a_port_counts_nothing() -> None:
    """Each thing that can happen may be told to it, and costs a call."""
    metrics = Metrics()
    metrics.received(1)
    metrics.refused("x")
    metrics.delivered(1)
    metrics.refunded("x")
    metrics.made(1)
    metrics.shown(1)
    metrics.called("swap", "2xx", 1)
    assert metrics.trace() is None
