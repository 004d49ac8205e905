"""What somebody reads who asks whether a picture was made here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import FetchProblem
from bot.language import _
from bot.store.swaps import Origin
from bot.verdict import Finding


class Unread(StrEnum):
    """Why a picture could not be looked at."""

    TOO_LARGE = "too_large"
    ELSEWHERE = "elsewhere"  # Discord does not hold it, and the bot reads from nobody else
    UNREACHABLE = "unreachable"


UNREAD: Mapping[FetchProblem, Unread] = {
    FetchProblem.TOO_LARGE: Unread.TOO_LARGE,
    FetchProblem.NOT_ALLOWED: Unread.ELSEWHERE,
}


@dataclass(frozen=True)
class Looked:
    """What was found of one picture; `origin` only for whom its swap concerns."""

    found: Finding | Unread
    swap_id: int | None = None
    origin: Origin | None = None


def no_picture() -> str:
    """A message without a picture."""
    return _("This message shows no picture, so there is nothing to verify.")


def told(pictures: list[Looked]) -> str:
    """What was found, a line for each picture."""
    lines: list[str] = []
    for number, one in enumerate(pictures, 1):
        lines.append(_("**Picture {number}**: {found}", number=number, found=_FOUND[one.found]()))
        if one.origin is not None:
            lines.append(_origin(one.swap_id or 0, one.origin))
    if any(one.found is Finding.NO_CREDENTIALS for one in pictures):
        lines.append(
            _(
                "Credentials get lost when a picture is edited, copied or sent through other services, "
                "so a picture without them may still have been made here."
            )
        )
    return "\n".join(lines)


_FOUND: Mapping[Finding | Unread, Callable[[], str]] = {
    Finding.GENUINE: lambda: _("an AI face swap, made here and unaltered since."),
    Finding.ALTERED: lambda: _(
        "it carries the credentials of an AI face swap made here, but it was altered since."
    ),
    Finding.NO_CREDENTIALS: lambda: _("no credentials of this bot."),
    Finding.NOT_A_PICTURE: lambda: _("no PNG, JPEG or WebP that can be read."),
    Unread.TOO_LARGE: lambda: _("too large to be looked at."),
    Unread.ELSEWHERE: lambda: _("not held by Discord, so it was not looked at."),
    Unread.UNREACHABLE: lambda: _("Discord did not hand it out. Try again in a minute."),
}


def _origin(swap_id: int, origin: Origin) -> str:
    made = _("Face swap `{swap}`, made for {member}.", swap=swap_id, member=f"<@{origin.user_id}>")
    if origin.message_id is None:
        return made
    return f"{made} https://discord.com/channels/{origin.guild_id}/{origin.channel_id}/{origin.message_id}"
