"""`python -m bot sandbox`: its options, and what it says."""

import argparse
import asyncio
import webbrowser

from bot.log import configure_logging
from bot.playground.child import run_child
from bot.playground.playground import open_playground


async def main(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    """Serve until `stop`, or be the bot's process; raises BotError when it cannot start."""
    if arguments.bot:
        await run_child(stop)
        return
    configure_logging(arguments.log_level, ())
    async with open_playground(arguments.port, log_level=arguments.log_level) as playground:
        address = playground.sandbox.base_url
        print(f"Open {address} in a browser; Ctrl-C ends the sandbox.", flush=True)  # noqa: T201 - the command line speaks here
        if arguments.open:
            await asyncio.to_thread(webbrowser.open, address)
        await stop.wait()
