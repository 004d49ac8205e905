"""How an answer looks: one container that notifies nobody and speaks the member's language."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bot.errors import Interrupted
from bot.language import speaking
from bot.sandbox import Reply, Upload
from bot.sandbox.messages import COMPONENTS_V2
from bot.sandbox.wire import as_object
from bot.words import swaps as words
from bot.words.failures import failure
from tests.e2e.conftest import Place, Start, another
from tests.e2e.test_repeats import AGAIN
from tests.scripted_api import Answer, error

EDIT = r"/messages/@original$"
ANY = {"COOLDOWN_SECONDS": "0", "SWAPS_AT_ONCE": ""}
BLURPLE, GREEN, RED = 0x5865F2, 0x57F287, 0xED4245
CONTAINER, ROW, TEXT, GALLERY = 17, 1, 10, 12


def colours(reply: Reply) -> list[int]:
    """The accent colours of its containers."""
    return [one["accent_color"] for one in reply.components if one["type"] == CONTAINER]


def labels(reply: Reply) -> list[list[str]]:
    """What stands on its buttons, row by row."""
    rows = (one["components"] for one in reply.components if one["type"] == ROW)
    return [[button["label"] for button in row] for row in rows]


def offers(reply: Reply, label: str) -> bool:
    """Whether one button is all that there is to press."""
    return [button["label"] for button in reply.buttons()] == [label]


def sent(place: Place) -> Iterator[dict[str, Any]]:
    """The bodies of every message that the bot has sent or edited by a token."""
    for exchange in place.sandbox.exchanges:
        if exchange.path.startswith("/webhooks/") and exchange.method in ("POST", "PATCH"):
            yield as_object(exchange.body)


@pytest.mark.usefixtures("bot")
async def test_a_result_is_one_container(place: Place) -> None:
    """Line, picture with words for who cannot see it, receipt; then the buttons with the real price."""
    reply = await place.swap()
    container, *rows = reply.components
    assert [one["type"] for one in (container, *rows)] == [CONTAINER, ROW, ROW]
    assert [one["type"] for one in container["components"]] == [TEXT, GALLERY, TEXT]
    assert container["components"][0]["content"] == f"**AI face swap** for <@{place.ada.account.id}>"
    (picture,) = reply.pictures
    assert picture.description == "AI face swap: a picture in which a face was replaced by AI"
    (file,) = reply.attachments
    assert picture.file is file
    assert file.description == picture.description
    assert not picture.spoiler
    assert colours(reply) == [GREEN]
    assert labels(reply) == [["Re-roll · 5¢", "Edit", "Before/after", "Details"], ["Delete", "Report"]]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "options", [{"spoiler": True}, {"private": True}, {"private": True, "spoiler": True}]
)
async def test_a_result_is_as_it_was_asked_for(place: Place, options: dict[str, bool]) -> None:
    """Covered where that was asked for; a private one is the member's own, and can be posted."""
    private, spoiler = options.get("private", False), options.get("spoiler", False)
    reply = await place.swap(**options)  # pyright: ignore[reportArgumentType] - options of the command
    assert reply.ephemeral is private
    assert [picture.spoiler for picture in reply.pictures] == [spoiler]
    posted = ["Post to channel"] if private else []
    assert labels(reply)[1] == [*posted, "Delete", "Report"]


@pytest.mark.parametrize(
    ("price", "label", "receipt"),
    [
        ("0", "free", "**free** · seed"),
        ("0.035", "3.5¢", "**$0.035** · seed"),
        ("0.0004", "0.04¢", "**$0.0004** · seed"),
        ("1.25", "$1.25", "**$1.25** · seed"),
    ],
)
async def test_the_price_is_the_real_one(
    place: Place, start: Start, price: str, label: str, receipt: str
) -> None:
    """On the button and in the receipt, whatever the operator charges; with nothing to pay it says free."""
    async with start(SWAP_PRICE_USD=price, **ANY):
        reply = await place.swap()
    assert labels(reply)[0][0] == f"Re-roll · {label}"
    assert receipt in reply.text


