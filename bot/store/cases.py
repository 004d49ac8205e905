"""Reported results, a case for each, and what moderators decide on them; `bot/store/filing.py` opens them.

Whatever changes the cases of a swap first locks the swap's row, so two reports make one case, and a report
never joins a case that is being decided on.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, LiteralString

from bot.store import blocklist, swaps
from bot.store.database import Row, Transaction, from_ms, to_ms
from bot.store.moderation import Actor, record
from bot.trust_errors import CaseClosed, NotRestorable

DECISION_TIME: Final = timedelta(hours=48)
"""How long moderators have (the TAKE IT DOWN Act's time for a removal); then a case counts as confirmed."""


class Reason(StrEnum):
    """Why a picture is reported."""

    MY_FACE = "my_face"
    SEXUAL = "sexual"
    MINOR = "minor"
    HARASSMENT = "harassment"
    OTHER = "other"


GRAVE: Final = frozenset({Reason.SEXUAL, Reason.MINOR})
"""For these nothing is kept, nothing is restored, and a moderator's confirmation holds in the whole bot."""


@dataclass(frozen=True)
class Report:
    """One member's report of what a message shows; its id is the interaction's."""

    id: int
    reporter_id: int
    reason: Reason
    note: str = field(repr=False)
    channel_id: int
    message_id: int
    at: datetime


@dataclass(frozen=True)
class Case:
    """A reported swap; guild_id 0 is one without a server, user_id whoever asked for it.

    `home` is the channel and the message that others read its result in, as far as the bot knows.
    """

    id: int
    swap_id: int
    guild_id: int
    user_id: int
    private: bool
    spoiler: bool
    state: str
    grave: bool
    opened_at: datetime
    decided_by: int | None
    log_channel_id: int | None
    log_message_id: int | None
    home: tuple[int, int] | None
    reports: tuple[Report, ...]

    @property
    def places(self) -> list[tuple[int, int]]:
        """The channel and the message of everything that was hidden."""
        reported = ((one.channel_id, one.message_id) for one in self.reports)
        return list(dict.fromkeys((*reported, *([self.home] if self.home else []))))

    @property
    def decided_at_latest(self) -> datetime:
        """When it counts as confirmed if nobody decides."""
        return self.opened_at + DECISION_TIME


def restore(db: Transaction, actor: Actor, case_id: int) -> tuple[Case, bytes | None]:
    """End a case by letting its pictures be used again; returns what was kept, which is erased.

    `actor.guild_id` is the case's place. Raises CaseClosed, NotRestorable or AlreadyHandled.
    """
    record(db, actor, "restore", {"case": case_id})
    case = _undecided(db, case_id, actor.guild_id)
    if case.grave:
        raise NotRestorable
    picture = db.row("SELECT picture FROM cases WHERE id = :id", id=case_id)["picture"]
    _decide(db, case_id, "restored", actor.user_id, actor.at)
    blocklist.unblock(db, case_id)
    return _case(db, case_id), None if picture is None else bytes(picture)


def confirm(db: Transaction, actor: Actor, case_id: int) -> Case:
    """End a case for good: of its picture only the hashes stay, where the reason is grave in the whole bot.

    Raises CaseClosed or AlreadyHandled.
    """
    record(db, actor, "confirm", {"case": case_id})
    case = _undecided(db, case_id, actor.guild_id)
    if case.grave:
        blocklist.spread(db, case_id, actor.at)
    _remove(db, case, actor.user_id, actor.at)
    return _case(db, case_id)


def narrow(db: Transaction, actor: Actor, case_id: int) -> None:
    """Block what a case has blocked in the whole bot in its own place alone; raises AlreadyHandled."""
    record(db, actor, "narrow", {"case": case_id})
    blocklist.narrow(db, case_id)


def expire(db: Transaction, now: datetime) -> int:
    """Confirm what moderators have not decided on in time, in its own place; returns how many."""
    rows = db.rows(
        "SELECT id, guild_id FROM cases WHERE state = 'open' AND opened_at <= :until ORDER BY swap_id",
        until=to_ms(now - DECISION_TIME),
    )
    for row in rows:
        try:
            _remove(db, _undecided(db, row["id"], row["guild_id"]), None, now)
        except CaseClosed:
            continue  # decided on in this moment
    return len(rows)


def load(db: Transaction, case_id: int) -> Case:
    """One case."""
    return _case(db, case_id)


def of_swap(db: Transaction, swap_id: int) -> list[Case]:
    """The cases there have been of a swap, oldest first; only the last one can be open."""
    return _cases(db, "cases.swap_id = :swap", swap=swap_id)


def undecided(db: Transaction, guild_id: int) -> list[Case]:
    """A server's open cases, oldest first."""
    return _cases(db, "cases.guild_id = :guild AND cases.state = 'open'", guild=guild_id)


def result_hash_known(db: Transaction, swap_id: int) -> bool:
    """Whether the store knows what a swap's result looks like."""
    sql = "SELECT 1 FROM inputs WHERE swap_id = :swap AND result_hash IS NOT NULL"
    return bool(db.rows(sql, swap=swap_id))


def note_log(db: Transaction, case_id: int, channel_id: int, message_id: int) -> None:
    """Note where moderators read of a case."""
    db.execute(
        "UPDATE cases SET log_channel_id = :channel, log_message_id = :message WHERE id = :id",
        id=case_id,
        channel=channel_id,
        message=message_id,
    )


def lock(db: Transaction, swap_id: int) -> None:
    """Keep everybody else from changing a swap's cases until this transaction ends."""
    db.execute("UPDATE swaps SET removed_at = removed_at WHERE id = :id", id=swap_id)


def _undecided(db: Transaction, case_id: int, guild_id: int) -> Case:
    """One open case of a server, which nobody else can change now; raises CaseClosed."""
    rows = db.rows(
        "SELECT swap_id FROM cases WHERE id = :id AND guild_id = :guild", id=case_id, guild=guild_id
    )
    if not rows:
        raise CaseClosed
    lock(db, rows[0]["swap_id"])
    case = _case(db, case_id)
    if case.state != "open":
        raise CaseClosed
    return case


def _decide(db: Transaction, case_id: int, state: str, by: int | None, now: datetime) -> None:
    db.execute(
        "UPDATE cases SET state = :state, decided_by = :by, decided_at = :now, picture = NULL WHERE id = :id",
        id=case_id,
        state=state,
        by=by,
        now=to_ms(now),
    )
    # Moderators have read them; they may tell of people, and nobody needs them any more.
    db.execute("UPDATE reports SET note = '' WHERE case_id = :id", id=case_id)


def _remove(db: Transaction, case: Case, by: int | None, now: datetime) -> None:
    _decide(db, case.id, "confirmed", by, now)
    swaps.remove(db, case.swap_id, now)


def _case(db: Transaction, case_id: int) -> Case:
    (case,) = _cases(db, "cases.id = :id", id=case_id)
    return case


def _cases(db: Transaction, which: LiteralString, **values: int) -> list[Case]:
    """Cases, oldest first. A case's id is newer than that of every case before it."""
    rows = db.rows(
        "SELECT cases.id, swap_id, cases.guild_id, swaps.user_id, private, spoiler, cases.state, grave, "
        "opened_at, decided_by, log_channel_id, log_message_id, channel_id, message_id "
        "FROM cases JOIN swaps ON swaps.id = cases.swap_id "
        f"WHERE {which} ORDER BY opened_at, cases.id",
        **values,
    )
    return [_made(row, _reports(db, row["id"])) for row in rows]


def _made(row: Row, reports: tuple[Report, ...]) -> Case:
    return Case(
        id=row["id"],
        swap_id=row["swap_id"],
        guild_id=row["guild_id"],
        user_id=row["user_id"],
        private=bool(row["private"]),
        spoiler=bool(row["spoiler"]),
        state=row["state"],
        grave=bool(row["grave"]),
        opened_at=from_ms(row["opened_at"]),
        decided_by=row["decided_by"],
        log_channel_id=row["log_channel_id"],
        log_message_id=row["log_message_id"],
        home=None if row["private"] or not row["message_id"] else (row["channel_id"], row["message_id"]),
        reports=reports,
    )


def _reports(db: Transaction, case_id: int) -> tuple[Report, ...]:
    rows = db.rows(
        "SELECT id, reporter_id, reason, note, channel_id, message_id, reported_at FROM reports "
        "WHERE case_id = :case ORDER BY reported_at, id",
        case=case_id,
    )
    return tuple(
        Report(
            id=row["id"],
            reporter_id=row["reporter_id"],
            reason=Reason(row["reason"]),
            note=row["note"],
            channel_id=row["channel_id"],
            message_id=row["message_id"],
            at=from_ms(row["reported_at"]),
        )
        for row in rows
    )
