"""Several shards, in one process and in two: who answers what, what all of them know, and when they begin."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.client import FaceSwapBot
from bot.compose import compose
from bot.errors import DiscordRefused
from bot.run import serve
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.starts import WINDOW_SECONDS
from tests.e2e.conftest import Place
from tests.scripted_api import Answer, error
from tests.sharding import guilds_of

SPEED = 20.0
"""How much faster than Discord's the windows pass in which a shard may identify."""


@asynccontextmanager
async def process(place: Place, ids: str = "", count: int | None = None) -> AsyncGenerator[FaceSwapBot]:
    """Run a process of the bot with these shards, until the block ends."""
    place.settings.update(
        SHARD_COUNT=str(count or ""),
        SHARD_IDS=ids,
        COOLDOWN_SECONDS="0",
        SWAPS_AT_ONCE="",
        DM_SWAPS_PER_DAY="",
    )
    stop = asyncio.Event()
    async with compose(place.config(), picture_origins=(place.sandbox.base_url,), now=place.now) as bot:
        bot.services.identifies.window = timedelta(seconds=WINDOW_SECONDS / SPEED + 0.3)
        running = asyncio.create_task(serve(bot, place.sandbox.token, stop, 0))
        ready = asyncio.create_task(bot.wait_until_ready())
        try:
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            place.bots.append(bot)
            yield bot
        finally:
            ready.cancel()
            stop.set()
            await asyncio.gather(ready, running, return_exceptions=True)


def swappers(place: Place, count: int) -> dict[int, tuple[Guild, Channel, Member]]:
    """A server of each shard, with a channel and somebody who swaps there."""
    found = guilds_of(place.sandbox, count)
    return {
        shard: (guild, guild.create_channel("general"), guild.join(place.ada.account))
        for shard, guild in found.items()
    }


async def swap_at(place: Place, at: tuple[Guild, Channel, Member]) -> str:
    """Swap in a server, wait for the picture, and return what is said with it."""
    _, place.channel, who = at
    return (await place.swap(by=who)).text


async def left(place: Place, count: int) -> set[object]:
    """The servers that count as left, once they are so many."""
    found: set[object] = set()
    for _ in range(200):
        found = {row["guild_id"] for row in await place.rows("SELECT guild_id FROM left_servers")}
        if len(found) == count:
            break
        await asyncio.sleep(0.02)
    return found


async def test_as_many_shards_as_discord_recommends(place: Place) -> None:
    """All in one process when nothing is set, and one after the other."""
    starts = place.sandbox.world.starts
    starts.shards, starts.max_concurrency = 3, 2
    starts.enforce(speed=SPEED)
    async with process(place) as bot:
        assert sorted(bot.shards) == [0, 1, 2]
        for at in swappers(place, 3).values():
            await swap_at(place, at)
    assert (place.sandbox.gateway.identifies, starts.refused) == (3, 0)


async def test_two_processes_share_the_servers(place: Place) -> None:
    """Each swap is made once, by the process of its server; what has none is shard 0's, the commands too."""
    starts = place.sandbox.world.starts
    starts.enforce(speed=SPEED)
    there = swappers(place, 4)
    async with process(place, "2-3", 4) as second:
        assert place.sandbox.world.commands_synced == 0
        async with process(place, "0,1", 4) as first:
            assert place.sandbox.world.commands_synced == 1
            for at in there.values():
                await swap_at(place, at)
            place.channel = place.sandbox.dm(place.ada.account)
            await place.swap(by=place.ada)
            for bot, shards in ((first, {0, 1}), (second, {2, 3})):
                assert {(guild.id >> 22) % 4 for guild in bot.guilds} == shards
    assert (len(place.api.posts), place.sandbox.gateway.identifies, starts.refused) == (5, 4, 0)


