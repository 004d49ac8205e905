"""What holds for the SQLite engine alone: the file itself."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import admission, swaps
from bot.store.database import Store, Transaction, patiently
from tests.databases import SqliteDatabase, opened
from tests.stores import NO_LIMITS, PICTURE, START, a_swap, open_swaps


@pytest.mark.parametrize("end", ["settle", "refund"])
async def test_nothing_erased_lingers_in_the_file(sqlite: SqliteDatabase, end: str) -> None:
    """When a swap ends, nothing of it that is secret is left, not even in the file's free pages."""
    store = await opened(sqlite)
    picture = replace(PICTURE, data=b"secret-picture" * 1000)
    await store.run(admission.hold, a_swap(token="secret-token", prompt="secret-prompt"), NO_LIMITS, START)
    await store.run(swaps.start_sending, 1, START)
    await store.run(swaps.keep_picture, 1, picture, START)
    if end == "settle":
        await store.run(swaps.settle, 1, START)
    else:
        await store.run(swaps.refund, 1, "Undeliverable", START)
    await store.close()
    left = b"".join(file.read_bytes() for file in sqlite.path.parent.iterdir())
    assert b"secret-" not in left


async def test_the_file_is_for_its_owner_only(empty_sqlite: SqliteDatabase) -> None:
    """Nobody else on the machine may read tokens and pictures."""
    store = await opened(empty_sqlite)
    await store.run(open_swaps)
    assert all(file.stat().st_mode & 0o077 == 0 for file in empty_sqlite.path.parent.iterdir())
    await store.close()


@asynccontextmanager
async def busy(store: Store) -> AsyncGenerator[None]:
    """Keep the store's thread, so that what is asked for within the block waits together."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Transaction) -> None:
        begun.set()
        assert go_on.wait(10)

    waiting = asyncio.create_task(store.run(wait))
    await asyncio.to_thread(begun.wait, 10)
    try:
        yield
        await asyncio.sleep(0)
    finally:
        go_on.set()
        await waiting


async def test_what_waits_together_is_committed_together(sqlite: SqliteDatabase) -> None:
    """Functions that wait for the thread share a commit; one that fails undoes what it did, and no more."""
    store = await opened(sqlite)
    committed_when_last_ran: list[int] = []

    def fail(db: Transaction) -> None:
        admission.hold(db, a_swap(2), NO_LIMITS, START)
        raise ZeroDivisionError

    def last(db: Transaction) -> None:
        assert open_swaps(db) == [1]
        admission.hold(db, a_swap(3), NO_LIMITS, START)
        with closing(sqlite3.connect(sqlite.path)) as other:
            committed_when_last_ran.extend(other.execute("SELECT COUNT(*) FROM swaps").fetchone())

    first = partial(admission.hold, swap=a_swap(1), limits=NO_LIMITS, now=START)
    async with busy(store):
        together = asyncio.gather(*map(store.run, (first, fail, last)), return_exceptions=True)
    assert [type(one) for one in await together] == [type(None), ZeroDivisionError, type(None)]
    assert committed_when_last_ran == [0]
    assert await store.run(open_swaps) == [1, 3]
    await store.close()


async def test_nobody_hears_of_what_was_not_committed(sqlite: SqliteDatabase) -> None:
    """When the commit that several share fails, every one of them failed, and nothing is left of any."""
    store = await opened(sqlite)

    def unfounded(db: Transaction) -> None:
        db.execute("PRAGMA defer_foreign_keys = ON")  # so that it is the commit that fails
        db.execute("INSERT INTO presses (swap_id, button, interaction_id, pressed_at) VALUES (7, 'x', 1, 1)")

    first = partial(admission.hold, swap=a_swap(1), limits=NO_LIMITS, now=START)
    async with busy(store):
        together = asyncio.gather(*map(store.run, (first, unfounded)), return_exceptions=True)
    assert [type(one) for one in await together] == [sqlite3.IntegrityError] * 2
    assert await store.run(open_swaps) == []
    await store.run(first)
    await store.close()


async def test_an_unusable_path_is_one_sentence(tmp_path: Path) -> None:
    """A file where a folder should be is refused with the setting to check."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="DATABASE_URL"):
        await opened(SqliteDatabase(tmp_path / "file" / "store.sqlite3"))


async def test_patient_work_lets_the_rest_pass(sqlite: SqliteDatabase) -> None:
    """What members wait for runs before what was asked earlier with patience; else in order."""
    store = await opened(sqlite)
    started, go, ran = threading.Event(), threading.Event(), list[str]()

    def note(_: Transaction, what: str) -> None:
        ran.append(what)

    def hold_up(_: Transaction) -> None:
        started.set()
        go.wait()

    asked = [asyncio.create_task(store.run(hold_up))]
    await asyncio.to_thread(started.wait)
    with patiently():
        asked += [asyncio.create_task(store.run(note, f"patient {n}")) for n in range(2)]
    await asyncio.sleep(0)
    asked += [asyncio.create_task(store.run(note, f"hurried {n}")) for n in range(2)]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*asked)
    await store.close()
    assert ran == ["hurried 0", "hurried 1", "patient 0", "patient 1"]
