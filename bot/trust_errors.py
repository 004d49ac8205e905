"""Failures that have to do with whose face it is: saved faces, consent, reports, marks and filters.

Like all of `bot/errors.py`, which holds their bases; it would be too long with them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.errors import Refusal, SwapFailed


@dataclass(eq=False)
class TooManyFaces(Refusal):
    """A member has saved as many faces as may be saved."""

    limit: int


class NoSuchFace(Refusal):
    """No face is saved under this name."""


class BadFaceName(Refusal):
    """A face cannot be saved under this name: nothing of it can be seen, or it is too long."""


@dataclass(eq=False)
class FaceGone(Refusal):
    """The message that held this saved face is gone, and so is the face."""

    name: str


class OneFaceNeeded(Refusal):
    """A form holds neither a picture nor a saved face, or both."""


class NoPictures(Refusal):
    """A message holds no picture that the bot may read."""


class FormExpired(Refusal):
    """A form was sent already, or was open for too long."""


class NotOwner(Refusal):
    """Only the server's owner may do this."""


class QuestionExpired(Refusal):
    """A confirmation that comes too long after its question."""


class LeftServer(SwapFailed):
    """The bot was removed from the server that the swap was asked for in."""


class CannotWrite(Refusal):
    """The member takes no direct messages from the bot, which keeps saved faces there."""


class PictureBlocked(SwapFailed):
    """One of the pictures was reported, and may not be used here."""


class PictureRole(StrEnum):
    """Which picture a content filter is asked about."""

    SOURCE = "source"
    TARGET = "target"
    RESULT = "result"


@dataclass(eq=False)
class Filtered(SwapFailed):
    """The operator's content filter refused a picture; `category` is for the log, never for members."""

    role: PictureRole
    category: str


@dataclass(eq=False)
class FilterFailed(SwapFailed):
    """The operator's content filter gave no verdict on a picture, so the picture is not used."""

    role: PictureRole


@dataclass(eq=False)
class TooManyReports(Refusal):
    """A member has so many reports in a server that nobody has decided on yet."""

    limit: int


class ReporterBarred(Refusal):
    """The moderators do not take this member's reports."""


class NothingToReport(Refusal):
    """This message shows no result of this bot's."""


class CaseClosed(Refusal):
    """A report was decided on before, by a moderator or by the clock."""


class NotRestorable(Refusal):
    """Pictures reported for this reason are not kept, so they cannot be shown again."""


class OptedOut(Refusal):
    """The member has opted out: neither avatar nor saved faces of theirs are used, even by themselves."""


class NotTakingPart(Refusal):
    """Whose avatar it is has opted out, or never wants to be asked by this member."""


class ConsentNeeded(Refusal):
    """Whose avatar it is has to be asked first, and was not."""


class NoAvatar(Refusal):
    """The member has one of Discord's default avatars, which show no face."""


class BotAvatar(Refusal):
    """A bot cannot be asked whether its avatar may be used."""


class CannotAskHere(Refusal):
    """Whose avatar it is would not see the question here."""


class AlreadyAsked(Refusal):
    """A request of this member to the same other one waits for an answer."""


@dataclass(eq=False)
class AskedLately(Refusal):
    """The same member was asked lately, and did not agree; `again_at` is when they may be asked again."""

    again_at: datetime


@dataclass(eq=False)
class TooManyRequests(Refusal):
    """So many requests of this member wait for an answer that no more are sent."""

    limit: int


class RequestEnded(Refusal):
    """A request waits no more: it is too old, or whose avatar it is has opted out."""


class RequestAnswered(Refusal):
    """A request was answered, or withdrawn, before."""


class CannotSign(SwapFailed):
    """The result could not be signed, or does not read back as signed; unsigned it is not posted."""