async def test_every_answer_is_made_of_components(place: Place, start: Start) -> None:
    """Note, failure, cancelled swap, picture, late picture, repeat: none has plain text, before or after."""
    async with start(API_CONCURRENCY="1", **ANY) as bot:
        release = place.api.hold()
        place.api.script(error(500, "boom"))
        first = await place.faceswap()
        await place.api.received.wait()
        failing = await place.faceswap()
        await failing.reply(until=lambda reply: offers(reply, "Cancel"))
        cancelled = await place.faceswap()
        note = await cancelled.reply(until=lambda reply: offers(reply, "Cancel"))
        assert colours(note) == [BLURPLE]
        await (await note.press("Cancel", by=place.ada)).first_response()
        release.set()
        await place.idle()
        pictures = {"source": Upload("a.png", another()), "target": Upload("b.png", another())}
        once = await place.swap(by=None, **pictures)
        again = await place.swap(by=None, **pictures)
        place.api.received.clear()
        release = place.api.hold()
        await place.faceswap()
        await place.api.received.wait()
        place.sandbox.clock.advance(15 * 60 + 1)
        release.set()
        await bot.services.swaps.idle()
    replies = [await one.reply() for one in (first, failing, cancelled)]
    (late,) = place.said()
    assert [colours(one) for one in (*replies, once, again, late)] == [
        [one] for one in (GREEN, RED, BLURPLE, GREEN, GREEN, GREEN)
    ]
    assert again.text.endswith(AGAIN)
    for reply in (*replies, once, again, late):
        for shown in reply.history:
            assert shown.thinking or (shown.flags & COMPONENTS_V2 and not shown.content and not shown.embeds)
    assert all(body["flags"] & COMPONENTS_V2 and not body.get("content") for body in sent(place))


@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
async def test_nothing_notifies_anybody(place: Place, start: Start, late: bool) -> None:
    """Whatever a prompt says: no member, role or channel is pinged or mentioned, by any message."""
    bob = place.guild.join(place.sandbox.create_user("Bob"), permissions=1 << 17)
    prompt = f"@everyone @here <@{bob.user.id}> <@&{place.guild.id}>"
    release = place.api.hold()
    async with start(**ANY) as bot:
        await place.faceswap(prompt=prompt)
        await place.api.received.wait()
        if late:
            place.sandbox.clock.advance(15 * 60 + 1)
        release.set()
        await bot.services.swaps.idle()
        (reply,) = [Reply(one) for one in place.sandbox.world.messages.values() if one.attachments]
        details = await (await reply.press("Details", by=place.ada)).first_response()
        place.api.script(error(500, prompt))
        await place.swap(prompt=prompt)
    assert details.reply is not None
    assert details.ephemeral
    for message in place.sandbox.world.messages.values():
        shown = Reply(message)
        assert (shown.pings, shown.mentions, message.mention_everyone) == (set(), set(), False)
        assert message.mention_roles == []


@pytest.mark.parametrize("locale", ["de", "ja"])
@pytest.mark.parametrize("stage", ["waiting", "making", "showing"])
async def test_another_process_speaks_the_members_language(
    place: Place, start: Start, *, locale: str, stage: str
) -> None:
    """Stopped while a swap waits, is paid for or is shown: who finishes it answers as it began."""
    greta = place.guild.join(place.sandbox.create_user("Greta", locale=locale))
    with speaking(locale):
        cancel = words.cancel()
    async with start(API_CONCURRENCY="1", **ANY):
        place.api.script(*(Answer(delay=5) for _ in range(stage != "showing")))
        if stage == "waiting":
            await place.faceswap()
            await place.api.received.wait()
        fault = (
            place.sandbox.faults.add("PATCH", EDIT, release=asyncio.Event()) if stage == "showing" else None
        )
        played = await place.faceswap(by=greta)
        if stage == "waiting":
            await played.reply(until=lambda reply: offers(reply, cancel))
        elif stage == "making":
            await place.api.received.wait()
        elif fault:
            await fault.met.wait()
            fault.disconnect = True
    place.api.forget("/v1/faceswap-v5")
    async with start(**ANY):
        await place.idle()
        reply = await played.reply()
    with speaking(locale):
        if stage == "making":
            assert reply.text == failure(Interrupted())
        else:
            assert reply.text.startswith(words.caption(greta.account.id))
            assert labels(reply)[0] == [words.reroll(50_000), words.edit(), words.compare(), words.details()]
    assert "AI face swap" not in reply.text
    assert "You were" not in reply.text
