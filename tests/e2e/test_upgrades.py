"""The bot comes up on a store that a released version has left in the middle of its work."""

import pytest

from bot.store import audit
from tests.databases import Database
from tests.e2e.conftest import Place, Start
from tests.upgrades.restore import RELEASED, restore
from tests.upgrades.write import OPEN

DELIVERED = 6
"""How many swaps were delivered in the store that `write` makes."""


@pytest.fixture(
    params=[(engine, version) for engine in ("sqlite", "postgres") for version in RELEASED],
    ids="-".join,
)
def books(request: pytest.FixtureRequest) -> Database:
    """The books of a released version, on either engine."""
    engine, version = request.param
    database: Database = request.getfixturevalue(f"empty_{engine}")
    restore(database, version)
    return database


async def test_what_an_older_version_left_open_is_ended(place: Place, start: Start) -> None:
    """Its open swaps are refunded, the delivered ones stay charged, and a new swap goes through."""
    async with start(COOLDOWN_SECONDS="0") as bot:
        await bot.services.swaps.idle()
        assert await bot.services.store.run(audit.open_now) == []
        assert (await place.swap()).pictures
    states = {row["id"]: row["state"] for row in await place.rows("SELECT id, state FROM swaps")}
    assert {states[swap_id] for swap_id in OPEN} == {"refunded"}
    assert sum(state == "delivered" for state in states.values()) == DELIVERED + 1
