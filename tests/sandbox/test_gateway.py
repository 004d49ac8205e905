"""The gateway: resuming, reconnecting, invalid sessions, close codes, and what intents let through."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.gateway import ACK_SECONDS
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.client import Bot
from tests.sandbox.conftest import Connect, Rest
from tests.sharding import guilds_of


async def test_a_dropped_socket_is_resumed_and_replays(
    sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """A command run while the socket is down is answered after the resume, in the same session."""
    sandbox.gateway.drop()
    played = await ada.slash(channel, "private", text="hi")
    assert (await played.reply()).content == "hi"
    assert (sandbox.gateway.identifies, sandbox.gateway.resumes) == (1, 1)
    assert bot.events.count("INTERACTION_CREATE") == 1


async def test_reconnect_is_obeyed(sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel) -> None:
    """Opcode 7 makes the client resume."""
    await sandbox.gateway.reconnect()
    await (await ada.slash(channel, "private", text="hi")).reply()
    assert (sandbox.gateway.identifies, sandbox.gateway.resumes) == (1, 1)
    assert "RESUMED" in bot.events


@pytest.mark.usefixtures("bot")
async def test_an_invalid_session_is_identified_anew(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Opcode 9 ends the session; the client identifies again and works."""
    await sandbox.gateway.invalidate()
    await sandbox.until(lambda: sandbox.gateway.identifies == 2 or None, 10, "the second identify")
    await (await ada.slash(channel, "private", text="hi")).reply()
    assert sandbox.gateway.resumes == 0


@pytest.mark.usefixtures("bot")
async def test_an_order_to_a_socket_that_was_just_cut_is_lost(
    sandbox: Sandbox, ada: Member, channel: Channel
) -> None:
    """Nobody hears it, and that is no error: the client comes back by itself."""
    sandbox.gateway.drop()
    await sandbox.gateway.reconnect()
    await (await ada.slash(channel, "private", text="hi")).reply()
    assert (sandbox.gateway.identifies, sandbox.gateway.resumes) == (1, 1)
    sandbox.gateway.drop()
    await sandbox.gateway.invalidate()
    await sandbox.until(lambda: sandbox.gateway.identifies == 2 or None, 10, "the second identify")


@pytest.mark.usefixtures("guild")
async def test_a_forgotten_session_cannot_be_resumed(
    sandbox: Sandbox, connect: Connect, ada: Member, channel: Channel
) -> None:
    """A resume of a session that is gone is answered with opcode 9, and the client identifies."""
    await connect()
    sandbox.gateway.sessions.clear()
    sandbox.gateway.drop()
    await sandbox.until(lambda: sandbox.gateway.identifies == 2 or None, 10, "the second identify")
    assert (await (await ada.slash(channel, "private", text="hi")).reply()).content == "hi"


async def test_a_wrong_token_cannot_log_in(sandbox: Sandbox) -> None:
    """REST refuses it before the gateway is asked."""
    assert sandbox.base_url
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("wrong")


async def test_a_heartbeat_is_answered_no_faster_than_a_network_would(sandbox: Sandbox) -> None:
    """An answer that comes at once is measured wrongly by discord.py."""
    loop = asyncio.get_running_loop()
    url = f"{sandbox.base_url}/gateway?v=10&encoding=json"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.receive_json()
        began = loop.time()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
    assert loop.time() - began >= ACK_SECONDS


def identify(token: str, **more: object) -> Json:
    """Build an identify frame."""
    return {"op": 2, "d": {"token": token, "intents": 1, "properties": {}} | more}


@pytest.mark.parametrize(
    ("frame", "close"),
    [
        (identify("wrong"), 4004),
        (identify("", intents=1 << 30), 4013),
        (identify("", intents=1 << 15), 4014),
        (identify("", shard=[1, 1]), 4010),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 0}}, 4004),
    ],
)
async def test_close_codes(sandbox: Sandbox, frame: Json, close: int) -> None:
    """Bad tokens, intents and shards, and speaking before identifying, each end with Discord's code."""
    frame["d"]["token"] = frame["d"].get("token") or sandbox.token
    url = f"{sandbox.world.gateway_url}?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        assert (await ws.receive_json())["op"] == 10
        await ws.send_json(frame)
        message = await ws.receive(timeout=5)
        assert message.data == close


