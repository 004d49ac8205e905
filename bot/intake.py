"""Looks at the pictures of a swap before anything is paid for: what they are, and what is known of them."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot import pictures
from bot.bounds import can_be_result
from bot.errors import (
    FetchError,
    FetchProblem,
    PictureError,
    PictureGone,
    PictureProblem,
    PictureUnreachable,
    PictureUnusable,
    Role,
    Unexpected,
)
from bot.fetch import Reader
from bot.filters import ContentFilter
from bot.fingerprints import fingerprint, fingerprint_of
from bot.precheck import Precheck
from bot.references import InMessage, unsigned
from bot.store import inputs
from bot.store.database import Store
from bot.store.inputs import Made, Seen
from bot.store.showing import Showing, showing
from bot.store.swaps import Swap
from bot.trust_errors import PictureBlocked, PictureRole
from bot.words.sights import large_target, notes

MAX_INPUT_BYTES = 25 * 1024 * 1024
"""Largest input, in bytes: what one request to Discord may hold."""

_AT_ONCE = 4  # swaps whose pictures are in memory


class Links(Protocol):
    """Gives addresses of pictures that Discord holds."""

    async def fresh(self, reference: str, role: Role) -> str:
        """An address that can be used for a while; raises PictureGone, or Unexpected."""
        ...


@dataclass(frozen=True)
class Taken:
    """Two pictures that can be sent."""

    source_url: str = field(repr=False)
    target_url: str = field(repr=False)
    image_format: str
    """What is asked for: a JPEG, whatever the member chose, where the target is very large."""
    earlier: Made | None
    """The member's own swap of the same, whose result can be shown again."""
    hints: tuple[str, ...] = ()
    """What was seen in the pictures, in words."""
    faceless: bool = False
    """Whether a picture seems to show no face."""


@dataclass(frozen=True)
class _Look:
    """A picture that was read, and what was found out about it."""

    data: bytes = field(repr=False)
    sha256: bytes
    fingerprint: int
    pixels: int


class Intake:
    """Reads every picture before and after the call."""

    def __init__(
        self,
        store: Store,
        links: Links,
        reader: Reader,
        *,
        precheck: Precheck,
        content_filter: ContentFilter,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._links = links
        self._reader = reader
        self._precheck = precheck
        self._filter = content_filter
        self._now = now
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._key: bytes | None = None

    async def take(self, swap: Swap) -> Taken:
        """Look at both pictures, and keep what they were.

        Raises PictureGone, PictureUnreachable, PictureUnusable, PictureBlocked, Filtered or FilterFailed;
        nothing was paid for.
        """
        source_url = await self._links.fresh(swap.source_url, Role.SOURCE)
        target_url = await self._links.fresh(swap.target_url, Role.TARGET)
        if self._key is None:
            self._key = await self._store.run(inputs.store_key, "digest")
        async with self._room:
            source, target = await asyncio.gather(
                self._look(source_url, Role.SOURCE), self._look(target_url, Role.TARGET)
            )
            await self._filter.check(source.data, PictureRole.SOURCE)
            await self._filter.check(target.data, PictureRole.TARGET)
            sight = await self._precheck.look(source.data, target.data)
        seen = _seen(swap, source, target, self._key)
        earlier = await self._store.run(inputs.take_in, swap, seen, self._now())
        fits, hints = can_be_result(swap.image_format, target.pixels), notes(sight)
        return Taken(
            source_url,
            target_url,
            swap.image_format if fits else "jpeg",
            earlier,
            tuple(hints if fits else [*hints, large_target()]),
            bool(sight.faceless),
        )

    async def _look(self, url: str, role: Role) -> _Look:
        return await asyncio.to_thread(_looked_at, await read_picture(self._reader, url, role), role)

    async def check_result(self, data: bytes, shown_by: Showing) -> None:
        """Look at a finished picture; raises PictureBlocked, Filtered or FilterFailed."""
        await self._filter.check(data, PictureRole.RESULT)
        if shown_by.blocked:
            raise PictureBlocked

    async def look_again(self, swap: Swap, data: bytes) -> tuple[int, Showing]:
        """The perceptual hash of a picture that an earlier process has kept, and what it is shown by."""
        result_hash = await asyncio.to_thread(fingerprint, data)
        return result_hash, await self._store.run(showing, swap, result_hash, self._now())

    async def result_of(self, made: Made) -> bytes | None:
        """The picture that an earlier swap was answered with, where it still stands in its message."""
        if made.message_id is None:
            return None
        try:
            place = InMessage(made.channel_id, made.message_id)
            url = await self._links.fresh(str(place), Role.TARGET)
            return await self._reader.read(url)
        except (FetchError, PictureGone, Unexpected):
            return None


async def read_picture(reader: Reader, url: str, role: Role) -> bytes:
    """A picture that a member has given; raises PictureGone, PictureUnreachable or PictureUnusable."""
    try:
        return await reader.read(url)
    except FetchError as error:
        match error.problem:
            case FetchProblem.STATUS if error.status in (403, 404, 410):
                failure = PictureGone(role)
            case FetchProblem.TOO_LARGE:
                failure = PictureUnusable(role, PictureProblem.TOO_LARGE)
            case FetchProblem.NOT_ALLOWED:
                failure = PictureUnusable(role, PictureProblem.NOT_A_PICTURE)
            case _:
                failure = PictureUnreachable(role)
    raise failure


def _looked_at(data: bytes, role: Role) -> _Look:
    try:
        picture = pictures.open_picture(data)
        pixels = picture.width * picture.height
        return _Look(data, hashlib.sha256(data).digest(), fingerprint_of(picture), pixels)
    except PictureError as error:
        raise PictureUnusable(role, error.problem) from None


def _seen(swap: Swap, source: _Look, target: _Look, key: bytes) -> Seen:
    return Seen(
        source=unsigned(swap.source_url),
        target=unsigned(swap.target_url),
        digest=_digest(swap, source.sha256, target.sha256, key),
        source_hash=source.fingerprint,
        target_hash=target.fingerprint,
    )


def _digest(swap: Swap, source_sha256: bytes, target_sha256: bytes, key: bytes) -> str:
    """Tells whether a member asks for the same again; worth nothing without the store's key."""
    prompt = hashlib.sha256(swap.prompt.encode()).digest()
    options = f"{swap.user_id} {swap.image_format} {swap.quality} {swap.seed}".encode()
    asked = b"".join((source_sha256, target_sha256, prompt, options))
    return hmac.new(key, asked, hashlib.sha256).hexdigest()
