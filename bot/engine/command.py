"""`python -m bot engine`: the engine alone, or as the bot's child."""

import argparse
import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path

from bot.engine.assets import FOLDER
from bot.errors import AssetError, EngineUnavailable
from bot.fetch import DISCORD_CDN, AllowedOrigins

_STOP_SECONDS = 8
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 lets the kernel choose")
    parser.add_argument("--workers", type=int, default=2, help="processes that swap")
    parser.add_argument("--queue", type=int, default=16, help="requests that may wait for one of them")
    parser.add_argument(
        "--timeout", type=float, default=60, metavar="SECONDS", help="what one may wait, and take"
    )
    parser.add_argument(
        "--grace", type=float, default=20, metavar="SECONDS", help="to finish when asked to stop"
    )
    parser.add_argument("--public-url", metavar="URL", help="where callers reach it, behind a proxy")
    parser.add_argument("--assets", type=Path, default=FOLDER, help="where the models are kept")
    parser.add_argument(
        "--allow-origin",
        action="append",
        metavar="ORIGIN",
        help="read pictures from here (default: Discord's CDN)",
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)


async def main(arguments: argparse.Namespace, stop: asyncio.Event, key: str | None = None) -> int:
    """Serve until `stop`, or until stdin closes for a child; returns the exit status.

    `key` is demanded of callers when it is set, and has to be where others than this machine can call; a
    child reads its own from the first line of stdin.
    """
    from bot.engine.server import Settings, serve  # noqa: PLC0415 - every command reads the arguments above

    child = bool(arguments.child)
    if not key and not child and arguments.host not in _LOOPBACK:
        return _fail(child, f"On {arguments.host} everybody could use the engine: set ENGINE_API_KEY.")
    if child:
        key = await asyncio.to_thread(_first_line)
        _stop_with_stdin(stop)
    try:
        settings = Settings(
            AllowedOrigins.of(arguments.allow_origin or DISCORD_CDN),
            arguments.assets,
            key or None,
            workers=arguments.workers,
            queue=arguments.queue,
            work_seconds=arguments.timeout,
            inline_results=child,
            public_url=arguments.public_url and arguments.public_url.rstrip("/"),
            # The bot asks its child to stop only once no swap needs it.
            grace_seconds=0 if child else arguments.grace,
        )
        await serve(
            settings,
            host=arguments.host,
            port=arguments.port,
            ready=lambda port: _say(child, port=port, host=arguments.host),
            stop=stop,
        )
    except (AssetError, EngineUnavailable, ValueError) as error:
        return _fail(child, str(error))
    return 0


def _say(child: bool, *, port: int, host: str) -> None:
    text = json.dumps({"port": port}) if child else f"The engine listens on http://{host}:{port}"
    print(text, flush=True)  # noqa: T201 - the parent reads this line, or a person does


def _fail(child: bool, sentence: str) -> int:
    if child:
        print(json.dumps({"error": sentence}), flush=True)  # noqa: T201 - the parent reads this line
    else:
        print(sentence, file=sys.stderr)  # noqa: T201 - the command line speaks here
    return 1


def _first_line() -> str:
    # Unbuffered: what follows the line is for the thread below.
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line.decode().strip()


def _stop_with_stdin(stop: asyncio.Event) -> None:
    """Set `stop` when stdin closes: the parent is gone, or asks. In a thread: Windows' loop reads no pipe."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(stop.set)
        # A loop that hangs must not keep an orphan alive.
        time.sleep(_STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
