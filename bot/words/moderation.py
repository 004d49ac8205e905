"""What moderators read about what they do, and about who used how much."""

from collections.abc import Sequence
from datetime import datetime

from bot import settings
from bot.language import _, n_
from bot.policy import Setting
from bot.store.anonymous import ANONYMOUS
from bot.store.reports import Usage
from bot.words.figures import dollars, moment

_LISTED = 10
_MESSAGE_MAX = 2000


def granted(user_id: int, units: int, expires_at: datetime | None) -> str:
    """A grant, as the moderator and the log read it after who did it."""
    member = f"<@{user_id}>"
    swaps = n_("{count:,} extra swap", "{count:,} extra swaps", units)
    if expires_at is None:
        return _("granted {member} {swaps}.", member=member, swaps=swaps)
    return _(
        "granted {member} {swaps} until {when}.", member=member, swaps=swaps, when=moment(expires_at, "f")
    )


def blocked(user_id: int, *, new: bool) -> str:
    """A block, or that there was one already."""
    member = f"<@{user_id}>"
    if new:
        return _("blocked {member} from face swaps.", member=member)
    return _("blocked {member} from face swaps (who was already).", member=member)


def unblocked(user_id: int, *, was: bool) -> str:
    """An unblock, or that there was nothing to undo."""
    member = f"<@{user_id}>"
    if was:
        return _("unblocked {member}.", member=member)
    return _("unblocked {member} (who was not blocked).", member=member)


def done(what: str) -> str:
    """An action, told to whoever did it."""
    # Translators: {what} is an action such as "blocked @Ada from face swaps."
    return _("You {what}", what=what)


def logged(actor_id: int, what: str) -> str:
    """An action, told in the log channel."""
    # Translators: {what} is an action such as "blocked @Ada from face swaps."
    return _("{actor} {what}", actor=f"<@{actor_id}>", what=what)[:_MESSAGE_MAX]


def log_failed() -> str:
    """That an action is not in the log, and why."""
    return _(
        "-# This could not be written to the log channel. "
        "Let the bot see it and send messages there, or choose another."
    )


def usage(used: Sequence[Usage], days: int) -> str:
    """Who used how much, the biggest spenders by name."""
    if not used:
        return _no_usage(days)
    swaps, micros = sum(one.swaps for one in used), sum(one.micros for one in used)
    lines = [
        _(
            "{heading}: {swaps}, {money}, by {members}",
            heading=_usage_heading(days),
            swaps=_swaps(swaps),
            money=dollars(micros),
            members=n_("{count:,} member", "{count:,} members", len(used)),
        )
    ]
    lines += [
        f"{rank}. {_member(one)} · {_swaps(one.swaps)} · {dollars(one.micros)}"
        for rank, one in enumerate(used[:_LISTED], 1)
    ]
    if more := len(used[_LISTED:]):
        lines.append(n_("and {count} more in the file", "and {count} more in the file", more))
    return "\n".join(lines)


def _member(one: Usage) -> str:
    return _("deleted members") if one.user_id == ANONYMOUS else f"<@{one.user_id}>"


def _no_usage(days: int) -> str:
    if days == 1:
        return _("Nobody has yet today (UTC).")
    return n_(
        "Nobody has swapped a face in this server in the last {count} day.",
        "Nobody has swapped a face in this server in the last {count} days.",
        days,
    )


def _usage_heading(days: int) -> str:
    if days == 1:
        return _("**Face swaps of today (UTC)**")
    return n_("**Face swaps of the last {count} day**", "**Face swaps of the last {count} days**", days)


def _swaps(count: int) -> str:
    return n_("{count:,} swap", "{count:,} swaps", count)


def chart_title() -> str:
    """What stands above the chart of who used how much."""
    # Translators: drawn in a picture, whose font has unaccented Latin letters only.
    return _("Face swaps by day (UTC), and by member")


def bar(one: Usage) -> str:
    """What stands in the chart beside one member's bar."""
    # Translators: drawn in a picture, whose font has unaccented Latin letters only.
    return n_("{count:,} swap · {money}", "{count:,} swaps · {money}", one.swaps, money=dollars(one.micros))


USAGE_HEADER = ("user", "swaps", "usd")
"""The columns of a file for programs, so in no language."""


def usage_row(one: Usage) -> tuple[object, ...]:
    """One member's use as a line of a table."""
    # A number that belongs to nobody would look like a member.
    return (
        "deleted" if one.user_id == ANONYMOUS else one.user_id,
        one.swaps,
        settings.typed(Setting.SERVER_DAILY, one.micros),
    )
