"""Every failure the bot can name, as types that carry data.

Words for people live in `bot/words`; a message given here is for logs. Nothing in these objects
may hold a key, a token or a signed URL. They are not frozen: Python itself assigns to a raised exception.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BotError(Exception):
    """Base of every failure the bot can name."""


@dataclass(eq=False)
class ConfigError(BotError):
    """The configuration cannot be used; `problems` are whole sentences for the operator."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


class AssetError(BotError):
    """A model or photograph the engine needs is missing or altered; the message is one sentence to act on."""


class StoreError(BotError):
    """The database cannot be used; the message is one sentence to act on."""


class DiscordRefused(BotError):
    """Discord does not let the bot in; the message is one sentence to act on."""


class DemoError(BotError):
    """The demo cannot show a picture; the message is one sentence to act on."""


class EngineUnavailable(BotError):
    """The local engine could not be started; the message is one sentence to act on."""


class CannotServe(BotError):
    """Metrics cannot be served where they should; the message is one sentence to act on."""


# Answers that Discord did not take


@dataclass(eq=False)
class DeliveryDelayed(BotError):
    """Discord did not take the answer this time: a rate limit, its own error, or the connection."""

    retry_after_seconds: float = 0.0


class UploadRefused(BotError):
    """Discord found the picture too large."""


# Pictures and downloads


class PictureProblem(StrEnum):
    """Why bytes were refused as a picture."""

    NOT_A_PICTURE = "not_a_picture"  # no PNG, JPEG, WebP or GIF, or broken beyond decoding
    TOO_LARGE = "too_large"  # more pixels than may be decoded


@dataclass(eq=False)
class PictureError(BotError):
    """Bytes that cannot be used as a picture."""

    problem: PictureProblem


class FetchProblem(StrEnum):
    """Why a foreign URL could not be read."""

    NOT_ALLOWED = "not_allowed"  # scheme, host, port or userinfo; no name was resolved
    STATUS = "status"  # anything but 200; redirects are not followed
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    NETWORK = "network"


@dataclass(eq=False)
class FetchError(BotError):
    """A foreign URL could not be read. Carries no URL: a signed one must not reach a log."""

    problem: FetchProblem
    status: int | None = None


# Refusals: known before anything was held or sent


class Role(StrEnum):
    """Which of the two pictures of a swap."""

    SOURCE = "source"  # the face to use
    TARGET = "target"  # the picture that receives it


class Refusal(BotError):
    """A swap that was not begun; nothing was held, nothing was sent."""


@dataclass(eq=False)
class AttachmentNotAPicture(Refusal):
    """By its declared type and name the attachment is no picture that the API takes."""

    role: Role


@dataclass(eq=False)
class AttachmentTooLarge(Refusal):
    """The attachment is over the bot's own input cap (both in bytes)."""

    role: Role
    size: int
    limit: int


@dataclass(eq=False)
class TooManyPixels(Refusal):
    """By its declared dimensions the attachment has more pixels than are decoded."""

    role: Role
    limit: int


class Limit(StrEnum):
    """A limit a swap can run into; the unit of its figures is in the comment."""

    MEMBER_DAILY = "member_daily"  # swaps in the last 24 h
    DM_DAILY = "dm_daily"  # swaps in the last 24 h
    AT_ONCE = "at_once"  # swaps
    COOLDOWN = "cooldown"  # seconds
    SERVER_DAILY_BUDGET = "server_daily_budget"  # micro-dollars
    SERVER_MONTHLY_BUDGET = "server_monthly_budget"  # micro-dollars
    BOT_DAILY_BUDGET = "bot_daily_budget"  # micro-dollars


@dataclass(eq=False)
class LimitReached(Refusal):
    """Admitting the swap would pass `limit`; `allowed` and `used` are in that limit's unit."""

    limit: Limit
    allowed: int
    used: int
    resets_at: datetime | None


class Paused(Refusal):
    """The server's moderators have paused the bot."""


class Blocked(Refusal):
    """The server's moderators have blocked this member."""


@dataclass(eq=False)
class ChannelNotAllowed(Refusal):
    """The server's moderators allow the bot in these channels only."""

    channel_ids: tuple[int, ...]


