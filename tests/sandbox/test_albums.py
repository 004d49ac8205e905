"""Messages with Components V2 and their files: shown, edited, deleted, forwarded, refused."""

import discord
import pytest

from bot.sandbox import Reply, Sandbox, Upload, payloads
from bot.sandbox.places import Channel, Guild, Member
from tests.openapi import Document
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest
from tests.sandbox.everywhere import Album, pictures
from tests.sandbox.test_cdn import read

NAMES = ("a.png", "c.png")


async def text_channel(bot: Bot, channel: Channel) -> discord.TextChannel:
    """Return a channel as discord.py knows it."""
    found = await bot.fetch_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


@pytest.mark.usefixtures("bot")
async def test_what_an_album_shows(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Pictures in order with their words, every text, buttons inside sections; and the transcript tells."""
    reply = await (await ada.slash(channel, "album")).reply()
    shown = [(one.data, one.description, one.spoiler) for one in reply.pictures]
    assert shown == [(b"a.png", "a face in a.png", False), (b"c.png", "a face in c.png", True)]
    assert reply.text == "made\nmore words"
    lines = [line.strip() for line in sandbox.transcript(channel, ada)]
    assert lines[-3:] == ["▣ a face in a.png", "▣ a face in c.png (covered)", "[Hide]"]
    assert (await reply.press("Hide", by=ada)).raw.data["custom_id"] == "hide-album"


async def test_an_album_on_the_wire(
    document: Document, sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """Files are in the galleries with signed addresses, not among the attachments, as discord.py reads it."""
    reply = await (await ada.slash(channel, "album")).reply()
    found = await (await text_channel(bot, channel)).fetch_message(reply.raw.id)
    (box,) = found.components
    assert isinstance(box, discord.components.Container)
    gallery = next(one for one in box.children if isinstance(one, discord.components.MediaGalleryComponent))
    assert found.attachments == []
    assert (box.accent_colour, [one.spoiler for one in gallery.items]) == (
        discord.Colour(0xABCDEF),
        [False, True],
    )
    media = gallery.items[0].media
    assert (await read(media.url), media.content_type) == ((200, b"a.png"), "image/png")
    assert document.check_all(sandbox.exchanges) == []


async def test_albums_sent_edited_and_deleted_by_rest(
    document: Document, sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """With files and a nonce, to a channel and to a person; an edit without the files removes them."""
    for place in (await text_channel(bot, channel), await (await bot.fetch_user(ada.user.id)).create_dm()):
        sent = await place.send(view=Album(*NAMES), files=pictures(*NAMES), nonce="7")
        raw = sandbox.world.messages[sent.id]
        urls = [sandbox.world.cdn.signed(one.path) for one in raw.attachments]
        kept = await sent.edit(view=Album(words="still"))
        assert (Reply(raw).pictures, len(raw.attachments)) == ([], 2)
        await kept.edit(view=Album("b.png", words="other"), attachments=pictures("b.png"))
        assert [one.data for one in Reply(raw).pictures] == [b"b.png"]
        assert [(await read(url))[0] for url in urls] == [404, 404]
        await sent.delete()
        for late in (sent.delete(), sent.edit(view=Album()), place.fetch_message(sent.id)):
            with pytest.raises(discord.NotFound) as caught:
                await late
            assert caught.value.code == 10008
    assert document.check_all(sandbox.exchanges) == []


async def test_links_in_galleries(document: Document, sandbox: Sandbox, channel: Channel, rest: Rest) -> None:
    """A picture from elsewhere has no file, and an id and a proxy of Discord's own."""
    item = {"media": {"url": "http://127.0.0.1/a.png"}}
    body = {"flags": 1 << 15, "components": [{"type": 12, "items": [item]}]}
    _, sent = await rest("POST", f"/channels/{channel.id}/messages", body)
    (picture,) = Reply(channel.messages[int(sent["id"])]).pictures
    assert (picture.data, picture.description, picture.url) == (None, None, "http://127.0.0.1/a.png")
    assert document.check_all(sandbox.exchanges) == []


async def test_a_channel_that_is_gone(
    sandbox: Sandbox, bot: Bot, guild: Guild, channel: Channel, *, ada: Member
) -> None:
    """Everything in it is 10003, by token too, and the bot hears of it."""
    there = await text_channel(bot, channel)
    played = await ada.slash(channel, "place")
    await played.reply()
    sent = await there.send("x")
    guild.delete_channel(channel)
    hook = discord.Webhook.partial(sandbox.world.bot.id, played.raw.token, client=bot)
    for late in (
        there.send("x"),
        sent.edit(content="y"),
        sent.delete(),
        hook.send("z"),
        hook.edit_message(played.raw.original.id if played.raw.original else 0, content="z"),
    ):
        with pytest.raises(discord.NotFound) as caught:
            await late
        assert caught.value.code == 10003
    assert "CHANNEL_DELETE" in bot.events


async def test_others_messages_in_direct_messages(sandbox: Sandbox, ada: Member, rest: Rest) -> None:
    """Only a person can delete their own there: 50003."""
    channel = sandbox.dm(ada.user)
    message = sandbox.write(ada, channel, "hello")
    assert (await rest("DELETE", f"/channels/{channel.id}/messages/{message.id}"))[1]["code"] == 50003


async def test_forwarded_messages(
    document: Document, sandbox: Sandbox, bot: Bot, channel: Channel, *, guild: Guild, ada: Member
) -> None:
    """The menu brings the copy with its files; what becomes of the first one does not change it."""
    first = sandbox.write(ada, channel, "look", [Upload("me.png", PIXEL)])
    sent = sandbox.forward(ada, first, guild.create_channel("other"))
    assert (await (await ada.use_menu(sent.channel, "Look", on=sent)).reply()).content == " ['me.png']"
    assert document.check_object("MessageResponse", payloads.message(sent, sandbox.world.cdn)) == []
    there = await text_channel(bot, sent.channel)
    (copy,) = (await there.fetch_message(sent.id)).message_snapshots
    assert (copy.content, await copy.attachments[0].read()) == ("look", PIXEL)
    lines = [line.strip() for line in sandbox.transcript(sent.channel, ada)]
    assert lines[1:4] == ["↪ forwarded:", "look", "⧉ me.png (70 bytes, 1 by 1)"]
    old = await (await text_channel(bot, channel)).send("old words")
    sandbox.forward(ada, sandbox.world.messages[old.id], sent.channel)
    await old.edit(content="new words")
    assert sandbox.transcript(sent.channel, ada)[-1].endswith("old words")
    album = await (await ada.slash(channel, "album")).reply()
    again = sandbox.forward(ada, album, sent.channel)
    sandbox.delete(album)
    assert document.check_object("MessageResponse", payloads.message(again, sandbox.world.cdn)) == []
