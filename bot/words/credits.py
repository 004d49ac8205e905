"""What members read about their credits: figures turned into text."""

from collections.abc import Sequence
from datetime import datetime

from bot.errors import Refusal
from bot.language import _, n_
from bot.policy import ALLOWANCE_WINDOW
from bot.store.extras import Extra
from bot.store.reports import Delivered, Spent, Statement
from bot.words.failures import refusal
from bot.words.figures import dollars, moment, sentences

_SHOWN = 10


def no_history() -> str:
    """What a member reads who has swapped nothing yet."""
    return _("You have no swaps yet. Start with `/faceswap`.")


def previous_page() -> str:
    """The button that leads to newer swaps."""
    return _("Previous")


def next_page() -> str:
    """The button that leads to older swaps."""
    return _("Next")


def as_csv() -> str:
    """The button that sends the whole history as a file."""
    return _("CSV")


def account(
    statement: Statement,
    daily: int | None,
    extras: Sequence[Extra],
    *,
    in_server: bool,
    barred: Refusal | None,
) -> str:
    """What a member may still swap in one place, and what was spent there and everywhere."""
    place = _("in this server") if in_server else _("in direct messages")
    used = _allowance(statement.recent, daily)
    lines = [_("**Your swaps of 24 hours {place}**: {used}", place=place, used=used)]
    if barred is not None:
        lines.insert(0, refusal(barred))
    if extras:
        lines.append(_("**Extra swaps**: {extras}", extras=_extras(extras)))
    lines += [
        _("**Spent {place}**: {spent}", place=place, spent=_spent(statement.here)),
        _("**Everywhere**: {spent}", spent=_spent(statement.everywhere)),
        _("-# Days and months are those of UTC."),
    ]
    return "\n".join(lines)


def _allowance(recent: Sequence[datetime], daily: int | None) -> str:
    used = len(recent)
    if daily is None:
        return _("{used} used; there is no limit.", used=used)
    left = max(0, daily - used)
    text = _("{used} of {daily} used, {left} left.", used=used, daily=daily, left=left)
    if used == 0 or daily == 0:
        return text
    # As in `policy.decide`: the next is free once fewer than the allowance are left in the window.
    frees = recent[min(daily, used) - 1] + ALLOWANCE_WINDOW
    shown = {"when": moment(frees), "date": moment(frees, "f")}
    if left:
        return sentences(text, _("One more is free {when}, {date}.", **shown))
    return sentences(text, _("The next is free {when}, {date}.", **shown))


def _extras(extras: Sequence[Extra]) -> str:
    parts = [
        _("{left} until {date}", left=extra.left, date=moment(extra.expires_at, "f"))
        if extra.expires_at
        else _("{left} for good", left=extra.left)
        for extra in extras[:_SHOWN]
    ]
    if len(extras) > _SHOWN:
        parts.append(_("{left} more later", left=sum(extra.left for extra in extras[_SHOWN:])))
    total = sum(extra.left for extra in extras)
    return _("{total} left ({parts}), used once your allowance is.", total=total, parts=", ".join(parts))


def _spent(spent: Spent) -> str:
    return _(
        "{today} today · {month} this month · {ever} ever",
        today=dollars(spent.today),
        month=dollars(spent.month),
        ever=dollars(spent.ever),
    )


def history(swaps: Sequence[Delivered], page: int, pages: int, total: int) -> str:
    """One page of a member's history, counted from 0."""
    head = _(
        "**Your swaps**, {total} in all · page {page} of {pages}", total=total, page=page + 1, pages=pages
    )
    return "\n".join((head, *(_delivered(swap) for swap in swaps)))


def _delivered(swap: Delivered) -> str:
    price = dollars(swap.amount_micros) if swap.amount_micros else _("free")
    url = message_url(swap)
    entry = f"- {moment(swap.posted_at, 'f')} · {price}"
    if not swap.channel_id:  # it is so old that where it was is forgotten
        return entry
    place = _("[see it]({url})", url=url) if url else _("only you could see it")
    return f"{entry} · {place}"


def message_url(swap: Delivered) -> str | None:
    """Where a result can be seen; None where nobody else could see it."""
    if swap.message_id is None:
        return None
    return f"https://discord.com/channels/{swap.guild_id or '@me'}/{swap.channel_id}/{swap.message_id}"


HISTORY_HEADER = ("swap", "time", "server", "channel", "message", "usd")
"""The columns of a file for programs, so in no language."""


def history_row(swap: Delivered) -> tuple[object, ...]:
    """One line of a member's history as a table: ids, the time in ISO 8601, the price in dollars."""
    return (
        swap.swap_id,
        swap.posted_at.isoformat(timespec="seconds"),
        swap.guild_id or None,
        swap.channel_id or None,
        message_url(swap),
        dollars(swap.amount_micros).removeprefix("$").replace(",", ""),
    )


def history_file(sent: int, total: int) -> str:
    """What stands above the file of a history."""
    if sent == total:
        return n_("Your {count} swap.", "Your {count} swaps.", sent)
    return n_(
        "The newest {sent} of your {count} swap.",
        "The newest {sent} of your {count} swaps.",
        total,
        sent=sent,
    )
