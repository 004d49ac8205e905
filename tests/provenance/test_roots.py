"""Every chain that ever signed is remembered, and what it signed stays believed."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.compose import open_marker
from bot.config import Config, read_config
from bot.errors import ConfigError
from bot.provenance import verify
from bot.store import roots
from bot.store.database import Store
from bot.verdict import Finding
from tests.provenance.samples import PICTURES, PLENTY
from tests.provenance.test_certificate import LEAF_KEY, ROOT, ROOT_KEY, issue, pem
from tests.signing import pair_settings
from tests.stores import START, Clock


def config(tmp_path: Path, **variables: str) -> Config:
    """A configuration whose own pair is in a folder of the test's."""
    return read_config({"DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3", **variables})


async def test_a_chain_is_remembered_once(store: Store) -> None:
    """In the order of their first use, however often each is used."""
    for number, chain in enumerate(("first", "second", "first")):
        new = await store.run(roots.remember, chain, START + timedelta(days=number))
        assert new is (number < 2)
    assert await store.run(roots.known) == ("first", "second")


async def test_what_an_earlier_pair_signed_stays_genuine(store: Store, tmp_path: Path) -> None:
    """A bot that changes from its own pair to the operator's still knows its old pictures."""
    clock = Clock()
    own = await open_marker(config(tmp_path), store, clock)
    old = own.mark(PICTURES["png-rgb"](), badge=True, limit_bytes=PLENTY, swap_id=7, made_at=START)
    clock.advance(days=1)
    given = await open_marker(config(tmp_path, **pair_settings()), store, clock)
    new = given.mark(PICTURES["png-rgb"](), badge=True, limit_bytes=PLENTY, swap_id=8, made_at=START)
    again = await open_marker(config(tmp_path), store, clock)
    assert again.chain == own.chain != given.chain
    chains = await store.run(roots.known)
    assert chains == (own.chain, given.chain)
    for picture, swap_id in ((old, 7), (new, 8)):
        verdict = verify(picture.data, chains)
        assert (verdict.finding, verdict.swap_id) == (Finding.GENUINE, swap_id)
    assert not any("PRIVATE KEY" in chain for chain in chains)


async def test_the_operator_is_warned_in_time(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Thirty days before the end a warning at every start; after it the bot does not start."""
    chain, key = issue(LEAF_KEY, ROOT_KEY) + ROOT, pem(LEAF_KEY)
    given = config(tmp_path, C2PA_CERT=chain, C2PA_KEY=key)
    for days, warned in ((36_460, False), (36_475, True)):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            await open_marker(given, store, Clock(START + timedelta(days=days)))
        assert ("C2PA_CERT expires on 2126-" in caplog.text) is warned
    with pytest.raises(ConfigError, match="C2PA_CERT expired on 2126-"):
        await open_marker(given, store, Clock(START + timedelta(days=36_501)))
