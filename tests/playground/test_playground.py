"""Everything at once, as `python -m bot sandbox` runs it: engine, pretend API, console, a bot to kill."""

import asyncio
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.engine.assets import asset
from bot.errors import CannotServe
from bot.fetch import open_session
from bot.playground.bot_process import BotProcess
from bot.playground.playground import Playground, open_playground
from bot.sandbox import Reply, Sandbox, Upload
from bot.sandbox.places import Channel, Member
from bot.sandbox.web import Refused
from bot.store import audit
from tests.databases import SqliteDatabase, opened
from tests.playground.settling import settled

ROOT = Path(__file__).parent.parent.parent
SECONDS = 20

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("playground")]

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are read from /proc")


@asynccontextmanager
async def sandbox_command() -> AsyncGenerator[tuple[Process, str]]:
    """`python -m bot sandbox`, and the address it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port=0"), cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield process, found[0]
    finally:
        if process.returncode is None:
            process.kill()
        _, log = await process.communicate()
        # A bot whose Discord was killed may say so at length.
        assert process.returncode == -signal.SIGKILL or b"Traceback" not in log


async def fetched(address: str) -> bool:
    """Whether the page is there."""
    async with open_session() as session, session.get(address) as answer:
        return answer.status == 200


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents = dict(_parents())
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _parents() -> Iterator[tuple[int, int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if state != "Z":  # ended, and not yet collected by whoever inherited it
                yield int(stat.parent.name), int(parent)


async def gone(processes: set[int]) -> bool:
    """Wait until all of them have ended."""
    async with asyncio.timeout(SECONDS):
        while {child for child, _ in _parents()} & processes:  # noqa: ASYNC110 - they are no children of ours
            await asyncio.sleep(0.05)
    return True


def has_picture(reply: Reply) -> bool:
    """Whether an answer shows the result."""
    return bool(reply.attachments)


@dataclass
class Stage:
    """A playground with a member of the test's own."""

    playground: Playground
    channel: Channel
    ada: Member

    async def do(self, act: str, **more: object) -> str:
        """Ask the console for something."""
        return await self.playground.console.do({"do": act, **more})

    async def swap(self, until: Callable[[Reply], bool] = has_picture) -> Reply:
        """Swap the two portraits."""
        source, target = (
            Upload(name, asset(name).read_bytes()) for name in ("astronaut.png", "grace_hopper.jpg")
        )
        played = await self.ada.slash(self.channel, "faceswap", source=source, target=target)
        return await played.reply(SECONDS, until=until)

    async def credits(self) -> str:
        """Read how many swaps the bot says are used."""
        played = await self.ada.slash(self.channel, "credits show")
        return (await played.reply(SECONDS)).text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playground() -> AsyncIterator[Playground]:
    """The playground, running."""
    async with open_playground() as playground:
        yield playground
        assert playground.sandbox.complaints == []
        store = await opened(SqliteDatabase(playground.store))
        assert await store.run(audit.violations) == {}
        await store.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(playground: Playground) -> AsyncIterator[Stage]:
    """A server of this test's own on it, in which nothing goes wrong on purpose afterwards."""
    sandbox = playground.sandbox
    guild = sandbox.create_guild("Test")
    yield Stage(playground, guild.create_channel("test"), guild.join(sandbox.create_user("Ada")))
    await playground.console.do({"do": "clear-faults"})


async def test_a_result_outlives_the_bot_that_made_it(stage: Stage) -> None:
    """Swap, jump a day ahead, kill, start: the bot knows the time and re-rolls; no secret is shown."""
    result = await stage.swap()
    assert result.attachments
    assert "$0.05" in result.text
    await settled(stage.playground.store)
    assert "1 of 10 used" in await stage.credits()
    assert await stage.do("advance", seconds=86_400)
    assert "0 of 10 used" in await stage.credits()
    assert await stage.do("kill-bot")
    with pytest.raises(Refused, match="not running"):
        await stage.do("kill-bot")
    assert await stage.do("expire-links")
    assert await stage.do("start-bot")
    with pytest.raises(Refused, match="is running"):
        await stage.do("start-bot")
    assert "0 of 10 used" in await stage.credits()
    pressed = await result.press("Re-roll · 5¢", by=stage.ada)
    again = await pressed.reply(SECONDS, until=has_picture)
    assert again.attachments
    shown = stage.playground.console.shown()
    assert shown["clock"] == {"offset_seconds": 86_400}
    assert {"READY", "INTERACTION_CREATE"} <= {event["name"] for event in shown["events"]}
    assert {"/v1/faceswap-v5", "/users/@me"} <= {one["path"] for one in shown["exchanges"]}
    world = stage.playground.sandbox.world
    for secret in (world.token, stage.playground.api.key, *world.interactions):
        assert secret not in json.dumps(shown)


async def test_the_operator_hears_of_a_bad_key(stage: Stage) -> None:
    """An API that refuses the key: the member is told, and so are those in the town's #moderators."""
    await stage.do("fault", id="bad-key")
    refused = await stage.swap(until=lambda reply: "did not accept the bot's key" in reply.text)
    assert not refused.attachments
    sandbox = stage.playground.sandbox
    (office,) = [one for one in sandbox.world.channels.values() if one.name == "moderators"]
    await sandbox.until(lambda: office.messages or None, SECONDS, "a notice")


async def test_a_bot_that_cannot_start_says_so() -> None:
    """A configuration it does not take ends its process, and the console says so in a sentence."""
    async with Sandbox.start() as sandbox:
        bot = BotProcess(sandbox, {"DISCORD_SANDBOX_URL": "nonsense"})
        with pytest.raises(CannotServe, match="ended before it was ready"):
            await bot.start()
        assert not bot.running


@needs_proc
async def test_the_command_serves_until_it_is_stopped() -> None:
    """One line says where the page is; Ctrl-C ends everything, with status 0 and no process left."""
    async with sandbox_command() as (process, address):
        assert await fetched(address)
        children = descendants(process.pid)
        assert len(children) >= 2
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
        assert await gone(children)


@needs_proc
async def test_a_killed_command_leaves_no_orphan() -> None:
    """SIGKILL: the bot's process and the engine's notice that their parent is gone, and end."""
    async with sandbox_command() as (process, _):
        children = descendants(process.pid)
        process.kill()
        await process.wait()
        assert await gone(children)


async def test_a_port_in_use_is_one_sentence() -> None:
    """The command says which option chooses another port, and has started nothing."""
    async with Sandbox.start() as sandbox:
        port = int(sandbox.base_url.rpartition(":")[2])
        with pytest.raises(CannotServe, match=rf"^Port {port} .*--port\.$"):
            async with open_playground(port):
                pass
