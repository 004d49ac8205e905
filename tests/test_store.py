"""The store on both engines: admission, the states of a swap, what is erased, and what survives."""

import asyncio
import random
import sqlite3
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.errors import AlreadyHandled, Limit, LimitReached, StoreError
from bot.policy import Limits
from bot.store import admission, audit, ledger, moderation, swaps
from bot.store.database import Row, Store, Transaction
from bot.store.moderation import Actor
from tests.databases import Database, opened
from tests.stores import NO_LIMITS, PICTURE, PRICE, START, a_swap, open_swaps

ROOT = Path(__file__).parent.parent


def the_row(db: Transaction, swap_id: int) -> Row:
    """One swap's whole row."""
    return db.row("SELECT * FROM swaps WHERE id = :id", id=swap_id)


def the_account(db: Transaction, guild_id: int, user_id: int) -> tuple[int, int]:
    """Held and spent of one account."""
    row = db.row(
        "SELECT held_micros, spent_micros FROM accounts WHERE guild_id = :guild AND user_id = :user",
        guild=guild_id,
        user=user_id,
    )
    return row["held_micros"], row["spent_micros"]


async def test_a_delivered_swap_is_charged_once(store: Store) -> None:
    """Hold, send, make, settle: the price moves from held to spent, and a second settle changes nothing."""
    await store.run(admission.hold, a_swap(), NO_LIMITS, START)
    assert await store.run(the_account, 100, 300) == (PRICE, 0)
    assert await store.run(swaps.start_sending, 1, START)
    assert await store.run(swaps.keep_picture, 1, PICTURE, START)
    assert await store.run(swaps.settle, 1, START)
    assert not await store.run(swaps.settle, 1, START)
    assert not await store.run(swaps.refund, 1, "Late", START)
    assert await store.run(the_account, 100, 300) == (0, PRICE)
    assert await store.run(the_account, 100, 0) == (0, PRICE)
    assert await store.run(ledger.spend, 300, START) == ledger.Spend(PRICE, PRICE)


async def test_spend_of_today_starts_at_midnight_utc(store: Store) -> None:
    """Yesterday's entries count in all, not today; and they count over all servers."""
    for swap_id, when, guild in ((1, START - timedelta(days=1), 100), (2, START, 101)):
        await store.run(admission.hold, a_swap(swap_id, guild_id=guild), NO_LIMITS, when)
        await store.run(swaps.start_sending, swap_id, when)
        await store.run(swaps.keep_picture, swap_id, PICTURE, when)
        await store.run(swaps.settle, swap_id, when)
    assert await store.run(ledger.spend, 300, START) == ledger.Spend(PRICE, 2 * PRICE)
    assert await store.run(ledger.spend, 301, START) == ledger.Spend(0, 0)


@pytest.mark.parametrize("reached", ["held", "sending", "made"])
async def test_a_refund_ends_a_swap_wherever_it_is(store: Store, reached: str) -> None:
    """From each open state a refund releases the hold once, and nothing can follow."""
    await store.run(admission.hold, a_swap(), NO_LIMITS, START)
    if reached != "held":
        await store.run(swaps.start_sending, 1, START)
    if reached == "made":
        await store.run(swaps.keep_picture, 1, PICTURE, START)
    assert await store.run(swaps.refund, 1, "Interrupted", START)
    assert not await store.run(swaps.refund, 1, "Interrupted", START)
    assert not await store.run(swaps.start_sending, 1, START)
    assert not await store.run(swaps.keep_picture, 1, PICTURE, START)
    assert not await store.run(swaps.settle, 1, START)
    assert await store.run(the_account, 100, 300) == (0, 0)
    assert (await store.run(the_row, 1))["failure"] == "Interrupted"


@pytest.mark.parametrize("end", ["settle", "refund"])
async def test_the_end_erases_token_inputs_and_picture(store: Store, end: str) -> None:
    """When a swap ends, its row keeps nothing that is secret."""
    await store.run(admission.hold, a_swap(), NO_LIMITS, START)
    await store.run(swaps.start_sending, 1, START)
    await store.run(swaps.keep_picture, 1, PICTURE, START)
    if end == "settle":
        await store.run(swaps.settle, 1, START)
    else:
        await store.run(swaps.refund, 1, "Undeliverable", START)
    row = await store.run(the_row, 1)
    assert {row[name] for name in ("token", "source_url", "target_url", "prompt", "picture")} == {None}


