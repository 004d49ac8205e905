"""What moderators set and grant, and what reports say of the books, on both engines."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import AlreadyHandled, StoreError
from bot.policy import Rules, Setting
from bot.store import admission, extras, moderation, reports, swaps
from bot.store.database import Store, Transaction, from_ms
from bot.store.extras import Extra
from bot.store.moderation import Actor, Change
from bot.store.reports import Delivered, Spent, Usage
from tests.stores import NO_LIMITS, PICTURE, PRICE, START, a_swap

GUILD, MEMBER, BOB = 100, 300, 301
REFUSED = (sqlite3.IntegrityError, StoreError)


@dataclass(frozen=True)
class Action:
    """One recorded action of a moderator."""

    interaction_id: int
    actor_id: int
    action: str
    detail: Mapping[str, object]
    at: datetime


def actions(db: Transaction, guild_id: int, limit: int) -> list[Action]:
    """The last actions of a server's moderators, newest first."""
    return [
        Action(
            row["interaction_id"],
            row["actor_id"],
            row["action"],
            json.loads(row["detail"]),
            from_ms(row["acted_at"]),
        )
        for row in db.rows(
            "SELECT interaction_id, actor_id, action, detail, acted_at FROM actions "
            "WHERE guild_id = :guild ORDER BY acted_at DESC, interaction_id DESC LIMIT :limit",
            guild=guild_id,
            limit=limit,
        )
    ]


def actor(interaction_id: int, at: datetime = START) -> Actor:
    """A moderator, by one interaction."""
    return Actor(interaction_id, GUILD, 999, at)


async def deliver(store: Store, swap_id: int, at: datetime = START, **changes: object) -> None:
    """Carry one swap to its end."""
    await store.run(admission.hold, a_swap(swap_id, **changes), NO_LIMITS, at)
    await store.run(swaps.start_sending, swap_id, at)
    await store.run(swaps.keep_picture, swap_id, PICTURE, at)
    assert await store.run(swaps.settle, swap_id, at)


