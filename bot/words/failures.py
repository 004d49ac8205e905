"""Why something was refused or failed: one place turns errors into text."""

from collections.abc import Callable, Mapping
from functools import singledispatch

from bot import errors
from bot.errors import BotError, Limit, LimitReached, Refusal
from bot.language import _, n_
from bot.words import trust
from bot.words.figures import dollars, mib, moment, picture, sentences, some

_REASONS: Mapping[type[BotError], Callable[[], str]] = {
    errors.Interrupted: lambda: _("The bot was restarted while your swap was under way. Please try again."),
    errors.TokenExpired: lambda: _(
        "Discord's time to answer ran out before your picture was ready. Please try again."
    ),
    errors.Undeliverable: lambda: _("Discord did not accept the finished picture. Please try again."),
    errors.DeliveredInDoubt: lambda: _(
        "Whether Discord has shown your picture cannot be told. Please try again."
    ),
    errors.ResultTooLarge: lambda: _(
        "The finished picture does not fit under Discord's upload limit here. "
        "Try again with `format: jpeg` or a smaller target picture."
    ),
    errors.Busy: lambda: _(
        "Too many swaps are waiting, and yours could not start in time. Try again in a few minutes."
    ),
    errors.Unexpected: lambda: _("Something went wrong in the bot, and it was logged. Please try again."),
    errors.ApiUnreachable: lambda: _(
        "The face-swap service cannot be reached right now. Try again in a few minutes."
    ),
    errors.ApiTimeout: lambda: _("The face-swap service did not answer in time. Try again in a few minutes."),
    errors.ApiDisconnected: lambda: _("The connection to the face-swap service broke. Please try again."),
    errors.ApiAnswerUnreadable: lambda: _("The face-swap service sent no usable picture. Please try again."),
    errors.InvalidParameters: lambda: _(
        "The face-swap service did not accept these pictures or options. "
        "Try other pictures (PNG, JPEG or WebP, one clear face each) or leave the options out."
    ),
    errors.BadKey: lambda: sentences(
        _("The face-swap service did not accept the bot's key."), _for_the_operator()
    ),
    errors.Forbidden: lambda: sentences(
        _("The bot's key may not use this face-swap model."), _for_the_operator()
    ),
    errors.EndpointNotFound: lambda: sentences(
        _("The face-swap model is not where the bot looks for it."), _for_the_operator()
    ),
    errors.NotAcceptable: lambda: _(
        "The face-swap service refused this request. Try other pictures, or leave the options out."
    ),
    errors.NoCredits: lambda: sentences(
        _("The bot's account at the face-swap service has run out of credits."), _for_the_operator()
    ),
    errors.RateLimited: lambda: _(
        "The face-swap service is getting too many requests. Try again in a minute."
    ),
    errors.ServerError: lambda: _("The face-swap service had an error of its own. Please try again."),
    errors.BadGateway: lambda: _(
        "The face-swap service is not available right now. Try again in a few minutes."
    ),
    errors.GatewayTimeout: lambda: _(
        "The face-swap service took too long over your picture. Please try again."
    ),
    errors.JobFailed: lambda: _(
        "The face-swap service could not swap these pictures. "
        "Try other pictures (one clear face each) or leave the options out."
    ),
    errors.RecordExpired: lambda: _("The face-swap service no longer knows your swap. Please try again."),
    errors.ApiError: lambda: _(
        "The face-swap service gave an answer the bot does not know. Please try again later."
    ),
    errors.Paused: lambda: _("The moderators of this server have paused face swaps. Try again later."),
    errors.Blocked: lambda: _(
        "The moderators of this server have blocked you from face swaps. They can undo that."
    ),
    errors.AgeRestrictedOnly: lambda: _("In this server face swaps work in age-restricted channels only."),
    errors.NotYours: lambda: _(
        "These buttons belong to somebody else. Run the command yourself to get your own."
    ),
    errors.NotAllowed: lambda: _("Only members with the permission Manage Server can do this."),
    errors.ShuttingDown: lambda: _("The bot is being restarted. Try again in a minute."),
}


