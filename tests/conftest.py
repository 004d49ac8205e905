"""Fixtures of more than one test file: databases of both engines, and a watch over secrets."""

import asyncio
import gc
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import settings

from bot.store import audit
from bot.store.database import Store
from tests import secrets
from tests.databases import Database, PostgresDatabase, SqliteDatabase, opened, write_newest
from tests.postgres_server import drop_database, new_database, running_server

# The same examples in every run: a property that fails, fails for everybody.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")


_WATCH = pytest.StashKey[secrets.Watch]()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage in what is collected, then or later: all of it stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def no_secret_gets_out(request: pytest.FixtureRequest) -> Iterator[secrets.Watch]:
    """See where secrets go during a test; the report below looks once the output is known as well."""
    with secrets.watching() as watch:
        cast("pytest.Item", request.node).stash[_WATCH] = watch
        yield watch


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test, at its end, in which a secret got out."""
    report = yield
    if report.when == "teardown" and (watch := item.stash.get(_WATCH, None)):
        printed = [(name, text) for name, text in report.sections if "stdout" in name or "stderr" in name]
        if leaks := watch.leaks(printed):
            report.outcome, report.longrepr = "failed", "\n".join(sorted(set(leaks)))
        # It knows the test's sandboxes, and with them every picture: hundreds of megabytes at the end.
        del item.stash[_WATCH]
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server that lasts as long as this test process."""
    with running_server() as address:
        yield address


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[PostgresDatabase]:
    """A new database on it, which was never opened."""
    address = new_database(postgres_server)
    yield PostgresDatabase(address)
    drop_database(postgres_server, address)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> PostgresDatabase:
    """A database that was opened once: copying it takes a third of what the migrations take."""

    async def migrated() -> PostgresDatabase:
        database = PostgresDatabase(new_database(postgres_server))
        await (await opened(database)).close()
        return database

    return asyncio.run(migrated())


@pytest.fixture
def postgres(postgres_server: str, postgres_template: PostgresDatabase) -> Iterator[PostgresDatabase]:
    """A new database on it, at the newest schema."""
    address = new_database(postgres_server, template=postgres_template.url)
    yield PostgresDatabase(address)
    drop_database(postgres_server, address)


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> SqliteDatabase:
    """An SQLite file, in a folder of its own, neither of which is there yet."""
    return SqliteDatabase(tmp_path / "folder" / "store.sqlite3")


@pytest.fixture
def sqlite(empty_sqlite: SqliteDatabase) -> SqliteDatabase:
    """A new SQLite file, at the newest schema."""
    write_newest(empty_sqlite.path)
    return empty_sqlite


@pytest.fixture(params=["empty_sqlite", "empty_postgres"], ids=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest) -> Database:
    """A database that was never opened, on each engine in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """A new database at the newest schema, on each engine in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    """The store over a new database, whose books must be right when the test ends."""
    store = await opened(database)
    yield store
    assert await store.run(audit.violations) == {}
    await store.close()
    assert database.is_quiet()