async def test_rows_hold_the_same_types_on_both_engines(store: Store) -> None:
    """Numbers and their sums are ints, flags too, text is str, pictures are bytes, and nothing is None."""
    await store.run(admission.hold, a_swap(2**63 - 1), NO_LIMITS, START)
    await store.run(swaps.start_sending, 2**63 - 1, START)
    await store.run(swaps.keep_picture, 2**63 - 1, PICTURE, START)
    row = await store.run(the_row, 2**63 - 1)
    assert (row["id"], row["private"], row["picture"]) == (2**63 - 1, 0, PICTURE.data)
    assert {type(row[name]) for name in ("id", "private", "price_micros", "daily_used", "held_at")} == {int}
    assert (type(row["picture"]), type(row["token"]), row["ended_at"]) == (bytes, str, None)
    total = await store.run(lambda db: db.row("SELECT SUM(price_micros) AS total FROM swaps"))
    assert type(total["total"]) is int


async def test_an_interaction_is_held_once(store: Store) -> None:
    """The same interaction id does nothing the second time, whatever became of the first."""
    await store.run(admission.hold, a_swap(), NO_LIMITS, START)
    with pytest.raises(AlreadyHandled):
        await store.run(admission.hold, a_swap(), NO_LIMITS, START)
    await store.run(swaps.refund, 1, "X", START)
    with pytest.raises(AlreadyHandled):
        await store.run(admission.hold, a_swap(), NO_LIMITS, START)


@pytest.mark.parametrize(
    ("limits", "elsewhere", "limit"),
    [
        (replace(NO_LIMITS, daily=2), {"user_id": 301}, Limit.MEMBER_DAILY),
        (replace(NO_LIMITS, at_once=2), {"user_id": 301}, Limit.AT_ONCE),
        (replace(NO_LIMITS, cooldown_seconds=5), {"user_id": 301}, Limit.COOLDOWN),
        (replace(NO_LIMITS, server_daily_micros=2 * PRICE), {"guild_id": 101}, Limit.SERVER_DAILY_BUDGET),
        (replace(NO_LIMITS, server_monthly_micros=2 * PRICE), {"guild_id": 101}, Limit.SERVER_MONTHLY_BUDGET),
        (replace(NO_LIMITS, bot_daily_micros=2 * PRICE), None, Limit.BOT_DAILY_BUDGET),
    ],
)
async def test_a_limit_counts_just_what_it_is_for(
    store: Store, limits: Limits, elsewhere: dict[str, int] | None, limit: Limit
) -> None:
    """The third swap passes a limit of two; another member's or server's does not; a refund frees it."""
    await store.run(admission.hold, a_swap(1), NO_LIMITS, START)
    await store.run(admission.hold, a_swap(2), NO_LIMITS, START)
    with pytest.raises(LimitReached) as caught:
        await store.run(admission.hold, a_swap(3), limits, START)
    assert caught.value.limit is limit
    if elsewhere is not None:
        await store.run(admission.hold, a_swap(4, **elsewhere), limits, START)
    await store.run(swaps.refund, 1, "X", START)
    later = START + timedelta(seconds=5)
    await store.run(admission.hold, a_swap(5, **(elsewhere or {})), NO_LIMITS, later - timedelta(seconds=5))
    if elsewhere is None:
        await store.run(swaps.refund, 5, "X", START)
    await store.run(admission.hold, a_swap(6), limits, later)


@pytest.mark.parametrize(
    ("limits", "when"),
    [
        (replace(NO_LIMITS, daily=1), timedelta(hours=24)),
        (replace(NO_LIMITS, server_daily_micros=PRICE), timedelta(hours=12)),
        (replace(NO_LIMITS, bot_daily_micros=PRICE), timedelta(hours=12)),
        (replace(NO_LIMITS, server_monthly_micros=PRICE), timedelta(days=14, hours=12)),
    ],
)
async def test_delivered_swaps_count_until_the_reset(store: Store, limits: Limits, when: timedelta) -> None:
    """A delivered swap counts until exactly the moment that the refusal names."""
    await store.run(admission.hold, a_swap(1), limits, START)
    await store.run(swaps.start_sending, 1, START)
    await store.run(swaps.keep_picture, 1, PICTURE, START)
    await store.run(swaps.settle, 1, START)
    with pytest.raises(LimitReached) as caught:
        await store.run(admission.hold, a_swap(2), limits, START + when - timedelta(milliseconds=1))
    assert caught.value.resets_at == START + when
    await store.run(admission.hold, a_swap(2), limits, START + when)


