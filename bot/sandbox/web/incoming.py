"""Reads what the page sends: an act and its files, within bounds."""

import json
from dataclasses import dataclass, field
from typing import cast

from aiohttp import BodyPartReader, web

from bot.sandbox.places import Channel, User
from bot.sandbox.uploads import File, Upload
from bot.sandbox.web.samples import Sample
from bot.sandbox.wire import Json, as_object
from bot.sandbox.world import World

ACT_BYTES = 256 * 1024
FILE_BYTES = 25 * 1024 * 1024
TOTAL_BYTES = 64 * 1024 * 1024
FILES = 10


class Malformed(Exception):
    """A request that the page never makes; the message is a sentence."""


class TooLarge(Malformed):
    """More than the sandbox takes at once."""


@dataclass(frozen=True)
class Act:
    """What somebody wants to do, with the files it refers to."""

    world: World = field(repr=False)
    body: Json
    files: dict[str, File] = field(repr=False)
    samples: dict[str, Sample] = field(repr=False)

    @property
    def user(self) -> User:
        """Who acts."""
        return person(self.world, self.body.get("as"))

    @property
    def channel(self) -> Channel:
        """Where."""
        return channel(self.world, self.body.get("channel"))

    def text(self, key: str) -> str:
        """Return a text; raises Malformed."""
        value = self.body.get(key)
        if not isinstance(value, str):
            raise Malformed(f"{key} is missing, or no text.")
        return value

    def objects(self, key: str) -> Json:
        """Return an object, empty when absent; raises Malformed."""
        value: object = self.body.get(key, {})
        if not isinstance(value, dict):
            raise Malformed(f"{key} is no object.")
        return as_object(cast("object", value))

    def items(self, key: str) -> list[object]:
        """Return a list, empty when absent; raises Malformed."""
        return items(self.body.get(key, []), key)

    def upload(self, value: object) -> Upload:
        """Return the file that `{"file": …}` or `{"sample": …}` refers to; raises Malformed.

        A file may have a `description`, its alternative text.
        """
        about = as_object(value)
        sample = self.samples.get(str(about.get("sample")))
        if sample is not None:
            return sample.upload()
        file = self.files.get(str(about.get("file")))
        if file is None:
            raise Malformed("A file is referred to that was not sent.")
        told = about.get("description")
        return Upload(file.filename, file.data, description=told if isinstance(told, str) else None)


def items(value: object, key: str) -> list[object]:
    """Return a list; raises Malformed."""
    if not isinstance(value, list):
        raise Malformed(f"{key} is no list.")
    return cast("list[object]", value)


def snowflake(value: object, what: str) -> int:
    """Read an id; raises Malformed."""
    # isdecimal alone takes digits of any script and any length; an id is 64 bits.
    if not isinstance(value, str) or not (value.isascii() and value.isdecimal() and len(value) <= 20):
        raise Malformed(f"{what} is no id.")
    return int(value)


def person(world: World, value: object) -> User:
    """Return who an id stands for; raises Malformed for nobody, and for the bot, whom nobody plays."""
    found = world.users.get(snowflake(value, "as"))
    if found is None or found.bot:
        raise Malformed("There is nobody with this id to act as.")
    return found


def channel(world: World, value: object) -> Channel:
    """Return the place that an id stands for; raises Malformed."""
    found = world.channels.get(snowflake(value, "channel"))
    if found is None:
        raise Malformed("There is no channel with this id.")
    return found


async def read_json(request: web.Request) -> Json:
    """Return a small JSON object; raises Malformed."""
    return _object(await _bounded(request, ACT_BYTES))


async def read_act(request: web.Request, world: World, samples: dict[str, Sample]) -> Act:
    """Return an act and its files; raises Malformed."""
    if request.content_type != "multipart/form-data":
        raise Malformed("An act is multipart/form-data.")
    if (request.content_length or 0) > TOTAL_BYTES:
        raise TooLarge("That is more than the sandbox takes at once.")
    body: Json | None = None
    files: dict[str, File] = {}
    left = TOTAL_BYTES  # counted too: a request in chunks does not say how long it is
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or not part.name:
                raise Malformed("A part of the form has no name.")
            if part.name == "act":
                body = _object(await _part(part, ACT_BYTES))
            elif len(files) == FILES:
                raise TooLarge(f"At most {FILES} files at once.")
            else:
                data = await _part(part, min(FILE_BYTES, left))
                left -= len(data)
                files[part.name] = File(part.filename or "unknown", data)
    except ValueError as error:  # aiohttp's word for a form that breaks its own format
        raise Malformed("The form could not be read.") from error
    if body is None:
        raise Malformed("The part named act is missing.")
    return Act(world, body, files, samples)


async def _part(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        data += chunk
        if len(data) > most:
            raise TooLarge("That is more than the sandbox takes at once.")
    return bytes(data)


async def _bounded(request: web.Request, most: int) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        data += chunk
        if len(data) > most:
            raise TooLarge("That is more than the sandbox takes at once.")
    return bytes(data)


def _no_number(name: str) -> object:
    raise ValueError(name)  # NaN and infinities, which JSON does not have but Python reads


def _object(raw: bytes) -> Json:
    try:
        value: object = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Malformed("That is no JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("That is no JSON object.")
    return as_object(cast("object", value))
