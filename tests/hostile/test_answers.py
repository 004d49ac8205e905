"""Whatever the API answers: no crash, nobody else is spoken to, little is used up, and nothing is charged."""

import logging
from collections.abc import Iterator

import pytest

from bot.sandbox import Reply
from tests.e2e.conftest import KEY, Place
from tests.hostile.answers import REFUSED, RESULT, RESULTS, SHOWN, SLOW, Made
from tests.hostile.conftest import Guard
from tests.hostile.measuring import MOST_BYTES, measured
from tests.hostile.sampling import sampled
from tests.scripted_api import SWAP_PATH, as_json

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("hostile: answers")]

MOST_SECONDS = 4.0
"""The bar is that it ends; most take some milliseconds, and a busy machine takes a few times longer."""


class Swapping:
    """One swap and what came of it."""

    def __init__(self, place: Place, canary: int, guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
        self.place, self.canary, self.guard, self.caplog = place, canary, guard, caplog

    async def spent(self) -> object:
        """What stands in the ledger, in micro-dollars."""
        return (await self.place.rows("SELECT COALESCE(SUM(amount_micros), 0) AS spent FROM entries"))[0][
            "spent"
        ]

    async def swap(self, most_seconds: float = MOST_SECONDS) -> Reply:
        """Swap, and hold what has to hold whatever the answer was."""
        posts = len(self.place.api.posts)
        with measured() as cost:
            reply = await self.place.swap()
        assert len(self.place.api.posts) == posts + 1
        self.guard.assert_only(self.place.api.base_url, self.place.sandbox.base_url)
        assert [record for record in self.caplog.records if record.levelno >= logging.ERROR] == []
        assert "Traceback" not in self.caplog.text
        for text in (reply.text, self.caplog.text):
            assert KEY not in text
            assert KEY[:12] not in text
        assert cost.bytes < MOST_BYTES
        assert cost.seconds < most_seconds
        return reply

    async def is_refunded(self, most_seconds: float = MOST_SECONDS) -> None:
        """It fails with words, and nothing is charged."""
        before = await self.spent()
        reply = await self.swap(most_seconds)
        assert "You were not charged." in reply.text
        assert "@everyone" not in reply.text
        assert not reply.attachments
        assert await self.spent() == before
        rows = await self.place.rows("SELECT state, failure FROM swaps ORDER BY id DESC LIMIT 1")
        assert rows[0]["state"] == "refunded"
        assert rows[0]["failure"] != "Unexpected"


@pytest.fixture
def swapping(place: Place, canary: int, guard: Guard, caplog: pytest.LogCaptureFixture) -> Iterator[Swapping]:
    """One swap at a time; what was scripted and not asked for is forgotten."""
    caplog.set_level(logging.DEBUG)
    yield Swapping(place, canary, guard, caplog)
    for path in (SWAP_PATH, RESULT):
        place.api.forget(path)


async def test_the_place_works(swapping: Swapping) -> None:
    """An ordinary answer is shown and charged, so that what follows can fail."""
    before = await swapping.spent()
    assert (await swapping.swap()).attachments
    assert await swapping.spent() != before


@pytest.mark.parametrize("made", sampled(REFUSED, 2))
async def test_a_hostile_answer_is_refunded(swapping: Swapping, made: Made) -> None:
    """One call, one answer in words, nothing charged, and no other server was spoken to."""
    swapping.place.api.script(made(swapping.canary))
    await swapping.is_refunded()


@pytest.mark.parametrize("made", SLOW.values(), ids=SLOW)
async def test_an_answer_without_end_has_one(swapping: Swapping, made: Made) -> None:
    """What trickles is given up when its time is over."""
    swapping.place.api.script(made(swapping.canary))
    await swapping.is_refunded(most_seconds=9)


@pytest.mark.parametrize("made", SHOWN.values(), ids=SHOWN)
async def test_an_odd_answer_with_a_picture_is_shown(swapping: Swapping, made: Made) -> None:
    """What is paid for is not thrown away for an oddity beside it."""
    swapping.place.api.script(made(swapping.canary))
    assert (await swapping.swap()).attachments


@pytest.mark.parametrize("made", sampled(RESULTS, 2))
async def test_a_hostile_result_is_refunded(swapping: Swapping, made: Made) -> None:
    """The answer names an allowed address; what comes from there is no more trusted, and gets no key."""
    api = swapping.place.api
    api.script(as_json({"output": api.base_url + RESULT}))
    api.script(made(swapping.canary), path=RESULT)
    await swapping.is_refunded()
    assert [
        request.headers
        for request in api.requests
        if "x-api-key" in request.headers and request.path == RESULT
    ] == []
