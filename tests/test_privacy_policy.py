"""The privacy policy against the code: what is kept is in it, and what it promises is so."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import read_config
from bot.policy import ALLOWANCE_WINDOW
from bot.store import export, forms
from bot.store.cases import DECISION_TIME
from cogs.confirming import ANSWER_TIME
from tests.test_privacy_store import schema

POLICY = (Path(__file__).parent.parent / "docs" / "privacy.md").read_text("utf-8")
ROWS = [line for line in POLICY.splitlines() if line.startswith("| ") and "`" in line.rsplit("|", 2)[1]]


def test_every_table_of_the_store_has_a_row() -> None:
    """Whoever adds a table says in plain words what is in it, why and how long; no row is of one gone."""
    tables = {table for table, _, _ in schema() if not table.startswith("sqlite_")}
    described = {name for row in ROWS for name in re.findall(r"`(\w+)`", row.rsplit("|", 2)[1])}
    assert described == tables
    assert all(
        len(row.split("|")) == 7 and all(cell.strip() for cell in row.split("|")[1:-1]) for row in ROWS
    )


def test_every_key_of_the_export_is_named() -> None:
    """The file can be read with the policy beside it."""
    assert {name for name in export.MEMBER if f"`{name}`" not in POLICY} == set()


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("30 days", read_config({}).retention),
        ("48 hours", DECISION_TIME),
        ("24 hours", ALLOWANCE_WINDOW),
        ("15 minutes", ANSWER_TIME),
        ("30 minutes", forms.LIFE),
    ],
)
def test_its_times_are_those_of_the_code(words: str, time: timedelta) -> None:
    """Each period that is promised is the one that is kept."""
    number, unit = words.split()
    assert words in POLICY
    assert timedelta(**{unit: int(number)}) == time
