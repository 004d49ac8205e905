"""A store in which every table that can hold something of a member or a server does."""

from datetime import datetime, timedelta
from typing import Final

from bot.store import admission, blocklist, consent, extras, filing, forms, inputs, moderation, swaps
from bot.store.cases import Reason, Report, confirm, restore
from bot.store.consent import Consent, Standing
from bot.store.database import Transaction, to_ms
from bot.store.moderation import Actor
from tests.stores import NO_LIMITS, PICTURE, a_swap

MEMBER: Final = 700700700700700701
OTHER: Final = 800800800800800802
"""Another member, who swaps and is asked."""
REPORTER: Final = 810810810810810812
MODERATOR: Final = 900900900900900902
GUILD: Final = 600600600600600602
SEEN: Final = inputs.Seen("https://cdn.discordapp.com/a.png", "channel/message", "digest", 0x0F0F, 0xF0F0)

_INTERACTIONS = iter(range(10_000, 100_000))


def delivered(
    db: Transaction, swap_id: int, now: datetime, *, user_id: int = MEMBER, guild_id: int = GUILD
) -> None:
    """A swap from its hold to its entry, with what it was made from."""
    swap = a_swap(swap_id, user_id=user_id, guild_id=guild_id, prompt="a secret wish")
    admission.hold(db, swap, NO_LIMITS, now)
    inputs.take_in(db, swap, SEEN, now)
    assert swaps.start_sending(db, swap_id, now)
    assert swaps.keep_picture(db, swap_id, PICTURE, now)
    assert swaps.settle(db, swap_id, now, message_id=swap_id + 50, result_hash=0x3C3C)


def report(db: Transaction, swap_id: int, reporter_id: int, now: datetime) -> int:
    """A member's report of a swap; returns the case."""
    filed = Report(next(_INTERACTIONS), reporter_id, Reason.OTHER, "a note", 200, 250, now)
    return filing.file(db, swap_id, filed, b"picture", 0x3C3C)[1].id


def by(actor: int, now: datetime) -> Actor:
    """Somebody who acts as a moderator."""
    return Actor(next(_INTERACTIONS), GUILD, actor, now)


def fill(db: Transaction, now: datetime) -> None:
    """Fill every table, at the given time: swaps 1 to 6, all in every state that ends or waits."""
    for swap_id in (1, 2, 3):
        delivered(db, swap_id, now)
    delivered(db, 4, now, guild_id=0)
    admission.hold(db, a_swap(5, user_id=MEMBER, guild_id=GUILD), NO_LIMITS, now)
    swaps.refund(db, 5, "NoFace", now)
    delivered(db, 6, now, user_id=OTHER)
    delivered(db, 7, now, user_id=OTHER)
    db.execute("UPDATE swaps SET subject_id = :user WHERE id = 6", user=MEMBER)
    _moderate(db, now)
    _report(db, now)
    _consent(db, now)
    forms.keep(db, 40, MEMBER, ["https://cdn.discordapp.com/b.png?ex=1&hm=signature"], now)
    db.execute(
        "INSERT INTO faces (user_id, name, channel_id, message_id, saved_at) "
        "VALUES (:user, 'me', 1, 2, :now)",
        user=MEMBER,
        now=to_ms(now),
    )


def _moderate(db: Transaction, now: datetime) -> None:
    change = moderation.Change(paused=False, role_daily={5: 7}, channels=frozenset({200}), log_channel_id=201)
    moderation.change_settings(db, by(MEMBER, now), change)
    moderation.block(db, by(MODERATOR, now), MEMBER)
    moderation.grant(db, by(MODERATOR, now), MEMBER, 2, None)
    (grant,) = extras.extras(db, GUILD, MEMBER, now)
    extras.use_extra(db, grant.grant_id, 1, now)
    moderation.grant(db, by(MODERATOR, now), MEMBER, 1, now + timedelta(days=1))


def _report(db: Transaction, now: datetime) -> None:
    """One case about the member's swap; two of the member's own reports, confirmed and restored."""
    confirm(db, by(MODERATOR, now), report(db, 1, REPORTER, now))
    confirm(db, by(MEMBER, now), report(db, 6, MEMBER, now))
    restore(db, by(MODERATOR, now), report(db, 7, MEMBER, now))
    filing.bar(db, by(MODERATOR, now), MEMBER)
    blocklist.block(db, GUILD, [0x00FF_00FF_00FF], 99, now)


def _consent(db: Transaction, now: datetime) -> None:
    consent.opt_out(db, MEMBER, now)
    for owner, asker, answer in (
        (MEMBER, 20, Standing.ALWAYS),
        (MEMBER, 21, Standing.NEVER),
        (22, MEMBER, Standing.ALWAYS),
        (23, MEMBER, Standing.NEVER),
    ):
        consent.stand_by(db, Consent(owner, asker, answer, now))
    for request_id, asker, owner in ((31, MEMBER, OTHER), (32, OTHER, MEMBER)):
        db.execute(
            "INSERT INTO consent_requests (id, asker_id, owner_id, guild_id, channel_ids, role_ids, "
            "age_restricted, locale, source, target, asked_at, state) VALUES (:id, :asker, :owner, :guild, "
            "'200', '', 0, 'de', :source, 'avatar', :now, 'open')",
            source="https://cdn.discordapp.com/a.png?ex=1&hm=signature",
            id=request_id,
            asker=asker,
            owner=owner,
            guild=GUILD,
            now=to_ms(now),
        )