async def test_servers_left_meanwhile_are_noticed_by_their_shards(place: Place) -> None:
    """Only a shard that is there can tell that the bot is not in a server any more."""
    place.sandbox.world.starts.max_concurrency = 4
    there = swappers(place, 4)
    async with process(place, count=4):
        for at in there.values():
            await swap_at(place, at)
    for guild, _, _ in there.values():
        guild.kick_bot()
    gone = {shard: guild.id for shard, (guild, _, _) in there.items()}
    async with process(place, "1,3", 4):
        assert await left(place, 2) == {gone[1], gone[3]}
        await asyncio.sleep(0.1)
        assert await left(place, 2) == {gone[1], gone[3]}
    there[3][0].invite_bot()
    async with process(place, "0-3", 4):
        assert await left(place, 3) == {gone[0], gone[1], gone[2]}


async def test_a_server_left_while_the_session_was_lost_is_noticed(place: Place) -> None:
    """discord.py goes on knowing it; that Discord does not list it any more says that it is gone."""
    place.sandbox.world.starts.enforce(speed=SPEED)
    there = swappers(place, 2)
    async with process(place, count=2) as bot:
        later = place.sandbox.create_guild("Later")
        await swap_at(place, (later, later.create_channel("x"), later.join(place.ada.account)))
        await swap_at(place, there[0])
        await swap_at(place, there[1])
        place.sandbox.gateway.sessions.clear()
        later.kick_bot()
        there[1][0].kick_bot()
        place.sandbox.gateway.drop()
        assert await left(place, 2) == {there[1][0].id, later.id}
        assert bot.get_guild(later.id) is not None
        await place.sandbox.wait_until_ready(bots=2)
        await swap_at(place, there[0])


async def test_a_start_that_would_use_up_the_day_is_refused(place: Place) -> None:
    """In words, and without an identify."""
    place.sandbox.world.starts.remaining = 50
    with pytest.raises(DiscordRefused, match="begin 50 more sessions of 1000"):
        async with process(place):
            raise AssertionError
    assert place.sandbox.gateway.identifies == 0


async def test_too_few_shards_are_explained(place: Place) -> None:
    """Discord closes the session; the message says what to set."""
    place.sandbox.world.starts.guilds_per_shard = 0
    with pytest.raises(DiscordRefused, match="SHARD_COUNT"):
        async with process(place, count=1):
            raise AssertionError


async def test_a_429_of_one_process_holds_the_other(place: Place) -> None:
    """What Segmind told the one is obeyed by the other, which has made no call yet."""
    place.sandbox.world.starts.max_concurrency = 2
    there = swappers(place, 2)
    async with process(place, "0", 2), process(place, "1", 2):
        reset = place.now() + timedelta(seconds=1.5)
        place.api.script(error(429, "slow down", headers={"x-rate-limit-reset-at-utc": reset.isoformat()}))
        _, place.channel, who = there[0]
        first = await place.faceswap(by=who)
        await place.api.received.wait()
        await asyncio.sleep(0.1)
        _, place.channel, who = there[1]
        second = await place.faceswap(by=who)
        await second.reply(until=lambda reply: bool(reply.buttons()))
        assert place.now() < reset
        assert len(place.api.posts) == 1
        for played in (first, second):
            await played.reply(until=lambda reply: bool(reply.attachments))
        assert place.now() >= reset
        await place.idle()
    assert len(place.api.posts) == 3


@pytest.mark.parametrize("answer", [error(401, "no"), error(406, "no credits")], ids=["key", "credits"])
async def test_an_account_that_cannot_pay_pauses_every_process(place: Place, answer: Answer) -> None:
    """One has tried; the other refuses before it holds anything, and the operator hears of it once."""
    place.sandbox.world.starts.max_concurrency = 2
    there = swappers(place, 2)
    office = place.guild.create_channel("operator")
    place.settings["OPERATOR_CHANNEL_ID"] = str(office.id)
    async with process(place, "0", 2), process(place, "1", 2):
        place.api.script(answer)
        said = await swap_at(place, there[0])
        for at in (there[1], there[0]):
            _, place.channel, who = at
            refused = await (await place.faceswap(by=who)).first_response()
            assert refused.reply is not None
            assert refused.ephemeral
            assert refused.reply.text in said
    assert (len(place.api.posts), len(place.said(office))) == (1, 1)
    assert await place.rows("SELECT COUNT(*) AS found FROM swaps") == [{"found": 1}]
