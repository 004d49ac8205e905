"""A process of its own that races others for the last swaps: `python -m tests.racer URL FIRST_ID`.

It opens the database at once, waits for a line, tries a hundred holds together and prints how many it got.
"""

import asyncio
import sys
from dataclasses import replace

from bot.compose import open_store
from bot.config import read_config
from bot.errors import LimitReached
from bot.store import admission
from tests.stores import NO_LIMITS, PRICE, START, a_swap

HOLDS = 100
LIMITS = replace(NO_LIMITS, server_daily_micros=5 * PRICE)


async def main(url: str, first: int) -> None:
    """Race."""
    store = await open_store(read_config({"DATABASE_URL": url}), lambda: START)
    print("ready", flush=True)  # noqa: T201 - what the test waits for
    await asyncio.to_thread(sys.stdin.readline)
    outcomes = await asyncio.gather(
        *(
            store.run(admission.hold, a_swap(n, user_id=n), LIMITS, START)
            for n in range(first, first + HOLDS)
        ),
        return_exceptions=True,
    )
    await store.close()
    assert all(outcome is None or isinstance(outcome, LimitReached) for outcome in outcomes), outcomes
    print(outcomes.count(None), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
