"""What members read about their credits, and moderators about their server: figures turned into text."""

from collections.abc import Sequence
from datetime import datetime

from bot.errors import Refusal
from bot.policy import ALLOWANCE_WINDOW
from bot.replies import dollars, moment, refusal
from bot.store.extras import Extra
from bot.store.reports import Delivered, Spent, Statement

NO_HISTORY = "You have no swaps yet. Start with `/faceswap`."

PREVIOUS, NEXT, AS_CSV = "Previous", "Next", "CSV"


def account(
    statement: Statement,
    daily: int | None,
    extras: Sequence[Extra],
    *,
    in_server: bool,
    barred: Refusal | None,
) -> str:
    """What a member may still swap in one place, and what was spent there and everywhere."""
    place = "in this server" if in_server else "in direct messages"
    lines = [f"**Your swaps of 24 hours {place}**: {_allowance(statement.recent, daily)}"]
    if barred is not None:
        lines.insert(0, refusal(barred))
    if extras:
        lines.append(f"**Extra swaps**: {_extras(extras)}")
    lines += [
        f"**Spent {place}**: {_spent(statement.here)}",
        f"**Everywhere**: {_spent(statement.everywhere)}",
    ]
    lines.append("-# Days and months are those of UTC.")
    return "\n".join(lines)


def _allowance(recent: Sequence[datetime], daily: int | None) -> str:
    used = len(recent)
    if daily is None:
        return f"{used} used; there is no limit."
    left = max(0, daily - used)
    text = f"{used} of {daily} used, {left} left."
    if used == 0 or daily == 0:
        return text
    # As in `policy.decide`: the next is free once fewer than the allowance are left in the window.
    frees = recent[min(daily, used) - 1] + ALLOWANCE_WINDOW
    return f"{text} {'One more' if left else 'The next'} is free {moment(frees)}, {moment(frees, 'f')}."


def _extras(extras: Sequence[Extra]) -> str:
    parts = [
        f"{extra.left} until {moment(extra.expires_at, 'f')}"
        if extra.expires_at
        else f"{extra.left} for good"
        for extra in extras[:10]
    ]
    if len(extras) > 10:
        parts.append(f"{sum(extra.left for extra in extras[10:])} more later")
    total = sum(extra.left for extra in extras)
    return f"{total} left ({', '.join(parts)}), used once your allowance is."


def _spent(spent: Spent) -> str:
    return f"{dollars(spent.today)} today · {dollars(spent.month)} this month · {dollars(spent.ever)} ever"


def history(swaps: Sequence[Delivered], page: int, pages: int, total: int) -> str:
    """One page of a member's history, counted from 0."""
    lines = [f"**Your swaps**, {total} in all · page {page + 1} of {pages}"]
    return "\n".join((*lines, *(_delivered(swap) for swap in swaps)))


def _delivered(swap: Delivered) -> str:
    price = dollars(swap.amount_micros) if swap.amount_micros else "free"
    url = message_url(swap)
    place = f"[see it]({url})" if url else "only you could see it"
    return f"- {moment(swap.posted_at, 'f')} · {price} · {place}"


def message_url(swap: Delivered) -> str | None:
    """Where a result can be seen; None where nobody else could see it."""
    if swap.message_id is None:
        return None
    return f"https://discord.com/channels/{swap.guild_id or '@me'}/{swap.channel_id}/{swap.message_id}"


HISTORY_HEADER = ("swap", "time", "server", "channel", "message", "usd")


def history_row(swap: Delivered) -> tuple[object, ...]:
    """One line of a member's history as a table: ids, the time in ISO 8601, the price in dollars."""
    return (
        swap.swap_id,
        swap.posted_at.isoformat(timespec="seconds"),
        swap.guild_id or None,
        swap.channel_id,
        message_url(swap),
        dollars(swap.amount_micros).removeprefix("$").replace(",", ""),
    )


def history_file(sent: int, total: int) -> str:
    """What stands above the file of a history."""
    return f"Your {sent} swaps." if sent == total else f"The newest {sent} of your {total} swaps."
