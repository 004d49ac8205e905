"""The bot's side of its process: configured by a line on stdin, told the time by the others.

Stdin carries JSON, a line each: first `{"variables": …, "offset": seconds}`, then `{"offset": seconds}`
whenever the sandbox's clock has jumped, which is answered by a line on stdout. The end of stdin asks the bot
to stop, and comes as well when the parent was killed.
"""

import asyncio
import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.compose import compose
from bot.config import Config, read_config
from bot.log import configure_logging
from bot.run import discord_at, serve

_GRACE_SECONDS = 20
"""What a bot that was asked to stop gets; then its process ends by force, for no orphan may stay."""


@dataclass
class ShiftedClock:
    """The real time, and by how many seconds the sandbox is ahead of it."""

    offset: float

    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)


async def run_child(stop: asyncio.Event) -> None:
    """Run the bot until stdin ends; raises BotError when it cannot start."""
    first = json.loads(await asyncio.to_thread(sys.stdin.buffer.readline))
    config, clock = read_config(first["variables"]), ShiftedClock(first["offset"])
    configure_logging(config.log_level, config.secrets, config.log_format)
    _listen(clock, stop)
    await _run(config, clock, stop)


async def _run(config: Config, clock: ShiftedClock, stop: asyncio.Event) -> None:
    with discord_at(config.sandbox_url):
        async with compose(config, picture_origins=(config.sandbox_url or "",), now=clock.now) as bot:
            await serve(bot, config.discord_token or "", stop, config.shutdown_grace_seconds)


def _listen(clock: ShiftedClock, stop: asyncio.Event) -> None:
    """Follow what the parent says, in a thread: Windows' loop reads no pipe."""
    loop = asyncio.get_running_loop()

    def follow() -> None:
        for line in sys.stdin.buffer:
            clock.offset = json.loads(line)["offset"]
            print("told", flush=True)  # noqa: T201 - the parent waits for it
        loop.call_soon_threadsafe(stop.set)
        time.sleep(_GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
