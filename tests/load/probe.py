"""The bot's own command line, watched from within: `python -m tests.load.probe`.

It obeys lines on standard input, and answers each with a line of JSON: `lag` and `held` ask what was seen,
`advance SECONDS` moves the time that the bot goes by.
"""

import asyncio
import gc
import json
import os
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot import __main__ as command_line
from bot import run
from bot.compose import utc_now

_TICK_SECONDS = 0.01


class Probe:
    """What is seen of one process."""

    def __init__(self) -> None:
        self._lags: list[float] = []
        self._ahead = timedelta(0)
        self._loop: asyncio.AbstractEventLoop | None = None

    def now(self) -> datetime:
        """The bot's time."""
        return utc_now() + self._ahead

    async def beside(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Watch the loop while the bot does its work."""
        self._loop = asyncio.get_running_loop()
        watching = asyncio.create_task(self._watch())
        try:
            return await work
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        """Note, a hundred times a second, how late the loop wakes a task, in seconds."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK_SECONDS)
            self._lags.append(time.perf_counter() - began - _TICK_SECONDS)

    def obey(self) -> None:
        """Answer what standard input asks, until it ends."""
        for line in sys.stdin:
            asked, *numbers = line.split()
            if asked == "advance":
                self._ahead += timedelta(seconds=float(numbers[0]))
            print(json.dumps(self._lag() if asked == "lag" else self._held()), flush=True)  # noqa: T201

    def _lag(self) -> dict[str, float]:
        seen = sorted(self._lags) or [0.0]
        cpu = time.process_time()
        return {
            "p50": seen[len(seen) // 2],
            "p99": seen[int(len(seen) * 0.99)],
            "worst": seen[-1],
            "cpu": cpu,
        }

    def _held(self) -> dict[str, Any]:
        """What the process holds once nothing is held by accident."""
        assert self._loop is not None
        found = asyncio.run_coroutine_threadsafe(_tasks(), self._loop)
        gc.collect()
        kinds = Counter(
            f"{type(one).__module__}.{type(one).__qualname__}"
            for one in gc.get_objects()
            if not _is_dead(one)
        )
        descriptors = Path("/proc/self/fd")
        return {
            "objects": kinds,
            "tasks": found.result(10),
            "threads": threading.active_count(),
            "descriptors": len(os.listdir(descriptors)) if descriptors.is_dir() else None,  # noqa: PTH208
        }


def _is_dead(one: object) -> bool:
    """Whether it refers to what is gone: sqlite3 forgets its cursors two hundred at a time."""
    return type(one) is weakref.ReferenceType and one() is None


async def _tasks() -> Counter[str]:
    return Counter(getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())


def main() -> int:
    """Run the bot."""
    probe, really = Probe(), asyncio.run
    run.compose = partial(run.compose, now=probe.now)

    def watched(work: Coroutine[Any, Any, Any]) -> Any:
        return really(probe.beside(work))

    asyncio.run = watched
    threading.Thread(target=probe.obey, daemon=True).start()
    return command_line.main()


if __name__ == "__main__":
    sys.exit(main())
