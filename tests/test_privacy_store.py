"""Privacy in the store: all of a member is told, all of it goes, the books still balance, limits hold."""

import asyncio
import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import exports, privacy
from bot.errors import AlreadyHandled, LimitReached
from bot.store import admission, audit, erasure, export, filing, retention, swaps
from bot.store.cases import Reason, Report
from bot.store.database import Store, Transaction
from bot.store.moderation import Actor
from bot.store.sqlite import open_in_memory
from bot.trust_errors import ReporterBarred
from tests.databases import PostgresDatabase, opened
from tests.privacy_world import GUILD, MEMBER, MODERATOR, OTHER, REPORTER, delivered, fill, report
from tests.stores import NO_LIMITS, PICTURE, PRICE, START, a_swap

DAY = timedelta(days=1)

MEMBERS = {
    "accounts.user_id": "accounts",
    "actions.actor_id": "recorded_acts_of_yours",
    "actions.detail": "acts_of_moderators_on_you",
    "blocked_members.user_id": "blocks_of_you",
    "cases.decided_by": "the server's: told to its owner, deleted with the case",
    "consent_requests.asker_id": "your_requests_to_others",
    "consent_requests.owner_id": "requests_to_you",
    "consents.asker_id": "what others answer is theirs to know: it goes with `always`, and `never` stays",
    "consents.owner_id": "your_answers_to_others",
    "entries.user_id": "swaps",
    "erasures.user_id": "being_forgotten",
    "faces.user_id": "saved_faces",
    "forms.user_id": "open_forms",
    "grants.user_id": "grants",
    "inputs.user_id": "inputs",
    "opted_out.user_id": "opted_out",
    "reporters.user_id": "right_to_report",
    "reports.reporter_id": "your_reports",
    "swaps.subject_id": "swaps_with_your_avatar",
    "swaps.user_id": "swaps",
}
"""Where a member's id stands: the section of the export that tells it, or the reason why none does."""

NOT_MEMBERS = {
    "answered_by",  # an interaction
    "application_id",
    "case_id",
    "channel_id",
    "grant_id",
    "guild_id",
    "interaction_id",
    "log_channel_id",
    "log_message_id",
    "message_id",
    "pressed_by",  # an interaction
    "request_id",  # the API's
    "role_id",
    "swap_id",
    "sent_by",  # an interaction
    "target_id",  # a channel or a role
}
"""Names of columns with ids of something else."""

KEPT = {
    "blocked_members.user_id",  # until moderators lift it
    "consents.asker_id",  # another member's `never`
    "consents.owner_id",  # the member's own `never`
    "consent_requests.asker_id",  # a day, by the chore of requests
    "consent_requests.owner_id",
    "opted_out.user_id",  # until the member opts in
    "reporters.user_id",  # where moderators barred the member
}
"""What outlives everything else of a forgotten member."""


def schema() -> Iterator[tuple[str, str, str]]:
    """Table, column and type of all that a fully migrated store holds."""
    with closing(open_in_memory()) as connection:
        for table in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in connection.execute(f"PRAGMA table_info({table['name']})").fetchall():
                yield table["name"], column["name"], column["type"]


def test_every_id_in_the_schema_is_known() -> None:
    """Whoever adds a column with an id says whether it is a member's, and where members are told of it."""
    ids = {
        f"{table}.{column}"
        for table, column, _ in schema()
        if column.endswith(("_id", "_by")) and column not in NOT_MEMBERS
    }
    assert ids | {"actions.detail"} == MEMBERS.keys()
    sections = {where for where in MEMBERS.values() if " " not in where}
    assert sections <= export.MEMBER.keys()


def test_pictures_are_stored_in_two_cases_only() -> None:
    """Bytes: a result that is made and not delivered, a reported picture, and the store's own keys."""
    blobs = {(table, column) for table, column, kind in schema() if kind == "BLOB"}
    assert blobs == {("swaps", "picture"), ("cases", "picture"), ("store_keys", "value")}


