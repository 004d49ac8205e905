"""Runs the bot until it is asked to stop, on Discord or on a sandbox of its own."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from bot.client import FaceSwapBot, connect
from bot.compose import compose, utc_now
from bot.config import Config
from bot.fetch import DISCORD_CDN
from bot.leases import check_clock
from bot.signals import stop_signal

log = logging.getLogger(__name__)

# As many as there are cores, where asyncio would take four more: pictures that are decoded at the same time
# only keep each other, and the event loop, waiting (measured on two cores at full load: commands are
# acknowledged after 45 ms instead of 205, and answered a quarter sooner). Names are looked up on them, too.
_THREADS = max(2, min(32, os.cpu_count() or 1))


async def run(config: Config) -> None:
    """Run until SIGTERM or SIGINT; raises BotError when the bot cannot start."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "work"))
    async with stop_signal() as stop:
        if config.discord_token is None:
            await _run_in_sandbox(config, stop)
        else:
            await _run(config, config.discord_token, config.sandbox_url, stop)


async def _run_in_sandbox(config: Config, stop: asyncio.Event) -> None:
    from bot.sandbox import Sandbox  # noqa: PLC0415 - with a web server: what runs on Discord has no use for it

    async with Sandbox.start() as sandbox:
        sandbox.create_guild("Sandbox").create_channel("general")
        log.warning(
            "DISCORD_TOKEN is not set, so the bot runs in its own sandbox, where nobody else can see it."
        )
        log.warning("Set the token in .env to go to Discord; `python -m bot sandbox` shows it in a browser.")
        await _run(config, sandbox.token, sandbox.base_url, stop)


async def _run(config: Config, token: str, sandbox_url: str | None, stop: asyncio.Event) -> None:
    origins = (sandbox_url,) if sandbox_url else DISCORD_CDN
    with discord_at(sandbox_url):
        async with compose(config, picture_origins=origins) as bot:
            await check_clock(bot.services.store, config.lease, utc_now)
            await serve(bot, token, stop, config.shutdown_grace_seconds)


def discord_at(sandbox_url: str | None) -> AbstractContextManager[None]:
    """Let discord.py talk to a sandbox, or to Discord when there is none."""
    if not sandbox_url:
        return nullcontext()
    from bot.sandbox.doorway import redirected  # noqa: PLC0415 - as above

    return redirected(sandbox_url)


async def serve(bot: FaceSwapBot, token: str, stop: asyncio.Event, grace_seconds: float) -> None:
    """Keep the bot connected until `stop`, then let what is under way finish within the grace.

    Raises BotError when Discord does not let the bot in.
    """
    async with bot:
        connection = asyncio.create_task(connect(bot, token))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if connection.done():
                connection.result()
        finally:
            await bot.services.swaps.drain(grace_seconds if stop.is_set() else 0)
            await bot.services.chores.stop()
            await bot.attended()
            connection.cancel()
            stopping.cancel()
            # A shard that reconnects swallows the cancelling; a closed bot ends all the same.
            await bot.close()
            await asyncio.gather(connection, stopping, return_exceptions=True)
