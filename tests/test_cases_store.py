"""Cases in the store: what a report blocks and keeps, who may report, what decisions leave behind."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.errors import AlreadyHandled
from bot.store import admission, blocklist, cases, filing, inputs
from bot.store import swaps as rows
from bot.store.cases import GRAVE, Case, Reason, Report
from bot.store.database import Store, Transaction
from bot.store.filing import OPEN_REPORTS, Outcome
from bot.store.inputs import Seen
from bot.store.moderation import Actor
from bot.trust_errors import CaseClosed, NothingToReport, NotRestorable, ReporterBarred, TooManyReports
from tests.stores import NO_LIMITS, PICTURE, START, a_swap

GUILD, REPORTER, MODERATOR = 100, 301, 302
SOURCE, RESULT = 0x0F0F_3C3C_5A5A_7711, 0x1234_5678_9ABC_DEF0
BYTES = b"the picture"


def seen(source_hash: int = SOURCE) -> Seen:
    """What a swap was made from."""
    return Seen("https://cdn/a.png", "https://cdn/b.png", "digest", source_hash, 1)


@dataclass
class Desk:
    """The store with a few words for it."""

    store: Store
    next_id: int = 1000

    def new_id(self) -> int:
        """The id of the next interaction."""
        self.next_id += 1
        return self.next_id

    async def delivered(self, swap_id: int, guild_id: int = GUILD, source_hash: int = SOURCE) -> None:
        """A delivered swap."""
        swap = a_swap(swap_id, guild_id=guild_id)
        await self.store.run(admission.hold, swap, NO_LIMITS, START)

        def end(db: Transaction) -> None:
            inputs.take_in(db, swap, seen(source_hash), START)
            rows.start_sending(db, swap_id, START)
            rows.keep_picture(db, swap_id, PICTURE, START)
            rows.settle(db, swap_id, START, 5000 + swap_id, RESULT)

        await self.store.run(end)

    async def report(
        self,
        swap_id: int = 1,
        *,
        by: int = REPORTER,
        reason: Reason = Reason.OTHER,
        picture: bytes | None = BYTES,
        at: datetime = START,
        believed: bool = False,
    ) -> tuple[Outcome, Case]:
        """Report a swap."""
        report = Report(self.new_id(), by, reason, "a note", 200, 5000 + swap_id, at)
        return await self.store.run(filing.file, swap_id, report, picture, None, believed=believed)

    def moderator(self, guild_id: int = GUILD) -> Actor:
        """A moderator, who presses something."""
        return Actor(self.new_id(), guild_id, MODERATOR, START)

    async def blocked(self, *hashes: int, guild_id: int = GUILD) -> bool:
        """Whether one of these pictures may not be used."""
        return await self.store.run(inputs.blocked, guild_id, hashes)

    async def kept(self) -> list[bytes | None]:
        """The picture of each case."""
        sql = "SELECT picture FROM cases ORDER BY id"
        found = await self.store.run(lambda db: db.rows(sql))
        return [None if row["picture"] is None else bytes(row["picture"]) for row in found]

    async def expire(self, after: timedelta) -> int:
        """Let the clock decide."""
        return await self.store.run(cases.expire, START + after)


@pytest.fixture
async def desk(store: Store) -> Desk:
    """A store with one delivered swap."""
    desk = Desk(store)
    await desk.delivered(1)
    return desk


async def test_a_report_blocks_and_keeps_at_once(desk: Desk) -> None:
    """Source and result are blocked in the server alone, edits of them too; the picture can be restored."""
    outcome, case = await desk.report()
    assert outcome is Outcome.OPENED
    assert (case.state, case.grave, case.user_id, len(case.reports)) == ("open", False, 300, 1)
    assert case.reports[0].note == "a note"
    assert await desk.blocked(SOURCE)
    assert await desk.blocked(RESULT ^ 0b111)
    assert not await desk.blocked(SOURCE, guild_id=101)
    assert not await desk.blocked(SOURCE, guild_id=0)
    assert await desk.kept() == [BYTES]


async def test_reports_of_one_picture_are_one_case(desk: Desk) -> None:
    """Others join it, the same member again adds nothing but a new reason; a replay is known."""
    _, case = await desk.report()
    assert (await desk.report(by=REPORTER + 1, picture=None))[0] is Outcome.JOINED
    outcome, again = await desk.report(reason=Reason.HARASSMENT)
    assert (outcome, again.id) == (Outcome.REPEATED, case.id)
    assert [one.reason for one in again.reports] == [Reason.HARASSMENT, Reason.OTHER]
    with pytest.raises(AlreadyHandled):
        await desk.store.run(filing.file, 1, replace(case.reports[0]), None, None)
    assert await desk.kept() == [BYTES]


async def test_reports_at_once_are_one_case(desk: Desk) -> None:
    """Whoever comes second joins the first, on every engine."""
    swap_ids = range(2, 22)
    for swap_id in swap_ids:
        await desk.delivered(swap_id)
    for swap_id in swap_ids:
        reports = (desk.report(swap_id, by=REPORTER + 100 * swap_id + n) for n in range(8))
        found = await asyncio.gather(*reports)
        assert sorted(outcome.name for outcome, _ in found) == ["JOINED"] * 7 + ["OPENED"]
        assert len({case.id for _, case in found}) == 1


async def test_reports_at_once_are_counted(desk: Desk) -> None:
    """A member who reports six pictures at the same time has three open reports."""
    for swap_id in range(2, 7):
        await desk.delivered(swap_id)
    found = await asyncio.gather(*(desk.report(n) for n in range(1, 7)), return_exceptions=True)
    assert sum(isinstance(one, TooManyReports) for one in found) == 6 - OPEN_REPORTS


@pytest.mark.parametrize("reason", sorted(GRAVE))
async def test_grave_reasons_keep_nothing(desk: Desk, reason: Reason) -> None:
    """Nothing is kept, what was kept for a milder report is erased, and restoring is refused."""
    await desk.report()
    _, case = await desk.report(by=REPORTER + 1, reason=reason)
    assert case.grave
    assert await desk.kept() == [None]
    await desk.report(by=REPORTER + 2)
    assert await desk.kept() == [None]
    with pytest.raises(NotRestorable):
        await desk.store.run(cases.restore, desk.moderator(), case.id)
    assert await desk.blocked(SOURCE)


async def test_a_reason_can_become_grave(desk: Desk) -> None:
    """Somebody who chose the wrong reason reports again, and the picture that was kept is erased."""
    await desk.report()
    outcome, case = await desk.report(reason=Reason.MINOR)
    assert (outcome, case.grave) == (Outcome.REPEATED, True)
    assert await desk.kept() == [None]


async def test_restoring_gives_back_and_forgets(desk: Desk) -> None:
    """The bytes come back once, the hashes are free, and the case takes no second decision."""
    _, case = await desk.report()
    actor = desk.moderator()
    closed, picture = await desk.store.run(cases.restore, actor, case.id)
    assert (closed.state, closed.decided_by, picture) == ("restored", MODERATOR, BYTES)
    assert await desk.kept() == [None]
    assert not await desk.blocked(SOURCE, RESULT)
    assert await desk.store.run(inputs.made, 1) is not None
    with pytest.raises(AlreadyHandled):
        await desk.store.run(cases.restore, actor, case.id)
    for decide in (cases.restore, cases.confirm):
        with pytest.raises(CaseClosed):
            await desk.store.run(decide, desk.moderator(), case.id)
    assert await desk.store.run(_actions) == ["restore"]


async def test_a_restored_picture_needs_somebody_else(desk: Desk) -> None:
    """Whoever reported it before changes nothing any more; another member opens a new case."""
    _, case = await desk.report()
    await desk.store.run(cases.restore, desk.moderator(), case.id)
    assert (await desk.report())[0] is Outcome.RESTORED
    assert not await desk.blocked(SOURCE)
    outcome, second = await desk.report(by=REPORTER + 1)
    assert outcome is Outcome.OPENED
    assert second.id != case.id
    assert await desk.blocked(SOURCE)
    await desk.store.run(cases.restore, desk.moderator(), second.id)
    assert (await desk.report())[0] is Outcome.RESTORED
    assert (await desk.report(believed=True))[0] is Outcome.OPENED


async def test_restoring_leaves_what_others_have_blocked(desk: Desk) -> None:
    """Two pictures of one face: giving one of them back does not give the face free."""
    await desk.delivered(2)
    _, first = await desk.report(1)
    await desk.report(2)
    await desk.store.run(cases.restore, desk.moderator(), first.id)
    assert await desk.blocked(SOURCE)


@pytest.mark.parametrize("reason", list(Reason))
async def test_confirming_removes_all_but_the_hashes(desk: Desk, reason: Reason) -> None:
    """No bytes, no inputs; the block stays, for a grave reason in every place."""
    _, case = await desk.report(reason=reason)
    closed = await desk.store.run(cases.confirm, desk.moderator(), case.id)
    assert (closed.state, closed.decided_by) == ("confirmed", MODERATOR)
    assert [one.note for one in closed.reports] == [""]
    assert await desk.kept() == [None]
    assert await desk.store.run(inputs.made, 1) is None
    assert await desk.blocked(SOURCE)
    assert await desk.blocked(SOURCE, guild_id=101) is (reason in GRAVE)
    assert await desk.blocked(RESULT, guild_id=0) is (reason in GRAVE)
    assert (await desk.report(by=REPORTER + 1))[0] is Outcome.CONFIRMED


@pytest.mark.parametrize("reason", [Reason.OTHER, Reason.SEXUAL])
async def test_the_clock_confirms(desk: Desk, reason: Reason) -> None:
    """After 48 hours and not before; nobody has looked, so it holds in its own place alone."""
    await desk.report(reason=reason)
    assert await desk.expire(timedelta(hours=48, milliseconds=-1)) == 0
    assert await desk.expire(timedelta(hours=48)) == 1
    assert await desk.expire(timedelta(hours=49)) == 0
    (case,) = await desk.store.run(cases.of_swap, 1)
    assert (case.state, case.decided_by) == ("confirmed", None)
    assert await desk.kept() == [None]
    assert await desk.store.run(inputs.made, 1) is None
    assert await desk.blocked(SOURCE)
    assert not await desk.blocked(SOURCE, guild_id=101)


async def test_three_open_reports_are_the_most(desk: Desk) -> None:
    """In a server; a decision makes room, another server has its own count, and who is believed has none."""
    for swap_id, guild_id in ((2, GUILD), (3, GUILD), (4, GUILD), (5, 101)):
        await desk.delivered(swap_id, guild_id)
    opened = [(await desk.report(n))[1] for n in (1, 2, 3)]
    with pytest.raises(TooManyReports):
        await desk.report(4)
    assert (await desk.report(1))[0] is Outcome.REPEATED
    assert (await desk.report(5))[0] is Outcome.OPENED
    await desk.store.run(cases.confirm, desk.moderator(), opened[0].id)
    assert (await desk.report(4))[0] is Outcome.OPENED
    await desk.delivered(6, source_hash=~SOURCE)
    assert (await desk.report(6, believed=True))[0] is Outcome.OPENED


async def test_a_barred_member_reports_nothing(desk: Desk) -> None:
    """Until the bar is lifted, and only in that server."""
    await desk.delivered(2, 101)
    done = [await desk.store.run(filing.bar, desk.moderator(), REPORTER) for _ in range(2)]
    assert done == [True, False]
    with pytest.raises(ReporterBarred):
        await desk.report()
    assert not await desk.blocked(SOURCE)
    assert (await desk.report(2))[0] is Outcome.OPENED
    assert (await desk.report(believed=True))[0] is Outcome.OPENED
    done = [await desk.store.run(filing.unbar, desk.moderator(), REPORTER) for _ in range(2)]
    assert done == [True, False]
    assert (await desk.report())[0] is Outcome.REPEATED
    assert await desk.store.run(_actions) == ["bar_reporter"] * 2 + ["unbar_reporter"] * 2


async def test_another_servers_moderators_decide_nothing(desk: Desk) -> None:
    """A case is decided on in its own place."""
    _, case = await desk.report()
    for decide in (cases.restore, cases.confirm):
        with pytest.raises(CaseClosed):
            await desk.store.run(decide, desk.moderator(101), case.id)
    assert await desk.store.run(cases.undecided, GUILD) == [case]
    assert await desk.store.run(cases.undecided, 101) == []


async def test_places_without_a_server_have_a_scope_of_their_own(desk: Desk) -> None:
    """A report in direct messages blocks there, and in no server."""
    await desk.delivered(2, 0, source_hash=~SOURCE)
    _, case = await desk.report(2)
    assert case.guild_id == 0
    assert await desk.blocked(~SOURCE, guild_id=0)
    assert not await desk.blocked(~SOURCE)


@pytest.mark.parametrize("blank", [0, -1, 0b11])
async def test_a_blank_picture_is_never_blocked(desk: Desk, blank: int) -> None:
    """What tells no picture from another would take all plain ones with it."""
    await desk.delivered(2, source_hash=blank)
    await desk.report(2)
    assert not blocklist.blockable(blank)
    assert not await desk.blocked(blank)
    assert await desk.blocked(RESULT)


async def test_an_unknown_swap_cannot_be_reported(desk: Desk) -> None:
    """There is nothing to keep a case of."""
    with pytest.raises(NothingToReport):
        await desk.report(99)


async def test_what_is_not_known_is_blocked_by_sight(desk: Desk) -> None:
    """Where the inputs are purged, the fingerprint of what the message showed is blocked."""
    await desk.store.run(lambda db: db.execute("DELETE FROM inputs"))
    report = Report(desk.new_id(), REPORTER, Reason.OTHER, "", 200, 1, START)
    await desk.store.run(filing.file, 1, report, None, RESULT)
    assert await desk.blocked(RESULT)


def _actions(db: Transaction) -> list[str]:
    return [row["action"] for row in db.rows("SELECT action FROM actions ORDER BY interaction_id")]
