"""A place that lasts for a module, a canary that must not be asked, and a guard over every connection."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.compose import compose
from bot.run import serve
from bot.sandbox import Sandbox
from bot.sandbox.doorway import redirected
from bot.store import audit
from tests.databases import SqliteDatabase, opened
from tests.e2e.conftest import Place
from tests.scripted_api import ScriptedApi

NO_LIMITS = dict.fromkeys(
    (
        "DAILY_SWAPS_PER_MEMBER",
        "COOLDOWN_SECONDS",
        "SWAPS_AT_ONCE",
        "SERVER_DAILY_BUDGET_USD",
        "SERVER_MONTHLY_BUDGET_USD",
        "BOT_DAILY_BUDGET_USD",
    ),
    "",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def canary() -> AsyncIterator[int]:
    """A port that nobody has reason to connect to; checked when the module ends, by `guard` before."""
    touched: list[object] = []

    def touch(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        touched.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(touch, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    assert touched == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The real bot with no limits between a sandbox and a scripted API; in the end its books are right."""
    books = SqliteDatabase(Path(tmp_path_factory.mktemp("books")) / "store.sqlite3")
    async with Sandbox.start() as sandbox, ScriptedApi() as api:
        guild = sandbox.create_guild("Harbour")
        ada = guild.join(sandbox.create_user("Ada"))
        place = Place(sandbox, api, books, guild, guild.create_channel("general"), ada, {}, [])
        place.settings |= {**NO_LIMITS, "API_TIMEOUT_SECONDS": "3"}
        stop, config = asyncio.Event(), place.config()
        with redirected(sandbox.base_url):
            async with compose(config, picture_origins=(sandbox.base_url,), now=place.now) as bot:
                task = asyncio.create_task(serve(bot, sandbox.token, stop, 0))
                await sandbox.wait_until_ready()
                place.bots.append(bot)
                yield place
                stop.set()
                await task
        assert sandbox.complaints == []
        store = await opened(books)
        assert await store.run(audit.violations) == {}
        await store.close()


@dataclass
class Guard:
    """Every address that was connected to, and every name that was looked up."""

    connected: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    names: set[str] = field(default_factory=set[str])

    def assert_only(self, *urls: str) -> None:
        """Nothing but these servers was spoken to, and no name was looked up."""
        allowed = {("127.0.0.1", int(url.rpartition(":")[2])) for url in urls}
        assert self.connected <= allowed
        assert self.names <= {"127.0.0.1"}


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Guard:
    """Watch the sockets themselves, whoever uses them."""
    seen = Guard()
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            seen.connected.add((address[0], address[1]))
        connect(self, address)

    def looking_up(host: Any, *more: Any, **named: Any) -> Any:
        seen.names.add(host.decode() if isinstance(host, bytes) else str(host))
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    return seen
