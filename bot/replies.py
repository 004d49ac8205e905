"""Every word that people read: one place turns errors and receipts into text.

A text says what happened, whether anything was charged, and what to do next. Nothing that came from
outside is put into one.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import singledispatch

from bot import errors
from bot.delivery import Receipt
from bot.errors import BotError, Limit, LimitReached, PictureRole, Refusal, Role
from bot.policy import MICROS_PER_DOLLAR

ALT_TEXT = "A picture in which a face was replaced by AI"

CANCEL = "Cancel"

QUEUED = "Waiting for a turn: others are being served. You can still cancel, and would not be charged."

MAKING = "Your picture is being made."

CANCELLED = "Cancelled. You were not charged."

TOO_LATE_TO_CANCEL = "It is too late to cancel: your picture is being made."

NOT_CHARGED = "You were not charged."

_PICTURES = {Role.SOURCE: "source picture (the face)", Role.TARGET: "target picture"}

_ALLOWANCES = {Limit.MEMBER_DAILY: "in this server", Limit.DM_DAILY: "in direct messages"}

_BUDGETS = {
    Limit.SERVER_DAILY_BUDGET: "This server's budget for today",
    Limit.SERVER_MONTHLY_BUDGET: "This server's budget for this month",
    Limit.BOT_DAILY_BUDGET: "The bot's budget for today",
}

_OPERATOR = "Only whoever runs this bot can mend that, so please tell them or a moderator."

_FAILURES: dict[type[BotError], str] = {
    errors.Interrupted: "The bot was restarted while your swap was under way. Please try again.",
    errors.TokenExpired: "Discord's time to answer ran out before your picture was ready. Please try again.",
    errors.Undeliverable: "Discord did not accept the finished picture. Please try again.",
    errors.DeliveredInDoubt: "Whether Discord has shown your picture cannot be told. Please try again.",
    errors.Filtered: "The bot's content filter refused the finished picture. Try other pictures.",
    errors.FilterFailed: (
        "The bot's content filter could not check your pictures, so they are not used. "
        "Try again in a few minutes."
    ),
    errors.ResultTooLarge: (
        "The finished picture does not fit under Discord's upload limit here. "
        "Try again with `format: jpeg` or a smaller target picture."
    ),
    errors.Busy: "Too many swaps are waiting, and yours could not start in time. Try again in a few minutes.",
    errors.Unexpected: "Something went wrong in the bot, and it was logged. Please try again.",
    errors.ApiUnreachable: "The face-swap service cannot be reached right now. Try again in a few minutes.",
    errors.ApiTimeout: "The face-swap service did not answer in time. Try again in a few minutes.",
    errors.ApiDisconnected: "The connection to the face-swap service broke. Please try again.",
    errors.ApiAnswerUnreadable: "The face-swap service sent no usable picture. Please try again.",
    errors.InvalidParameters: (
        "The face-swap service did not accept these pictures or options. "
        "Try other pictures (PNG, JPEG or WebP, one clear face each) or leave the options out."
    ),
    errors.BadKey: f"The face-swap service did not accept the bot's key. {_OPERATOR}",
    errors.Forbidden: f"The bot's key may not use this face-swap model. {_OPERATOR}",
    errors.EndpointNotFound: f"The face-swap model is not where the bot looks for it. {_OPERATOR}",
    errors.NotAcceptable: (
        "The face-swap service refused this request. Try other pictures, or leave the options out."
    ),
    errors.NoCredits: f"The bot's account at the face-swap service has run out of credits. {_OPERATOR}",
    errors.RateLimited: "The face-swap service is getting too many requests. Try again in a minute.",
    errors.ServerError: "The face-swap service had an error of its own. Please try again.",
    errors.BadGateway: "The face-swap service is not available right now. Try again in a few minutes.",
    errors.GatewayTimeout: "The face-swap service took too long over your picture. Please try again.",
    errors.JobFailed: (
        "The face-swap service could not swap these pictures. "
        "Try other pictures (one clear face each) or leave the options out."
    ),
    errors.RecordExpired: "The face-swap service no longer knows your swap. Please try again.",
    errors.ApiError: "The face-swap service gave an answer the bot does not know. Please try again later.",
    errors.Paused: "The moderators of this server have paused face swaps. Try again later.",
    errors.Blocked: "The moderators of this server have blocked you from face swaps. They can undo that.",
    errors.AgeRestrictedOnly: "In this server face swaps work in age-restricted channels only.",
    errors.NotYours: "These buttons belong to somebody else. Run the command yourself to get your own.",
    errors.NotAllowed: "Only members with the permission Manage Server can do this.",
    errors.ShuttingDown: "The bot is being restarted. Try again in a minute.",
}


def failure(error: BotError) -> str:
    """What a member reads when a swap was refused or failed."""
    return f"{_reason(error)} {NOT_CHARGED}"


def refusal(error: Refusal) -> str:
    """Why a swap would be refused, told to somebody who only asks."""
    return _reason(error)


def operator(error: BotError) -> str:
    """What the operator reads at a terminal when the API cannot be used."""
    match error:
        case errors.BadKey():
            return "Segmind does not accept SEGMIND_API_KEY. Make a new key at segmind.com and set it."
        case errors.SwapFailed():
            return _reason(error)
        case _:
            return str(error)


CALLS_RESUMED = "The face-swap account can pay again: swaps go on."


def calls_paused(error: BotError) -> str:
    """What the operator reads when paid calls are paused."""
    return f"{operator(error)} Swaps are refused until that is mended; the bot asks every few minutes."


def low_balance(micros: int) -> str:
    """What the operator reads when the account gets low."""
    return f"The face-swap account has only {dollars(micros)} left."


def result(user_id: int, receipt: Receipt) -> str:
    """What stands above a finished picture."""
    price = f"**{dollars(receipt.price_micros)}**" if receipt.price_micros else "**free**"
    return (
        f"AI face swap for <@{user_id}>\n"
        f"{price} · seed {receipt.seed} · {receipt.seconds:.1f} s\n"
        f"You have spent {dollars(receipt.today_micros)} today and {dollars(receipt.ever_micros)} in all."
    )


def late(user_id: int, receipt: Receipt) -> str:
    """What stands above a picture that could not be shown in its own reply."""
    return f"{result(user_id, receipt)}\nThis took longer than Discord keeps a reply open."


def dollars(micros: int) -> str:
    """Micro-dollars as people write dollars: two decimals, or as many as the amount has."""
    whole, rest = divmod(micros, MICROS_PER_DOLLAR)
    return f"${whole:,}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


@singledispatch
def _reason(error: BotError) -> str:
    """The words for an error; those that show figures are registered below."""
    return next(_FAILURES[kind] for kind in type(error).__mro__ if kind in _FAILURES)


@_reason.register
def _(error: errors.AttachmentNotAPicture) -> str:
    return f"The {_PICTURES[error.role]} is not a picture the bot can use. Attach a PNG, JPEG, WebP or GIF."


@_reason.register
def _(error: errors.AttachmentTooLarge) -> str:
    size, limit = _mib(error.size), _mib(error.limit)
    return f"The {_PICTURES[error.role]} has {size}; at most {limit} is possible. Make it smaller."


@_reason.register
def _(error: errors.TooManyPixels) -> str:
    most = error.limit // 1_000_000
    return f"The {_PICTURES[error.role]} has more than {most} megapixels. Make it smaller and try again."


@_reason.register
def _(error: errors.NoFace) -> str:
    return f"No face was found in the {_PICTURES[error.role]}. Try one where the face is large and clear."


@_reason.register
def _(error: errors.Filtered) -> str:
    if error.role is PictureRole.RESULT:
        return _FAILURES[errors.Filtered]
    return f"The bot's content filter refused the {_PICTURES[Role(error.role)]}. Try another picture."


@_reason.register
def _(error: errors.ChannelNotAllowed) -> str:
    return f"In this server face swaps work only in {some('#', error.channel_ids)}."


@_reason.register
def _(error: errors.RoleNotAllowed) -> str:
    return f"In this server face swaps are only for {some('@&', error.role_ids)}."


@_reason.register
def _limit(error: LimitReached) -> str:
    when = f" It resets {moment(error.resets_at)}." if error.resets_at else ""
    if error.limit is Limit.AT_ONCE:
        return f"{_under_way(error.used)} Wait for it to finish; {error.allowed} at once is the limit."
    if error.limit is Limit.COOLDOWN:
        again = moment(error.resets_at) if error.resets_at else "in a moment"
        return f"You swapped just now. The next one can start {again} ({error.allowed} s between swaps)."
    if place := _ALLOWANCES.get(error.limit):
        if not error.allowed:
            return f"Swaps {place} are switched off."
        return f"You have used your {error.allowed} swaps of 24 hours {place}, and 0 are left.{when}"
    left = dollars(max(0, error.allowed - error.used))
    return (
        f"{_BUDGETS[error.limit]} is used up: {left} of {dollars(error.allowed)} is left, "
        f"which does not cover a swap.{when}"
    )


def some(kind: str, ids: Sequence[int]) -> str:
    """The first few of many, as Discord shows them by name; none of them is pinged."""
    shown = ", ".join(f"<{kind}{one}>" for one in ids[:10])
    return shown if len(ids) <= 10 else f"{shown} and {len(ids) - 10} more"


def _under_way(count: int) -> str:
    return "A swap of yours is under way." if count == 1 else f"{count} swaps of yours are under way."


def moment(when: datetime, style: str = "R") -> str:
    """Discord shows this in the reader's own time zone and language; R is relative, f a date and time."""
    return f"<t:{-int(-when.timestamp() // 1)}:{style}>"


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
