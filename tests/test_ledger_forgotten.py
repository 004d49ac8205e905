"""The money against its model while members are forgotten: every sum holds, and no limit is escaped."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from bot.store import anonymous, audit, departures, erasure, ledger, swaps
from bot.store.database import Transaction
from bot.store.postgres import connect
from bot.store.postgres import transact as transact_on_postgres
from bot.store.sqlite import transact
from tests.databases import PostgresDatabase, in_memory, opened
from tests.stores import PRICE
from tests.test_ledger_model import GUILDS, USERS, Ledger
from tests.test_ledger_proof import BUDGET

EVERYBODY = (300, 301, anonymous.ANONYMOUS)


class Forgetful(Ledger):
    """The ledger's machine, in which members ask to be forgotten at any time, and chores follow.

    What may be admitted is what the model says, which forgets nothing.
    """

    now: datetime
    presses = 0

    @rule(user=USERS, finish=st.booleans())
    def forget(self, user: int, finish: bool) -> None:
        """Confirm that a member is to be forgotten; a kill may leave the rest to the chore."""
        self.presses += 1
        self.run(partial(erasure.begin, user_id=user, pressed_by=self.presses, now=self.now))
        for swap_id in self.run(partial(erasure.held, user_id=user)) if finish else ():
            assert self.run(partial(swaps.cancel, swap_id=swap_id, user_id=user, now=self.now))
            self.reach(swap_id, "refunded")
        while finish and self.run(partial(erasure.step, user_id=user, now=self.now)):
            pass

    @rule()
    def finish(self) -> None:
        """Let the chore run once."""
        self.run(partial(erasure.due, now=self.now))

    @rule(guild=GUILDS)
    def leave(self, guild: int) -> None:
        """Leave a server long enough for its open swaps to end, clear it out, and come back."""
        for swap_id in self.run(partial(departures.leave, guild_id=guild, now=self.now)):
            assert self.run(partial(swaps.refund, swap_id=swap_id, failure="LeftServer", now=self.now))
            self.reach(swap_id, "refunded")
        self.now += timedelta(days=1)
        self.run(partial(departures.clear_out, until=self.now, now=self.now))
        self.run(partial(departures.rejoin, guild_id=guild))

    @invariant()
    def books_are_right(self) -> None:
        """Every invariant query is empty, and all that was spent is still there, whoever it was."""
        assert self.run(audit.violations) == {}
        spent = sum(
            self.run(partial(ledger.spend, user_id=user, now=self.now)).ever_micros for user in EVERYBODY
        )
        assert spent == len(self.posted) * PRICE
        servers = "SELECT COALESCE(SUM(spent_micros), 0) AS micros FROM accounts WHERE user_id = 0"
        assert self.run(lambda db: db.row(servers))["micros"] == spent


class OnSqlite(Forgetful):
    """Each example on a database of its own."""

    def __init__(self) -> None:
        self.connection = in_memory()
        super().__init__(partial(transact, self.connection))

    def teardown(self) -> None:
        """Close the database."""
        self.connection.close()


TestOnSqlite = OnSqlite.TestCase
TestOnSqlite.settings = settings(BUDGET, max_examples=50, phases=tuple(Phase))


async def test_the_ledger_on_postgres(postgres: PostgresDatabase) -> None:
    """Any order of steps on PostgreSQL, each example on empty tables."""
    await (await opened(postgres)).close()
    with closing(connect(postgres.url)) as connection:
        run = partial(transact_on_postgres, connection)

        class OnPostgres(Forgetful):
            def __init__(self) -> None:
                run(_start)
                super().__init__(run)

        run_state_machine_as_test(OnPostgres, settings=settings(BUDGET, max_examples=10, phases=tuple(Phase)))


def _start(db: Transaction) -> None:
    db.execute("TRUNCATE swaps, entries, accounts, erasures, left_servers CASCADE")
    db.execute("INSERT INTO accounts (guild_id, user_id) VALUES (0, 0)")


def test_a_member_who_is_forgotten_too_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine fails where swaps of the last 24 hours are handed over."""
    right = anonymous.hand_over

    def early(db: Transaction, guild_id: int, user_id: int, until: datetime, most: int) -> int:
        return right(db, guild_id, user_id, until + timedelta(days=2), most)

    monkeypatch.setattr(erasure, "hand_over", early)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(OnSqlite, settings=BUDGET)


@pytest.mark.parametrize("wrong", [(1, 0), (0, 1), (2, 2)])
def test_an_unbalanced_handing_over_is_caught(
    monkeypatch: pytest.MonkeyPatch, wrong: tuple[int, int]
) -> None:
    """The machine fails where what one account gives is not what the other gets."""
    right = vars(anonymous)["_book"]
    gives, gets = wrong

    def book(db: Transaction, guild_id: int, user_id: int, spent: int) -> None:
        right(db, guild_id, user_id, spent * (gets if user_id == anonymous.ANONYMOUS else gives))

    monkeypatch.setattr(anonymous, "_book", book)
    with pytest.raises((AssertionError, sqlite3.IntegrityError)):
        run_state_machine_as_test(OnSqlite, settings=BUDGET)