RACES: dict[str, tuple[Limits, dict[str, int]]] = {
    "one server's budget": (replace(NO_LIMITS, server_daily_micros=5 * PRICE), {"user_id": 1}),
    "the whole bot's budget": (
        replace(NO_LIMITS, bot_daily_micros=5 * PRICE),
        {"user_id": 1, "guild_id": 1, "channel_id": 1},
    ),
    "the whole bot's budget in direct messages": (
        replace(NO_LIMITS, bot_daily_micros=5 * PRICE),
        {"user_id": 1, "guild_id": 0},
    ),
    "one member's allowance": (replace(NO_LIMITS, daily=5), {}),
    "one person's allowance in direct messages": (replace(NO_LIMITS, daily=5), {"guild_id": 0}),
    "one member's swaps at once": (replace(NO_LIMITS, at_once=5), {}),
}


@pytest.mark.parametrize("race", RACES)
async def test_racing_holds_never_pass_a_limit(store: Store, database: Database, race: str) -> None:
    """200 holds at once through two stores, against a limit of five: exactly five are admitted."""
    limits, spread = RACES[race]
    other = await opened(database)
    outcomes = await asyncio.gather(
        *(
            (store, other)[n % 2].run(
                admission.hold, a_swap(n, **{name: n * by for name, by in spread.items()}), limits, START
            )
            for n in range(1, 201)
        ),
        return_exceptions=True,
    )
    await other.close()
    assert outcomes.count(None) == 5
    assert sum(isinstance(outcome, LimitReached) for outcome in outcomes) == 195


async def test_racing_processes_never_pass_a_limit(empty_database: Database) -> None:
    """Two processes make a new database together; of their 200 holds exactly five are admitted."""
    racers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.racer", empty_database.url, str(first)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for first in (1, 1001)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert await racer.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(racer.communicate(b"go\n") for racer in racers))
    assert sum(int(output) for output, _ in answers) == 5


async def test_racing_ends_of_a_swap_have_one_winner(store: Store, database: Database) -> None:
    """Settle and refund of the same swaps at once, amid new holds: each ends once, the books stay right."""
    other = await opened(database)
    for n in range(1, 21):
        await store.run(admission.hold, a_swap(n, user_id=n % 3 + 1), NO_LIMITS, START)
        await store.run(swaps.start_sending, n, START)
        await store.run(swaps.keep_picture, n, PICTURE, START)
    ends = [
        *(store.run(swaps.settle, n, START) for n in range(1, 21)),
        *(other.run(swaps.refund, n, "X", START) for n in range(1, 21)),
    ]
    holds = [other.run(admission.hold, a_swap(n, user_id=n % 3 + 1), NO_LIMITS, START) for n in range(21, 41)]
    outcomes = await asyncio.gather(*ends, *holds)
    await other.close()
    assert outcomes.count(True) == 20
    assert outcomes.count(False) == 20


async def test_stores_that_open_at_once_make_the_schema_once(empty_database: Database) -> None:
    """Eight that start together on nothing all find the newest schema."""
    stores = await asyncio.gather(*(opened(empty_database) for _ in range(8)))
    for one in stores:
        assert await one.run(open_swaps) == []
        await one.close()


async def test_what_was_acknowledged_survives(store: Store, database: Database) -> None:
    """A second connection finds a made swap whole: its token, its request and its picture."""
    await store.run(admission.hold, a_swap(), NO_LIMITS, START)
    await store.run(swaps.start_sending, 1, START)
    await store.run(swaps.keep_picture, 1, PICTURE, START)
    other = await opened(database)
    assert await other.run(open_swaps) == [1]
    found = await other.run(swaps.load_open, 1)
    picture = await other.run(swaps.picture, 1)
    await other.close()
    assert found is not None
    assert (found.swap, found.state, found.request_id, found.made_at) == (
        a_swap(),
        "made",
        "request-1",
        START,
    )
    assert (found.kept, picture) == (swaps.Kept(len(PICTURE.data), PICTURE.seed), PICTURE.data)


