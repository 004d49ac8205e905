"""What is old goes, in small parts; what the books need stays; a server that was left is forgotten."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import exports, privacy
from bot.errors import AlreadyHandled
from bot.store import admission, audit, cases, departures, export, extras, moderation, retention, swaps
from bot.store.database import Store, Transaction
from tests.privacy_world import GUILD, MEMBER, MODERATOR, OTHER, REPORTER, by, delivered, fill, report
from tests.stores import NO_LIMITS, START, a_swap

DAY = timedelta(days=1)
KEEP = 30 * DAY

Purge = Callable[[Transaction, datetime], int]


async def count(store: Store, what: str) -> int:
    """How many rows there are of a table, or of a condition on it."""
    statement: Any = f"SELECT COUNT(*) AS rows FROM {what}"  # noqa: S608 - a test's own literal
    return (await store.run(lambda db: db.row(statement)))["rows"]


@pytest.mark.parametrize(
    ("purge", "what", "before", "after"),
    [
        (retention.inputs, "inputs", 4, 0),
        (retention.details, "swaps WHERE channel_id <> 0 OR message_id IS NOT NULL", 7, 0),
        (retention.cases, "cases", 3, 0),
        (retention.cases, "reports", 3, 0),
        (retention.grants, "grants WHERE expires_at IS NOT NULL", 1, 0),
        (retention.grants, "grants", 2, 1),
        (retention.actions, "actions", 8, 2),
        (retention.actions, "actions WHERE actor_id <> 1 OR detail <> '{}'", 8, 0),
    ],
)
async def test_what_is_old_goes(store: Store, purge: Purge, what: str, before: int, after: int) -> None:
    """Nothing a moment before its time, all of it at its time, and again nothing."""
    await store.run(fill, START)
    assert await count(store, what) == before
    assert await store.run(purge, START - timedelta(milliseconds=1)) == 0
    assert await count(store, what) == before
    assert await store.run(purge, START + 2 * DAY) > 0
    assert await count(store, what) == after
    assert await store.run(purge, START + 2 * DAY) == 0


async def test_the_ledger_outlives_the_details(store: Store) -> None:
    """After every purge the entries, sums and states are what they were, and extra swaps can be used."""
    await store.run(fill, START)
    entries = await store.run(lambda db: db.rows("SELECT * FROM entries ORDER BY id"))
    for purge in retention.PURGES:
        await store.run(purge, START + 40 * DAY)
    assert await store.run(lambda db: db.rows("SELECT * FROM entries ORDER BY id")) == entries
    (left,) = await store.run(extras.extras, GUILD, MEMBER, START + 40 * DAY)
    assert left.left == 1


async def test_what_is_blocked_outlives_its_case(store: Store) -> None:
    """A confirmed case goes with who reported it; its hashes stay."""
    await store.run(fill, START)
    blocked = await count(store, "blocked_pictures")
    await store.run(retention.cases, START + DAY)
    assert await count(store, "blocked_pictures") == blocked > 0


async def test_an_open_case_does_not_go(store: Store) -> None:
    """However old: it is decided first."""
    await store.run(delivered, 1, START)
    await store.run(report, 1, REPORTER, START)
    assert await store.run(retention.cases, START + 100 * DAY) == 0


async def test_reporters_go_with_their_last_report(store: Store) -> None:
    """Whoever is barred stays so; everybody else's row is there for as long as a report is."""
    await store.run(fill, START)
    await store.run(retention.reporters, START)
    assert await count(store, "reporters") == 2
    await store.run(retention.cases, START + DAY)
    await store.run(retention.reporters, START)
    (left,) = await store.run(lambda db: db.rows("SELECT user_id FROM reporters"))
    assert left["user_id"] == MEMBER


