"""Puts the playground together: what runs, and how the bot in it is configured."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.engine.child import EngineChild
from bot.errors import CannotServe
from bot.playground.api import PRICE_USD, Api, serve_api
from bot.playground.bot_process import BotProcess
from bot.playground.console import Console
from bot.playground.record import Recorder
from bot.sandbox import Sandbox
from bot.sandbox.places import Channel
from bot.sandbox.web import Page, samples, town


@dataclass(frozen=True)
class Playground:
    """Everything that runs; `sandbox.base_url` is the page's address, `store` the bot's SQLite file."""

    sandbox: Sandbox
    api: Api
    bot: BotProcess
    console: Console
    store: Path


@asynccontextmanager
async def open_playground(port: int = 0, *, log_level: str = "warning") -> AsyncGenerator[Playground]:
    """Start everything, on loopback and with a store of its own that is gone at the end.

    Port 0 lets the kernel choose. Raises CannotServe, EngineUnavailable.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="faceswap-sandbox-"))
        store = Path(folder) / "sandbox.sqlite3"
        portraits = samples()
        page = Page(samples=portraits)
        try:
            sandbox = await stack.enter_async_context(Sandbox.start(port=port, page=page))
        except OSError as error:
            raise CannotServe(
                f"Port {port} cannot be used ({error.strerror}): choose another one with --port."
            ) from None
        town(sandbox, portraits)
        recorder = Recorder(sandbox.clock.now, (sandbox.token,))
        engine = await stack.enter_async_context(EngineChild.start((sandbox.base_url,)))
        api = await stack.enter_async_context(
            serve_api(lambda: engine.base_url, engine.key, recorder, now=sandbox.clock.now)
        )
        bot = BotProcess(sandbox, _variables(sandbox, api, store, log_level))
        page.console = console = Console(sandbox, api, bot, recorder)
        stack.push_async_callback(bot.stop)
        await bot.start()
        yield Playground(sandbox, api, bot, console, store)


def _variables(sandbox: Sandbox, api: Api, store: Path, log_level: str) -> dict[str, str]:
    """The bot's configuration: a price, as with the real API, and limits that trying soon meets."""
    return {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_SANDBOX_URL": sandbox.base_url,
        "SEGMIND_BASE_URL": api.base_url,
        "SEGMIND_API_KEY": api.key,
        "SWAP_PRICE_USD": str(PRICE_USD),
        "API_TIMEOUT_SECONDS": "20",
        "DATABASE_URL": f"sqlite:///{store.as_posix()}",
        "COOLDOWN_SECONDS": "1",
        "SWAPS_AT_ONCE": "2",
        "LEASE_SECONDS": "2",
        "SHUTDOWN_GRACE": "3",
        "OPERATOR_CHANNEL_ID": str(_channel(sandbox, "moderators").id),
        "LOG_LEVEL": log_level,
    }


def _channel(sandbox: Sandbox, name: str) -> Channel:
    return next(one for one in sandbox.world.channels.values() if one.name == name)
