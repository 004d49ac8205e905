"""The console's switches: what they arm, what is left, and what is refused."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.api import API_FAULTS, serve_api
from bot.playground.bot_process import BotProcess
from bot.playground.console import Console
from bot.playground.record import Recorder
from bot.sandbox import Sandbox
from bot.sandbox.web import Refused


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with one server."""
    async with Sandbox.start() as sandbox:
        sandbox.create_guild("Test")
        yield sandbox


@pytest.fixture
async def console(sandbox: Sandbox) -> AsyncIterator[Console]:
    """A console whose bot and engine were never started."""
    recorder = Recorder(sandbox.clock.now, (sandbox.token,))
    async with serve_api(lambda: "", "", recorder, now=sandbox.clock.now) as api:
        yield Console(sandbox, api, BotProcess(sandbox, {}), recorder)


def left(console: Console) -> dict[str, object]:
    """The faults that are armed."""
    return {one["id"]: one["armed"] for one in console.shown()["faults"] if one["armed"]}


async def test_every_switch_can_be_armed_and_cleared(console: Console, sandbox: Sandbox) -> None:
    """For as often as was said last; clearing ends all of them, the outage too."""
    switches = [one["id"] for one in console.shown()["faults"]]
    assert len(switches) > len(API_FAULTS)
    for switch in switches:
        for times in (1, 4):
            assert (await console.do({"do": "fault", "id": switch, "times": times})).endswith(".")
    armed = {switch: 4 for switch in switches if switch != "forget-files"}
    assert left(console) == armed | {"outage": True}
    assert all(guild.unavailable for guild in sandbox.world.guilds.values())
    await console.do({"do": "clear-faults"})
    assert left(console) == {}
    assert not any(guild.unavailable for guild in sandbox.world.guilds.values())


async def test_what_was_met_is_left_no_more(console: Console, sandbox: Sandbox) -> None:
    """A request of the bot that runs into a fault counts it down."""
    await console.do({"do": "fault", "id": "discord-500", "times": 2})
    assert sandbox.faults.take("PATCH", "/webhooks/1/token/messages/@original")
    assert sandbox.faults.take("PATCH", "/channels/1/messages/2") is None
    assert left(console) == {"discord-500": 1}


async def test_the_clock_jumps_for_discord(console: Console, sandbox: Sandbox) -> None:
    """Links expire with it; jumps add up."""
    before = sandbox.clock.now()
    await console.do({"do": "advance", "seconds": 3600})
    await console.do({"do": "advance", "seconds": 60})
    assert sandbox.clock.now() - before == pytest.approx(3660, abs=5)
    assert console.shown()["clock"] == {"offset_seconds": 3660}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"do": "format-disk"},
        {"do": ["fault"]},
        {"do": "fault", "id": "nothing"},
        {"do": "fault", "id": ["slow"]},
        {"do": "fault", "id": "slow", "times": 0},
        {"do": "fault", "id": "slow", "times": True},
        {"do": "fault", "id": "slow", "times": 10**9},
        {"do": "advance"},
        {"do": "advance", "seconds": -1},
        {"do": "advance", "seconds": 1e99},
        {"do": "kill-bot"},
        {"do": "drop-socket"},
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_refused_in_words(console: Console, body: dict[str, object]) -> None:
    """Whatever a page sends: a sentence, and nothing changes."""
    with pytest.raises(Refused, match=r"^[A-Z].*\.$"):
        await console.do(body)
    assert left(console) == {}
