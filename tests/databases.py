"""One database of each engine for store tests, with what a test does behind the store's back."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from bot.compose import open_store
from bot.config import read_config
from bot.store.database import Store
from bot.store.sqlite import PRAGMAS, open_in_memory
from tests.postgres_server import execute
from tests.stores import START


class Database(Protocol):
    """A database that is empty until it is opened."""

    @property
    def url(self) -> str:
        """What DATABASE_URL would be."""
        ...

    def execute(self, sql: str) -> None:
        """Run a statement beside the store."""
        ...

    def tamper(self, sql: str) -> None:
        """Run a statement that no check of a row refuses."""
        ...

    def is_quiet(self) -> bool:
        """Whether nobody has a transaction open."""
        ...


@dataclass(frozen=True)
class SqliteDatabase:
    """An SQLite file."""

    path: Path

    @property
    def url(self) -> str:
        """What DATABASE_URL would be."""
        return f"sqlite:///{self.path}"

    def execute(self, sql: str) -> None:
        """Run a statement beside the store."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql)

    def tamper(self, sql: str) -> None:
        """Run a statement that no check of a row refuses."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(sql)

    def is_quiet(self) -> bool:
        """Whether nobody has a transaction open."""
        with closing(sqlite3.connect(self.path, timeout=0)) as connection:
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return False
        return True


@dataclass(frozen=True)
class PostgresDatabase:
    """A database on the tests' own PostgreSQL server."""

    url: str

    def execute(self, sql: str) -> None:
        """Run a statement beside the store."""
        execute(self.url, sql)

    def tamper(self, sql: str) -> None:
        """Run a statement that no check of a row refuses."""
        checks = execute(
            self.url,
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0",
        )
        execute(self.url, *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name in checks), sql)

    def is_quiet(self) -> bool:
        """Whether nobody has a transaction open."""
        ((others,),) = execute(
            self.url,
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND xact_start IS NOT NULL AND pid <> pg_backend_pid()",
        )
        return others == 0


async def opened(database: Database) -> Store:
    """Open a database as the bot does."""
    return await open_store(read_config({"DATABASE_URL": database.url}), lambda: START)


@cache
def _newest() -> sqlite3.Connection:
    return open_in_memory()


def write_newest(path: Path) -> None:
    """Write an SQLite file at the newest schema: a copy, which takes a tenth of what the migrations take."""
    path.parent.mkdir()
    path.touch(0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        _newest().backup(connection)


def in_memory() -> sqlite3.Connection:
    """What `open_in_memory` gives, as a copy."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _newest().backup(connection)
    connection.row_factory = _newest().row_factory
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection
