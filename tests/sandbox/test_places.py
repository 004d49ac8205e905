"""Who asks, and where: languages, installations, contexts, and places where the bot is a guest."""

import asyncio
import json

import discord
import pytest

from bot.sandbox import NotOffered, Permission, Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member, User
from bot.sandbox.played import Reply
from bot.sandbox.wire import Json
from tests.openapi import Document
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest


@pytest.fixture
def bea(sandbox: Sandbox) -> User:
    """Someone who added the bot to her own account and shares no server with it."""
    found = sandbox.create_user("Bea")
    found.install()
    return found


@pytest.fixture
def away(sandbox: Sandbox, bea: User) -> Channel:
    """A channel of a server without the bot."""
    guild = sandbox.create_guild("Away", with_bot=False)
    guild.join(bea)
    return guild.create_channel("general")


def told(reply: Reply) -> Json:
    """Read what the test bot's `/place` answered."""
    return json.loads(reply.content)


@pytest.mark.usefixtures("bot")
async def test_the_interaction_tells_both_languages(sandbox: Sandbox) -> None:
    """The member's own, and the server's; in direct messages there is no server's."""
    guild = sandbox.create_guild("Hafen", locale="fr")
    channel = guild.create_channel("general")
    eva = guild.join(sandbox.create_user("Eva", locale="de"))
    here = await (await eva.slash(channel, "place")).reply()
    there = await (await eva.slash(sandbox.dm(eva.user), "place")).reply()
    assert (told(here)["locale"], told(here)["guild_locale"]) == ("de", "fr")
    assert (told(there)["locale"], told(there)["guild_locale"]) == ("de", None)


def test_a_language_that_discord_lacks(sandbox: Sandbox) -> None:
    """A slip in a test does not pass for a language."""
    for make in (sandbox.create_user, sandbox.create_guild):
        with pytest.raises(ValueError, match="klingon"):
            make("x", locale="klingon")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("installed", [False, True])
async def test_installations_and_contexts(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member, *, installed: bool
) -> None:
    """The server's installation under 0, the user's under 1, as discord.py reads them."""
    if installed:
        ada.install()
    mine = {"1": str(ada.user.id)} if installed else {}
    in_server = await ada.slash(channel, "place")
    in_dm = await ada.slash(sandbox.dm(ada.user), "place")
    by_server = await ada.slash(channel, "ours")
    assert in_server.raw.owners == {"0": str(guild.id)} | mine
    assert in_dm.raw.owners == {"0": "0"} | mine
    assert by_server.raw.owners == {"0": str(guild.id)}
    here, there = told(await in_server.reply()), told(await in_dm.reply())
    assert (here["by"], here["context"], here["user"]) == ([True, installed], 0, "Member")
    assert (there["by"][1], there["context"], there["channel"]) == (installed, 1, "DMChannel")


@pytest.mark.usefixtures("bot")
async def test_a_user_brings_the_bot(sandbox: Sandbox, bea: User, away: Channel, ada: Member) -> None:
    """To a server without it, to others' direct messages, to groups, and to its own direct messages."""
    carl = sandbox.create_user("Carl")
    places = {
        away: (0, "TextChannel", "Member"),
        sandbox.group(bea, ada): (2, "DMChannel", "User"),
        sandbox.group(bea, ada, carl, name="Crew"): (2, "GroupChannel", "User"),
        sandbox.dm(bea): (1, "DMChannel", "User"),
    }
    for channel, expected in places.items():
        played = await bea.slash(channel, "place")
        assert played.raw.owners == {"1": str(bea.id)}
        found = told(await played.reply())
        assert (found["context"], found["channel"], found["user"]) == expected
        assert (found["by"], found["attaches"]) == ([False, True], True)


@pytest.mark.usefixtures("bot")
async def test_what_is_not_offered_abroad(sandbox: Sandbox, bea: User, away: Channel, ada: Member) -> None:
    """Commands of servers only, those without the context, strangers' channels, and who did not install."""
    group = sandbox.group(bea, ada)
    cases: list[tuple[User, Channel, str]] = [
        (bea, away, "ours"),
        (bea, group, "ours"),
        (ada.user, group, "place"),
        (ada.user, away, "place"),
        (sandbox.create_user("Zoe"), group, "place"),
    ]
    for who, channel, command in cases:
        with pytest.raises(NotOffered):
            await who.slash(channel, command)
    # The server's own rules bind what its installation brings, and a command has both unless it says less.
    assert (await bea.slash(away, "settings")).raw.owners == {"1": str(bea.id)}
    bea.uninstall()
    with pytest.raises(NotOffered, match="not in this server"):
        await bea.slash(away, "place")


