"""The stream: what it sends, to whom, and what becomes of pages that do not read it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.messages import Message
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.web import Page, Refused, stream
from bot.sandbox.wire import Json
from tests.sandbox.browser import Browser, opened


@pytest.fixture
def page() -> Page:
    """A page without samples."""
    return Page()


class Recorder:
    """A console of a test's own."""

    def __init__(self) -> None:
        self.told: Callable[[str, Json], None] = lambda _name, _entry: None

    def can(self) -> dict[str, bool]:
        """Some of it."""
        return {"kill": True, "faults": True}

    def shown(self) -> Json:
        """One entry of each kind."""
        return {"exchanges": [{"path": "/x"}], "events": [], "faults": [], "clock": {"offset_seconds": 0}}

    def listen(self, listener: Callable[[str, Json], None]) -> Callable[[], None]:
        """Keep the one listener there is."""
        self.told = listener
        return lambda: None

    async def do(self, body: Json) -> str:
        """Refuse everything but one thing."""
        if body != {"do": "drop-socket"}:
            raise Refused("No.")
        return "Done."


async def until(check: Callable[[], bool], browser: Browser) -> None:
    """Wait until something holds, with one more request to the sandbox each time."""
    async with asyncio.timeout(5):
        while not check():
            await browser.get("state")


async def test_a_burst_of_edits_is_sent_as_its_last(sandbox: Sandbox, channel: Channel, ada: Member) -> None:
    """What waits about one message is sent once, as the message is when it is sent."""
    async with opened(sandbox, ada) as at, at.stream() as events:
        message = sandbox.write(ada, channel, "0")
        for number in range(1, 50):
            message.content = str(number)
            sandbox.world.edited(message, [])
        sandbox.write(ada, channel, "after")
        heard = [(await events.next())[1]["view"]["message"]["content"] for _ in range(2)]
    assert heard == ["49", "after"]


async def test_who_does_not_read_is_given_up(
    sandbox: Sandbox, page: Page, guild: Guild, channel: Channel, ada: Member
) -> None:
    """A page that stands still costs a bounded amount of memory and delays nobody else."""
    bo = guild.join(sandbox.create_user("Bo"))
    host, _, port = sandbox.base_url.removeprefix("http://").partition(":")
    loop = asyncio.get_running_loop()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        await loop.sock_connect(deaf, (host, int(port)))
        asked = f"GET /sandbox/stream?as={ada.user.id} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
        await loop.sock_sendall(deaf, asked.encode())
        async with opened(sandbox, bo) as at, at.stream() as events:
            await until(lambda: len(page.stream.readers) == 2, at)
            most = 0
            for number in range(4 * stream.WAITING):
                sandbox.write(bo, channel, f"{number} {'x' * 1900}")
                most = max(most, *(len(one.waiting) for one in page.stream.readers))
                assert (await events.next())[0] == "message"
            await until(lambda: len(page.stream.readers) == 1, at)
            (left,) = page.stream.readers
            assert left.user is bo.user
            assert most <= stream.WAITING + 1


async def test_too_many_pages_are_refused(
    sandbox: Sandbox, page: Page, ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more than are served is told so; one that was closed makes room."""
    monkeypatch.setattr(stream, "READERS", 1)
    async with opened(sandbox, ada) as at:
        async with at.stream():
            assert (await at.get("stream"))[0] == 503
        await until(lambda: all(one.gone for one in page.stream.readers), at)
        async with at.stream():
            assert len(page.stream.readers) == 1


async def test_quiet_streams_are_kept_alive(
    sandbox: Sandbox, ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment now and then shows who is gone, and that the sandbox is there."""
    monkeypatch.setattr(stream, "QUIET_SECONDS", 0.01)
    async with opened(sandbox, ada) as at, at.stream() as events:
        lines = [await events.response.content.readline() for _ in range(6)]
    assert lines.count(b": still here\n") >= 2


async def test_streams_end_when_the_sandbox_stops(page: Page) -> None:
    """An open page neither delays the stop nor leaves anything behind."""
    began = asyncio.get_running_loop().time()
    async with aiohttp.ClientSession() as session:
        async with Sandbox.start(page=page) as sandbox:
            ada = sandbox.create_user("Ada")
            url = f"{sandbox.base_url}/sandbox/stream?as={ada.id}"
            response = await session.get(url)
            assert await response.content.readline() == b"retry: 1000\n"
        assert (await response.content.read()).endswith(b"\n\n")
    assert page.stream.readers == set()
    assert sandbox.world.watch.listeners == set()
    assert asyncio.get_running_loop().time() - began < 5


async def test_changes_of_places_and_people_are_told(sandbox: Sandbox, guild: Guild, ada: Member) -> None:
    """A channel, a role, a member, a server and a conversation that come or go: read the state again."""
    async with opened(sandbox, ada) as at, at.stream() as events:
        bo = sandbox.create_user("Bo")
        channel = guild.create_channel("news")
        for change in (
            lambda: guild.create_channel("more"),
            lambda: guild.delete_channel(channel),
            lambda: guild.create_role("Crew"),
            lambda: guild.join(bo),
            lambda: guild.remove(bo),
            lambda: sandbox.dm(ada.user),
            lambda: sandbox.group(ada, bo),
            guild.kick_bot,
            guild.invite_bot,
        ):
            await events.until("state")
            change()
        await events.until("state")


async def test_the_console_is_told_to_whom_asks(sandbox: Sandbox, page: Page, ada: Member) -> None:
    """Entries go to pages that show the drawer; what it does is answered with a sentence."""
    async with opened(sandbox, ada) as at:
        assert (await at.get("console"))[0] == 404
        recorder = Recorder()
        page.console = recorder
        assert (await at.get("state"))[1]["bot"]["can"] == {"kill": True, "faults": True, "clock": False}
        assert (await at.get("console"))[1]["exchanges"] == [{"path": "/x"}]
        async with at.stream(console="1") as drawn, at.stream() as closed:
            recorder.told("exchange", {"path": "/y"})
            recorder.told("exchange", {"path": "/z"})
            recorder.told("event", {"name": "READY"})
            assert [await drawn.next() for _ in range(3)] == [
                ("exchange", {"path": "/y"}),
                ("exchange", {"path": "/z"}),
                ("event", {"name": "READY"}),
            ]
            sandbox.dm(ada.user)
            assert await closed.next() == ("state", {})
        asked: tuple[tuple[Any, int, Json], ...] = (
            ({"do": "drop-socket"}, 200, {"done": "Done."}),
            ({"do": "dance"}, 422, {"refused": "No."}),
            ([], 400, {"message": "That is no JSON object."}),
        )
        for body, status, told in asked:
            url, headers = "/sandbox/console", {"X-Sandbox": "1"}
            async with at.session.post(url, json=body, headers=headers) as response:
                assert (response.status, await response.json()) == (status, told)


async def test_a_message_that_is_gone_before_it_was_sent_is_not_shown(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member
) -> None:
    """Only that it is gone is told, and who loses sight of a channel is told nothing more of it."""
    world = sandbox.world
    async with opened(sandbox, ada) as at, at.stream() as events:
        world.delete(sandbox.write(ada, channel, "SECRET"))
        name, told = await events.next()
        assert (name, set(told)) == ("gone", {"channel_id", "message_id"})
        world.post(Message(world.ids.next(), channel, world.bot, world.clock.now(), "SECRET"))
        guild.remove(ada.user)
        assert await events.next() == ("state", {})
