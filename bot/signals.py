"""Stopping politely: what a host sends to end this process, and how a child of ours is asked to end."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def stop_signal(*, ignore: bool = False) -> AsyncGenerator[asyncio.Event]:
    """An event that SIGTERM or SIGINT sets, unless they are to be ignored.

    Where the loop takes no handlers (Windows), Ctrl-C cancels instead.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, (lambda: None) if ignore else stop.set)
        except NotImplementedError:  # Windows
            continue
        handled.append(number)
    try:
        yield stop
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


async def end_child(process: Process, patience_seconds: float) -> None:
    """Ask a child to end by closing its stdin, which any system can; after a while, end it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(patience_seconds):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
