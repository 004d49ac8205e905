"""Files: what a member gives to a command, what the bot sends, and how both land on the CDN."""

import mimetypes
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import PictureError
from bot.pictures import open_picture
from bot.sandbox.messages import Attachment, Message
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.world import World


@dataclass(frozen=True)
class Upload:
    """A file a member picks, for an option or a message; `description` is its alternative text.

    `content_type` and `size` are what the member's client declares: by default what the name and the bytes
    say, otherwise a lie that a test tells. An empty `content_type` declares none.
    """

    filename: str
    data: bytes = field(repr=False)
    content_type: str | None = None
    size: int | None = None
    description: str | None = None


@dataclass(frozen=True)
class File:
    """A file part of a request."""

    filename: str
    data: bytes = field(repr=False)


def declared_type(filename: str) -> str | None:
    """Guess a type from a name, as Discord does."""
    return mimetypes.guess_type(filename)[0]


def store_upload(world: "World", upload: Upload) -> Attachment:
    """Put a member's file on the CDN as an ephemeral attachment."""
    key = world.ids.next()
    name = _safe(upload.filename)
    kind = declared_type(name) if upload.content_type is None else upload.content_type or None
    path = f"/ephemeral-attachments/{world.bot.id}/{key}/{name}"
    world.cdn.put(path, upload.data, kind)
    width, height = _pixels(upload.data)
    size = len(upload.data) if upload.size is None else upload.size
    told = upload.description
    return Attachment(key, name, upload.data, size, kind, path, width, height, told, ephemeral=True)


def store_file(message: Message, file: File, listed: Json | None) -> Attachment:
    """Put a file of a message on the CDN; `listed` is its entry in the request's `attachments`."""
    world, about = message.author.world, listed or {}
    key = world.ids.next()
    name = _safe(about.get("filename") or file.filename)
    kind = declared_type(name)
    ephemeral = message.only_for is not None
    root = "ephemeral-attachments" if ephemeral else "attachments"
    path = f"/{root}/{message.channel.id}/{key}/{name}"
    world.cdn.put(path, file.data, kind)
    width, height = _pixels(file.data)
    return Attachment(
        key, name, file.data, len(file.data), kind, path, width, height, about.get("description"), ephemeral
    )


def _safe(filename: str) -> str:
    """Rewrite a name as Discord does: letters, digits, dot, dash and underscore."""
    return re.sub(r"[^\w.-]", "", filename.replace(" ", "_")) or "unknown"


def _pixels(data: bytes) -> tuple[int | None, int | None]:
    try:
        return open_picture(data).size
    except PictureError:
        return None, None