async def everywhere(store: Store, number: int) -> set[str]:
    """The columns of all tables in which this number stands, alone or in a text."""
    columns = [(table, column) for table, column, kind in schema() if kind != "BLOB"]

    def look(db: Transaction) -> set[str]:
        found: set[str] = set()
        for table, column in columns:
            sql: Any = f"SELECT 1 FROM {table} WHERE CAST({column} AS TEXT) LIKE :number"  # noqa: S608 - the schema's own names
            if not table.startswith("sqlite_") and db.rows(sql, number=f"%{number}%"):
                found.add(f"{table}.{column}")
        return found

    return await store.run(look)


async def purge(store: Store, until: datetime, now: datetime) -> None:
    """Run every chore of privacy until it finds nothing."""
    for one in retention.PURGES:
        while await store.run(one, until):
            pass
    while await store.run(erasure.due, now):
        pass


async def forget(store: Store, user_id: int, now: datetime, pressed: int = 1) -> None:
    """Confirm that a member is to be forgotten."""
    await store.run(erasure.begin, user_id, pressed, now)
    await privacy.forget(store, user_id, now)


async def test_the_world_of_these_tests_is_whole(store: Store) -> None:
    """The member is in every column that can hold one, or the tests below would pass over it."""
    await store.run(fill, START)
    await store.run(erasure.begin, MEMBER, 1, START)
    assert await everywhere(store, MEMBER) == MEMBERS.keys()


async def test_a_member_is_told_everything_but_secrets_and_others(store: Store) -> None:
    """One JSON file with every section filled, times in ISO 8601, ids as text, and nobody else in it."""
    await store.run(fill, START)
    await store.run(erasure.begin, MEMBER, 1, START)
    text = (await exports.of_member(store, MEMBER, START)).decode()
    document: dict[str, Any] = json.loads(text)
    assert document.keys() == {"member_id", "made_at", *export.MEMBER}
    assert [section for section in export.MEMBER if not document[section]] == []
    assert document["member_id"] == str(MEMBER)
    assert document["swaps"][0]["held_at"] == START.isoformat(timespec="milliseconds")
    assert document["swaps"][0]["server_id"] == str(GUILD)
    assert document["inputs"][0]["prompt"] == "a secret wish"
    for secret in (OTHER, REPORTER, MODERATOR, "interaction-token", "signature", "picture bytes"):
        assert str(secret) not in text


async def test_another_member_is_told_nothing_of_this_one(store: Store) -> None:
    """Whose swap was reported, who asked and who blocked stays out of everybody else's file."""
    await store.run(fill, START)
    for other in (OTHER, REPORTER, MODERATOR):
        assert str(MEMBER) not in (await exports.of_member(store, other, START)).decode()


async def test_a_long_history_is_told_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit one page of rows is read on to its end, each row once."""
    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(1, 6):
        await store.run(delivered, number, START)
    document = json.loads(await exports.of_member(store, MEMBER, START))
    assert [swap["swap_id"] for swap in document["swaps"]] == ["1", "2", "3", "4", "5"]
    assert len(document["inputs"]) == 5


async def test_a_forgotten_member_is_nowhere_but_where_it_is_said(store: Store) -> None:
    """At once what need not wait, a day later the ledger, after the retention the rest; sums stay."""
    await store.run(fill, START)
    before = await sums(store)
    await forget(store, MEMBER, START)
    assert (
        await everywhere(store, MEMBER)
        & {
            "inputs.user_id",
            "faces.user_id",
            "forms.user_id",
            "grants.user_id",
        }
        == set()
    )
    await purge(store, START - 30 * DAY, START + DAY - timedelta(minutes=1))
    assert "swaps.user_id" in await everywhere(store, MEMBER)
    await purge(store, START - 30 * DAY, START + DAY)
    left = await everywhere(store, MEMBER)
    assert left == KEPT | {
        "actions.actor_id",
        "actions.detail",
        "cases.decided_by",
        "reports.reporter_id",
        "erasures.user_id",
    }
    await purge(store, START + DAY, START + 2 * DAY)
    assert await everywhere(store, MEMBER) == KEPT
    assert await sums(store) == before
    assert await store.run(audit.violations) == {}


async def test_permissions_and_reports_go_at_once(store: Store) -> None:
    """*Never* stays and *always* goes, an own request is withdrawn, a confirmed report is nobody's."""
    await store.run(fill, START)
    await store.run(filing.bar, Actor(1, GUILD + 1, MODERATOR, START), MEMBER)
    await store.run(filing.unbar, Actor(2, GUILD + 1, MODERATOR, START), MEMBER)
    await store.run(
        lambda db: db.execute("DELETE FROM reports WHERE case_id IN (SELECT id FROM cases WHERE swap_id = 7)")
    )
    await store.run(lambda db: db.execute("UPDATE reporters SET barred_at = NULL"))
    await forget(store, MEMBER, START)
    consents = await rows(store, "SELECT owner_id, asker_id, answer FROM consents ORDER BY asker_id")
    assert [tuple(row.values()) for row in consents] == [(MEMBER, 21, "never"), (23, MEMBER, "never")]
    requests = await rows(store, "SELECT id, state, source FROM consent_requests ORDER BY id")
    assert [(row["id"], row["state"]) for row in requests] == [(31, "withdrawn"), (32, "open")]
    assert requests[0]["source"] is None
    assert {"reports.reporter_id", "reporters.user_id"}.isdisjoint(await everywhere(store, MEMBER))
    assert len(await rows(store, "SELECT 1 FROM reports WHERE reporter_id < 0 AND note = ''")) == 1


