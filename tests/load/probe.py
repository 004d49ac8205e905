"""The bot's own command line with a watch on its event loop: `python -m tests.load.probe FILE`.

What was seen is written to FILE, as JSON, when the bot has stopped.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from bot import __main__ as command_line

_TICK = 0.01


async def watch(lags: list[float]) -> None:
    """Note, a hundred times a second, how late the loop wakes a task, in seconds."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        lags.append(time.perf_counter() - began - _TICK)


def main() -> int:
    """Run the bot."""
    file, lags, real = Path(sys.argv.pop(1)), list[float](), asyncio.run

    async def watched(work: Coroutine[Any, Any, Any]) -> Any:
        watching = asyncio.create_task(watch(lags))
        try:
            return await work
        finally:
            watching.cancel()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return real(watched(work))

    asyncio.run = run
    try:
        return command_line.main()
    finally:
        lags.sort()
        used = resource.getrusage(resource.RUSAGE_SELF)
        seen = {
            "lag_p50": lags[len(lags) // 2],
            "lag_p99": lags[int(len(lags) * 0.99)],
            "lag_worst": lags[-1],
            "cpu_seconds": used.ru_utime + used.ru_stime,
        }
        file.write_text(json.dumps(seen), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
