"""A pair of certificates for tests, made once."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from bot.certificate import Pair
from bot.compose import new_marker
from bot.config import Config
from bot.keyring import make_pair
from bot.marker import Marker
from bot.provenance import Finding, Judge
from tests.stores import START


@cache
def pair() -> Pair:
    """What the tests' bots sign with where they keep no key themselves."""
    return make_pair(START)


def pair_settings() -> Mapping[str, str]:
    """The same as an operator sets it."""
    return {"C2PA_CERT": str(pair().chain), "C2PA_KEY": pair().key}


def marker(config: Config, now: datetime) -> Marker:
    """What `bot.compose.new_marker` makes; with that pair it is made once, for it signs samples at first."""
    return _marker() if config.c2pa_key == pair().key else new_marker(config, now)


@cache
def _marker() -> Marker:
    return Marker(pair(), START)


def made_in(data: bytes) -> int | None:
    """The swap that a file says it comes from, if it is signed by that pair and unaltered."""
    verdict = _judge().verdict(data)
    return verdict.swap_id if verdict.finding is Finding.GENUINE else None


@cache
def _judge() -> Judge:
    return Judge([str(pair().chain)])
