"""Answers of Discord that never arrive, and kills in between: no member is left with a spinner."""

import asyncio

import pytest

from bot.words import swaps as words
from bot.words.failures import not_charged
from tests.e2e.conftest import Place, Start
from tests.scripted_api import error

EDIT = r"/messages/@original$"
CALLBACK = r"/callback$"
CHARGED = [{"state": "delivered", "amount_micros": 50_000}]
REFUNDED = [{"state": "refunded", "amount_micros": None}]


async def books(place: Place) -> list[dict[str, object]]:
    """How every swap ended, and what was charged for it."""
    return await place.rows(
        "SELECT state, amount_micros FROM swaps LEFT JOIN entries ON entries.swap_id = swaps.id"
    )


@pytest.mark.parametrize("applied", [True, False])
async def test_a_connection_cut_under_the_acknowledgement(place: Place, start: Start, applied: bool) -> None:
    """Whether Discord took it or not, another try tells, and the swap goes on."""
    async with start():
        place.sandbox.faults.add("POST", CALLBACK, disconnect=True, applied=applied, times=2)
        assert (await place.swap()).attachments
    assert await books(place) == CHARGED
    assert len(place.api.posts) == 1


async def test_a_connection_cut_under_the_words_of_a_failure(place: Place, start: Start) -> None:
    """The words are sent again."""
    place.api.script(error(400, "no"))
    async with start():
        place.sandbox.faults.add("PATCH", EDIT, disconnect=True)
        assert not_charged() in (await place.swap()).text
    assert await books(place) == REFUNDED


async def test_stopped_while_telling_of_a_failure(place: Place, start: Start) -> None:
    """The token lives until the member is told: the next process tells, and does not pay again."""
    place.api.script(error(400, "no"))
    async with start():
        fault = place.sandbox.faults.add("PATCH", EDIT, release=asyncio.Event(), disconnect=True)
        played = await place.faceswap()
        await fault.met.wait()
    async with start() as bot:
        await bot.services.swaps.idle()
        assert not_charged() in (await played.reply()).text
    assert await books(place) == REFUNDED
    assert len(place.api.posts) == 1


async def test_a_cancel_whose_answer_was_lost_is_pressed_again(place: Place, start: Start) -> None:
    """The same press at two processes, or twice: whoever comes second says the same."""
    release = place.api.hold()
    async with start(API_CONCURRENCY="1", SWAPS_AT_ONCE="", COOLDOWN_SECONDS="0"):
        await place.faceswap()
        await place.api.received.wait()
        waiting = await (await place.faceswap()).reply(until=lambda reply: bool(reply.buttons()))
        place.sandbox.faults.add("POST", CALLBACK, disconnect=True, times=2)
        await waiting.press("Cancel", by=place.ada)
        await asyncio.sleep(0.2)
        again = await waiting.press("Cancel", by=place.ada)
        await again.first_response()
        assert waiting.text == words.cancelled()
        release.set()
        await place.idle()
    assert {row["state"] for row in await books(place)} == {"delivered", "refunded"}
