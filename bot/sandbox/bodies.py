"""A message as a request gives it: which fields there are, Discord's rules, and applying it to a message."""

from dataclasses import dataclass

from bot.sandbox.components import check_components, check_references, numbered
from bot.sandbox.embeds import check_embeds
from bot.sandbox.errors import ApiError, InvalidForm, NotPlayed
from bot.sandbox.messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Attachment,
    Message,
)
from bot.sandbox.pings import check_allowed, mention
from bot.sandbox.uploads import File, store_file
from bot.sandbox.wire import Json

_SHARED = {"content", "embeds", "components", "attachments", "allowed_mentions", "flags"}
RESPONSE_FIELDS = _SHARED | {"tts"}
FOLLOWUP_FIELDS = _SHARED | {"tts"}
WEBHOOK_EDIT_FIELDS = _SHARED | {"tts"}  # discord.py always sends tts; Discord takes no notice
CHANNEL_FIELDS = _SHARED | {"tts", "nonce", "enforce_nonce", "message_reference"}
CHANNEL_EDIT_FIELDS = _SHARED | {"tts"}

CREATE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
EDIT_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2
_LEGACY = ("content", "embeds")


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes: one file, and the whole request."""

    file: int = 10 * 1024 * 1024
    request: int = 25 * 1024 * 1024


def known_fields(body: Json, fields: set[str], where: str) -> None:
    """Raise NotPlayed for a field the sandbox does not know."""
    unknown = sorted(set(body) - fields)
    if unknown:
        raise NotPlayed(f"unknown body field {', '.join(unknown)} in {where}")


def apply(
    message: Message, body: Json, files: dict[int, File], *, flags_allowed: int, path: str = ""
) -> None:
    """Change `message` by a request body, or raise and leave it as it was.

    Fields that are absent stay; `attachments`, when present, replaces the list (kept files by id, new ones
    by their index in the request).
    """
    prefix = f"{path}." if path else ""
    flags = _flags(message, body, flags_allowed, prefix)
    content = (body["content"] or "") if "content" in body else message.content
    embeds = (body["embeds"] or []) if "embeds" in body else message.embeds
    components = (body["components"] or []) if "components" in body else message.components
    v2 = bool(flags & COMPONENTS_V2)
    if v2 and (content or embeds):
        raise InvalidForm(
            f"{prefix}{'content' if content else 'embeds'}",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        )
    if len(content) > 2000:
        raise InvalidForm(f"{prefix}content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    check_allowed(body.get("allowed_mentions") or {}, f"{prefix}allowed_mentions")
    check_embeds(embeds, f"{prefix}embeds")
    check_components(components, v2=v2, path=f"{prefix}components")
    attachments = _attachments(message, body.get("attachments"), files, f"{prefix}attachments")
    # Only what is new must name files that are there: an edit may take the file of an old embed away.
    new = [*(embeds if "embeds" in body else []), *(components if "components" in body else [])]
    check_references(new, attachments, f"{prefix}components")
    if not (content or embeds or components or attachments):
        raise ApiError(50006)
    message.content, message.flags = content, flags & ~LOADING
    if "embeds" in body:
        message.embeds = [{"type": "rich"} | embed for embed in embeds]
    if "components" in body:
        message.components = numbered(components)
    message.attachments = attachments
    message.tts = bool(body.get("tts"))
    mention(message, body.get("allowed_mentions"))


def _flags(message: Message, body: Json, allowed: int, prefix: str) -> int:
    asked = body.get("flags")
    if asked is None:
        return message.flags
    if asked & ~(allowed | EPHEMERAL):
        raise NotPlayed(f"message flags {asked & ~allowed:#x}")
    kept = message.flags & ~(SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS)
    if message.has(COMPONENTS_V2) and not asked & COMPONENTS_V2:
        raise InvalidForm(
            f"{prefix}flags",
            "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG",
            "The IS_COMPONENTS_V2 flag cannot be removed from a message",
        )
    # Who sees a message was settled when it was created: EPHEMERAL in an edit changes nothing.
    return kept | asked & allowed


def _attachments(
    message: Message, listed: list[Json] | None, files: dict[int, File], path: str
) -> list[Attachment]:
    if listed is None:
        fresh = [store_file(message, file, None) for _, file in sorted(files.items())]
        return message.attachments + fresh
    kept = {one.id: one for one in message.attachments}
    result: list[Attachment] = []
    for index, one in enumerate(listed):
        unknown = set(one) - {"id", "filename", "description"}
        # discord.py echoes a kept attachment whole; Discord takes no notice of the rest.
        if unknown and int(one["id"]) not in kept:
            raise NotPlayed(f"attachment field {sorted(unknown)}")
        number = int(one["id"])
        if number in files:
            result.append(store_file(message, files[number], one))
        elif number in kept:
            result.append(kept[number])
        else:
            raise InvalidForm(f"{path}.{index}.id", "ATTACHMENT_NOT_FOUND", "Attachment not found")
    if len(result) > 10:
        raise InvalidForm(path, "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    return result
