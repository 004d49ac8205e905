"""How a picture is referred to: an address on Discord's CDN, or a message that holds it.

Discord signs the address of an attachment for about a day, in its query (`ex`, `is`, `hm`); what is kept for
longer carries no signature and gets a fresh one when it is used (`bot/links.py`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

_MESSAGE = "message:"
_SIGNED = ("/attachments/", "/ephemeral-attachments/")
_AVATAR = re.compile(r"/(?:avatars/(\d+)|guilds/\d+/users/(\d+)/avatars)/")

FRESH = timedelta(minutes=20)
"""A signature that lives this long outlives a swap."""


@dataclass(frozen=True)
class InMessage:
    """The first picture of a message."""

    channel_id: int
    message_id: int

    def __str__(self) -> str:
        return f"{_MESSAGE}{self.channel_id}/{self.message_id}"


def parse(reference: str) -> InMessage | str:
    """A message, or the address itself."""
    if not reference.startswith(_MESSAGE):
        return reference
    channel_id, message_id = reference.removeprefix(_MESSAGE).split("/")
    return InMessage(int(channel_id), int(message_id))


def unsigned(reference: str) -> str:
    """The reference without a signature, which may be kept; what says the size of an avatar stays."""
    is_unsigned = reference.startswith(_MESSAGE) or avatar_owner(reference) is not None
    return reference if is_unsigned else reference.partition("?")[0]


def avatar_owner(reference: str) -> int | None:
    """Whose avatar this is, in all servers or in one (source: Discord's reference, "CDN Endpoints")."""
    found = _AVATAR.search(urlsplit(reference).path)
    return int(found[1] or found[2]) if found else None


def is_fresh(url: str, now: datetime) -> bool:
    """Whether an address can be used as it is: it needs no signature, or has one that lives long enough."""
    parts = urlsplit(url)
    if not any(mark in parts.path for mark in _SIGNED):
        return True
    expires = parse_qs(parts.query).get("ex", [""])[0]
    try:
        return datetime.fromtimestamp(int(expires, 16), UTC) >= now + FRESH
    except (ValueError, OverflowError, OSError):
        return False
