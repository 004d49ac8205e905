"""The money against a model: any order of steps, and the store agrees with a few lines of arithmetic."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.errors import AlreadyHandled, LimitReached
from bot.store import admission, audit, ledger, swaps
from bot.store.database import Transaction
from bot.store.postgres import connect
from bot.store.postgres import transact as transact_on_postgres
from bot.store.sqlite import transact
from tests.databases import PostgresDatabase, in_memory, opened
from tests.stores import NO_LIMITS, PICTURE, PRICE, START, a_swap

T = TypeVar("T")

Transact = Callable[[Callable[[Transaction], object]], object]
"""Runs one function as one transaction."""

GUILDS = st.sampled_from([100, 101])
USERS = st.sampled_from([300, 301])
LIMITS = replace(NO_LIMITS, daily=2, at_once=1, server_daily_micros=3 * PRICE, bot_daily_micros=4 * PRICE)
"""Each is wider than the one before it, so that each is met alone."""
DAY = timedelta(days=1)


NEXT = {
    "held": ("start_sending", "sending"),
    "sending": ("keep_picture", "made"),
    "made": ("settle", "delivered"),
}


def _settings(examples: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=40, deadline=None, derandomize=True)


class Ledger(RuleBasedStateMachine):
    """Runs the store's functions and a model side by side."""

    def __init__(self, transact: Transact) -> None:
        super().__init__()
        self.transact = transact
        self.now = START
        self.states: dict[int, str] = {}
        self.owners: dict[int, tuple[int, int]] = {}
        self.held: dict[int, datetime] = {}
        self.posted: dict[int, datetime] = {}

    def run(self, function: Callable[[Transaction], T]) -> T:
        """Run one store function as one transaction."""
        results: list[T] = []
        self.transact(lambda db: results.append(function(db)))
        return results[-1]

    @rule(guild=GUILDS, user=USERS, again=st.booleans())
    def hold(self, guild: int, user: int, again: bool) -> None:
        """Hold a new swap, or an interaction that was seen before; the model counts for itself."""
        known = again and bool(self.states)
        swap_id = 1 if known else len(self.states) + 1
        mine = (guild, user)
        opened = [n for n, state in self.states.items() if state in NEXT]
        today = opened + [n for n, moment in self.posted.items() if moment.date() == self.now.date()]
        recent = opened + [n for n in self.posted if self.held[n] > self.now - DAY]
        admissible = (
            sum(self.owners[n] == mine for n in recent) < 2
            and sum(self.owners[n] == mine for n in opened) < 1
            and sum(self.owners[n][0] == guild for n in today) < 3
            and len(today) < 4
        )
        try:
            self.run(
                lambda db: admission.hold(db, a_swap(swap_id, guild_id=guild, user_id=user), LIMITS, self.now)
            )
        except AlreadyHandled:
            assert known
        except LimitReached:
            assert not known
            assert not admissible
        else:
            assert not known
            assert admissible
            self.states[swap_id] = "held"
            self.owners[swap_id] = mine
            self.held[swap_id] = self.now

    @rule(guild=GUILDS, user=USERS)
    def deliver(self, guild: int, user: int) -> None:
        """Carry a new swap through to its end, where it is admitted: what is spent is what limits count."""
        before = len(self.states)
        self.hold(guild, user, again=False)
        for step, after in NEXT.values() if len(self.states) > before else ():
            assert self.run(partial(self.take, swap_id=len(self.states), step=step))
            self.reach(len(self.states), after)

    @precondition(lambda self: any(state in NEXT for state in self.states.values()))
    @rule(pick=st.integers(0, 99), fails=st.booleans())
    def advance(self, pick: int, fails: bool) -> None:
        """Take the natural next step of some open swap, or let it fail, so that many reach an end."""
        opened = [n for n, state in self.states.items() if state in NEXT]
        swap_id = opened[pick % len(opened)]
        step, after = ("refund", "refunded") if fails else NEXT[self.states[swap_id]]
        assert self.run(lambda db: self.take(db, swap_id, step))
        self.reach(swap_id, after)

    @precondition(lambda self: bool(self.states))
    @rule(
        pick=st.integers(0, 99), step=st.sampled_from(["start_sending", "keep_picture", "settle", "refund"])
    )
    def step(self, pick: int, step: str) -> None:
        """Take a step on some swap: it happens exactly when the state before it is the right one."""
        swap_id = 1 + pick % len(self.states)
        before, after = {
            "start_sending": ("held", "sending"),
            "keep_picture": ("sending", "made"),
            "settle": ("made", "delivered"),
            "refund": (None, "refunded"),
        }[step]
        state = self.states[swap_id]
        happens = state == before if before else state not in ("delivered", "refunded")
        assert self.run(lambda db: self.take(db, swap_id, step)) is happens
        if happens:
            self.reach(swap_id, after)

    def reach(self, swap_id: int, state: str) -> None:
        """Note a new state in the model."""
        self.states[swap_id] = state
        if state == "delivered":
            self.posted[swap_id] = self.now

    def take(self, db: Transaction, swap_id: int, step: str) -> bool:
        """Take one step in the store."""
        match step:
            case "start_sending":
                return swaps.start_sending(db, swap_id, self.now)
            case "keep_picture":
                return swaps.keep_picture(db, swap_id, PICTURE, self.now)
            case "settle":
                return swaps.settle(db, swap_id, self.now)
            case _:
                return swaps.refund(db, swap_id, "X", self.now)

    @rule(hours=st.sampled_from([0.01, 1, 7, 13]))
    def wait(self, hours: float) -> None:
        """Let time pass, sometimes into another day."""
        self.now += timedelta(hours=hours)

    @invariant()
    def books_are_right(self) -> None:
        """Every invariant query is empty, and each member's spend is what the model says."""
        assert self.run(audit.violations) == {}
        for user in (300, 301):
            delivered = [self.posted[n].date() for n in self.posted if self.owners[n][1] == user]
            spent = ledger.Spend(delivered.count(self.now.date()) * PRICE, len(delivered) * PRICE)
            assert self.run(partial(ledger.spend, user_id=user, now=self.now)) == spent


class OnSqlite(Ledger):
    """Each example on a database of its own."""

    def __init__(self) -> None:
        self.connection = in_memory()
        super().__init__(partial(transact, self.connection))

    def teardown(self) -> None:
        """Close the database."""
        self.connection.close()


TestOnSqlite = OnSqlite.TestCase
TestOnSqlite.settings = _settings(100)


async def test_the_ledger_on_postgres(postgres: PostgresDatabase) -> None:
    """Any order of steps on PostgreSQL, each example on empty tables."""
    await (await opened(postgres)).close()
    with closing(connect(postgres.url)) as connection:
        run = partial(transact_on_postgres, connection)

        class OnPostgres(Ledger):
            def __init__(self) -> None:
                run(_empty)
                super().__init__(run)

        run_state_machine_as_test(OnPostgres, settings=_settings(25))


def _empty(db: Transaction) -> None:
    db.execute("TRUNCATE swaps, entries, accounts CASCADE")
    db.execute("INSERT INTO accounts (guild_id, user_id) VALUES (0, 0)")
