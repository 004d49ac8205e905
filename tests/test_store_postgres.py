"""What holds for the PostgreSQL engine alone: locks, lost connections, what is repeated, what is not said."""

import asyncio
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.policy import Limits
from bot.store import admission, audit
from bot.store.database import Store, Transaction
from bot.store.postgres import connect, transact
from tests.databases import PostgresDatabase, opened
from tests.postgres_server import execute
from tests.stores import NO_LIMITS, PRICE, START, a_swap, open_swaps

CAPPED = replace(NO_LIMITS, bot_daily_micros=100 * PRICE)


@pytest.fixture
def database(postgres: PostgresDatabase) -> PostgresDatabase:
    """These tests are about one engine."""
    return postgres


@contextmanager
def held_open(database: PostgresDatabase, guild_id: int, limits: Limits) -> Generator[None]:
    """A hold of member 1 by somebody else, whose transaction stays open for as long as the block lasts."""
    entered, leave = threading.Event(), threading.Event()

    def linger(db: Transaction) -> None:
        admission.hold(db, a_swap(1, guild_id=guild_id, user_id=1), limits, START)
        entered.set()
        leave.wait(10)

    def run() -> None:
        with connect(database.url) as connection:
            transact(connection, linger)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert entered.wait(10)
        yield
    finally:
        leave.set()
        thread.join()


SCOPES: dict[str, tuple[int, Limits, dict[str, int], bool]] = {
    "members of one server": (100, NO_LIMITS, {"guild_id": 100, "user_id": 2}, True),
    "one member in two servers": (100, NO_LIMITS, {"guild_id": 101, "user_id": 1}, False),
    "one person's direct messages": (0, NO_LIMITS, {"guild_id": 0, "user_id": 1}, True),
    "two people's direct messages": (0, NO_LIMITS, {"guild_id": 0, "user_id": 2}, False),
    "two people's direct messages under a cap on the bot": (0, CAPPED, {"guild_id": 0, "user_id": 2}, True),
    "two servers under a cap on the bot": (100, CAPPED, {"guild_id": 101, "user_id": 2}, True),
}


@pytest.mark.parametrize("scope", SCOPES)
async def test_holds_wait_for_those_of_their_scope_alone(
    store: Store, database: PostgresDatabase, scope: str
) -> None:
    """Holds of one server wait for each other, two people's messages do not, a cap on the bot orders all."""
    guild_id, limits, other, waits = SCOPES[scope]
    with held_open(database, guild_id, limits):
        second = asyncio.create_task(store.run(admission.hold, a_swap(2, **other), limits, START))
        if waits:
            await asyncio.to_thread(wait_until_blocked, database)
            assert not second.done()
        else:
            await asyncio.wait_for(second, 5)
    await second


def wait_until_blocked(database: PostgresDatabase) -> None:
    """Return when somebody waits for a lock."""
    deadline = time.monotonic() + 5
    while not execute(database.url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def end_other_sessions(database: PostgresDatabase) -> None:
    """Break every connection to the database, as a restart of the server does."""
    execute(
        database.url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


async def test_lost_connections_are_replaced(store: Store, database: PostgresDatabase) -> None:
    """After every connection of the pool broke while idle, all that is asked is done."""
    await asyncio.gather(*(store.run(lambda db: db.rows("SELECT pg_sleep(:s)", s="0.05")) for _ in range(8)))
    end_other_sessions(database)
    await asyncio.gather(
        *(store.run(admission.hold, a_swap(n, user_id=n), NO_LIMITS, START) for n in range(1, 41))
    )
    assert len(await store.run(open_swaps)) == 40


async def test_a_transaction_that_broke_before_its_commit_runs_again(
    store: Store, database: PostgresDatabase
) -> None:
    """A connection that breaks in mid-transaction costs nothing: the server forgot it, so it is repeated."""
    tries: list[int] = []

    def hold(db: Transaction) -> None:
        tries.append(1)
        admission.hold(db, a_swap(), NO_LIMITS, START)
        if len(tries) == 1:
            end_other_sessions(database)
            db.rows("SELECT 1")

    await store.run(hold)
    assert len(tries) == 2
    assert await store.run(open_swaps) == [1]


async def test_a_transaction_is_not_repeated_once_its_commit_was_sent(
    store: Store, database: PostgresDatabase
) -> None:
    """Whether a commit whose answer was lost took place is unknown, so the caller hears of it."""
    tries: list[int] = []

    def hold(db: Transaction) -> None:
        tries.append(1)
        admission.hold(db, a_swap(), NO_LIMITS, START)
        end_other_sessions(database)

    with pytest.raises(StoreError):
        await store.run(hold)
    assert len(tries) == 1


async def test_the_victim_of_a_deadlock_runs_again(store: Store) -> None:
    """Two transactions that lock two rows crosswise both end well."""
    for guild_id in (1, 2):
        await store.run(admission.hold, a_swap(guild_id, guild_id=guild_id), NO_LIMITS, START)
    meeting = threading.Barrier(2)
    tries: list[int] = []

    def crosswise(db: Transaction, first: int, second: int) -> None:
        tries.append(first)
        for guild_id in (first, second):
            db.execute(
                "UPDATE accounts SET held_micros = held_micros WHERE guild_id = :guild AND user_id = 0",
                guild=guild_id,
            )
            if len(tries) <= 2 and guild_id == first:
                meeting.wait(10)

    await asyncio.gather(store.run(crosswise, 1, 2), store.run(crosswise, 2, 1))
    assert len(tries) >= 3


async def test_an_error_does_not_quote_the_row(store: Store) -> None:
    """PostgreSQL quotes the whole row that breaks a constraint; its token must not reach a log."""
    await store.run(admission.hold, a_swap(token="secret-token"), NO_LIMITS, START)
    with pytest.raises(StoreError, match="inputs_while_open") as caught:
        await store.run(lambda db: db.execute("UPDATE swaps SET prompt = NULL"))
    assert "secret-token" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_a_percent_sign_is_refused(store: Store) -> None:
    """A statement that would mean something else to psycopg is a mistake to hear of at once."""
    with pytest.raises(ValueError, match="percent"):
        await store.run(lambda db: db.rows("SELECT 1 WHERE 'a' LIKE '%'"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:secret-word@127.0.0.1:1/store",
        "postgresql://ada:secret-word@127.0.0.1/store?secret-word",
    ],
)
async def test_no_server_is_one_sentence_without_the_password(url: str) -> None:
    """An address that leads nowhere names the setting to check, and keeps its password."""
    with pytest.raises(StoreError, match="DATABASE_URL") as caught:
        await opened(PostgresDatabase(url))
    assert "\n" not in str(caught.value)
    assert "secret-word" not in str(caught.value)


async def test_a_missing_driver_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the operator is told what to install."""
    monkeypatch.delitem(sys.modules, "bot.store.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"requirements\.txt"):
        await opened(PostgresDatabase("postgresql://ada@127.0.0.1:1/store"))


def wait_until_quiet(database: PostgresDatabase) -> None:
    """Return when nobody has a transaction open."""
    deadline = time.monotonic() + 5
    while not database.is_quiet():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_cancelled_tasks_leave_no_session_in_a_transaction(
    store: Store, database: PostgresDatabase
) -> None:
    """Whatever moment its task is cancelled at, a transaction that began ends at once by itself."""
    tasks = [
        asyncio.create_task(store.run(admission.hold, a_swap(n, user_id=n), NO_LIMITS, START))
        for n in range(1, 201)
    ]
    for task in tasks[::3]:
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.to_thread(wait_until_quiet, database)
    assert await store.run(audit.violations) == {}
