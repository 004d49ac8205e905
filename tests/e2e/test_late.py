"""Results that come after the token's 15 minutes: shown once, to whom they belong, or refunded."""

import asyncio

import pytest

from bot.client import FaceSwapBot
from bot.sandbox import Played
from tests.e2e.conftest import Place, Start

SEND = r"^/channels/\d+/messages$"
TOKEN_DEAD = 15 * 60 + 1


async def late(place: Place, bot: FaceSwapBot, *, private: bool = False) -> Played:
    """A swap whose picture is made only when its token is dead."""
    release = place.api.hold()
    played = await place.faceswap(private=private)
    await place.api.received.wait()
    place.sandbox.clock.advance(TOKEN_DEAD)
    release.set()
    await bot.services.swaps.idle()
    return played


async def states(place: Place) -> list[dict[str, object]]:
    """How every swap ended, and what was charged for it."""
    return await place.rows(
        "SELECT state, failure, amount_micros FROM swaps LEFT JOIN entries ON entries.swap_id = swaps.id"
    )


DELIVERED = [{"state": "delivered", "failure": None, "amount_micros": 50_000}]


async def test_a_public_result_becomes_a_message(place: Place, start: Start) -> None:
    """The channel gets one message that names the member and pings nobody; it is charged."""
    async with start() as bot:
        await late(place, bot)
    (message,) = place.said()
    assert len(message.attachments) == 1
    assert f"<@{place.ada.account.id}>" in message.text
    assert message.raw.mentions == []
    assert await states(place) == DELIVERED


async def test_a_private_result_goes_to_the_member_alone(place: Place, start: Start) -> None:
    """Never a private result in public: a direct message instead."""
    async with start() as bot:
        await late(place, bot, private=True)
    assert place.said() == []
    (message,) = place.said(place.sandbox.dm(place.ada.account))
    assert len(message.attachments) == 1
    assert await states(place) == DELIVERED


async def test_closed_direct_messages_are_a_refund(place: Place, start: Start) -> None:
    """A private result that cannot reach its member is not charged."""
    place.ada.account.dms_open = False
    async with start() as bot:
        await late(place, bot, private=True)
    assert place.said() == []
    assert await states(place) == [{"state": "refunded", "failure": "Undeliverable", "amount_micros": None}]


@pytest.mark.parametrize("fault", [{"status": 502}, {"status": 502, "applied": True}, {"disconnect": True}])
async def test_a_fault_on_the_way_sends_no_second_message(
    place: Place, start: Start, fault: dict[str, int | bool]
) -> None:
    """Whether Discord took the first try or not, its nonce makes it one message and one charge."""
    async with start() as bot:
        place.sandbox.faults.add("POST", SEND, **fault)  # pyright: ignore[reportArgumentType] - real parameters
        await late(place, bot)
    assert len(place.said()) == 1
    assert await states(place) == DELIVERED


async def test_an_edit_whose_answer_was_lost_is_found_not_repeated(place: Place, start: Start) -> None:
    """Shown in the last moment, the token dead before anybody knew: no second picture, one charge."""
    async with start():
        release = asyncio.Event()
        fault = place.sandbox.faults.add("PATCH", r"/messages/@original$", release=release, applied=True)
        played = await place.faceswap()
        await fault.met.wait()
        place.sandbox.clock.advance(TOKEN_DEAD)
        fault.disconnect = True
        release.set()
        await place.idle()
        assert len((await played.reply()).attachments) == 1
    assert place.said() == []
    assert await states(place) == DELIVERED


@pytest.mark.parametrize("arrived", [True, False])
async def test_after_a_crash_history_tells_whether_it_arrived(
    place: Place, start: Start, arrived: bool
) -> None:
    """With the nonce forgotten, what is found is charged, what is not is refunded; nothing is sent again."""
    async with start():
        fault = place.sandbox.faults.add("POST", SEND, release=asyncio.Event(), applied=arrived)
        release = place.api.hold()
        await place.faceswap()
        await place.api.received.wait()
        place.sandbox.clock.advance(TOKEN_DEAD)
        release.set()
        await fault.met.wait()
        fault.disconnect = True
    place.sandbox.clock.advance(180)
    async with start() as bot:
        await bot.services.swaps.idle()
    assert len(place.said()) == int(arrived)
    ended = {"state": "refunded", "failure": "DeliveredInDoubt", "amount_micros": None}
    assert await states(place) == (DELIVERED if arrived else [ended])