async def test_nothing_takes_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction takes its share of the oldest, and leaves the rest for the next one."""
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(1, 6):
        await store.run(delivered, number, START + number * timedelta(minutes=1))
    for purge in (retention.inputs, retention.details):
        assert [await store.run(purge, START + DAY) for _ in range(4)] == [2, 2, 1, 0]


async def test_a_grant_that_an_open_swap_uses_stays(store: Store) -> None:
    """What a refund has to give back to is there, however old the grant is."""
    await store.run(moderation.grant, by(MODERATOR, START), MEMBER, 1, None)
    (grant,) = await store.run(extras.extras, GUILD, MEMBER, START)
    await store.run(admission.hold, a_swap(1, user_id=MEMBER, guild_id=GUILD), NO_LIMITS, START + 2 * DAY)
    await store.run(extras.use_extra, grant.grant_id, 1, START + 2 * DAY)
    assert await store.run(retention.grants, START + DAY) == 0
    assert await store.run(swaps.refund, 1, "X", START + 2 * DAY)
    assert await store.run(extras.extras, GUILD, MEMBER, START + 3 * DAY) == [grant]


async def test_a_grant_that_is_used_up_goes(store: Store) -> None:
    """To its last unit, and long enough ago; one unit short of that it stays."""
    await store.run(moderation.grant, by(MODERATOR, START), MEMBER, 2, None)
    (grant,) = await store.run(extras.extras, GUILD, MEMBER, START)
    for swap_id, left in ((1, 1), (2, 0)):
        await store.run(delivered, swap_id, START)
        await store.run(extras.use_extra, grant.grant_id, swap_id, START)
        await store.run(retention.grants, START)
        assert await count(store, "grants") == left


async def test_the_chores_wait_as_long_as_is_set(store: Store) -> None:
    """Old details and a left server's data are there until the retention is over, and then are not."""
    await store.run(fill, START)
    await store.run(departures.leave, GUILD, START)
    for now, some in ((START + KEEP - timedelta(milliseconds=1), True), (START + KEEP, False)):
        for chore in privacy.chores(KEEP):
            while await store.run(chore.run, now):
                pass
        for what in ("inputs", "cases", "settings", "left_servers", "swaps WHERE channel_id <> 0"):
            assert (await count(store, what) > 0) is some, what


async def clear_out(store: Store, now: datetime) -> None:
    """Run the chore of left servers until it finds none."""
    while await store.run(departures.clear_out, now - KEEP, now):
        pass


async def test_a_server_that_was_left_is_forgotten(store: Store) -> None:
    """Its open swaps are named at once; after the retention nothing is left but anonymous books."""
    await store.run(fill, START)
    await store.run(admission.hold, a_swap(8, user_id=OTHER, guild_id=GUILD), NO_LIMITS, START)
    assert await store.run(departures.leave, GUILD, START) == [8]
    await store.run(swaps.refund, 8, "LeftServer", START)
    await clear_out(store, START + KEEP - timedelta(milliseconds=1))
    assert await count(store, "settings") > 0
    await clear_out(store, START + KEEP)
    for table in (
        "settings",
        "role_allowances",
        "allowed",
        "blocked_members",
        "actions",
        "grants",
        "grant_moves",
        "cases",
        "reports",
        "reporters",
        "blocked_pictures",
        "left_servers",
    ):
        assert await count(store, f"{table}") == 0, table
    accounts = await store.run(
        lambda db: db.rows("SELECT guild_id, user_id FROM accounts ORDER BY guild_id, user_id")
    )
    assert [tuple(row.values()) for row in accounts] == [(0, 0), (0, MEMBER), (GUILD, 0), (GUILD, 1)]
    assert await store.run(departures.missing, []) == []


async def test_coming_back_stops_the_clock(store: Store) -> None:
    """Whether the bot is told of it, or finds itself there when it is ready."""
    await store.run(fill, START)
    for told in (True, False):
        await store.run(departures.leave, GUILD, START)
        if told:
            await store.run(departures.rejoin, GUILD)
        else:
            assert await store.run(departures.missing, [GUILD]) == []
        await clear_out(store, START + 2 * KEEP)
        assert await count(store, "settings") > 0


async def test_a_second_notice_does_not_start_the_clock_again(store: Store) -> None:
    """The bot finds at each start that it is not there; the time since the first counts."""
    await store.run(fill, START)
    await store.run(departures.leave, GUILD, START)
    await store.run(departures.leave, GUILD, START + KEEP - DAY)
    await clear_out(store, START + KEEP)
    assert await count(store, "settings") == 0


