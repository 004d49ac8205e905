"""A sandbox, and clients that run against it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.doorway import redirected
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.web import Page
from tests import secrets
from tests.openapi import WITHOUT, Document
from tests.sandbox.client import Bot

Connect = Callable[..., Awaitable[Bot]]


@pytest.fixture(autouse=True)
def client_repeats(no_secret_gets_out: secrets.Watch) -> None:
    """The client of these tests is not the bot: it says what it is told, addresses included."""
    no_secret_gets_out.sent_counts = False


@pytest.fixture
def page() -> Page | None:
    """No page; modules that test the page bring one."""
    return None


@pytest.fixture
async def sandbox(page: Page | None) -> AsyncIterator[Sandbox]:
    """An empty sandbox that discord.py is redirected to; it must end without a complaint."""
    async with Sandbox.start(page=page) as running:
        with redirected(running.base_url):
            yield running
        assert running.complaints == []


@asynccontextmanager
async def connected(sandbox: Sandbox, *, extra_intents: int = 0, bots: int = 1) -> AsyncGenerator[Bot]:
    """Run a bot until the block is left."""
    bot = Bot(extra_intents=extra_intents)
    async with bot:
        task = asyncio.create_task(bot.start(sandbox.token))
        try:
            await sandbox.wait_until_ready(bots=bots)
            yield bot
        finally:
            await bot.close()
            await task


@pytest.fixture
async def connect(sandbox: Sandbox) -> AsyncIterator[Connect]:
    """Start as many bots as a test wants; all end with it."""
    async with AsyncExitStack() as stack:

        async def start(**options: int) -> Bot:
            return await stack.enter_async_context(connected(sandbox, **options))

        yield start


@pytest.fixture
def guild(sandbox: Sandbox) -> Guild:
    """A server with the bot in it."""
    return sandbox.create_guild("Harbour")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    """A text channel of that server."""
    return guild.create_channel("general")


@pytest.fixture
def ada(sandbox: Sandbox, guild: Guild) -> Member:
    """An ordinary member."""
    return guild.join(sandbox.create_user("Ada"))


@dataclass(frozen=True)
class Rest:
    """Plain requests with the bot's token, for what discord.py would not send."""

    session: aiohttp.ClientSession
    sandbox: Sandbox

    async def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Return the status and the JSON of the answer."""
        headers = {"Authorization": f"Bot {self.sandbox.token}"}
        url = f"{self.sandbox.base_url}/api/v10{path}"
        async with self.session.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json() if response.status != 204 else {}


@pytest.fixture
async def rest(sandbox: Sandbox) -> AsyncIterator[Rest]:
    """Plain requests to the sandbox."""
    async with aiohttp.ClientSession() as session:
        yield Rest(session, sandbox)


@pytest.fixture
async def bot(guild: Guild, connect: Connect) -> Bot:
    """One connected bot."""
    assert guild.members
    return await connect()


@pytest.fixture
def document() -> Document:
    """Discord's document, or a skip that says why not."""
    found = Document.from_environment()
    if found is None:
        pytest.skip(WITHOUT)
    return found