@pytest.mark.parametrize(("close", "kept"), [(1000, 0), (4000, 1)])
async def test_a_session_ends_with_a_clean_close(sandbox: Sandbox, close: int, kept: int) -> None:
    """1000 leaves nothing to resume. discord.py itself closes with 4000, after which Discord keeps it."""
    url = f"{sandbox.world.gateway_url}?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        await ws.send_json(identify(sandbox.token))
        await sandbox.until(lambda: sandbox.gateway.connected() or None, 5, "the session")
        await ws.close(code=close)
    await sandbox.wait_until_disconnected()
    assert len(sandbox.gateway.sessions) == kept


@pytest.mark.usefixtures("guild")
async def test_intents_decide_what_arrives(
    sandbox: Sandbox, guild: Guild, connect: Connect, ada: Member, channel: Channel
) -> None:
    """Messages come with their intent, and without content unless that is granted too."""
    received: list[discord.Message] = []
    quiet, hearing = await connect(), await connect(extra_intents=1 << 9, bots=2)

    async def on_message(message: discord.Message) -> None:
        received.append(message)
        sandbox.world.watch.changed()

    hearing.event(on_message)
    sandbox.write(ada, channel, "hello")
    await sandbox.until(lambda: received or None, 5, "the message")
    assert (received[0].content, received[0].author.id) == ("", ada.user.id)
    assert "MESSAGE_CREATE" not in quiet.events
    assert guild.members


async def test_servers_arrive_when_the_bot_joins(sandbox: Sandbox, bot: Bot) -> None:
    """A server made while the bot runs is announced, its channels too."""
    known = len(bot.guilds)
    later = sandbox.create_guild("Later")
    later.create_channel("new")
    played = await later.join(sandbox.create_user("Eve")).slash(later.channels[max(later.channels)], "where")
    await played.reply()
    assert len(bot.guilds) == known + 1
    found = bot.get_guild(later.id)
    assert found is not None
    assert [one.name for one in found.text_channels] == ["new"]


async def test_servers_come_and_go(sandbox: Sandbox, bot: Bot, guild: Guild) -> None:
    """An outage is no removal; being added again is a join, with the channels made meanwhile."""
    told: list[tuple[str, int]] = []
    await bot.wait_until_ready()

    def hear(name: str) -> None:
        async def heard(one: discord.Guild) -> None:
            told.append((name, len(one.text_channels)))
            sandbox.world.watch.changed()

        heard.__name__ = f"on_guild_{name}"
        bot.event(heard)

    for name in ("unavailable", "available", "remove", "join"):
        hear(name)
    for number, change in enumerate((guild.fail, guild.recover, guild.kick_bot, guild.invite_bot)):
        if change == guild.invite_bot:
            guild.create_channel("new")
        change()
        await sandbox.until(lambda count=number: len(told) > count or None, 5, "the news")
    assert told == [("unavailable", 0), ("available", 0), ("remove", 0), ("join", 1)]


async def test_a_server_in_an_outage_is_announced_later(sandbox: Sandbox, connect: Connect) -> None:
    """Whoever connects during the outage hears of the server when it is over."""
    guild = sandbox.create_guild("Harbour")
    guild.fail()
    bot = await connect()
    await bot.wait_until_ready()
    assert [one.unavailable for one in bot.guilds] == [True]
    guild.recover()
    await (await guild.join(sandbox.create_user("Ada")).slash(guild.create_channel("x"), "place")).reply()
    assert [one.unavailable for one in bot.guilds] == [False]


