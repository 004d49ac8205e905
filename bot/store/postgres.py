"""The PostgreSQL engine: a pool of connections, one thread to each.

What PostgreSQL does differently from SQLite is here and in the words that fill the migrations, nowhere else.
"""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

from bot.errors import StoreError
from bot.store.database import Row, Transaction, Value
from bot.store.migrate import migrate

P = ParamSpec("P")
T = TypeVar("T")

Connection = psycopg.Connection[dict[str, Any]]

TYPES = {
    "bigint": "BIGINT",
    "blob": "BYTEA",
    "identity": "BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "strict": "",
}

_CONNECTIONS = 8
_WAIT_SECONDS = 10.0  # for a connection, when the server is away
_TRIES = 3
_PAUSE_SECONDS = 0.05  # or a deadlock's victim could take its row again before the survivor does
_MIGRATING = 5_005_141_953  # any number that nothing else in the database locks

# A dead network is noticed in half a minute rather than two hours. The address may say otherwise.
_CONNECTING = {
    "application_name": "faceswap-bot",
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# A process that was stopped in mid-transaction must not keep its locks from the others.
_SESSION = "SET idle_in_transaction_session_timeout = '30s'"

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class PostgresStore:
    """Runs store functions on as many threads as connections; made by `open_postgres`."""

    def __init__(self, pool: ConnectionPool[Connection], executor: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._executor = executor

    async def run(
        self, function: Callable[Concatenate[Transaction, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one store function as one transaction; raises StoreError when the server fails it.

        A transaction that certainly was rolled back is run again: a deadlock's victim, or one whose
        connection broke before its commit was sent. Nothing is repeated once a commit was sent.
        """

        def call() -> T:
            return _run(self._pool, lambda db: function(db, *args, **kwargs))

        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    async def ahead_ms(self, now_ms: Callable[[], int]) -> int:
        """How far this clock is ahead of the server's, in milliseconds; negative when it is behind."""
        return await self.run(_ahead_ms, now_ms)

    async def close(self) -> None:
        """Finish what is running and close every connection."""
        await asyncio.to_thread(self._executor.shutdown)
        await asyncio.to_thread(self._pool.close)


async def open_postgres(url: str, now_ms: Callable[[], int]) -> PostgresStore:
    """Connect and bring the database to the newest schema.

    Raises StoreError with one sentence, which never holds the address: there may be a password in it.
    """
    executor = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="store")

    def call() -> ConnectionPool[Connection]:
        address = _address(url)
        with connect(address) as connection:
            transact(connection, lambda db: _migrate(db, now_ms()))
        return _open_pool(address)

    try:
        pool = await asyncio.get_running_loop().run_in_executor(executor, call)
    except psycopg.Error as error:
        executor.shutdown()
        raise StoreError(f"The database cannot be opened: {_reason(error)}. Check DATABASE_URL.") from None
    except StoreError:
        executor.shutdown()
        raise
    return PostgresStore(pool, executor)


def _address(url: str) -> str:
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # libpq quotes the part that it could not read, which may be the password.
        raise StoreError("DATABASE_URL is no address that PostgreSQL understands.") from None
    return make_conninfo("", **{**_CONNECTING, **given})


def connect(address: str) -> Connection:
    """One connection, for `transact`."""
    connection = Connection.connect(address, context=_ADAPTERS, row_factory=dict_row)
    _configure(connection)
    return connection


def _open_pool(address: str) -> ConnectionPool[Connection]:
    pool = ConnectionPool(
        address,
        connection_class=Connection,
        kwargs={"context": _ADAPTERS, "row_factory": dict_row},
        configure=_configure,
        min_size=1,
        max_size=_CONNECTIONS,
        timeout=_WAIT_SECONDS,
        open=False,
        name="store",
    )
    try:
        pool.open(wait=True, timeout=_WAIT_SECONDS)
    except BaseException:
        pool.close()
        raise
    return pool


def _configure(connection: Connection) -> None:
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.execute(_SESSION)
    connection.commit()


def _ahead_ms(db: Transaction, now_ms: Callable[[], int]) -> int:
    before = now_ms()
    there = db.row("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS ms")["ms"]
    after = now_ms()
    # Equal clocks would have put it between the two.
    return max(0, before - there) or min(0, after - there)


def _migrate(db: Transaction, now_ms: int) -> None:
    db.rows("SELECT pg_advisory_xact_lock(:key)", key=_MIGRATING)
    migrate(db, TYPES, now_ms)


def _run(pool: ConnectionPool[Connection], function: Callable[[Transaction], T]) -> T:
    for tries_left in reversed(range(_TRIES)):
        commit_was_sent = False

        def whole(db: Transaction) -> T:
            nonlocal commit_was_sent
            result = function(db)
            commit_was_sent = True
            return result

        broken = False
        try:
            with pool.connection() as connection:
                try:
                    return transact(connection, whole)
                finally:
                    broken = connection.broken
        except psycopg.Error as error:
            again = broken or isinstance(error, psycopg.errors.DeadlockDetected)
            if commit_was_sent or not again or not tries_left:
                raise StoreError(f"The database failed a transaction: {_reason(error)}.") from None
        time.sleep(_PAUSE_SECONDS)
        if broken:
            pool.check()  # what broke one connection probably broke its idle neighbours
    raise AssertionError


def transact(connection: Connection, function: Callable[[Transaction], T]) -> T:
    """Run a function as one transaction of this connection, on the calling thread."""
    with connection.transaction():
        return function(_PostgresTransaction(connection))


def _reason(error: psycopg.Error) -> str:
    """The server's first words; the detail that follows them quotes whole rows, tokens included."""
    said = error.diag.message_primary or str(error).partition("\n")[0]
    return f"{said or type(error).__name__}".rstrip(".")


class _PostgresTransaction:
    """A transaction over one of the pool's connections."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, sql: LiteralString, /, **parameters: Value) -> int:
        return self._connection.execute(_rewritten(sql), parameters or None).rowcount

    def rows(self, sql: LiteralString, /, **parameters: Value) -> list[Row]:
        return [*self._connection.execute(_rewritten(sql), parameters or None)]

    def row(self, sql: LiteralString, /, **parameters: Value) -> Row:
        (row,) = self.rows(sql, **parameters)
        return row


@cache
def _rewritten(sql: LiteralString) -> bytes:
    """The statement with its parameters as psycopg names them; statements are few, so all are kept."""
    if "%" in sql:
        raise ValueError("A statement may not hold a percent sign.")
    return _PARAMETER.sub(r"%(\1)s", sql).encode()


class _WholeNumber(Loader):
    """Reads `numeric`, which is what a sum of BIGINT is, as the int it is on SQLite."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_loader("numeric", _WholeNumber)
    # One type for every int, or each width of a parameter would make a plan of its own.
    adapters.register_dumper(int, Int8Dumper)
    return adapters


_ADAPTERS = _adapters()