CHANGES: dict[str, tuple[Change, Rules, Mapping[str, object]]] = {
    "numbers": (
        Change(limits={Setting.DAILY: 4, Setting.SERVER_DAILY: None}),
        Rules(limits={Setting.DAILY: 4, Setting.SERVER_DAILY: None}),
        {"daily": 4, "server_daily_micros": None},
    ),
    "big numbers": (
        Change(limits={Setting.SERVER_MONTHLY: 10**12}, log_channel_id=2**63 - 1),
        Rules(limits={Setting.SERVER_MONTHLY: 10**12}, log_channel_id=2**63 - 1),
        {"server_monthly_micros": 10**12, "log_channel_id": 2**63 - 1},
    ),
    "roles' allowances": (
        Change(role_daily={7: 20, 8: None}),
        Rules(role_daily={7: 20, 8: None}),
        {"role 7": 20, "role 8": None},
    ),
    "places": (
        Change(channels=frozenset({3, 1, 2}), roles=frozenset({5})),
        Rules(channels=frozenset({1, 2, 3}), roles=frozenset({5})),
        {"channels": [1, 2, 3], "roles": [5]},
    ),
    "switches": (
        Change(paused=True, age_restricted_only=True),
        Rules(paused=True, age_restricted_only=True),
        {"paused": True, "age_restricted_only": True},
    ),
    "log channel": (Change(log_channel_id=6), Rules(log_channel_id=6), {"log_channel_id": 6}),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_what_the_rules_say(store: Store, name: str) -> None:
    """What is changed is read back, recorded with who and what, and is no other server's."""
    change, rules, detail = CHANGES[name]
    assert await store.run(moderation.change_settings, actor(1), change) == rules
    assert await store.run(moderation.rules, GUILD, MEMBER) == rules
    assert await store.run(moderation.rules, GUILD + 1, MEMBER) == Rules()
    assert await store.run(moderation.rules, 0, MEMBER) == Rules()
    assert await store.run(actions, GUILD, 10) == [Action(1, 999, "settings", detail, START)]


async def test_what_a_change_does_not_name_stays(store: Store) -> None:
    """Every change in turn adds to the rules; taking each back leaves none."""
    for number, (change, _, _) in enumerate(CHANGES.values(), 1):
        await store.run(moderation.change_settings, actor(number), change)
    rules = await store.run(moderation.rules, GUILD, MEMBER)
    assert rules == Rules(
        limits={Setting.DAILY: 4, Setting.SERVER_DAILY: None, Setting.SERVER_MONTHLY: 10**12},
        role_daily={7: 20, 8: None},
        channels=frozenset({1, 2, 3}),
        roles=frozenset({5}),
        paused=True,
        age_restricted_only=True,
        log_channel_id=6,
    )
    back = Change(
        reset=frozenset(Setting),
        drop_roles=frozenset({7, 8}),
        channels=frozenset(),
        roles=frozenset(),
        paused=False,
        age_restricted_only=False,
        no_log_channel=True,
    )
    assert await store.run(moderation.change_settings, actor(20), back) == Rules()
    newest = (await store.run(actions, GUILD, 1))[0]
    assert newest.interaction_id == 20
    assert newest.detail == {
        **{str(setting): "default" for setting in Setting},
        "role 7": "server's",
        "role 8": "server's",
        "channels": [],
        "roles": [],
        "paused": False,
        "age_restricted_only": False,
        "log_channel_id": None,
    }


async def test_lists_are_replaced(store: Store) -> None:
    """A new list of channels takes the place of the old one, and leaves that of roles alone."""
    first = Change(channels=frozenset({1, 2}), roles=frozenset({5}))
    await store.run(moderation.change_settings, actor(1), first)
    rules = await store.run(moderation.change_settings, actor(2), Change(channels=frozenset({2, 3})))
    assert (rules.channels, rules.roles) == (frozenset({2, 3}), frozenset({5}))


async def test_an_interaction_acts_once(store: Store) -> None:
    """A replayed interaction changes nothing, whatever it asks for the second time."""
    await store.run(moderation.change_settings, actor(1), Change(paused=True))
    with pytest.raises(AlreadyHandled):
        await store.run(moderation.change_settings, actor(1), Change(paused=False))
    with pytest.raises(AlreadyHandled):
        await store.run(moderation.block, actor(1), MEMBER)
    with pytest.raises(AlreadyHandled):
        await store.run(moderation.unblock, actor(1), MEMBER)
    with pytest.raises(AlreadyHandled):
        await store.run(moderation.grant, actor(1), MEMBER, 5, None)
    assert await store.run(moderation.rules, GUILD, MEMBER) == Rules(paused=True)
    assert await store.run(extras.extras, GUILD, MEMBER, START) == []
    assert len(await store.run(actions, GUILD, 10)) == 1


async def test_blocking_is_for_one_member_of_one_server(store: Store) -> None:
    """Block and unblock tell whether they changed anything, and each is recorded."""
    assert await store.run(moderation.block, actor(1), MEMBER)
    assert not await store.run(moderation.block, actor(2), MEMBER)
    assert (await store.run(moderation.rules, GUILD, MEMBER)).blocked
    assert not (await store.run(moderation.rules, GUILD, BOB)).blocked
    assert not (await store.run(moderation.rules, GUILD + 1, MEMBER)).blocked
    assert await store.run(moderation.unblock, actor(3), MEMBER)
    assert not await store.run(moderation.unblock, actor(4), MEMBER)
    assert not (await store.run(moderation.rules, GUILD, MEMBER)).blocked
    recorded = await store.run(actions, GUILD, 3)
    assert [(one.interaction_id, one.action) for one in recorded] == [
        (4, "unblock"),
        (3, "unblock"),
        (2, "block"),
    ]


@pytest.mark.parametrize("units", [0, -1, 1001])
async def test_a_grant_has_bounds(store: Store, units: int) -> None:
    """Units out of bounds are refused by the database, and no action remains."""
    with pytest.raises(REFUSED):
        await store.run(moderation.grant, actor(1), MEMBER, units, None)
    assert await store.run(actions, GUILD, 10) == []


async def test_extras_are_what_grants_left(store: Store) -> None:
    """Soonest expiry first; uses count until they are given back; what expired is gone."""
    days = timedelta(days=1)
    for key, units, ends in ((1, 3, None), (2, 1, START + 2 * days), (3, 2, START + days)):
        await store.run(moderation.grant, actor(key), MEMBER, units, ends)
    soonest, later, endless = Extra(3, 2, START + days), Extra(2, 1, START + 2 * days), Extra(1, 3, None)
    assert await store.run(extras.extras, GUILD, MEMBER, START) == [soonest, later, endless]
    assert await store.run(extras.extras, GUILD, BOB, START) == []
    assert await store.run(extras.extras, GUILD + 1, MEMBER, START) == []
    for swap_id in (11, 12):
        await store.run(admission.hold, a_swap(swap_id), NO_LIMITS, START)
        await store.run(extras.use_extra, 3, swap_id, START)
    assert await store.run(extras.extras, GUILD, MEMBER, START) == [later, endless]
    await store.run(swaps.refund, 11, "X", START)
    await store.run(extras.give_back, 99, START)
    left = await store.run(extras.extras, GUILD, MEMBER, START)
    assert left == [Extra(3, 1, START + days), later, endless]
    almost = START + days - timedelta(milliseconds=1)
    assert await store.run(extras.extras, GUILD, MEMBER, almost) == left
    assert await store.run(extras.extras, GUILD, MEMBER, START + days) == [later, endless]


async def test_a_unit_is_given_back_once(store: Store) -> None:
    """A second give-back of the same swap is refused by the database."""
    await store.run(moderation.grant, actor(1), MEMBER, 1, None)
    await store.run(admission.hold, a_swap(11), NO_LIMITS, START)
    await store.run(extras.use_extra, 1, 11, START)
    await store.run(swaps.refund, 11, "X", START)
    with pytest.raises(REFUSED):
        await store.run(extras.give_back, 11, START)
    assert await store.run(extras.extras, GUILD, MEMBER, START) == [Extra(1, 1, None)]


async def test_a_statement_counts_by_place_and_time(store: Store) -> None:
    """Here and elsewhere, today, this month and ever; refunds count nowhere, open swaps always."""
    for swap_id, at, guild in (
        (1, START - timedelta(days=40), GUILD),
        (2, START - timedelta(days=2), GUILD),
        (3, START - timedelta(hours=20), GUILD),
        (4, START, GUILD),
        (5, START, 101),
        (6, START, 0),
    ):
        await deliver(store, swap_id, at, guild_id=guild)
    await deliver(store, 7, user_id=BOB)
    await store.run(admission.hold, a_swap(8), NO_LIMITS, START - timedelta(hours=30))
    await store.run(admission.hold, a_swap(9), NO_LIMITS, START)
    await store.run(swaps.refund, 9, "X", START)
    here = await store.run(reports.statement, GUILD, MEMBER, START)
    assert here == reports.Statement(
        recent=(START, START - timedelta(hours=20), START - timedelta(hours=30)),
        here=Spent(today=PRICE, month=3 * PRICE, ever=4 * PRICE),
        everywhere=Spent(today=3 * PRICE, month=5 * PRICE, ever=6 * PRICE),
    )
    directly = await store.run(reports.statement, 0, MEMBER, START)
    assert directly.here == Spent(PRICE, PRICE, PRICE)
    assert directly.everywhere == here.everywhere
    nobody = await store.run(reports.statement, GUILD, 12345, START)
    assert nobody == reports.Statement((), Spent(0, 0, 0), Spent(0, 0, 0))


async def test_a_statement_forgets_a_swap_after_24_hours_exactly(store: Store) -> None:
    """The window is the same one that admission counts in: open at its old end."""
    await deliver(store, 1)
    for after, count in ((timedelta(hours=24, milliseconds=-1), 1), (timedelta(hours=24), 0)):
        statement = await store.run(reports.statement, GUILD, MEMBER, START + after)
        assert len(statement.recent) == count


def show_where(db: Transaction) -> None:
    """Note a message for every swap."""
    db.execute("UPDATE swaps SET message_id = id + 1000")


async def test_a_history_is_paged_newest_first(store: Store) -> None:
    """Every delivered swap of the member in all places, once; where only the member saw it, no message."""
    for number in range(1, 6):
        at = START + timedelta(minutes=number)
        await deliver(store, number, at, private=number == 2, guild_id=0 if number == 3 else GUILD)
    await deliver(store, 6, user_id=BOB)
    await store.run(admission.hold, a_swap(7), NO_LIMITS, START)
    await store.run(show_where)
    pages = [await store.run(reports.history, MEMBER, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [[row.swap_id for row in page] for page in pages] == [[5, 4], [3, 2], [1], []]
    assert pages[0][0] == Delivered(5, GUILD, 200, 1005, PRICE, START + timedelta(minutes=5))
    assert pages[1][0].guild_id == 0
    assert [row.message_id for page in pages for row in page] == [1005, 1004, 1003, None, 1001]
    assert await store.run(reports.delivered_count, MEMBER) == 5
    assert await store.run(reports.delivered_count, 12345) == 0


async def test_usage_is_a_servers_own_in_a_period(store: Store) -> None:
    """From its start and before its end, biggest spender first, by day; other servers are left out."""
    since = datetime(2026, 5, 10, tzinfo=UTC)
    day = timedelta(days=1)
    for swap_id, at, user in (
        (1, since - timedelta(milliseconds=1), MEMBER),
        (2, since, MEMBER),
        (3, since + day - timedelta(milliseconds=1), BOB),
        (4, since + 2 * day, BOB),
        (5, since + 3 * day, BOB),
    ):
        await deliver(store, swap_id, at, user_id=user)
    await deliver(store, 6, since + day, guild_id=101)
    await deliver(store, 7, since + day, user_id=302, price_micros=0)
    period = (GUILD, since, since + 3 * day)
    assert await store.run(reports.usage, *period) == [
        Usage(BOB, 2, 2 * PRICE),
        Usage(MEMBER, 1, PRICE),
        Usage(302, 1, 0),
    ]
    assert await store.run(reports.usage_by_day, *period) == {0: 2, 1: 1, 2: 1}
    assert await store.run(reports.usage, GUILD + 5, since, since + day) == []
    assert await store.run(reports.usage_by_day, GUILD + 5, since, since + day) == {}


async def test_the_ledger_is_read_in_pieces(store: Store) -> None:
    """Each entry once, oldest first, from wherever the last piece ended, with what the API reported."""
    for number in range(1, 6):
        await deliver(store, number, START + timedelta(minutes=number))
    read: list[reports.Entry] = []
    while piece := await store.run(reports.entries_after, read[-1].id if read else 0, 2):
        read += piece
    assert [entry.swap_id for entry in read] == [1, 2, 3, 4, 5]
    last = read[-1]
    assert (last.guild_id, last.user_id, last.amount_micros) == (GUILD, MEMBER, PRICE)
    assert (last.reported_cost_micros, last.posted_at) == (50_000, START + timedelta(minutes=5))
