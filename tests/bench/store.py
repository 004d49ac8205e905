"""What the store costs: holds and settles through it, against a bare loop that waits for the same disk.

The bare loop replays the very statements, recorded beforehand, on plain sqlite3: no thread, no event loop, no
decision. PostgreSQL stands beside it, on a server that waits for the disk too.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import LiteralString

from bot.policy import Limits
from bot.store import admission, sqlite, swaps
from bot.store.database import Row, Transaction, Value
from tests.databases import Database, PostgresDatabase, SqliteDatabase, opened
from tests.postgres_server import new_database, running_server
from tests.stores import NO_LIMITS, PICTURE, START, a_swap

SWAPS = 320
TURNS = 7
LIMITS = replace(
    NO_LIMITS, daily=10**6, at_once=10**6, server_daily_micros=10**12, server_monthly_micros=10**12
)
CAPPED = replace(LIMITS, bot_daily_micros=10**12)

Recorded = list[tuple[str, dict[str, Value]]]
"""The statements of one transaction."""


def main() -> None:
    """Measure and print."""
    recorded = _record()
    rates: dict[str, list[float]] = {
        "sqlite3, bare loop": [],
        "SQLite, 1 at once": [],
        "SQLite, 8 at once": [],
    }
    bare, *stored = rates.values()
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(TURNS):  # in turns, so that a slow moment of the disk meets all
            bare.append(asyncio.run(_replay(Path(folder) / f"bare-{turn}.sqlite3", recorded)))
            for at_once, found in zip((1, 8), stored, strict=True):
                database = SqliteDatabase(Path(folder) / f"store-{turn}-{at_once}.sqlite3")
                found.append(asyncio.run(_pairs(database, at_once=at_once)))
    for what, found in rates.items():
        ratio = statistics.median(mine / loop for mine, loop in zip(found, bare, strict=True))
        print(
            f"{what}: {statistics.median(found):.0f} holds and settles a second, {ratio:.2f} of the bare loop"
        )
    with running_server(durable=True) as server:
        for at_once, limits in ((1, CAPPED), (8, CAPPED), (8, LIMITS)):
            database = PostgresDatabase(new_database(server))
            rate = asyncio.run(_pairs(database, at_once=at_once, limits=limits))
            cap = "with" if limits is CAPPED else "without"
            print(f"PostgreSQL, {at_once} at once, {cap} a cap on the whole bot: {rate:.0f} a second")


@dataclass
class _Recorder:
    """A transaction that notes what it is asked."""

    db: Transaction
    recorded: Recorded = field(default_factory=Recorded)

    def execute(self, sql: LiteralString, /, **parameters: Value) -> int:
        self.recorded.append((sql, parameters))
        return self.db.execute(sql, **parameters)

    def rows(self, sql: LiteralString, /, **parameters: Value) -> list[Row]:
        self.recorded.append((sql, parameters))
        return self.db.rows(sql, **parameters)

    def row(self, sql: LiteralString, /, **parameters: Value) -> Row:
        self.recorded.append((sql, parameters))
        return self.db.row(sql, **parameters)


def _record() -> list[list[Recorded]]:
    """The four transactions of each swap."""
    with closing(sqlite.open_in_memory()) as connection:
        return [sqlite.transact(connection, partial(_life, n=n)) for n in range(SWAPS)]


def _life(db: Transaction, n: int) -> list[Recorded]:
    steps = [_Recorder(db) for _ in range(4)]
    admission.hold(steps[0], _swap(n), CAPPED, START)
    swaps.start_sending(steps[1], n, START)
    swaps.keep_picture(steps[2], n, PICTURE, START)
    swaps.settle(steps[3], n, START)
    return [step.recorded for step in steps]


def _swap(n: int) -> swaps.Swap:
    return a_swap(n, guild_id=100 + n % 8, user_id=300 + n % 40)


async def _replay(path: Path, recorded: list[list[Recorded]]) -> float:
    """Holds and settles a second of the bare loop; what lies between the two is done, but not counted."""
    await (await opened(SqliteDatabase(path))).close()
    seconds = 0.0
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in sqlite.PRAGMAS:
            connection.execute(pragma)
        for life in recorded:
            for step, transaction in enumerate(life):
                began = time.perf_counter()
                connection.execute("BEGIN IMMEDIATE")
                for sql, parameters in transaction:
                    connection.execute(sql, parameters).fetchall()
                connection.execute("COMMIT")
                seconds += (time.perf_counter() - began) * (step in (0, 3))
    return SWAPS / seconds


async def _pairs(database: Database, *, at_once: int = 1, limits: Limits = CAPPED) -> float:
    """The same through the store."""
    store = await opened(database)
    seconds = 0.0
    for first in range(0, SWAPS, at_once):
        batch = range(first, first + at_once)
        began = time.perf_counter()
        await asyncio.gather(*(store.run(admission.hold, _swap(n), limits, START) for n in batch))
        held = time.perf_counter()
        for n in batch:
            await store.run(swaps.start_sending, n, START)
            await store.run(swaps.keep_picture, n, PICTURE, START)
        made = time.perf_counter()
        await asyncio.gather(*(store.run(swaps.settle, n, START) for n in batch))
        seconds += held - began + time.perf_counter() - made
    await store.close()
    return SWAPS / seconds


if __name__ == "__main__":
    main()
