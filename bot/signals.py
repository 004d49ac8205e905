"""Stopping politely: what the operating system or a host sends to end a process."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


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
