"""The SQLite engine: one file, one connection, one thread.

What waits for the thread shares one commit: a swap makes half a dozen, and each waits for the disk.
"""

import asyncio
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar

from bot.errors import StoreError
from bot.store.database import Row, Transaction, Value, is_patient
from bot.store.migrate import migrate

P = ParamSpec("P")
T = TypeVar("T")

TYPES = {
    "bigint": "INTEGER",
    "blob": "BLOB",
    "identity": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
    "strict": "STRICT",
}

# FULL, because NORMAL loses acknowledged commits in a power cut; secure_delete, because an erased token or
# picture must not linger in free pages. A checkpoint every 16 MB: the pages of one picture are those of
# the next, and what is overwritten before a checkpoint is copied once (measured: a third of what a settle
# takes). Pages of 8 KiB, of which pictures need half as many (a database that is there keeps its own), and a
# cache that holds a dozen pictures: to erase one, all of its pages are looked at.
PRAGMAS = (
    "PRAGMA page_size = 8192",
    "PRAGMA cache_size = -16000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA wal_autocheckpoint = 2000",
)

_BUSY_SECONDS = 10.0
_BUSY_PAUSE_SECONDS = 0.02
_MOST_TOGETHER = 32
_OLDEST = (3, 37, 0)  # STRICT tables


@dataclass(frozen=True)
class _Call:
    """A store function that waits for its turn, and who waits for what it returns."""

    function: Callable[[Transaction], Any]
    answer: asyncio.Future[Any]


@dataclass(frozen=True)
class _Outcome:
    """What a function returned, or the error it ended with."""

    result: Any = None
    error: BaseException | None = None


class SQLiteStore:
    """Runs store functions on one thread over one connection; made by `open_sqlite`."""

    def __init__(self, connection: sqlite3.Connection, executor: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._executor = executor
        self._hurried: deque[_Call] = deque()
        self._patient: deque[_Call] = deque()

    async def run(
        self, function: Callable[Concatenate[Transaction, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one store function: all of it is committed when this returns, or nothing.

        Functions that wait together are committed together, each behind a savepoint of its own.
        """
        loop = asyncio.get_running_loop()
        call = _Call(lambda db: function(db, *args, **kwargs), loop.create_future())
        (self._patient if is_patient() else self._hurried).append(call)
        self._executor.submit(self._work, loop)
        return await call.answer

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run what waits; for all but the first of those that are run together nothing is left to do.

        What members wait for comes first, and is not committed together with other swaps' pictures.
        """
        waiting, calls = self._hurried or self._patient, list[_Call]()
        while waiting and len(calls) < _MOST_TOGETHER:
            calls.append(waiting.popleft())
        if calls:
            outcomes = _together(self._connection, [call.function for call in calls])
            loop.call_soon_threadsafe(_answer, calls, outcomes)

    async def ahead_ms(self, now_ms: Callable[[], int]) -> int:  # noqa: ARG002 - a server's would be asked
        """Nothing: all processes that share a file share a machine, and its clock."""
        return 0

    async def close(self) -> None:
        """Finish what is running and close the connection."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._connection.close)
        self._executor.shutdown()


async def open_sqlite(path: Path, now_ms: Callable[[], int]) -> SQLiteStore:
    """Open (or make) the database and bring it to the newest schema; raises StoreError with one sentence."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError(f"SQLite 3.37 or later is needed; this Python has {sqlite3.sqlite_version}.")
    executor = ThreadPoolExecutor(1, thread_name_prefix="store")

    def call() -> sqlite3.Connection:
        connection = _connect(path)
        try:
            transact(connection, lambda db: migrate(db, TYPES, now_ms()))
        except BaseException:
            connection.close()
            raise
        return connection

    try:
        connection = await asyncio.get_running_loop().run_in_executor(executor, call)
    except (OSError, sqlite3.Error) as error:
        executor.shutdown()
        raise StoreError(f"The database {path} cannot be opened: {error}. Check DATABASE_URL.") from None
    except StoreError:
        executor.shutdown()
        raise
    return SQLiteStore(connection, executor)


def _answer(calls: Sequence[_Call], outcomes: Sequence[_Outcome]) -> None:
    for call, outcome in zip(calls, outcomes, strict=True):
        if call.answer.done():
            continue  # who asked was cancelled
        if outcome.error is None:
            call.answer.set_result(outcome.result)
        else:
            call.answer.set_exception(outcome.error)


def _together(
    connection: sqlite3.Connection, functions: Sequence[Callable[[Transaction], Any]]
) -> list[_Outcome]:
    """Run functions in one transaction, as if each had one; nobody hears of any before the commit."""
    try:
        return transact(connection, lambda db: [_alone(connection, db, one) for one in functions])
    except BaseException as error:  # noqa: BLE001 - they hear of it, each for itself
        return [_Outcome(error=error)] * len(functions)


def _alone(
    connection: sqlite3.Connection, db: Transaction, function: Callable[[Transaction], Any]
) -> _Outcome:
    """Run one of several; when it fails, only what it did itself is undone."""
    connection.execute("SAVEPOINT one")
    try:
        outcome = _Outcome(function(db))
    except BaseException as error:
        if not connection.in_transaction:
            raise  # a full disk, say: SQLite has undone everything
        connection.execute("ROLLBACK TO one")
        outcome = _Outcome(error=error)
    connection.execute("RELEASE one")
    return outcome


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # It holds tokens and pictures while swaps are open: for the owner's eyes only.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return _prepared(
        sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    )


def open_in_memory() -> sqlite3.Connection:
    """A database at the newest schema that is gone when it is closed, for `transact`."""
    connection = _prepared(sqlite3.connect(":memory:", isolation_level=None))
    transact(connection, lambda db: migrate(db, TYPES, 0))
    return connection


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.row_factory = _as_mapping
    for pragma in PRAGMAS:
        _set(connection, pragma)
    return connection


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma; two processes that open a new file at once change its journal one after the other.

    That change takes a lock which SQLite's own busy time-out does not wait for.
    """
    give_up = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(_BUSY_PAUSE_SECONDS)
        else:
            return


def _as_mapping(cursor: sqlite3.Cursor, values: tuple[Value, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def transact(connection: sqlite3.Connection, function: Callable[[Transaction], T]) -> T:
    """Run a function as one transaction of this connection, on the calling thread."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = function(_SQLiteTransaction(connection))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


class _SQLiteTransaction:
    """A transaction over the store's connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: LiteralString, /, **parameters: Value) -> int:
        return self._connection.execute(sql, parameters).rowcount

    def rows(self, sql: LiteralString, /, **parameters: Value) -> list[Row]:
        return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: LiteralString, /, **parameters: Value) -> Row:
        (row,) = self.rows(sql, **parameters)
        return row