def _for_the_operator() -> str:
    return _("Only whoever runs this bot can mend that, so please tell them or a moderator.")


def not_charged() -> str:
    """The end of every failure."""
    return _("You were not charged.")


def failure(error: BotError) -> str:
    """What a member reads when a swap was refused or failed."""
    return sentences(reason(error), not_charged())


def refusal(error: Refusal) -> str:
    """Why a swap would be refused, told to somebody who only asks."""
    return reason(error)


@singledispatch
def reason(error: BotError) -> str:
    """The words for an error; those that show figures are registered below."""
    if said := trust.REASONS.get(type(error)):
        return said(error)
    return next(_REASONS[kind] for kind in type(error).__mro__ if kind in _REASONS)()


@reason.register
def _not_a_picture(error: errors.AttachmentNotAPicture) -> str:
    return _(
        "The {picture} is not a picture the bot can use. Attach a PNG, JPEG, WebP or GIF.",
        picture=picture(error.role),
    )


@reason.register
def _too_large(error: errors.AttachmentTooLarge) -> str:
    return _(
        "The {picture} has {size}; at most {limit} is possible. Make it smaller.",
        picture=picture(error.role),
        size=mib(error.size),
        limit=mib(error.limit),
    )


@reason.register
def _too_many_pixels(error: errors.TooManyPixels) -> str:
    return _(
        "The {picture} has more than {most} megapixels. Make it smaller and try again.",
        picture=picture(error.role),
        most=error.limit // 1_000_000,
    )


@reason.register
def _no_face(error: errors.NoFace) -> str:
    return _(
        "No face was found in the {picture}. Try one where the face is large and clear.",
        picture=picture(error.role),
    )


@reason.register
def _channel(error: errors.ChannelNotAllowed) -> str:
    return _("In this server face swaps work only in {channels}.", channels=some("#", error.channel_ids))


@reason.register
def _role(error: errors.RoleNotAllowed) -> str:
    return _("In this server face swaps are only for {roles}.", roles=some("@&", error.role_ids))


@reason.register
def _limit(error: LimitReached) -> str:
    match error.limit:
        case Limit.AT_ONCE:
            return _at_once(error)
        case Limit.COOLDOWN:
            return _cooldown(error)
        case Limit.MEMBER_DAILY | Limit.DM_DAILY:
            return _allowance(error)
        case _:
            return _budget(error)


def _at_once(error: LimitReached) -> str:
    under_way = n_("A swap of yours is under way.", "{count} swaps of yours are under way.", error.used)
    wait = _("Wait for it to finish; {allowed} at once is the limit.", allowed=error.allowed)
    return sentences(under_way, wait)


def _cooldown(error: LimitReached) -> str:
    return _(
        "You swapped just now. The next one can start {again} ({seconds} s between swaps).",
        again=moment(error.resets_at) if error.resets_at else _("in a moment"),
        seconds=error.allowed,
    )


def _allowance(error: LimitReached) -> str:
    place = _("in direct messages") if error.limit is Limit.DM_DAILY else _("in this server")
    if not error.allowed:
        return _("Swaps {place} are switched off.", place=place)
    used = n_(
        "You have used your {count} swaps of 24 hours {place}, and 0 are left.",
        "You have used your {count} swaps of 24 hours {place}, and 0 are left.",
        error.allowed,
        place=place,
    )
    return sentences(used, _resets(error))


def _budget(error: LimitReached) -> str:
    used_up = _(
        "{budget} is used up: {left} of {allowed} is left, which does not cover a swap.",
        budget=_budget_name(error.limit),
        left=dollars(max(0, error.allowed - error.used)),
        allowed=dollars(error.allowed),
    )
    return sentences(used_up, _resets(error))


def _budget_name(limit: Limit) -> str:
    if limit is Limit.SERVER_DAILY_BUDGET:
        return _("This server's budget for today")
    if limit is Limit.SERVER_MONTHLY_BUDGET:
        return _("This server's budget for this month")
    return _("The bot's budget for today")


def _resets(error: LimitReached) -> str:
    return _("It resets {when}.", when=moment(error.resets_at)) if error.resets_at else ""