async def test_servers_with_data_are_missed(store: Store) -> None:
    """A server where the bot is no more counts as left if anything is known of it, direct messages never."""
    await store.run(fill, START)
    await store.run(delivered, 90, START, guild_id=GUILD + 1)
    await store.run(moderation.block, moderation.Actor(91, GUILD + 2, MODERATOR, START), MEMBER)
    assert await store.run(departures.missing, [GUILD]) == [GUILD + 1, GUILD + 2]


async def test_a_shard_misses_its_own_servers(store: Store) -> None:
    """What other shards see, it can neither miss nor find again."""
    guilds = [(number << 22) + number % 2 for number in range(1, 12)]
    for number, guild_id in enumerate(guilds):
        actor = moderation.Actor(number + 1, guild_id, MODERATOR, START)
        await store.run(moderation.block, actor, MEMBER)
        await store.run(departures.leave, guild_id, START)
    for count, shard in ((1, 0), (3, 0), (3, 2), (16, 5)):
        mine = [guild_id for guild_id in guilds if (guild_id >> 22) % count == shard]
        assert await store.run(departures.missing, [], shard, count) == mine
    # One of a shard is there again.
    assert guilds[2] not in await store.run(departures.missing, guilds, 0, 3)
    left = await store.run(
        lambda db: {row["guild_id"] for row in db.rows("SELECT guild_id FROM left_servers")}
    )
    assert left == {guild_id for guild_id in guilds if (guild_id >> 22) % 3 != 0}


async def test_a_server_with_an_open_case_waits(store: Store) -> None:
    """The case is decided first, by the clock; another server does not wait for it."""
    await store.run(delivered, 1, START)
    await store.run(delivered, 2, START, guild_id=GUILD + 1)
    await store.run(departures.leave, GUILD, START)
    await store.run(departures.leave, GUILD + 1, START)
    await store.run(report, 1, REPORTER, START + KEEP)
    await clear_out(store, START + KEEP + DAY)
    assert await count(store, f"accounts WHERE guild_id = {GUILD} AND user_id = {MEMBER}") == 1
    assert await count(store, f"accounts WHERE guild_id = {GUILD + 1} AND user_id = {MEMBER}") == 0
    await store.run(cases.expire, START + KEEP + 2 * DAY)
    await clear_out(store, START + KEEP + 2 * DAY)
    assert await count(store, f"accounts WHERE user_id = {MEMBER}") == 0


async def test_a_server_is_told_what_is_kept_for_it(store: Store) -> None:
    """Every section is filled; nobody who reported, no other server, no picture and no prompt is."""
    await store.run(fill, START)
    await store.run(moderation.block, moderation.Actor(91, GUILD + 2, MODERATOR, START), 55_555_555)
    text = (await exports.of_server(store, GUILD, START)).decode()
    document: dict[str, Any] = json.loads(text)
    assert document.keys() == {"server_id", "made_at", *export.SERVER}
    assert [section for section in export.SERVER if not document[section]] == []
    for secret in (REPORTER, 55_555_555, "cdn.discordapp", "secret wish", "a note"):
        assert str(secret) not in text


async def test_an_owner_deletes_what_the_server_set(store: Store) -> None:
    """Settings, blocks, decided cases and past acts go once; the ledger, grants and blocked pictures stay."""
    await store.run(fill, START)
    case = await store.run(report, 2, REPORTER, START)
    kept = {what: await count(store, what) for what in ("entries", "grants", "blocked_pictures", "swaps")}
    actor = by(MODERATOR, START)
    await store.run(departures.delete_settings, actor)
    for what in ("settings", "role_allowances", "allowed", "blocked_members"):
        assert await count(store, what) == 0, what
    assert {what: await count(store, what) for what in kept} == kept
    assert [one.id for one in await store.run(cases.undecided, GUILD)] == [case]
    assert await count(store, "cases") == 1
    assert await count(store, "actions WHERE actor_id <> 1") == 1
    with pytest.raises(AlreadyHandled):
        await store.run(departures.delete_settings, actor)
    assert await store.run(audit.violations) == {}
