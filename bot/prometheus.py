"""The metrics as Prometheus reads them; each is described in docs/operations.md.

Loaded only where METRICS_PORT is set: the library takes as long to import as the rest of a command.
"""

import math
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from time import perf_counter
from typing import Concatenate, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder

from bot import __version__
from bot.fetch import Trace, answers_heard
from bot.metrics import Metrics, Shard, Vitals
from bot.policy import MICROS_PER_DOLLAR
from bot.store.audit import Holds
from bot.store.database import Store, Transaction
from bot.store.swaps import CANCELLED, REPEATED

P = ParamSpec("P")
T = TypeVar("T")

_CALL = (0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 12.5, 15, 20, 30, 45, 60, 90, 120)
_SHOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
_FIRST_ANSWER = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3)
_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_FIRST_ANSWERS_TO = re.compile(r"/interactions/(\d+)/[^/]+/callback$")
_FORGOTTEN_SECONDS = 30.0  # long after Discord has stopped waiting for a first answer
_ENDS = {REPEATED: "repeated", CANCELLED: "cancelled"}


class PrometheusMetrics(Metrics):
    """Counts in a registry of its own, so that two bots in one process do not add up."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._received: dict[int, float] = {}
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        Info("faceswap_build", "The version that runs.", registry=self._registry).info(
            {"version": __version__}
        )
        self._swaps = self._counter("swaps", "Swaps that have ended.", "outcome", "reason")
        self._charged = self._counter(
            "charged_dollars", "What delivered swaps were booked at, in US dollars."
        )
        self._refusals = self._counter("refusals", "Swaps refused before anything was held.", "reason")
        self._made = self._histogram("making_seconds", "From the paid call to its picture.", _CALL)
        self._shown = self._histogram(
            "showing_seconds", "Marking a picture and showing it on Discord.", _SHOW
        )
        self._called = self._histogram(
            "api_request_duration_seconds", "Requests to the face-swap API.", _CALL, "endpoint", "outcome"
        )
        self._acknowledged = self._histogram(
            "acknowledgement_seconds",
            "From reading an interaction's gateway event to Discord's answer to our first response.",
            _FIRST_ANSWER,
            "outcome",
        )
        self._transactions = self._histogram(
            "store_transaction_seconds", "Transactions, with the wait for a connection.", _SHORT, "outcome"
        )
        self._lag = self._histogram("event_loop_lag_seconds", "How late a timer fires, sampled.", _SHORT)
        self._holds = self._gauge("open_holds", "Swaps that have not ended, in the whole store.")
        self._held = self._gauge("held_dollars", "What they hold, in US dollars.")
        self._oldest = self._gauge("oldest_hold_timestamp_seconds", "When the oldest of them was held.")
        self._paused = self._gauge("account_paused", "1 while the account at the API cannot pay.")
        self._opens_at = self._gauge(
            "rate_limited_until_timestamp_seconds", "Until when the API lets nobody call; 0 for never."
        )
        self._latency = self._gauge("gateway_latency_seconds", "A heartbeat's way and back.", "shard")
        self._connected = self._gauge("gateway_connected", "1 while a shard is connected.", "shard")
        self._swaps.labels("delivered", "")  # so that a rate is 0 and not unknown

    def watch(self, vitals: Vitals) -> None:
        """Have these looked up whenever the metrics are read."""
        for name, text, read in (
            ("swaps_in_flight", "Swaps that this process works on.", vitals.in_flight),
            ("swaps_waiting", "Those that wait for a turn at the API.", vitals.waiting),
            ("servers", "Servers that this process serves.", vitals.servers),
        ):
            self._gauge(name, text).set_function(read)

    def read(self, holds: Holds | None, shards: Iterable[Shard], accept: str) -> tuple[bytes, str]:
        """Everything in the format that an `Accept` header asks for, and its type; None is not known."""
        self._holds.set(holds.count if holds else math.nan)
        self._held.set(holds.micros / MICROS_PER_DOLLAR if holds else math.nan)
        self._oldest.set(_timestamp(holds.oldest) if holds and holds.oldest else math.nan)
        self._paused.set(holds.paused if holds else math.nan)
        opens_at = holds and holds.opens_at
        self._opens_at.set(_timestamp(opens_at) if opens_at else 0 if holds else math.nan)
        for shard in shards:
            self._latency.labels(shard.id).set(shard.latency_seconds)
            self._connected.labels(shard.id).set(shard.connected)
        encode, kind = choose_encoder(accept)
        return encode(self._registry), kind

    def timed(self, store: Store) -> Store:
        """The store, with each transaction measured."""
        return _TimedStore(store, self._transactions)

    def received(self, interaction_id: int) -> None:
        """The gateway's event of an interaction was read."""
        now = self._clock()
        while self._received:
            first = next(iter(self._received))
            if now - self._received[first] < _FORGOTTEN_SECONDS:
                break
            del self._received[first]
        self._received[interaction_id] = now

    def trace(self) -> Trace:
        """What the client of Discord's API has to be given, for first answers to interactions to be known."""
        return answers_heard(self.answered)

    def answered(self, path: str, status: int) -> None:
        """Discord has answered one of our requests; only first answers to interactions matter."""
        if match := _FIRST_ANSWERS_TO.search(path):
            received_at = self._received.pop(int(match[1]), None)
            if received_at is not None:
                outcome = "accepted" if status < 300 else "refused"
                self._acknowledged.labels(outcome).observe(self._clock() - received_at)

    def refused(self, reason: str) -> None:
        """A member was told, before anything was held, why there is no swap."""
        self._refusals.labels(reason).inc()

    def delivered(self, price_micros: int) -> None:
        """A swap was delivered and charged."""
        self._swaps.labels("delivered", "").inc()
        self._charged.inc(price_micros / MICROS_PER_DOLLAR)

    def refunded(self, reason: str) -> None:
        """A swap has ended otherwise, by the name of an error or of another end."""
        self._swaps.labels(_ENDS.get(reason, "refunded"), "" if reason in _ENDS else reason).inc()

    def made(self, seconds: float) -> None:
        """A picture was made; so long ago was its paid call begun."""
        self._made.observe(seconds)

    def shown(self, seconds: float) -> None:
        """A picture was marked and taken by Discord, which took so long."""
        self._shown.observe(seconds)

    def called(self, endpoint: str, outcome: str, seconds: float) -> None:
        """A request to the API has ended; `outcome` is a class of statuses or what came in the way."""
        self._called.labels(endpoint, outcome).observe(seconds)

    def lagged(self, seconds: float) -> None:
        """A timer of the event loop fired so late."""
        self._lag.observe(seconds)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"faceswap_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"faceswap_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"faceswap_{name}", text, labels, buckets=buckets, registry=self._registry)


class _TimedStore:
    """A store whose transactions are measured, with the time they wait for a thread and a connection."""

    def __init__(self, store: Store, measured: Histogram) -> None:
        self._store = store
        self._committed, self._rolled_back = (
            measured.labels(outcome) for outcome in ("committed", "rolled_back")
        )

    async def run(
        self, function: Callable[Concatenate[Transaction, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one store function as one transaction."""
        began, measured = perf_counter(), self._rolled_back
        try:
            result = await self._store.run(function, *args, **kwargs)
            measured = self._committed
        finally:
            measured.observe(perf_counter() - began)
        return result

    async def ahead_ms(self, now_ms: Callable[[], int]) -> int:
        """How far this clock is ahead of the database's, in milliseconds; negative when it is behind."""
        return await self._store.ahead_ms(now_ms)

    async def close(self) -> None:
        """Finish what is running and close the connection."""
        await self._store.close()


def _timestamp(moment: datetime) -> float:
    """Seconds since 1970 UTC; 0 for what lies before."""
    return max(0.0, moment.timestamp())
