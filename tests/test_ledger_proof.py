"""Proof that the ledger's property test bites: each deliberately broken store is caught by it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import LiteralString, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.policy import Usage
from bot.store import admission, swaps
from bot.store.database import Row, Transaction, Value, from_ms
from bot.store.sqlite import transact
from tests.databases import in_memory
from tests.test_ledger_model import Ledger

T = TypeVar("T")
Patch = pytest.MonkeyPatch
Counted = Callable[[Transaction, swaps.Swap, datetime], Usage]

BUDGET = settings(
    max_examples=300,  # the property test spends 100 on each run; most variants fall within a few
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)


@dataclass(frozen=True)
class Changing:
    """A transaction that changes one statement wherever it occurs."""

    inner: Transaction
    old: LiteralString
    new: LiteralString

    def execute(self, sql: LiteralString, /, **parameters: Value) -> int:
        """Run it, changed."""
        return self.inner.execute(sql.replace(self.old, self.new), **parameters)

    def rows(self, sql: LiteralString, /, **parameters: Value) -> list[Row]:
        """Run it, as it is."""
        return self.inner.rows(sql, **parameters)

    def row(self, sql: LiteralString, /, **parameters: Value) -> Row:
        """Run it, as it is."""
        return self.inner.row(sql, **parameters)


STATEMENTS: dict[str, tuple[LiteralString, LiteralString]] = {
    "settle books no spend": ("spent_micros + :spent", "spent_micros"),
    "an end releases nothing": ("held_micros - :price", "held_micros"),
    "an end releases twice": ("held_micros - :price", "MAX(0, held_micros - 2 * :price)"),
    "hold books nothing for a second swap": ("accounts.held_micros + :price", "accounts.held_micros"),
    "settle writes no entry": ("VALUES (:id, :guild, :user, :price, :now)", "SELECT 1, 1, 1, 1, 1 WHERE 0"),
    "the entry is of another amount": (":user, :price, :now)", ":user, 2 * :price, :now)"),
    "the entry is of yesterday": (":price, :now)", ":price, :now - 86400000)"),
    "a refund ends what was delivered": ("IN ('held', 'sending', 'running', 'made')", "<> 'refunded'"),
    "a picture is kept that was never sent": ("IN ('sending', 'running')", "IN ('held', 'sending')"),
    "a swap is sent twice": ("state = 'held' AND", "state IN ('held', 'sending') AND"),
    "a swap is delivered that was never made": ("state IN ('made')", "state IN ('sending', 'made')"),
    "the token outlives its swap": ("token = NULL", "token = 'still here'"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_broken_statement_is_caught(name: str) -> None:
    """The state machine fails within the budget of the property test."""
    caught(*STATEMENTS[name])


def with_refunded(db: Transaction, swap: swaps.Swap, now: datetime, usage: Usage) -> Usage:
    """The allowance counts refunded swaps."""
    held = db.rows(
        "SELECT held_at FROM swaps WHERE guild_id = :guild AND user_id = :user ORDER BY held_at DESC",
        guild=swap.guild_id,
        user=swap.user_id,
    )
    times = (from_ms(row["held_at"]) for row in held)
    return replace(usage, recent=tuple(time for time in times if time > now - timedelta(hours=24)))


MISCOUNTS: dict[str, Callable[[Transaction, swaps.Swap, datetime, Usage], Usage]] = {
    "refunded swaps count": with_refunded,
    "the allowance is not counted": lambda _db, _swap, _now, usage: replace(usage, recent=()),
    "open swaps are not counted": lambda _db, _swap, _now, usage: replace(usage, open_swaps=0),
    "the server's budget is not counted": lambda _db, _swap, _now, usage: replace(usage, server_day_micros=0),
    "the bot's budget is not counted": lambda _db, _swap, _now, usage: replace(usage, bot_day_micros=0),
    "the server's month counts as its day": lambda _db, _swap, _now, usage: replace(
        usage, server_day_micros=usage.server_month_micros
    ),
}


@pytest.mark.parametrize("name", MISCOUNTS)
def test_a_miscount_at_admission_is_caught(name: str, monkeypatch: Patch) -> None:
    """The state machine fails within the budget of the property test."""
    right: Counted = vars(admission)["_usage"]

    def wrong(db: Transaction, swap: swaps.Swap, now: datetime) -> Usage:
        return MISCOUNTS[name](db, swap, now, right(db, swap, now))

    monkeypatch.setattr(admission, "_usage", wrong)
    caught("", "")


def caught(old: LiteralString, new: LiteralString) -> None:
    """Hold that the model disagrees with a store whose statements are changed so."""

    class Broken(Ledger):
        def __init__(self) -> None:
            self.connection = in_memory()
            super().__init__(partial(broken, self.connection))

        def teardown(self) -> None:
            self.connection.close()

    def broken(connection: sqlite3.Connection, function: Callable[[Transaction], T]) -> T:
        return transact(connection, lambda db: function(Changing(db, old, new) if old else db))

    with pytest.raises((AssertionError, sqlite3.IntegrityError)):
        run_state_machine_as_test(Broken, settings=BUDGET)
