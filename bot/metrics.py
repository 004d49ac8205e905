"""What the parts of the bot tell of themselves, in words of their own; `bot/prometheus.py` counts it.

Labels are names out of the code, never ids, and never anything that came from outside.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.fetch import Trace
from bot.store.database import Store


@dataclass(frozen=True)
class Shard:
    """One connection to Discord's gateway."""

    id: int
    connected: bool
    """Whether it is open and its last heartbeat was answered: discord.py closes it a minute after silence."""
    latency_seconds: float
    """From a heartbeat to its answer; not finite where there was none."""


@dataclass(frozen=True)
class Vitals:
    """What can be looked up at any moment, at no cost."""

    in_flight: Callable[[], int]
    """Swaps that this process works on."""
    waiting: Callable[[], int]
    """Those of them that wait for a turn at the API."""
    shards: Callable[[], Iterable[Shard]]
    servers: Callable[[], int]


class Metrics:
    """Hears what happens and counts nothing: the bot without METRICS_PORT."""

    def timed(self, store: Store) -> Store:
        """The store, with each transaction measured."""
        return store

    def received(self, interaction_id: int) -> None:
        """The gateway's event of an interaction was read."""

    def trace(self) -> Trace | None:
        """What the client of Discord's API has to be given, for first answers to interactions to be known."""
        return None

    def refused(self, reason: str) -> None:
        """A member was told, before anything was held, why there is no swap."""

    def delivered(self, price_micros: int) -> None:
        """A swap was delivered and charged."""

    def refunded(self, reason: str) -> None:
        """A swap has ended otherwise, by the name of an error or of another end."""

    def made(self, seconds: float) -> None:
        """A picture was made; so long ago was its paid call begun."""

    def shown(self, seconds: float) -> None:
        """A picture was marked and taken by Discord, which took so long."""

    def called(self, endpoint: str, outcome: str, seconds: float) -> None:
        """A request to the API has ended; `outcome` is a class of statuses or what came in the way."""