async def sums(store: Store) -> Mapping[str, object]:
    """What the books add up to, whoever it was."""
    return await store.run(
        lambda db: db.row(
            "SELECT (SELECT SUM(amount_micros) FROM entries) AS entries, "
            "(SELECT SUM(spent_micros) FROM accounts WHERE user_id <> 0) AS members, "
            "(SELECT SUM(spent_micros) FROM accounts WHERE user_id = 0) AS servers, "
            "(SELECT COUNT(*) FROM swaps) AS swaps"
        )
    )


async def test_being_forgotten_lifts_no_limit(store: Store) -> None:
    """For 24 hours the allowance counts what it would have counted; then the day is new."""
    limits = replace(NO_LIMITS, daily=1)
    await store.run(delivered, 1, START)
    await forget(store, MEMBER, START + timedelta(hours=1))
    late = START + DAY - timedelta(seconds=1)
    await purge(store, START - DAY, late)
    with pytest.raises(LimitReached):
        await store.run(admission.hold, a_swap(2, user_id=MEMBER, guild_id=GUILD), limits, late)
    await store.run(admission.hold, a_swap(3, user_id=MEMBER, guild_id=GUILD), limits, START + DAY)


async def test_a_barred_reporter_stays_barred(store: Store) -> None:
    """A bar outlives everything else of the member."""
    await store.run(fill, START)
    await forget(store, MEMBER, START)
    await purge(store, START + 30 * DAY, START + 31 * DAY)
    with pytest.raises(ReporterBarred):
        await store.run(report, 2, MEMBER, START + 31 * DAY)


async def test_who_reported_a_restored_picture_may_not_do_so_again(store: Store) -> None:
    """A report of a restored picture stays known until the case is deleted, without its words."""
    await store.run(fill, START)
    await store.run(lambda db: db.execute("UPDATE reporters SET barred_at = NULL"))
    await forget(store, MEMBER, START)
    outcome, case = await store.run(
        filing.file, 7, Report(1, MEMBER, Reason.OTHER, "again", 200, 250, START), None, None
    )
    assert outcome is filing.Outcome.RESTORED
    assert [(one.reporter_id, one.note) for one in case.reports] == [(MEMBER, "")]


async def rows(store: Store, sql: str) -> list[dict[str, object]]:
    """What the store holds."""
    statement: Any = sql
    return [dict(row) for row in await store.run(lambda db: db.rows(statement))]


async def test_what_is_done_after_asking_is_not_touched(store: Store) -> None:
    """A swap of the next hour keeps its member, its inputs and its link for good."""
    await forget(store, MEMBER, START)
    await store.run(delivered, 1, START + timedelta(hours=1))
    await purge(store, START, START + 3 * DAY)
    (swap,) = await rows(store, "SELECT user_id, channel_id, message_id FROM swaps")
    assert swap == {"user_id": MEMBER, "channel_id": 200, "message_id": 51}
    assert len(await rows(store, "SELECT * FROM inputs")) == 1
    assert await rows(store, "SELECT * FROM erasures") == []


