"""A sandbox, a scripted API, and the real bot between them, composed as in production."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Protocol
from zlib import crc32

import pytest

from bot.client import FaceSwapBot
from bot.compose import compose
from bot.config import Config, read_config
from bot.run import serve
from bot.sandbox import Played, Reply, Sandbox, Upload
from bot.sandbox.doorway import redirected
from bot.sandbox.places import Channel, Guild, Member
from bot.store import audit
from tests import secrets
from tests.databases import Database, SqliteDatabase, opened
from tests.openapi import Document
from tests.scripted_api import PNG, ScriptedApi
from tests.signing import made_in, marker, pair_settings

KEY = "SG_test_key_0123456789"
secrets.register(KEY)


@dataclass
class Place:
    """Everything one end-to-end test touches."""

    sandbox: Sandbox
    api: ScriptedApi
    database: Database
    guild: Guild
    channel: Channel
    ada: Member
    settings: dict[str, str]
    bots: list[FaceSwapBot]

    def now(self) -> datetime:
        """The sandbox's time, which the bot shares."""
        return datetime.fromtimestamp(self.sandbox.clock.now(), UTC)

    def config(self) -> Config:
        """The bot's configuration, with what the test changed."""
        return read_config(
            {
                "DISCORD_TOKEN": self.sandbox.token,
                "SEGMIND_API_KEY": KEY,
                "SEGMIND_BASE_URL": self.api.base_url,
                "DATABASE_URL": self.database.url,
                "SHUTDOWN_GRACE": "0",
                "LEASE_SECONDS": "1",
                **pair_settings(),
                "PRECHECK": "off",
                **self.settings,
            }
        )

    async def faceswap(self, *, by: Member | None = None, **options: object) -> Played:
        """Type `/faceswap`, by default as Ada and with two pictures."""
        # The same pictures again would be a free repeat.
        given = {"source": Upload("source.png", another()), "target": Upload("target.png", PNG), **options}
        return await (by or self.ada).slash(self.channel, "faceswap", **given)

    async def swap(self, *, by: Member | None = None, **options: object) -> Reply:
        """Type `/faceswap` and wait until it has ended: a reply is seen a moment before it is settled."""
        reply = await (await self.faceswap(by=by, **options)).reply()
        await self.idle()
        return reply

    async def idle(self) -> None:
        """Wait until no bot of this process has anything under way."""
        for bot in self.bots:
            await bot.services.swaps.idle()

    def said(self, channel: Channel | None = None) -> list[Reply]:
        """The messages that the bot has sent to a channel on its own."""
        return [
            Reply(message)
            for message in self.sandbox.world.messages.values()
            if message.channel is (channel or self.channel) and message.interaction is None
        ]

    async def rows(self, sql: str) -> list[dict[str, object]]:
        """What the database holds."""
        store = await opened(self.database)
        try:
            return [dict(row) for row in await store.run(lambda db: db.rows(sql))]  # pyright: ignore[reportArgumentType] - a test's own literal
        finally:
            await store.close()


_numbers = count()


def another() -> bytes:
    """A picture that nobody has sent before: the usual one, with a comment of its own."""
    text = f"number\0{next(_numbers)}".encode()
    chunk = len(text).to_bytes(4) + b"tEXt" + text + crc32(b"tEXt" + text).to_bytes(4)
    return PNG[:33] + chunk + PNG[33:]


class Start(Protocol):
    """Starts the bot for as long as a block lasts."""

    def __call__(self, **settings: str) -> AbstractAsyncContextManager[FaceSwapBot]:
        """Start it with some settings changed."""
        ...


@pytest.fixture
def books(sqlite: SqliteDatabase) -> Database:
    """Where the books are kept; a module that runs on both engines has its own."""
    return sqlite


@pytest.fixture
async def place(books: Database) -> AsyncIterator[Place]:
    """A server with Ada in it; at the end the books are right and nothing unknown was sent."""
    async with Sandbox.start() as sandbox, ScriptedApi() as api:
        guild = sandbox.create_guild("Harbour")
        channel = guild.create_channel("general")
        ada = guild.join(sandbox.create_user("Ada"))
        place = Place(sandbox, api, books, guild, channel, ada, {}, [])
        with redirected(sandbox.base_url):
            yield place
        assert sandbox.complaints == []
        assert unmarked(sandbox) == []
        assert differences(sandbox) == []
        store = await opened(place.database)
        assert await store.run(audit.violations) == {}
        await store.close()


def unmarked(sandbox: Sandbox) -> list[str]:
    """The results that were ever shown without saying, unaltered, which swap they are."""
    return [
        file.filename
        for message in sandbox.world.messages.values()
        for file in message.attachments
        if message.author is sandbox.world.bot
        and (named := re.fullmatch(r"faceswap-(\d+)\.\w+", file.filename))
        and made_in(file.data) != int(named[1])
    ]


def differences(sandbox: Sandbox) -> list[str]:
    """What differs between the traffic and Discord's published document, where that is at hand."""
    document = Document.from_environment()
    return document.check_all(sandbox.exchanges) if document else []


@pytest.fixture
def start(place: Place, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Start the real bot against the place."""
    monkeypatch.setattr("bot.compose.new_marker", marker)

    @asynccontextmanager
    async def started(**settings: str) -> AsyncGenerator[FaceSwapBot]:
        place.settings.update(settings)
        stop = asyncio.Event()
        config = place.config()
        async with compose(config, picture_origins=(place.sandbox.base_url,), now=place.now) as bot:
            task = asyncio.create_task(serve(bot, place.sandbox.token, stop, config.shutdown_grace_seconds))
            try:
                await place.sandbox.wait_until_ready()
                place.bots.append(bot)
                yield bot
            finally:
                place.bots.clear()
                stop.set()
                await task

    return started


@pytest.fixture
async def bot(start: Start) -> AsyncIterator[FaceSwapBot]:
    """The bot, running, without the cooldown between swaps."""
    async with start(COOLDOWN_SECONDS="0") as running:
        yield running
