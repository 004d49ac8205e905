"""Members who ask others whether they may use their avatar; a request waits for a day, whatever restarts.

At most one request waits for an answer between two members, and where it was not approved, the next may come
a day later: each one pings the member who is asked.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.errors import AlreadyHandled
from bot.policy import Place, barred
from bot.references import InMessage, avatar_owner, parse
from bot.store import consent
from bot.store.consent import Consent, Standing
from bot.store.database import Row, Transaction, from_ms, to_ms
from bot.store.moderation import rules
from bot.store.swaps import Swap
from bot.trust_errors import (
    AlreadyAsked,
    AskedLately,
    ConsentNeeded,
    NotTakingPart,
    OptedOut,
    RequestAnswered,
    RequestEnded,
    TooManyRequests,
)

LIFE: Final = timedelta(hours=24)
"""How long a request waits, and how long nobody is asked again by whom they turned down."""

AT_ONCE: Final = 3
"""How many requests of one member may wait, or have been withdrawn within a day: all of them have pinged."""


class State(StrEnum):
    """What became of a request."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


@dataclass(frozen=True)
class Request:
    """`asker_id` asks whether a face may be put onto the avatar of `owner_id`; the id is the interaction's.

    The rest is what a swap of the asker's needs, who is not there when the answer comes.
    """

    id: int
    asker_id: int
    owner_id: int
    guild_id: int
    place: Place
    locale: str
    source: str = field(repr=False)
    target: str = field(repr=False)
    asked_at: datetime

    @property
    def ends_at(self) -> datetime:
        """Until when it can be answered."""
        return self.asked_at + LIFE


def permit(db: Transaction, swap: Swap) -> None:
    """Let a swap use its pictures: no avatar, or one whose member always allows it; no face of who opted out.

    Raises OptedOut, NotTakingPart or ConsentNeeded.
    """
    _check_saved(db, swap.user_id, swap.source_url)
    owners = {avatar_owner(swap.source_url), avatar_owner(swap.target_url)} - {None}
    # A second delivery of an interaction must not be refused by what has changed since the first.
    if not owners or db.rows("SELECT 1 FROM swaps WHERE id = :id", id=swap.id):
        return
    for owner_id in owners:
        if owner_id is not None and not is_allowed(db, swap.user_id, owner_id):
            raise ConsentNeeded


def is_allowed(db: Transaction, asker_id: int, owner_id: int) -> bool:
    """Whether a member may use an avatar without asking; raises OptedOut or NotTakingPart."""
    if consent.opted_out(db, owner_id):
        raise OptedOut if owner_id == asker_id else NotTakingPart
    if owner_id == asker_id:
        return True
    answer = consent.standing(db, owner_id, asker_id)
    if answer is Standing.NEVER:
        raise NotTakingPart
    return answer is Standing.ALWAYS


def check(db: Transaction, asker_id: int, owner_id: int, now: datetime) -> None:
    """Raise AlreadyAsked, AskedLately or TooManyRequests when a member may not ask another now."""
    since = to_ms(now - LIFE)
    before = db.rows(
        "SELECT state, asked_at, answered_at FROM consent_requests "
        "WHERE asker_id = :asker AND owner_id = :owner AND state <> 'approved'",
        asker=asker_id,
        owner=owner_id,
    )
    last = max((max(row["asked_at"], _refused_at(row)) for row in before), default=since)
    if last > since:
        waits = any(row["state"] == State.OPEN and row["asked_at"] > since for row in before)
        raise AlreadyAsked if waits else AskedLately(from_ms(last) + LIFE)
    waiting = db.row(
        "SELECT COUNT(*) AS waiting FROM consent_requests "
        "WHERE asker_id = :asker AND state IN ('open', 'withdrawn') AND asked_at > :since",
        asker=asker_id,
        since=since,
    )["waiting"]
    if waiting >= AT_ONCE:
        raise TooManyRequests(AT_ONCE)