async def test_a_held_swap_is_taken_back_and_a_sent_one_ends(store: Store) -> None:
    """What is not sent costs nothing; what is sent is delivered and forgotten a day later."""
    for number in (1, 2):
        await store.run(admission.hold, a_swap(number, user_id=MEMBER, guild_id=GUILD), NO_LIMITS, START)
    assert await store.run(swaps.start_sending, 2, START)
    await forget(store, MEMBER, START)
    states = await rows(store, "SELECT state, failure FROM swaps ORDER BY id")
    assert [(row["state"], row["failure"]) for row in states] == [
        ("refunded", "Cancelled"),
        ("sending", None),
    ]
    assert await store.run(swaps.keep_picture, 2, PICTURE, START)
    assert await store.run(swaps.settle, 2, START)
    await purge(store, START - DAY, START + DAY)
    assert await everywhere(store, MEMBER) == set()
    assert await rows(store, "SELECT user_id, spent_micros FROM accounts WHERE user_id > 0") == [
        {"user_id": 1, "spent_micros": PRICE}
    ]


async def test_an_open_case_keeps_its_swap(store: Store) -> None:
    """Moderators still see whose picture was reported; once they have decided, that goes too."""
    await store.run(delivered, 1, START - 2 * DAY)
    case = await store.run(report, 1, REPORTER, START)
    await forget(store, MEMBER, START)
    await purge(store, START - 30 * DAY, START + DAY)
    assert (await store.run(filing.cases.load, case)).user_id == MEMBER
    await store.run(filing.cases.expire, START + 2 * DAY)
    await purge(store, START - 30 * DAY, START + 3 * DAY)
    assert await everywhere(store, MEMBER) == set()


async def test_a_replayed_confirmation_does_nothing(store: Store) -> None:
    """The same press in two processes forgets once; a new one forgets what has come since."""
    await forget(store, MEMBER, START, pressed=1)
    with pytest.raises(AlreadyHandled):
        await store.run(erasure.begin, MEMBER, 1, START + DAY)
    await store.run(erasure.begin, MEMBER, 2, START + DAY)


async def test_a_long_history_is_forgotten_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction hands over more than its share, and between any two the books balance."""
    monkeypatch.setattr(erasure, "BATCH", 2)
    for number in range(1, 6):
        await store.run(delivered, number, START - 2 * DAY)
    await store.run(erasure.begin, MEMBER, 1, START)
    left: list[int] = []
    while await store.run(erasure.step, MEMBER, START):
        left.append(len(await rows(store, "SELECT 1 FROM swaps WHERE user_id <> 1")))
        assert await store.run(audit.violations) == {}
    assert left == [3, 1, 0]


async def test_many_are_forgotten_at_once_while_they_swap(postgres: PostgresDatabase) -> None:
    """On PostgreSQL, with swaps beginning and ending meanwhile, no sum is off, nothing deadlocks."""
    store = await opened(postgres)
    members = range(300, 308)
    for number, user in enumerate(members):
        for swap_id in range(100 + 10 * number, 103 + 10 * number):
            await store.run(delivered, swap_id, START - 2 * DAY, user_id=user)

    await asyncio.gather(
        *(forget(store, user, START, pressed=user) for user in members),
        *(store.run(erasure.due, START) for _ in members),
        *(store.run(delivered, 1000 + user, START, user_id=user) for user in members),
    )
    assert await store.run(audit.violations) == {}
    counts = await rows(
        store, "SELECT user_id, COUNT(*) AS swaps FROM swaps GROUP BY user_id ORDER BY user_id"
    )
    assert [(row["user_id"], row["swaps"]) for row in counts] == [(1, 24), *((user, 1) for user in members)]
    await store.close()


def test_what_is_too_large_is_compressed() -> None:
    """A file that Discord would refuse as it is comes gzipped, and says so in its name."""
    data = b'{"swaps": []}' * 1000
    assert exports.fitting(data, "a.json", len(data)) == (data, "a.json")
    packed, name = exports.fitting(data, "a.json", len(data) - 1)
    assert (gzip.decompress(packed), name) == (data, "a.json.gz")
