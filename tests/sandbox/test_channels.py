"""Messages the bot sends by itself: history, look-ups, mentions, fresh addresses; and leaving a server."""

import discord
import pytest

from bot.sandbox import Permission, Reply, Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "98765"),
        ({"limit": 2}, "98"),
        ({"before": 7}, "65"),
        ({"before": 7, "limit": 1}, "6"),
        ({"after": 6}, "987"),
        ({"after": 6, "limit": 1}, "7"),
        ({"around": 7, "limit": 3}, "876"),
        ({"around": 5, "limit": 2}, "65"),
        ({"around": 9, "limit": 3}, "98"),
    ],
)
async def test_history(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest, *, query: dict[str, int], expected: str
) -> None:
    """Newest first; after takes the oldest there are, around as many on either side."""
    ids = {number: sandbox.write(ada, channel, str(number)).id for number in range(5, 10)}
    asked = "&".join(f"{key}={ids.get(value, value)}" for key, value in query.items())
    _, found = await rest("GET", f"/channels/{channel.id}/messages?{asked}")
    assert "".join(one["content"] for one in found) == expected


async def test_history_through_the_client(bot: Bot, sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """discord.py pages through it either way."""
    ids = [sandbox.write(ada, channel, str(number)).id for number in range(105)]
    there = await bot.fetch_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    assert [one.id async for one in there.history(limit=None)] == ids[::-1]
    assert [one.id async for one in there.history(limit=None, after=discord.Object(ids[2]))] == ids[3:]


@pytest.mark.parametrize(
    ("query", "rule"),
    [("limit=0", "NUMBER_TYPE_MIN"), ("limit=101", "NUMBER_TYPE_MAX"), ("limit=x", "NUMBER_TYPE_COERCE")],
)
async def test_how_much_history(channel: Channel, rest: Rest, query: str, rule: str) -> None:
    """1 to 100 messages at once."""
    status, answer = await rest("GET", f"/channels/{channel.id}/messages?{query}")
    assert status == 400
    assert answer["errors"]["limit"]["_errors"][0]["code"] == rule


async def test_history_is_asked_for_one_way(sandbox: Sandbox, channel: Channel, rest: Rest) -> None:
    """What Discord does with both before and after is not known, so it is loud."""
    assert (await rest("GET", f"/channels/{channel.id}/messages?before=1&after=2"))[0] == 400
    assert len(sandbox.complaints) == 1
    sandbox.complaints.clear()


async def test_looking_up_a_message(
    sandbox: Sandbox, ada: Member, channel: Channel, guild: Guild, *, rest: Rest
) -> None:
    """10008 when it is not there, 50001 without Read Message History, where history is empty."""
    message = sandbox.write(ada, channel, "hello")
    path = f"/channels/{channel.id}/messages"
    assert (await rest("GET", f"{path}/{message.id}"))[1]["content"] == "hello"
    assert (await rest("GET", f"{path}/{message.id + 1}"))[1]["code"] == 10008
    channel.overwrite(guild.members[sandbox.world.bot.id], deny=int(Permission.READ_MESSAGE_HISTORY))
    assert (await rest("GET", f"{path}/{message.id}"))[1]["code"] == 50001
    assert (await rest("GET", path))[1] == []


async def test_deleting_messages(
    sandbox: Sandbox, ada: Member, channel: Channel, guild: Guild, *, rest: Rest
) -> None:
    """The bot's own always; another's needs Manage Messages, or is 50013."""
    path = f"/channels/{channel.id}/messages"
    theirs = sandbox.write(ada, channel, "hello")
    _, own = await rest("POST", path, {"content": "x"})
    assert (await rest("DELETE", f"{path}/{own['id']}"))[0] == 204
    assert (await rest("DELETE", f"{path}/{theirs.id}"))[1]["code"] == 50013
    channel.overwrite(guild.members[sandbox.world.bot.id], allow=int(Permission.MANAGE_MESSAGES))
    assert (await rest("DELETE", f"{path}/{theirs.id}"))[0] == 204
    assert channel.messages == {}


async def test_embeds_need_a_permission(sandbox: Sandbox, channel: Channel, guild: Guild, rest: Rest) -> None:
    """Without Embed Links a message with an embed is 50013, and one without is taken."""
    channel.overwrite(guild.members[sandbox.world.bot.id], deny=int(Permission.EMBED_LINKS))
    path = f"/channels/{channel.id}/messages"
    assert (await rest("POST", path, {"embeds": [{"title": "x"}]}))[1]["code"] == 50013
    assert (await rest("POST", path, {"content": "x"}))[0] == 200


async def test_mentions_are_found_in_text_displays(ada: Member, channel: Channel, rest: Rest) -> None:
    """Components V2 mention too, unless that is not allowed."""
    words = {"flags": 1 << 15, "components": [{"type": 10, "content": f"<@{ada.user.id}> done"}]}
    silent: Json = {"parse": []}
    for allowed, expected in ((None, [ada.user]), (silent, [])):
        body: Json = words | {"allowed_mentions": allowed}
        _, sent = await rest("POST", f"/channels/{channel.id}/messages", body)
        assert channel.messages[int(sent["id"])].mentions == expected


async def test_a_direct_message_is_looked_up_and_edited(bot: Bot, sandbox: Sandbox, ada: Member) -> None:
    """discord.py opens the channel, sends, finds it again and changes it; the member sees it."""
    sent = await (await bot.fetch_user(ada.user.id)).send("here")
    again = await sent.channel.fetch_message(sent.id)
    await again.edit(content="there")
    channel = sandbox.dm(ada.user)
    assert [Reply(one).content for one in channel.messages.values()] == ["there"]
    assert "there" in "".join(sandbox.transcript(channel, ada))


async def test_addresses_are_renewed(sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest) -> None:
    """An expired address of an attachment works again; a removed file stays away, others' are null."""
    message = sandbox.write(ada, channel, "look", [Upload("me 1.png", PIXEL)])
    (file,) = message.attachments
    old = sandbox.world.cdn.signed(file.path)
    sandbox.clock.advance(25 * 3600)
    foreign = ["http://127.0.0.1/attachments/1/2/a.png", f"{sandbox.world.cdn.base_url}/avatars/1/a.png"]
    status, answer = await rest("POST", "/attachments/refresh-urls", {"attachment_urls": [old, *foreign]})
    renewed = {one["original"]: one["refreshed"] for one in answer["refreshed_urls"]}
    assert (status, [renewed[one] for one in foreign]) == (200, [None, None])
    assert await fetched(rest, old) == 404
    assert await fetched(rest, renewed[old]) == 200
    sandbox.world.delete(message)
    assert await fetched(rest, renewed[old]) == 404


async def fetched(rest: Rest, url: str) -> int:
    """Return the status of a download."""
    async with rest.session.get(url) as response:
        return response.status


@pytest.mark.parametrize(("number", "code"), [(0, 50035), (1, None), (50, None), (51, 50035)])
async def test_addresses_are_renewed_fifty_at_once(rest: Rest, number: int, code: int | None) -> None:
    """None at all, and 51, are form errors."""
    _, answer = await rest("POST", "/attachments/refresh-urls", {"attachment_urls": ["x"] * number})
    assert answer.get("code") == code


async def test_the_bot_is_removed_from_a_server(
    sandbox: Sandbox, bot: Bot, guild: Guild, channel: Channel, rest: Rest
) -> None:
    """discord.py hears that it left; the server and its channels are out of reach, direct messages too."""
    ada = guild.join(sandbox.create_user("Ada"))
    removed: list[discord.Guild] = []

    async def on_guild_remove(left: discord.Guild) -> None:
        removed.append(left)
        sandbox.world.watch.changed()

    bot.event(on_guild_remove)
    guild.kick_bot()
    await sandbox.until(lambda: removed or None, 5, "the removal")
    assert (removed[0].id, bot.get_guild(guild.id)) == (guild.id, None)
    assert (await rest("GET", f"/guilds/{guild.id}"))[1]["code"] == 10004
    assert (await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"}))[1]["code"] == 50001
    with pytest.raises(discord.Forbidden):
        await (await bot.fetch_user(ada.user.id)).send("bye")