def ask(db: Transaction, request: Request) -> None:
    """Keep a request before it is shown.

    Raises what `is_allowed` and `check` do, AlreadyHandled when the interaction is known, or a Refusal when
    the moderators of the place let the asker swap nothing there.
    """
    _lock(db, request.asker_id)
    if db.rows("SELECT 1 FROM consent_requests WHERE id = :id", id=request.id):
        raise AlreadyHandled
    if refusal := barred(rules(db, request.guild_id, request.asker_id), request.place):
        raise refusal
    expire(db, request.asked_at)
    _check_saved(db, request.asker_id, request.source)
    is_allowed(db, request.asker_id, request.owner_id)
    check(db, request.asker_id, request.owner_id, request.asked_at)
    db.execute(
        "INSERT INTO consent_requests (id, asker_id, owner_id, guild_id, channel_ids, role_ids, "
        "age_restricted, locale, source, target, asked_at, state) "
        "VALUES (:id, :asker_id, :owner_id, :guild_id, :channels, :roles, :restricted, :locale, :source, "
        ":target, :now, 'open')",
        **{name: value for name, value in vars(request).items() if name not in ("place", "asked_at")},
        channels=_joined(request.place.channel_ids),
        roles=_joined(request.place.role_ids),
        restricted=int(request.place.age_restricted),
        now=to_ms(request.asked_at),
    )


def drop(db: Transaction, request_id: int) -> None:
    """Forget a request that could not be shown to whom it asks."""
    db.execute("DELETE FROM consent_requests WHERE id = :id", id=request_id)


def load(db: Transaction, request_id: int, click_id: int, now: datetime) -> Request:
    """A request that waits for an answer.

    Raises RequestEnded, RequestAnswered, or AlreadyHandled when this very interaction has answered it.
    """
    rows = db.rows("SELECT * FROM consent_requests WHERE id = :id", id=request_id)
    if not rows or rows[0]["state"] == State.ENDED:
        raise RequestEnded
    if rows[0]["answered_by"] == click_id:
        raise AlreadyHandled
    if rows[0]["state"] != State.OPEN:
        raise RequestAnswered
    request = _request(rows[0])
    if request.ends_at <= now:
        raise RequestEnded
    return request


def answer(
    db: Transaction,
    request_id: int,
    click_id: int,
    *,
    state: State,
    now: datetime,
    standing: Standing | None = None,
) -> Request:
    """End a request by an interaction, once, and remember what is answered from now on; raises as `load`."""
    request = load(db, request_id, click_id, now)
    changed = db.execute(
        "UPDATE consent_requests SET state = :state, source = NULL, target = NULL, answered_by = :click, "
        "answered_at = :now WHERE id = :id AND state = 'open'",
        id=request_id,
        state=state.value,
        click=click_id,
        now=to_ms(now),
    )
    if not changed:
        # Another answer was faster: this raises.
        return load(db, request_id, click_id, now)
    if standing:
        consent.stand_by(db, Consent(request.owner_id, request.asker_id, standing, now))
    return request


def expire(db: Transaction, now: datetime) -> int:
    """End what has waited for a day, forget what was answered a day ago; returns how many."""
    until = to_ms(now - LIFE)
    ended = db.execute(
        "UPDATE consent_requests SET state = 'ended', source = NULL, target = NULL, answered_at = :now "
        "WHERE state = 'open' AND asked_at <= :until",
        now=to_ms(now),
        until=until,
    )
    return ended + db.execute("DELETE FROM consent_requests WHERE answered_at <= :until", until=until)


def _check_saved(db: Transaction, user_id: int, source: str) -> None:
    """Raise OptedOut when a member who has opted out uses a saved face: those alone are in messages."""
    if isinstance(parse(source), InMessage) and consent.opted_out(db, user_id):
        raise OptedOut


def _lock(db: Transaction, user_id: int) -> None:
    """Let a member ask one thing at a time, so that what is counted holds, by the account admission locks."""
    db.execute(
        "INSERT INTO accounts (guild_id, user_id) VALUES (0, :user) "
        "ON CONFLICT (guild_id, user_id) DO UPDATE SET held_micros = accounts.held_micros",
        user=user_id,
    )


def _refused_at(row: Row) -> int:
    return row["answered_at"] if row["state"] == State.DENIED else 0


def _joined(ids: frozenset[int]) -> str:
    return " ".join(map(str, sorted(ids)))


def _ids(joined: str) -> frozenset[int]:
    return frozenset(map(int, joined.split()))


def _request(row: Row) -> Request:
    return Request(
        id=row["id"],
        asker_id=row["asker_id"],
        owner_id=row["owner_id"],
        guild_id=row["guild_id"],
        place=Place(_ids(row["channel_ids"]), _ids(row["role_ids"]), bool(row["age_restricted"])),
        locale=row["locale"],
        source=row["source"],
        target=row["target"],
        asked_at=from_ms(row["asked_at"]),
    )