async def test_a_cancelled_task_leaves_no_transaction_open(store: Store) -> None:
    """Tasks cancelled at random moments leave a store that works, and rows that are whole."""
    chance = random.Random(7)  # noqa: S311 - a seeded test, not a secret

    async def live(swap_id: int) -> None:
        await store.run(admission.hold, a_swap(swap_id, user_id=swap_id), NO_LIMITS, START)
        await store.run(swaps.start_sending, swap_id, START)
        await store.run(swaps.keep_picture, swap_id, PICTURE, START)
        await store.run(swaps.settle, swap_id, START)

    tasks = [asyncio.create_task(live(n)) for n in range(1, 60)]
    for _ in range(40):
        await asyncio.sleep(chance.random() / 1000)
        chance.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for swap_id in await store.run(open_swaps):
        assert await store.run(swaps.refund, swap_id, "Cancelled", START)
    await store.run(admission.hold, a_swap(99), NO_LIMITS, START)


async def test_a_failing_function_rolls_back(store: Store) -> None:
    """What a function wrote before it raised is not there afterwards."""

    def broken(db: Transaction) -> None:
        admission.hold(db, a_swap(), NO_LIMITS, START)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.run(broken)
    assert await store.run(open_swaps) == []


async def test_a_database_of_a_newer_bot_is_refused(database: Database) -> None:
    """An older bot says so in a sentence instead of guessing at a newer schema."""
    await (await opened(database)).close()
    database.execute("INSERT INTO migrations VALUES (999, 0)")
    with pytest.raises(StoreError, match="version 999"):
        await opened(database)


BROKEN: dict[str, str] = {
    "a member's spend is the sum of the member's entries": (
        "UPDATE accounts SET spent_micros = 1 WHERE user_id = 300"
    ),
    "a server's spend is the sum of its entries": "UPDATE accounts SET spent_micros = 1 WHERE user_id = 0",
    "a member's held amount is the sum of the prices of the member's open swaps": (
        "UPDATE accounts SET held_micros = 1 WHERE user_id = 300"
    ),
    "a server's held amount is the sum of the prices of its open swaps": (
        "UPDATE accounts SET held_micros = 1 WHERE user_id = 0"
    ),
    "an entry exists for each delivered swap, at its price": "DELETE FROM entries",
    "no entry exists for a swap that was not delivered": "UPDATE entries SET swap_id = 2",
    "every swap in a server has the server's account beside the member's": (
        "DELETE FROM accounts WHERE user_id = 0"
    ),
    "the whole bot's row is there to be locked, and keeps no totals": (
        "DELETE FROM accounts WHERE guild_id = 0"
    ),
    "no token, picture or input outlives its swap": "UPDATE swaps SET prompt = 'kept' WHERE id = 1",
    "what a swap was made from is forgotten where it was refunded, or its result removed": (
        "INSERT INTO inputs (swap_id, user_id, source, target, prompt, digest, source_hash, target_hash, "
        "kept_at) "
        "VALUES (3, 300, 'a', 'b', '', 'c', 1, 2, 0)"
    ),
    "no grant has been used more often than it has units": "UPDATE grants SET units = -1",
    "an extra swap is given back exactly where its swap was refunded": (
        "DELETE FROM grant_moves WHERE kind = 'give_back'"
    ),
    "no swap was admitted over the limits stored in its own row": (
        "UPDATE swaps SET daily_limit = 1, daily_used = 1 WHERE id = 1"
    ),
}


@pytest.mark.parametrize("name", list(audit.INVARIANTS))
async def test_each_audit_query_finds_what_it_is_for(database: Database, name: str) -> None:
    """Break one thing behind the constraints' back, and the audit names it."""
    store = await opened(database)
    await store.run(admission.hold, a_swap(1), NO_LIMITS, START)
    await store.run(swaps.start_sending, 1, START)
    await store.run(swaps.keep_picture, 1, PICTURE, START)
    await store.run(swaps.settle, 1, START)
    await store.run(admission.hold, a_swap(2), NO_LIMITS, START)
    await store.run(moderation.grant, Actor(7, 100, 1, START), 300, 1, None)
    await store.run(admission.hold, a_swap(3), replace(NO_LIMITS, daily=0), START)
    await store.run(swaps.refund, 3, "X", START)
    assert await store.run(audit.violations) == {}
    database.tamper(BROKEN[name])
    assert name in await store.run(audit.violations)
    await store.close()


@pytest.mark.parametrize("statement", [sql for sql in BROKEN.values() if "swaps SET" in sql])
async def test_constraints_refuse_what_the_audit_would_find(
    store: Store, database: Database, statement: str
) -> None:
    """Where a row alone shows the mistake, the database itself refuses it."""
    await store.run(admission.hold, a_swap(1), NO_LIMITS, START)
    await store.run(swaps.refund, 1, "X", START)
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
        database.execute(statement)
