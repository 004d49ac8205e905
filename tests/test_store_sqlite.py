"""What holds for the SQLite engine alone: the file itself."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import admission, swaps
from bot.store.database import Transaction, patiently
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


async def test_the_file_is_for_its_owner_only(sqlite: SqliteDatabase) -> None:
    """Nobody else on the machine may read tokens and pictures."""
    store = await opened(sqlite)
    await store.run(open_swaps)
    assert all(file.stat().st_mode & 0o077 == 0 for file in sqlite.path.parent.iterdir())
    await store.close()


async def test_an_unusable_path_is_one_sentence(tmp_path: Path) -> None:
    """A file where a folder should be is refused with the setting to check."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="DATABASE_URL"):
        await opened(SqliteDatabase(tmp_path / "file" / "store.sqlite3"))


async def test_patient_work_lets_the_rest_pass(sqlite: SqliteDatabase) -> None:
    """What members wait for runs before what was asked earlier with patience; else in order."""
    store = await opened(sqlite)
    go, ran = threading.Event(), list[str]()

    def note(_: Transaction, what: str) -> None:
        ran.append(what)

    def hold_up(_: Transaction) -> None:
        go.wait()

    with patiently():
        asked = [asyncio.create_task(store.run(hold_up))]
        asked += [asyncio.create_task(store.run(note, f"patient {n}")) for n in range(2)]
    await asyncio.sleep(0)
    asked += [asyncio.create_task(store.run(note, f"hurried {n}")) for n in range(2)]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*asked)
    await store.close()
    assert ran == ["hurried 0", "hurried 1", "patient 0", "patient 1"]


async def test_what_is_cancelled_while_it_waits_is_not_run(sqlite: SqliteDatabase) -> None:
    """It leaves its place, and the next is run in its stead."""
    store = await opened(sqlite)
    go, ran = threading.Event(), list[str]()

    def hold_up(_: Transaction) -> None:
        go.wait()

    def note(_: Transaction, what: str) -> None:
        ran.append(what)

    first = asyncio.create_task(store.run(hold_up))
    gone, last = (asyncio.create_task(store.run(note, what)) for what in ("gone", "last"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, last)
    await store.close()
    assert ran == ["last"]
