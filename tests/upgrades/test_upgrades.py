"""A store of any released version is today's after one start, which does not disturb the older version."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import audit
from bot.store.migrate import available, schema_version, statements
from tests.databases import Database, PostgresDatabase, SqliteDatabase, opened
from tests.postgres_server import execute, new_database
from tests.upgrades.restore import RELEASED, restore
from tests.upgrades.write import OPEN

FIRST_RELEASED = 9
"""The newest migration in 0.1.0."""


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Database, Database]:
    """Two empty databases of each engine."""
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "one.sqlite3"), SqliteDatabase(tmp_path / "other.sqlite3")
    server: str = request.getfixturevalue("postgres_server")
    return PostgresDatabase(new_database(server)), PostgresDatabase(new_database(server))


def tables(database: Database) -> dict[str, list[str]]:
    """The columns of each table, with their types, in the order of their names."""
    sqlite = (
        "SELECT tables.name, columns.name, columns.type FROM sqlite_schema AS tables, "
        "pragma_table_info(tables.name) AS columns "
        "WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%'"
    )
    postgres = (
        "SELECT table_name, column_name, data_type || is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    )
    found: dict[str, list[str]] = {}
    for table, column, kind in sorted(read(database, sqlite, postgres)):
        found.setdefault(str(table), []).append(f"{column} {kind}")
    return found


def indexes(database: Database) -> set[str]:
    """The names of all indexes."""
    sqlite = "SELECT name FROM sqlite_schema WHERE type = 'index'"
    postgres = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
    return {str(name) for (name,) in read(database, sqlite, postgres)}


def contents(database: Database, columns: dict[str, list[str]]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table, as far as these columns go."""
    held: dict[str, list[tuple[object, ...]]] = {}
    for table, about in columns.items():
        names = ", ".join(one.split()[0] for one in about)
        sql = f"SELECT {names} FROM {table} ORDER BY 1, 2"  # noqa: S608 - names out of the database's own schema
        held[table] = read(database, sql, sql)
    return held


def read(database: Database, sqlite: str, postgres: str) -> list[tuple[object, ...]]:
    """The rows of a query in each engine's words."""
    if isinstance(database, SqliteDatabase):
        with closing(sqlite3.connect(database.path)) as connection:
            return connection.execute(sqlite).fetchall()
    assert isinstance(database, PostgresDatabase)
    return execute(database.url, postgres)


@pytest.mark.parametrize("version", RELEASED)
async def test_a_released_store_is_todays_after_one_start(
    version: str, databases: tuple[Database, Database]
) -> None:
    """The books are right, every row is as it was, and the schema is that of a new store."""
    database, fresh = databases
    restore(database, version)
    columns = tables(database)
    before = contents(database, columns)
    store = await opened(database)
    assert await store.run(schema_version) == max(available())
    assert await store.run(audit.violations) == {}
    assert tuple(one.swap_id for one in await store.run(audit.open_now)) == OPEN
    await store.close()
    after = contents(database, columns)
    assert after.pop("migrations")[: len(before["migrations"])] == before.pop("migrations")
    assert after == before
    assert [table for table, rows in before.items() if not rows] == []
    await (await opened(fresh)).close()
    assert (tables(database), indexes(database)) == (tables(fresh), indexes(fresh))


@pytest.mark.parametrize("number", [number for number in sorted(available()) if number > FIRST_RELEASED])
def test_a_migration_leaves_the_older_version_running(number: int) -> None:
    """Since the first release: new tables, new columns that need no value, and no new rule on old rows."""
    made: set[str] = set()
    for statement in statements(available()[number]):
        table = re.match(r"CREATE TABLE (\w+)", statement)
        column = re.match(r"ALTER TABLE \w+ ADD COLUMN (.*)", statement, re.DOTALL)
        index = re.match(r"CREATE (UNIQUE )?INDEX \w+ ON (\w+)", statement)
        if table:
            made.add(table[1])
        elif column:
            assert "NOT NULL" not in column[1] or "DEFAULT" in column[1], statement
        else:
            assert index, f"an old process may not survive this: {statement}"
            assert not index[1] or index[2] in made, statement
