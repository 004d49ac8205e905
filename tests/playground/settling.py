"""Waiting for what the bot's own process does with its books."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path


async def settled(store: Path, seconds: float = 10) -> None:
    """Wait until no swap is open: a result is seen a moment before it is settled."""
    async with asyncio.timeout(seconds):
        while await asyncio.to_thread(_open, store):  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)


def _open(store: Path) -> int:
    with closing(sqlite3.connect(store)) as books:
        ((count,),) = books.execute("SELECT COUNT(*) FROM swaps WHERE state NOT IN ('delivered', 'refunded')")
        return count