@pytest.mark.usefixtures("bot")
async def test_menus_work_abroad(sandbox: Sandbox, bea: User, away: Channel, ada: Member) -> None:
    """Messages come whole, people with what the server knows of them."""
    for channel in (away, sandbox.group(bea, ada)):
        message = sandbox.write(bea, channel, "hi", [Upload("me.png", PIXEL)])
        reply = await (await bea.use_menu(channel, "Look", on=message)).reply()
        assert reply.content == "hi ['me.png']"
        reply = await (await bea.use_menu(channel, "Face", on=ada)).reply()
        assert reply.content.endswith(".png")


async def test_the_bot_is_blind_abroad(
    sandbox: Sandbox, bot: Bot, bea: User, away: Channel, ada: Member, *, rest: Rest
) -> None:
    """It hears of no message and no server, and can neither read nor write: it answers by token alone."""
    for channel in (away, sandbox.group(bea, ada)):
        reply = await (await bea.slash(channel, "place")).reply()
        message = sandbox.write(bea, channel, "secret")
        path = f"/channels/{channel.id}/messages"
        for method, where in (
            ("GET", path),
            ("POST", path),
            ("GET", f"{path}/{message.id}"),
            ("PATCH", f"{path}/{reply.raw.id}"),
            ("DELETE", f"{path}/{reply.raw.id}"),
        ):
            body = {"content": "x"} if method in {"POST", "PATCH"} else None
            assert (await rest(method, where, body))[1]["code"] == 50001
        sandbox.delete(message)
    heard = [one.name for one in sandbox.gateway.recent]
    assert {"MESSAGE_CREATE", "MESSAGE_DELETE"}.isdisjoint(heard)
    assert [one.name for one in bot.guilds] == ["Harbour"]


@pytest.mark.usefixtures("bot")
async def test_buttons_work_abroad(sandbox: Sandbox, bea: User, away: Channel, ada: Member) -> None:
    """Anybody's press edits the message by its own token, and deletes it; who installed is remembered."""
    assert away.guild is not None
    for channel, other in ((away, away.guild.join(ada.user)), (sandbox.group(bea, ada), ada.user)):
        reply = await (await bea.slash(channel, "place")).reply()
        pressed = await reply.press("Hide", by=other)
        assert (await pressed.first_response()).kind == "UPDATE"
        assert pressed.raw.owners == {"1": str(bea.id)}
        assert told(reply)["by"] == [False, False]
        await reply.press("Delete", by=other)
        await sandbox.until(lambda one=reply: one.deleted or None, 5, "the deletion")


@pytest.mark.usefixtures("bot")
async def test_a_server_can_hush_what_users_bring(sandbox: Sandbox, bea: User, away: Channel) -> None:
    """Without Use External Apps every answer is ephemeral, follow-ups too; the bot's own server is not so."""
    assert away.guild is not None
    away.overwrite(away.guild.everyone, deny=int(Permission.USE_EXTERNAL_APPS))
    played = await bea.slash(away, "chatter", times=2)
    assert (await played.followup()).ephemeral
    assert (await played.reply()).ephemeral
    assert any("as the server wants" in line for line in sandbox.transcript(away, bea))
    assert away.messages == {}
    home = sandbox.create_guild("Home")
    channel = home.create_channel("general")
    home.join(bea)
    channel.overwrite(home.everyone, deny=int(Permission.USE_EXTERNAL_APPS))
    assert not (await (await bea.slash(channel, "place")).reply()).ephemeral


async def test_five_follow_ups_abroad(
    bot: Bot, bea: User, away: Channel, ada: Member, channel: Channel
) -> None:
    """The sixth is 40094; filling the placeholder is none of them. With the bot in the server, no end."""
    await (await ada.slash(channel, "chatter", times=8)).followup(7)
    played = await bea.slash(away, "chatter", times=7)
    await played.followup(5)
    async with asyncio.timeout(5):
        await bot.failed.wait()
    (error,) = bot.errors
    assert isinstance(error, discord.HTTPException)
    assert error.code == 40094
    assert len(played.raw.followups) == 5


async def test_direct_messages_to_who_installed(sandbox: Sandbox, bot: Bot, bea: User) -> None:
    """An installation is as good as a shared server; without either the channel opens and the send fails."""
    await (await bot.fetch_user(bea.id)).send("hello")
    bea.uninstall()
    with pytest.raises(discord.Forbidden) as caught:
        await (await bot.fetch_user(bea.id)).send("again")
    assert caught.value.code == 50007
    assert [one.content for one in sandbox.dm(bea).messages.values()] == ["hello"]


@pytest.mark.usefixtures("bot")
async def test_answers_abroad_are_as_documented(
    document: Document, sandbox: Sandbox, bea: User, away: Channel, ada: Member
) -> None:
    """Every request and answer of a guest fits Discord's document."""
    for channel in (away, sandbox.group(bea, ada)):
        reply = await (await bea.slash(channel, "place")).reply()
        await (await reply.press("Hide", by=bea)).first_response()
        await (await bea.slash(channel, "chatter", times=3)).followup(2)
        await (await bea.use_menu(channel, "Look", on=reply)).reply()
    assert document.check_all(sandbox.exchanges) == []
