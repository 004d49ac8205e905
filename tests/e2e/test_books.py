"""The operator's books: what `audit` and `ledger export` print after real swaps."""

import csv
import io
from pathlib import Path

import pytest

from bot.sandbox import Upload
from tests.e2e.conftest import Place, Start
from tests.e2e.test_command_line import run
from tests.scripted_api import PNG, Answer, error


@pytest.fixture
async def books_after(place: Place, start: Start) -> str:
    """Two delivered swaps, one that failed for free, one whose call broke off; the address of the books."""
    async with start(COOLDOWN_SECONDS="0"):
        await place.swap()
        await place.swap()
        place.api.script(error(500, "boom"), Answer(reset="at_once"))
        await place.swap()
        await place.swap(source=Upload("other.png", PNG))
    return place.database.url


async def test_the_audit_says_that_all_is_well(books_after: str) -> None:
    """Sound books: exit status 0, nothing open, and only the call that broke off may have been paid for."""
    status, output, _ = await run("audit", DATABASE_URL=books_after)
    lines = output.splitlines()
    assert status == 0
    assert lines[0].endswith("invariants hold.")
    assert lines[1] == "0 swaps are open."
    assert lines[2] == "0 refunded swaps were paid for, 1 more may have been."
    assert "ApiDisconnected" in lines[3]
    assert len(lines) == 4


async def test_the_audit_names_what_is_wrong(place: Place, books_after: str) -> None:
    """Books that were tampered with: exit status 1 and the broken invariant by name."""
    place.database.tamper("UPDATE accounts SET spent_micros = 1 WHERE user_id = 0 AND guild_id <> 0")
    status, output, _ = await run("audit", DATABASE_URL=books_after)
    assert status == 1
    assert "WRONG: a server's spend is the sum of its entries" in output
    place.database.tamper("UPDATE accounts SET spent_micros = 100000 WHERE user_id = 0 AND guild_id <> 0")


async def test_the_ledger_is_exported_whole(place: Place, books_after: str) -> None:
    """One line for each entry, with its amount as dollars; the sum is what was spent."""
    status, output, _ = await run("ledger", "export", DATABASE_URL=books_after)
    rows = list(csv.DictReader(io.StringIO(output)))
    assert status == 0
    assert [row["amount_usd"] for row in rows] == ["0.05", "0.05"]
    assert {row["member"] for row in rows} == {str(place.ada.account.id)}
    assert {row["reported_cost_usd"] for row in rows} == {"0.05"}


async def test_an_empty_ledger_has_its_header(tmp_path: Path) -> None:
    """Before the first swap there is a table with no rows."""
    status, output, _ = await run("ledger", "export", DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")
    assert status == 0
    assert output.startswith("entry,swap,server,member,")
    assert output.count("\n") == 1