class Wire:
    """A plain socket of one shard, and what arrived on it."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def until(self, name: str) -> list[Json]:
        """The events up to the first of this name."""
        seen: list[Json] = []
        while not seen or seen[-1]["t"] != name:
            frame = await self.ws.receive_json(timeout=5)
            seen += [frame] if frame["op"] == 0 else []
        return seen


@asynccontextmanager
async def wired(sandbox: Sandbox, *shard: int) -> AsyncGenerator[Wire]:
    """Identify as one shard."""
    url = f"{sandbox.world.gateway_url}?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        await ws.send_json(identify(sandbox.token, shard=[*shard]))
        yield Wire(ws)


async def test_a_shard_sees_its_own_servers(sandbox: Sandbox) -> None:
    """READY lists them, and their events come to it alone; two sessions of one shard both get each."""
    guilds = guilds_of(sandbox, 2)
    ada = sandbox.create_user("Ada")
    async with wired(sandbox, 0, 2) as first, wired(sandbox, 1, 2) as second, wired(sandbox, 1, 2) as twin:
        for wire, shard in ((first, 0), (second, 1), (twin, 1)):
            (ready,) = await wire.until("READY")
            listed = {int(one["id"]) for one in ready["d"]["guilds"]}
            assert listed == {key for key in sandbox.world.guilds if (key >> 22) % 2 == shard}
            assert ready["d"]["shard"] == [shard, 2]
        for shard in (1, 0):
            guilds[shard].create_channel(f"of {shard}")
        sandbox.world.open_command(ada, sandbox.dm(ada), {}, {})
        for wire, shard in ((first, 0), (second, 1), (twin, 1)):
            *_, made = await wire.until("CHANNEL_CREATE")
            assert made["d"]["name"] == f"of {shard}"
        assert (await first.until("INTERACTION_CREATE"))[-1]["t"] == "INTERACTION_CREATE"
        with pytest.raises(TimeoutError):
            await second.ws.receive(timeout=0.05)


async def test_too_many_servers_for_a_session(sandbox: Sandbox) -> None:
    """Discord demands shards then."""
    guilds_of(sandbox, 2)
    sandbox.world.starts.guilds_per_shard = 1
    async with wired(sandbox, 0, 1) as wire:
        assert (await wire.ws.receive_json())["op"] == 10
        assert (await wire.ws.receive(timeout=5)).data == 4011


async def test_only_so_many_identify_at_once(sandbox: Sandbox) -> None:
    """One of each rate limit key in five seconds; who comes too early has an invalid session."""
    starts = sandbox.world.starts
    starts.max_concurrency = 2
    starts.enforce()

    async def begun(*shard: int) -> bool:
        async with wired(sandbox, *shard) as wire:
            await wire.ws.receive_json()
            frame = await wire.ws.receive_json(timeout=5)
            assert (frame["op"], frame["d"]) == (9, False) or frame["t"] == "READY"
            return frame["op"] == 0

    assert [await begun(shard, 4) for shard in (0, 1, 2, 3)] == [True, True, False, False]
    assert starts.refused == 2
    sandbox.clock.advance(5)
    assert [await begun(shard, 4) for shard in (2, 3, 0)] == [True, True, False]
    assert starts.shown() == {"total": 1000, "remaining": 996, "reset_after": 0, "max_concurrency": 2}


async def test_the_daily_limit_ends_it_all(sandbox: Sandbox, rest: Rest) -> None:
    """One identify too many, and Discord would reset the token; what is left is to be asked for."""
    sandbox.world.starts.remaining = 1
    async with wired(sandbox, 0, 1) as wire:
        await wire.until("READY")
    status, shown = await rest("GET", "/gateway/bot")
    assert (status, shown["shards"], shown["session_start_limit"]["remaining"]) == (200, 1, 0)
    async with wired(sandbox, 0, 1) as wire:
        await wire.ws.receive_json()
        assert (await wire.ws.receive(timeout=5)).data == 4004
    assert sandbox.complaints.pop().startswith("an identify over the daily limit")
