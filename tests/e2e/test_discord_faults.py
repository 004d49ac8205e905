"""When Discord itself fails: the member is answered or refunded, and never charged for nothing."""

import asyncio
import io
import random

import pytest
from PIL import Image

from bot.sandbox import Played
from tests.e2e.conftest import Place, Start
from tests.scripted_api import Answer, error

EDIT = r"/messages/@original$"
CALLBACK = r"/callback$"


async def refunded(place: Place) -> bool:
    """Whether the only swap ended in a refund."""
    return await place.rows("SELECT state FROM swaps") == [{"state": "refunded"}]


async def quiet(played: Played) -> None:
    """Hold that nothing was ever shown."""
    with pytest.raises(TimeoutError):
        await played.reply(0.2)


async def test_a_failed_acknowledgement_refunds_at_once(place: Place, start: Start) -> None:
    """Discord has given the interaction up (10062): the hold is released, nothing is sent."""
    async with start() as bot:
        release = asyncio.Event()
        fault = place.sandbox.faults.add("POST", CALLBACK, release=release)
        played = await place.faceswap()
        await fault.met.wait()
        place.sandbox.clock.advance(4)
        release.set()
        await quiet(played)
        await bot.services.swaps.idle()
    assert await refunded(place)
    assert place.api.posts == []


async def test_an_acknowledgement_whose_answer_was_lost_still_counts(place: Place, start: Start) -> None:
    """Discord took the defer but answered with an error: the retry's 40060 is our own, the swap goes on."""
    async with start():
        place.sandbox.faults.add("POST", CALLBACK, status=500, applied=True)
        played = await place.faceswap()
        assert (await played.reply()).attachments


@pytest.mark.parametrize(
    "fault", [{"retry_after": 0.1}, {"status": 503}, {"disconnect": True}, {"status": 502, "applied": True}]
)
async def test_a_passing_fault_delays_the_picture(
    place: Place, start: Start, fault: dict[str, float | bool]
) -> None:
    """A rate limit, Discord's own error or a cut connection: the edit is made again, the charge is one."""
    async with start() as bot:
        place.sandbox.faults.add("PATCH", EDIT, **fault)  # pyright: ignore[reportArgumentType] - real parameters
        reply = await place.swap()
        assert reply.attachments
        await bot.services.swaps.idle()
    assert await place.rows("SELECT amount_micros FROM entries") == [{"amount_micros": 50_000}]


async def test_a_refused_edit_is_refunded_and_said(place: Place, start: Start) -> None:
    """Discord refuses the picture for good: the member reads words instead."""
    async with start():
        place.sandbox.faults.add("PATCH", EDIT, status=400)
        reply = await place.swap()
        assert "Discord did not accept the finished picture" in reply.text
    assert await refunded(place)


async def test_a_smaller_limit_than_stated_shrinks_the_picture(place: Place, start: Start) -> None:
    """Discord finds the picture too large after all (413): a smaller one is sent."""
    async with start():
        place.sandbox.faults.add("PATCH", EDIT, status=413)
        place.api.script(Answer(body=noise()))
        reply = await place.swap()
        assert 0 < len(reply.attachments[0].data) < len(noise())


def noise() -> bytes:
    """A picture that compresses badly, as PNG."""
    file = io.BytesIO()
    pixels = random.Random(1).randbytes(128 * 128 * 3)  # noqa: S311 - noise, not a secret
    Image.frombytes("RGB", (128, 128), pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("fault", [{"retry_after": 0.1}, {"disconnect": True}], ids=["429", "cut"])
async def test_a_passing_fault_keeps_no_words_from_the_member(
    place: Place, start: Start, fault: dict[str, float | bool]
) -> None:
    """The words of a failure are sent again as well: nobody is left with a spinner."""
    async with start():
        place.api.script(error(500, "boom"))
        place.sandbox.faults.add("PATCH", EDIT, **fault)  # pyright: ignore[reportArgumentType] - real parameters
        reply = await place.swap()
        assert "You were not charged" in reply.text