@dataclass(eq=False)
class RoleNotAllowed(Refusal):
    """The server's moderators allow the bot to these roles only."""

    role_ids: tuple[int, ...]


class AgeRestrictedOnly(Refusal):
    """The server's moderators allow the bot in age-restricted channels only."""


class NotYours(Refusal):
    """The buttons pressed belong to another member."""


class NotAllowed(Refusal):
    """Only members who may manage the server may do this."""


class ResultGone(Refusal):
    """What a button asks for again is not kept any more, or was deleted."""


class ShuttingDown(Refusal):
    """The bot is stopping and takes no new work."""


class AlreadyHandled(BotError):
    """This interaction id has a row: another process (or an earlier delivery) has it. Stop silently."""


# Failures after the hold: the hold is refunded


class SwapFailed(BotError):
    """A swap that was begun and cannot be finished; its hold is refunded."""


class Interrupted(SwapFailed):
    """The bot was stopped while the paid call was under way; whether it ran is not known (v1)."""


@dataclass(eq=False)
class PictureGone(SwapFailed):
    """Discord does not have this picture any more."""

    role: Role


@dataclass(eq=False)
class PictureUnreachable(SwapFailed):
    """Discord did not hand out this picture in time."""

    role: Role


@dataclass(eq=False)
class PictureUnusable(SwapFailed):
    """By its bytes this is no picture that the API takes, or it is too large."""

    role: Role
    problem: PictureProblem


class NotConfirmed(SwapFailed):
    """No face was seen, and the member did not say in time that it shall be paid for all the same."""


class TokenExpired(SwapFailed):
    """The interaction's 15 minutes ran out before the result could be shown."""


class Undeliverable(SwapFailed):
    """Discord did not take the result, and will not."""


class DeliveredInDoubt(SwapFailed):
    """The result was sent as a message, and whether that arrived cannot be told any more."""


class Busy(SwapFailed):
    """The API had no free slot for so long that the result could not have been shown in time."""


class Unexpected(SwapFailed):
    """A defect: something failed that the bot has no name for; the log has the traceback."""


class ResultTooLarge(SwapFailed):
    """No encoding of the result fits under the upload limit."""


class ApiUnreachable(SwapFailed):
    """Every permitted try failed before the API took the request."""


class ApiTimeout(SwapFailed):
    """No answer in time; the call may have run, so it is never repeated; a job may be asked for again."""


class ApiDisconnected(SwapFailed):
    """The connection broke after the request had left; the call may have run, so it is never repeated."""


class ApiAnswerUnreadable(SwapFailed):
    """The API said 200, but what it sent is no picture; never repeated."""


@dataclass(eq=False)
class ApiError(SwapFailed):
    """The API answered with an error status.

    `message` is the API's own, trimmed and with the key removed: for logs, never for members.
    """

    status: int
    request_id: str | None = None
    message: str = ""
    retry_at: datetime | None = None


class InvalidParameters(ApiError):
    """400 or 422: invalid parameters or request format."""


@dataclass(eq=False)
class NoFace(InvalidParameters):
    """400, or a failed job: no face was found in one of the pictures."""

    role: Role = Role.SOURCE


class BadKey(ApiError):
    """401: missing or invalid API key."""


class Forbidden(ApiError):
    """403: the key may not use this model."""


class EndpointNotFound(ApiError):
    """404, 405 or 410: the model or endpoint is not there."""


class NotAcceptable(ApiError):
    """406 for a reason other than credits: content type, a rejected value, a team limit."""


class NoCredits(ApiError):
    """406 or 402: the account has run out of credits."""


class RateLimited(ApiError):
    """429: too many requests; `retry_at` where the API said when."""


class ServerError(ApiError):
    """500, or another status that is not in the API's table."""


class BadGateway(ApiError):
    """502 or 503: nothing was started."""


class GatewayTimeout(ApiError):
    """504: timed out upstream; may have been billed, never repeated."""


class JobFailed(ApiError):
    """v2: the queue ran the job and it failed for good, whatever the HTTP status; nothing is billed."""


class RecordExpired(ApiError):
    """v2: 404 to the question how a job stands; its record is gone, and its picture cannot be had."""
