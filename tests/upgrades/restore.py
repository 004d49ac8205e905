"""Fills a database with what a released version has written."""

import sqlite3
from contextlib import closing

from tests.databases import Database, PostgresDatabase, SqliteDatabase
from tests.postgres_server import execute
from tests.upgrades.write import FOLDER

RELEASED = sorted({path.name.rsplit(".", 2)[0] for path in FOLDER.glob("*.sql")})


def restore(database: Database, version: str) -> None:
    """Fill an empty database with the store of a released version."""
    if isinstance(database, SqliteDatabase):
        database.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database.path)) as connection:
            connection.executescript((FOLDER / f"{version}.sqlite.sql").read_text())
    else:
        assert isinstance(database, PostgresDatabase)
        execute(database.url, (FOLDER / f"{version}.postgres.sql").read_text())
