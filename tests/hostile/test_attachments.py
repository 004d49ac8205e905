"""Hostile attachments through the whole bot: refused in words before anything is paid for or sent on."""

import logging
import math
from collections.abc import Callable
from typing import Any, cast

import pytest

from bot.sandbox import Upload
from tests.e2e.conftest import Place
from tests.hostile.conftest import Guard
from tests.hostile.measuring import MOST_BYTES, measured
from tests.hostile.sampling import sampled
from tests.hostile.test_inputs import NAMING, READ, REFUSED, Made
from tests.scripted_api import PNG

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("hostile: attachments"),
    # Pillow's, about broken EXIF; `bot/pictures.py` silences them, which pytest undoes.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]

_LARGE = 8 * 2**20
"""The sandbox is in this process and sends a file from a copy: larger ones are measured in `test_inputs`."""

_LENIENT = {"png: cut at 90%", "png: wrong checksum of its data"}
"""Every pixel is there, so the API may have them; a result must be whole."""

MOST_SECONDS = 6.0


class Attaching:
    """One swap with a file, and what holds whatever that file is."""

    def __init__(self, place: Place, guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
        self._place, self._guard, self._caplog = place, guard, caplog

    async def swap(self, role: str, data: bytes, most_bytes: float = math.inf) -> tuple[str, bool]:
        """Attach it under a picture's name and type: what the member read, and whether the API was called."""
        calls = len(self._place.api.posts)
        file = Upload("photo.png", data, content_type="image/png")
        other = "target" if role == "source" else "source"
        with measured() as cost:
            options: dict[str, Any] = {role: file, other: Upload("fine.png", PNG)}
            reply = await self._place.swap(**options)
        self._guard.assert_only(self._place.api.base_url, self._place.sandbox.base_url)
        assert [record for record in self._caplog.records if record.levelno >= logging.ERROR] == []
        assert cost.bytes < most_bytes or len(data) > _LARGE
        assert cost.seconds < MOST_SECONDS
        return reply.text, len(self._place.api.posts) > calls

    async def spent(self) -> object:
        """What stands in the ledger, and what is held."""
        return await self._place.rows("SELECT COALESCE(SUM(amount_micros), 0) AS spent FROM entries")


@pytest.fixture
def attaching(place: Place, guard: Guard, caplog: pytest.LogCaptureFixture) -> Attaching:
    """A member who attaches something."""
    caplog.set_level(logging.INFO)
    return Attaching(place, guard, caplog)


async def test_the_place_works(attaching: Attaching) -> None:
    """An ordinary picture is sent on, so that what follows can fail."""
    assert (await attaching.swap("target", PNG))[1]


REFUSED_HERE = {name: make for name, make in REFUSED.items() if name not in _LENIENT}


@pytest.mark.parametrize("make", sampled(REFUSED_HERE, 4))
async def test_a_hostile_attachment_is_never_sent_on(
    attaching: Attaching, make: Made, request: pytest.FixtureRequest
) -> None:
    """The member reads which picture it was and that nothing was charged; the API hears nothing."""
    role = ("source", "target")[len(cast("pytest.Item", request.node).name) % 2]
    before = await attaching.spent()
    text, called = await attaching.swap(role, make(), MOST_BYTES)
    assert not called
    assert f"{role} picture" in text
    assert "You were not charged." in text
    assert await attaching.spent() == before


@pytest.mark.parametrize("make", sampled(READ, 4))
async def test_an_odd_attachment_is_sent_on_or_refused(attaching: Attaching, make: Made) -> None:
    """Either the API was called, or the member was told why not."""
    text, called = await attaching.swap("target", make())
    assert called != ("You were not charged." in text)


@pytest.mark.parametrize("make", NAMING.values(), ids=NAMING)
async def test_nothing_that_an_attachment_names_is_fetched(
    attaching: Attaching, canary: int, make: Callable[[int], bytes]
) -> None:
    """A file may say that its credentials are on a server: nobody goes there."""
    await attaching.swap("target", make(canary))
