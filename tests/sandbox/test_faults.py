"""Faults on demand, and rate limits."""

import aiohttp
import pytest

from bot.sandbox import Sandbox, Upload
from bot.sandbox.places import Channel, Member
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest

A = Upload("a.png", PIXEL)


@pytest.mark.parametrize(
    "fault", [{"retry_after": 0.01}, {"status": 502}, {"delay_seconds": 0.05}], ids=["429", "502", "delay"]
)
async def test_the_client_gets_through_faults_that_pass(
    sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel, fault: dict[str, float]
) -> None:
    """discord.py tries again after a 429 and a 5xx; the member gets the answer."""
    armed = sandbox.faults.add("PATCH", "@original", **fault)  # pyright: ignore[reportArgumentType]  # one keyword of several types
    reply = await (await ada.slash(channel, "swap", source=A, target=A)).reply()
    assert len(reply.attachments) == 1
    assert armed.met.is_set()
    assert bot.errors == []


async def test_an_answer_can_be_lost_after_the_work_was_done(
    sandbox: Sandbox, bot: Bot, channel: Channel
) -> None:
    """The message is there, though the client saw a 500 and tried again; its nonce kept it single."""
    sandbox.faults.add("POST", "/messages$", status=500, applied=True)
    there = await bot.fetch_channel(channel.id)
    await there.send("once", nonce=1)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # a text channel
    assert [one.content for one in channel.messages.values()] == ["once"]
    assert [one.status for one in sandbox.exchanges if one.method == "POST" and one.fault] == [500]


async def test_an_answer_can_be_one_of_discords_errors(
    sandbox: Sandbox, channel: Channel, rest: Rest
) -> None:
    """A code brings its own status and words."""
    sandbox.faults.add("POST", "/messages$", code=50013)
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"})
    assert (status, answer) == (403, {"message": "Missing Permissions", "code": 50013})


async def test_a_connection_can_be_cut(sandbox: Sandbox, channel: Channel, rest: Rest) -> None:
    """The client sees a disconnect, and nothing happened."""
    sandbox.faults.add("POST", "/messages", disconnect=True, times=10)
    with pytest.raises(aiohttp.ClientConnectionError):
        await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"})
    assert channel.messages == {}


async def test_rate_limits_are_shown_and_enforced(sandbox: Sandbox, channel: Channel, rest: Rest) -> None:
    """The request over the limit is a 429 in Discord's shape; the window's end lets the next one through."""
    sandbox.rest.limits.default = (2, 60.0)
    path = f"/channels/{channel.id}"
    assert [(await rest("GET", path))[0] for _ in range(3)] == [200, 200, 429]
    _, answer = await rest("GET", path)
    assert 0 < answer["retry_after"] <= 60
    assert answer["global"] is False
    sandbox.clock.advance(61)
    assert (await rest("GET", path))[0] == 200
