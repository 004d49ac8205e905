"""Post to channel under a private result: the same picture for everybody, once, where that is allowed."""

import asyncio

import pytest

from bot.client import FaceSwapBot
from bot.controls import DELETE, POST, REROLL
from bot.sandbox import Upload
from bot.sandbox.permissions import Permission
from bot.store.moderation import Change
from tests.e2e.clicks import replay
from tests.e2e.conftest import Place, Start
from tests.e2e.pressing import change, press, public, swap_of, told
from tests.scripted_api import PNG

DAY = 24 * 3600


async def test_a_private_result_is_posted_as_it_is(place: Place, bot: FaceSwapBot) -> None:
    """The same bytes in the same container, for everybody, without the button; it is in the history now."""
    reply = await place.swap(private=True, spoiler=True)
    played = press(reply, POST, place.ada)
    copy = await played.followup()
    assert not copy.ephemeral
    (file,) = copy.attachments
    assert (file.data, file.filename) == (reply.attachments[0].data, f"faceswap-{swap_of(reply)}.png")
    assert copy.text == reply.text
    assert f"for <@{place.ada.account.id}>" in copy.text
    assert copy.raw.mentions == []
    names = [button["custom_id"].split(":")[0] for button in copy.buttons()]
    assert POST not in names
    assert DELETE in names
    (item,) = copy.components[0]["components"][1]["items"]
    assert item["media"]["url"] == f"attachment://{file.filename}"
    assert item["spoiler"]
    assert item["description"]
    await bot.attended()
    history = await (await place.ada.slash(place.channel, "credits history")).reply()
    assert f"/{place.channel.id}/{copy.raw.id}" in history.content
    assert (await press(reply, REROLL, place.ada).reply()).ephemeral
    await place.idle()


@pytest.mark.usefixtures("bot")
async def test_posted_once(place: Place) -> None:
    """Twice at once, delivered twice, and once more after a while: one copy."""
    reply = await place.swap(private=True)
    one, other = press(reply, POST, place.ada), press(reply, POST, place.ada)
    replay(place, one)
    for played in (one, other):
        await played.followup()
    place.sandbox.clock.advance(3600)
    assert "posted already" in (await press(reply, POST, place.ada).followup()).content
    assert len(public(place)) == 1


@pytest.mark.usefixtures("bot")
async def test_only_the_owner_posts(place: Place) -> None:
    """Nobody else may make it public, a moderator neither."""
    grace = place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)
    reply = await place.swap(private=True)
    assert "belong to somebody else" in await told(press(reply, POST, grace))
    assert public(place) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [(Change(paused=True), "paused"), (Change(channels=frozenset({5})), "only in <#5>")],
)
async def test_the_servers_rules_hold_for_a_post(
    place: Place, bot: FaceSwapBot, changed: Change, words: str
) -> None:
    """What may not be swapped here may not be posted here; once it may, the same button posts it."""
    reply = await place.swap(private=True)
    await change(place, bot, changed)
    refused = await press(reply, POST, place.ada).followup()
    assert refused.ephemeral
    assert words in refused.content
    assert public(place) == []
    await change(place, bot, Change(paused=False, channels=frozenset()), interaction=2)
    assert not (await press(reply, POST, place.ada).followup()).ephemeral


async def test_posted_days_and_a_restart_later(place: Place, start: Start) -> None:
    """The press brings a fresh address of the picture."""
    async with start():
        reply = await place.swap(private=True)
    place.sandbox.clock.advance(3 * DAY)
    async with start():
        copy = await press(reply, POST, place.ada).followup()
        assert len(copy.attachments) == 1


@pytest.mark.usefixtures("bot")
async def test_a_post_that_fails_may_be_tried_again(place: Place) -> None:
    """Discord does not take it: the member is told, and the next press posts it."""
    reply = await place.swap(private=True)
    place.sandbox.faults.add("POST", r"^/webhooks/\d+/[^/]+$", status=400, times=1)
    played = press(reply, POST, place.ada)
    assert "Something went wrong" in (await played.followup()).content
    copy = await press(reply, POST, place.ada).followup()
    assert not copy.ephemeral
    assert len(public(place)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_lost_picture_is_not_posted(place: Place) -> None:
    """Where Discord has the private result no more there is nothing to post."""
    reply = await place.swap(private=True)
    for file in reply.attachments:
        place.sandbox.world.cdn.drop(file.path)
    assert "not kept any more" in (await press(reply, POST, place.ada).followup()).content
    assert public(place) == []


async def test_deleting_reaches_the_posted_copy(place: Place, bot: FaceSwapBot) -> None:
    """Delete under the private result takes the public copy away too."""
    reply = await place.swap(private=True)
    copy = await press(reply, POST, place.ada).followup()
    await bot.attended()
    await press(reply, DELETE, place.ada).followup()
    assert reply.deleted
    assert copy.deleted


async def test_deleted_while_it_is_posted(place: Place, bot: FaceSwapBot) -> None:
    """What was deleted while Discord took the copy is not left in the channel."""
    reply = await place.swap(private=True)
    release = asyncio.Event()
    fault = place.sandbox.faults.add("POST", r"^/webhooks/\d+/[^/]+$", release=release)
    played = press(reply, POST, place.ada)
    await fault.met.wait()
    await press(reply, DELETE, place.ada).followup()
    release.set()
    copy = await played.followup()
    await bot.attended()
    assert copy.deleted


async def test_where_the_bot_is_a_guest(place: Place, bot: FaceSwapBot) -> None:
    """Where the bot is a guest: it may not speak, then it may; and its copy is deleted by its own button."""
    place.ada.account.install()
    elsewhere = place.sandbox.create_guild("Elsewhere", with_bot=False)
    channel = elsewhere.create_channel("general")
    channel.overwrite(elsewhere.everyone, deny=Permission.USE_EXTERNAL_APPS)
    guest = elsewhere.join(place.ada.account)
    given = {"source": Upload("source.png", PNG), "target": Upload("target.png", PNG), "private": True}
    reply = await (await guest.slash(channel, "faceswap", **given)).reply()
    await place.idle()
    played = press(reply, POST, guest)
    assert "stays private" in (await played.followup(2)).content
    assert await place.rows("SELECT private FROM swaps") == [{"private": 1}]
    channel.overwrites.clear()
    copy = await press(reply, POST, guest).followup()
    assert not copy.ephemeral
    await bot.attended()
    assert await place.rows("SELECT private FROM swaps") == [{"private": 0}]
    note = await press(reply, DELETE, guest).followup()
    assert f"/{channel.id}/{copy.raw.id}" in note.content
    assert not copy.deleted
    await press(copy, DELETE, guest).followup()
    assert copy.deleted


async def test_a_late_private_result_stays_in_direct_messages(place: Place, bot: FaceSwapBot) -> None:
    """It came there because its own reply was dead; its button posts it nowhere."""
    release = place.api.hold()
    played = await place.faceswap(private=True)
    await place.api.received.wait()
    place.sandbox.clock.advance(15 * 60 + 1)
    release.set()
    await place.idle()
    (reply,) = place.said(place.sandbox.dm(place.ada.account))
    assert "another channel" in (await press(reply, POST, place.ada.account).followup()).content
    await press(reply, DELETE, place.ada.account).followup()
    await bot.attended()
    assert reply.deleted
    assert played.raw.id == swap_of(reply)
