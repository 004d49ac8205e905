"""Discord's own rate limits, and how discord.py lives with them."""

import asyncio

import discord
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.places import Channel, Member
from tests.openapi import Document
from tests.sandbox.client import Bot
from tests.sandbox.conftest import Rest


def refused(sandbox: Sandbox) -> int:
    """Count the requests that met a limit."""
    return sum(1 for one in sandbox.exchanges if one.status == 429)


async def test_each_route_and_channel_has_a_bucket(sandbox: Sandbox, channel: Channel, rest: Rest) -> None:
    """Five messages in five seconds; deletions, another channel and the next window do not count."""
    sandbox.enforce_rate_limits()
    path = f"/channels/{channel.id}/messages"
    sent = [(await rest("POST", path, {"content": "x"}))[1] for _ in range(5)]
    status, answer = await rest("POST", path, {"content": "x"})
    assert (status, answer["global"], 0 < answer["retry_after"] <= 5) == (429, False, True)
    assert channel.guild is not None
    other = channel.guild.create_channel("other")
    assert (await rest("POST", f"/channels/{other.id}/messages", {"content": "x"}))[0] == 200
    removed = [(await rest("DELETE", f"{path}/{one['id']}"))[0] for one in sent]
    assert removed == [204] * 5
    sandbox.clock.advance(5)
    assert (await rest("POST", path, {"content": "x"}))[0] == 200


async def test_headers_of_a_refusal(sandbox: Sandbox, rest: Rest) -> None:
    """The scope, whole seconds to wait, and for the limit over everything a header of its own."""
    sandbox.enforce_rate_limits()
    url = f"{sandbox.base_url}/api/v10/users/@me"
    headers = {"Authorization": f"Bot {sandbox.token}"}
    for _ in range(50):
        async with rest.session.get(url, headers=headers) as response:
            assert (response.status, "X-RateLimit-Bucket" in response.headers) == (200, True)
    async with rest.session.get(url, headers=headers) as response:
        assert (response.status, "X-RateLimit-Bucket" in response.headers) == (429, False)
        assert response.headers["X-RateLimit-Global"] == "true"
        assert (response.headers["X-RateLimit-Scope"], response.headers["Retry-After"]) == ("global", "1")


async def test_first_responses_have_no_limit(sandbox: Sandbox, rest: Rest) -> None:
    """Neither one of their own nor the one over everything."""
    sandbox.enforce_rate_limits()
    answers = [await rest("POST", "/interactions/1/none/callback", {"type": 5}) for _ in range(60)]
    assert {status for status, _ in answers} == {404}


async def test_seconds_to_wait_are_rounded_up(sandbox: Sandbox, rest: Rest) -> None:
    """The header has whole seconds and never none, the body what is exact."""
    sandbox.faults.add(retry_after=0.25)
    async with rest.session.get(f"{sandbox.base_url}/api/v10/users/@me") as response:
        told = await response.json()
    assert (response.headers["Retry-After"], told["retry_after"]) == ("1", 0.25)


@pytest.mark.usefixtures("bot")
async def test_each_interaction_has_a_bucket(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest
) -> None:
    """Five edits and follow-ups in two seconds, whatever others do; the first response is none of them."""
    sandbox.enforce_rate_limits()
    hook = ""
    for _ in range(12):  # sixty requests in all: none counts for the fifty a second
        played = await ada.slash(channel, "boom")
        path = f"/interactions/{played.raw.id}/{played.raw.token}/callback"
        assert (await rest("POST", path, {"type": 5}))[0] == 204
        hook = f"/webhooks/{sandbox.world.bot.id}/{played.raw.token}"
        edits = [(await rest("PATCH", f"{hook}/messages/@original", {"content": "x"}))[0] for _ in range(4)]
        assert edits == [200] * 4
        assert (await rest("POST", hook, {"content": "y"}))[0] == 200
    assert (await rest("PATCH", f"{hook}/messages/@original", {"content": "x"}))[0] == 429
    assert (await rest("GET", "/users/@me"))[0] == 200


async def test_the_client_keeps_to_the_buckets(
    document: Document, sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """discord.py reads the headers: it waits of its own accord, and is never refused."""
    there = await bot.fetch_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    sandbox.enforce_rate_limits(speed=20)
    await asyncio.gather(*(there.send(str(number)) for number in range(12)))
    played = await ada.slash(channel, "chatter", times=12)
    await played.followup(11)
    assert (len(channel.messages), refused(sandbox)) == (24, 0)
    assert document.check_all(sandbox.exchanges) == []


async def test_the_client_gets_through_the_limit_over_everything(
    document: Document, sandbox: Sandbox, bot: Bot
) -> None:
    """That one it cannot foresee: it is refused, waits as told, and succeeds."""
    people = [sandbox.create_user(str(number)) for number in range(60)]
    sandbox.enforce_rate_limits(speed=2)
    found = await asyncio.gather(*(bot.fetch_user(one.id) for one in people))
    assert [one.id for one in found] == [one.id for one in people]
    assert refused(sandbox) > 0
    assert document.check_all(sandbox.exchanges) == []
