"""The sandbox's answers and the client's requests against Discord's own document."""

import io
from dataclasses import replace

import discord
import pytest

from bot.sandbox import Permission, Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.rest.call import Exchange
from bot.sandbox.wire import as_object
from tests.openapi import Document
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Connect, Rest

A = Upload("a.png", PIXEL)


async def test_interactions_are_as_documented(
    document: Document, sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """Login, sync, deferral, edit with a file, button, follow-ups, private answers, direct messages."""
    reply = await (await ada.slash(channel, "swap", source=A, target=A)).reply()
    await (await reply.press("again", by=ada)).followup()
    await (await ada.slash(channel, "echo", text="hi", user=ada)).followup()
    await (await ada.slash(channel, "private", text="hi")).reply()
    await (await ada.user.slash(sandbox.dm(ada.user), "where")).reply()
    assert len(sandbox.exchanges) > 10
    assert document.check_all(sandbox.exchanges) == []
    assert bot.errors == []


@pytest.mark.usefixtures("bot")
async def test_controls_are_as_documented(
    document: Document, sandbox: Sandbox, ada: Member, channel: Channel, *, guild: Guild, rest: Rest
) -> None:
    """Selects of every kind, forms with all they can hold, suggestions, menus, updates, fresh addresses."""
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    panel = await (await mod.slash(channel, "settings", default=channel)).reply()
    await (await panel.select("Channels", by=mod, values=[channel])).first_response()
    await (await panel.select("Size", by=mod, values=["l"])).first_response()
    form = await (await panel.press("Numbers", by=mod)).submit(by=mod, crew=guild.everyone, face=A)
    await form.first_response()
    await (await (await ada.slash(channel, "form")).submit(by=ada)).reply()
    await ada.autocomplete(channel, "face use", option="name", typed="a")
    message = sandbox.write(ada, channel, "look", [A])
    await (await ada.use_menu(channel, "Report face swap", on=message)).reply()
    await (await ada.use_menu(channel, "Who is this", on=mod)).reply()
    await rest("GET", f"/channels/{channel.id}/messages")
    await rest("POST", "/attachments/refresh-urls", {"attachment_urls": ["x"]})
    assert document.check_all(sandbox.exchanges) == []


class Layout(discord.ui.LayoutView):
    """One of every Components V2 part that is played."""

    text: discord.ui.TextDisplay["Layout"] = discord.ui.TextDisplay("hey")
    pictures: discord.ui.MediaGallery["Layout"] = discord.ui.MediaGallery(
        discord.MediaGalleryItem("attachment://q.png")
    )
    section: discord.ui.Section["Layout"] = discord.ui.Section(
        "words", accessory=discord.ui.Thumbnail["Layout"]("attachment://q.png")
    )
    file: discord.ui.File["Layout"] = discord.ui.File("attachment://q.png")
    line: discord.ui.Separator["Layout"] = discord.ui.Separator()
    box: discord.ui.Container["Layout"] = discord.ui.Container(discord.ui.TextDisplay["Layout"]("inside"))
    row: discord.ui.ActionRow["Layout"] = discord.ui.ActionRow(discord.ui.Button["Layout"](label="b"))


async def test_channels_are_as_documented(
    document: Document, sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel, *, guild: Guild
) -> None:
    """Messages with embeds, files and Components V2, history, replies, edits, errors; servers and members."""
    there = await bot.fetch_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    embed = discord.Embed(title="t", description="d").set_image(url="attachment://a.png")
    sent = await there.send("x", embed=embed, file=discord.File(io.BytesIO(PIXEL), "a.png"), nonce=5)
    assert (sent.attachments, (sent.embeds[0].image.url or "")[:7]) == ([], "http://")
    await sent.edit(content="y")
    plain = await there.send("w", file=discord.File(io.BytesIO(PIXEL), "b.png"))
    more = discord.File(io.BytesIO(PIXEL), "c.png")
    kept = await plain.edit(attachments=[*plain.attachments, more])
    assert [one.filename for one in kept.attachments] == ["b.png", "c.png"]
    await sent.reply("z", mention_author=False)
    await there.send(view=Layout(), file=discord.File(io.BytesIO(PIXEL), "q.png"))
    with pytest.raises(discord.HTTPException):
        await there.send("x" * 2001)
    assert len([one async for one in there.history()]) == 4
    await sent.delete()
    server = await bot.fetch_guild(guild.id)
    await server.fetch_member(ada.user.id)
    await server.fetch_roles()
    await server.fetch_channels()
    await (await bot.fetch_user(ada.user.id)).send("hello")
    assert document.check_all(sandbox.exchanges) == []


async def test_gateway_objects_are_as_documented(
    document: Document, sandbox: Sandbox, guild: Guild, connect: Connect, *, channel: Channel, ada: Member
) -> None:
    """What the gateway shares with REST has the same shape: servers, channels, roles, messages, members."""
    await connect(extra_intents=1 << 9)
    guild.create_role("Crew")
    sandbox.write(ada, channel, "hello")
    await ada.slash(channel, "swap", source=A, target=A)
    played = {one.name: one.payload for one in sandbox.gateway.recent}
    shown = {name: payload(-1) for name, payload in played.items()}
    message, asked = shown["MESSAGE_CREATE"], shown["INTERACTION_CREATE"]
    resolved = asked["data"]["resolved"]["attachments"].values()
    objects = [
        ("GuildRoleResponse", shown["GUILD_ROLE_CREATE"]["role"]),
        ("GuildChannelResponse", shown["CHANNEL_CREATE"]),
        ("UserResponse", asked["member"]["user"]),
        *(("MessageAttachmentResponse", one) for one in resolved),
        ("MessageResponse", {key: one for key, one in message.items() if key not in {"member", "guild_id"}}),
        ("GuildMemberResponse", {key: one for key, one in asked["member"].items() if key != "permissions"}),
    ]
    assert [one for name, value in objects for one in document.check_object(name, value)] == []


@pytest.mark.usefixtures("bot")
async def test_the_checker_finds_differences(document: Document, sandbox: Sandbox) -> None:
    """Wrong types, missing and unknown properties, parameters and routes are each named."""
    me = next(one for one in sandbox.exchanges if one.path == "/users/@me")
    sync = next(one for one in sandbox.exchanges if one.method == "PUT")
    answer, body = as_object(me.answer), [{"name": "x" * 33, "colour": 1}]
    cases: list[tuple[Exchange, str]] = [
        (replace(me, answer=answer | {"username": 5}), "answer 200: username: 5 is not of type 'string'"),
        (replace(me, answer={"id": "1"}), "is a required property"),
        (replace(me, answer=answer | {"shoe": 5}), "unknown property .shoe"),
        (replace(me, query={"page": "1"}), "unknown query parameter page"),
        (replace(me, path="/nonsense"), "not in the document"),
        (replace(me, status=304), "no status 304"),
        (replace(sync, body=body), "is too long"),
        (replace(sync, body=body), "unknown property [].colour"),
        (replace(sync, path="/applications/x/commands"), "application_id"),
    ]
    for exchange, expected in cases:
        assert expected in "\n".join(document.check(exchange))
