"""How a report comes in: who may report, which case it belongs to, and what is blocked from then on."""

from enum import Enum, auto
from typing import Final

from bot.errors import AlreadyHandled
from bot.store import blocklist, cases
from bot.store.cases import GRAVE, Case, Report
from bot.store.database import Transaction, to_ms
from bot.store.moderation import Actor, record
from bot.trust_errors import NothingToReport, ReporterBarred, TooManyReports

OPEN_REPORTS: Final = 3
"""How many undecided reports a member may have in a server."""


class Outcome(Enum):
    """What a report came to; the picture is to be hidden unless it was restored."""

    OPENED = auto()
    JOINED = auto()  # to a case that others had opened
    REPEATED = auto()  # by somebody who has reported this in the open case
    CONFIRMED = auto()  # before, so there is nothing left to decide
    RESTORED = auto()  # by the moderators, from this member's own report: somebody else has to report it


def file(
    db: Transaction,
    swap_id: int,
    report: Report,
    picture: bytes | None,
    result_hash: int | None,
    *,
    believed: bool = False,
) -> tuple[Outcome, Case]:
    """Take a report: its pictures are blocked from now on, and `picture` kept where the reason allows it.

    `result_hash` is what is blocked where the store knows none. A reporter who is `believed` is under no
    limit, and need not be somebody else after a restoration.
    Raises NothingToReport, ReporterBarred, TooManyReports, or AlreadyHandled for a replayed interaction.
    """
    found = db.rows("SELECT guild_id FROM swaps WHERE id = :id", id=swap_id)
    if not found:
        raise NothingToReport
    guild_id = found[0]["guild_id"]
    barred = _reporter(db, guild_id, report.reporter_id)
    cases.lock(db, swap_id)
    if db.rows("SELECT 1 FROM reports WHERE id = :id", id=report.id):
        raise AlreadyHandled
    if barred and not believed:
        raise ReporterBarred
    if (before := _decided_before(db, swap_id, report, believed=believed)) is not None:
        return before
    if not believed and _open_reports(db, guild_id, report.reporter_id) >= OPEN_REPORTS:
        raise TooManyReports(OPEN_REPORTS)
    case_id = _open_case(db, swap_id)
    outcome = Outcome.JOINED if case_id else Outcome.OPENED
    case_id = case_id or _open(db, swap_id, guild_id, report)
    _add(db, case_id, report, picture)
    hashes = db.rows("SELECT source_hash, result_hash FROM inputs WHERE swap_id = :swap", swap=swap_id)
    known = [hashes[0]["source_hash"], hashes[0]["result_hash"]] if hashes else [None, None]
    scope = blocklist.scope_of(guild_id)
    blocklist.block(db, scope, (known[0], result_hash if known[1] is None else known[1]), case_id, report.at)
    return outcome, cases.load(db, case_id)


def bar(db: Transaction, actor: Actor, user_id: int) -> bool:
    """Take no more reports of a member; False when already so. Raises AlreadyHandled."""
    record(db, actor, "bar_reporter", {"member": user_id})
    if _reporter(db, actor.guild_id, user_id):
        return False
    return _set_barred(db, actor.guild_id, user_id, to_ms(actor.at))


def unbar(db: Transaction, actor: Actor, user_id: int) -> bool:
    """Take a member's reports again; False when they were taken. Raises AlreadyHandled."""
    record(db, actor, "unbar_reporter", {"member": user_id})
    return _reporter(db, actor.guild_id, user_id) and _set_barred(db, actor.guild_id, user_id, None)


def _set_barred(db: Transaction, guild_id: int, user_id: int, at_ms: int | None) -> bool:
    sql = "UPDATE reporters SET barred_at = :at WHERE guild_id = :guild AND user_id = :user"
    return bool(db.execute(sql, guild=guild_id, user=user_id, at=at_ms))


def _reporter(db: Transaction, guild_id: int, user_id: int) -> bool:
    """Lock a member's row, so that their reports are counted one after the other; whether they are barred."""
    row = db.row(
        "INSERT INTO reporters (guild_id, user_id) VALUES (:guild, :user) "
        "ON CONFLICT (guild_id, user_id) DO UPDATE SET user_id = :user RETURNING barred_at",
        guild=guild_id,
        user=user_id,
    )
    return row["barred_at"] is not None


def _decided_before(
    db: Transaction, swap_id: int, report: Report, *, believed: bool
) -> tuple[Outcome, Case] | None:
    """What was found of this picture before, where that leaves this report nothing to do."""
    found = cases.of_swap(db, swap_id)
    if not found:
        return None
    newest, mine = found[-1], {one.reporter_id for case in found for one in case.reports}
    if newest.state == "confirmed":
        return Outcome.CONFIRMED, newest
    if newest.state == "restored":
        return (Outcome.RESTORED, newest) if report.reporter_id in mine and not believed else None
    if not any(one.reporter_id == report.reporter_id for one in newest.reports):
        return None
    _correct(db, newest.id, report)
    return Outcome.REPEATED, cases.load(db, newest.id)


def _correct(db: Transaction, case_id: int, report: Report) -> None:
    """Let a member's newest reason be the one that counts; a case that was grave once stays so."""
    db.execute(
        "UPDATE reports SET reason = :reason, note = :note WHERE case_id = :case AND reporter_id = :reporter",
        reason=report.reason,
        note=report.note,
        case=case_id,
        reporter=report.reporter_id,
    )
    _keep(db, case_id, report, None)


def _open_reports(db: Transaction, guild_id: int, user_id: int) -> int:
    return db.row(
        "SELECT COUNT(*) AS reports FROM reports JOIN cases ON cases.id = reports.case_id "
        "WHERE reporter_id = :user AND guild_id = :guild AND state = 'open'",
        user=user_id,
        guild=guild_id,
    )["reports"]


def _open_case(db: Transaction, swap_id: int) -> int | None:
    rows = db.rows("SELECT id FROM cases WHERE swap_id = :swap AND state = 'open'", swap=swap_id)
    return rows[0]["id"] if rows else None


def _open(db: Transaction, swap_id: int, guild_id: int, report: Report) -> int:
    db.execute(
        "INSERT INTO cases (id, swap_id, guild_id, state, grave, opened_at) "
        "VALUES (:id, :swap, :guild, 'open', 0, :now)",
        id=report.id,
        swap=swap_id,
        guild=guild_id,
        now=to_ms(report.at),
    )
    return report.id


def _add(db: Transaction, case_id: int, report: Report, picture: bytes | None) -> None:
    db.execute(
        "INSERT INTO reports "
        "(id, case_id, reporter_id, reason, note, channel_id, message_id, reported_at) "
        "VALUES (:id, :case, :reporter, :reason, :note, :channel, :message, :now)",
        id=report.id,
        case=case_id,
        reporter=report.reporter_id,
        reason=report.reason,
        note=report.note,
        channel=report.channel_id,
        message=report.message_id,
        now=to_ms(report.at),
    )
    _keep(db, case_id, report, picture)


def _keep(db: Transaction, case_id: int, report: Report, picture: bytes | None) -> None:
    """Keep the picture where that is allowed; where it no longer is, erase it."""
    if report.reason in GRAVE:
        db.execute("UPDATE cases SET grave = 1, picture = NULL WHERE id = :id", id=case_id)
    elif picture is not None:
        db.execute(
            "UPDATE cases SET picture = :picture WHERE id = :id AND grave = 0 AND picture IS NULL",
            id=case_id,
            picture=picture,
        )
