"""A free look at both pictures before anything is paid: what faces they show, and how well.

Only help, never a condition: whatever fails or takes long means that nothing was seen. Knows no Discord.
"""

import asyncio
import importlib.util
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.config import Config
from bot.engine.assets import FOLDER, manifest
from bot.engine.child import EngineChild
from bot.errors import EngineUnavailable, FetchError, Role
from bot.fetch import Session, open_session, post

log = logging.getLogger(__name__)

_SECONDS = 3.0
"""What a swap may wait for both looks, an engine that has yet to start included."""
_AT_ONCE = 4
"""Swaps whose pictures are looked at at the same time; who comes on top of them is not kept waiting."""
_ANSWER_MAX = 64 * 1024

# Measured on the two portraits, scaled, blurred and turned; each leaves good pictures a wide margin.
_SMALLEST = {Role.SOURCE: 64.0, Role.TARGET: 40.0}
"""Pixels across a face; portraits have 88 and more. A small source is stretched, a small target lost."""
_SHARPEST_BLUR = 0.065
"""Sharp portraits have 0.17 and more, JPEG quality 8 included; a blur of 2 % of the face's width has 0.06."""
_FURTHEST_TURN = 34.0
"""Degrees as measured: truly some 50. Portraits have under 10, heads turned by 30 degrees have under 27."""
_SIDE_FACE = 0.25
"""Faces below this share of the largest one's width are background."""


_FAILURES = (FetchError, TimeoutError, LookupError, TypeError, ValueError, OverflowError, RecursionError)
"""An engine that cannot be asked, and answers that are not its own."""


class Kind(StrEnum):
    """What there is to say about a picture of a swap."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"  # how many: the note's `count`
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    TURNED_AWAY = "turned_away"


@dataclass(frozen=True)
class Note:
    """One thing that was noticed; but for SEVERAL_FACES and NO_FACE it is about the largest face."""

    kind: Kind
    role: Role
    count: int = 1


@dataclass(frozen=True)
class Sight:
    """What was seen in both pictures; nothing at all where nobody `looked`."""

    looked: bool = False
    source_faces: int = 0
    target_faces: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def faceless(self) -> tuple[Role, ...]:
        """The pictures in which no face was found: what to ask about before paying."""
        return tuple(note.role for note in self.notes if note.kind is Kind.NO_FACE)


NOTHING = Sight()
"""Nothing seen, nothing to ask."""

Engine = Callable[[], Awaitable[tuple[str, str] | None]]
"""Tells where pictures are looked at, as a URL and its key, or None where nowhere."""


class Precheck:
    """Looks at the pictures of a swap; without an engine it sees nothing."""

    def __init__(self, session: Session | None = None, engine: Engine | None = None) -> None:
        self._session = session
        self._engine = engine
        self._under_way = 0

    async def look(self, source: bytes, target: bytes) -> Sight:
        """Look at both files, for 3 seconds at most; never raises for anything it meets."""
        if self._session is None or self._engine is None or self._under_way >= _AT_ONCE:
            return NOTHING
        self._under_way += 1
        try:
            async with asyncio.timeout(_SECONDS):
                found = await self._engine()
                if found is None:
                    return NOTHING
                ours = await _faces(self._session, found, source)
                theirs = await _faces(self._session, found, target)
        except _FAILURES as error:
            log.info("Pictures were not looked at: %s %s", type(error).__name__, error)
            return NOTHING
        finally:
            self._under_way -= 1
        notes = (*_notes(Role.SOURCE, ours), *_notes(Role.TARGET, theirs))
        return Sight(True, len(ours), len(theirs), notes)


@dataclass(frozen=True)
class _Face:
    """What the engine tells of a face that counts here; its own words say in which units."""

    pixels: float
    sharpness: float
    turn: float


async def _faces(session: Session, engine: tuple[str, str], picture: bytes) -> list[_Face]:
    """Ask for the faces of one picture, largest first, without those in the background."""
    url, key = engine
    headers = {"x-api-key": key, "content-type": "image/*"}
    body = await post(session, url, picture, headers=headers, max_bytes=_ANSWER_MAX, timeout_seconds=_SECONDS)
    told: list[dict[str, Any]] = json.loads(body)["faces"]
    faces = [_Face(float(one["pixels"]), float(one["sharpness"]), float(one["turn"])) for one in told]
    faces.sort(key=lambda face: -face.pixels)
    return [face for face in faces if face.pixels >= _SIDE_FACE * faces[0].pixels]


def _notes(role: Role, faces: list[_Face]) -> Iterator[Note]:
    if not faces:
        yield Note(Kind.NO_FACE, role, 0)
        return
    if len(faces) > 1:
        yield Note(Kind.SEVERAL_FACES, role, len(faces))
    largest = faces[0]
    if largest.pixels < _SMALLEST[role]:
        yield Note(Kind.TOO_SMALL, role)
    elif largest.sharpness < _SHARPEST_BLUR:  # a small face is not sharp anyway
        yield Note(Kind.BLURRED, role)
    if largest.turn > _FURTHEST_TURN:
        yield Note(Kind.TURNED_AWAY, role)


@asynccontextmanager
async def open_precheck(config: Config, engine: EngineChild | None) -> AsyncGenerator[Precheck]:
    """A look by the engine that runs anyway, or by one of its own that starts with the first look.

    Where `PRECHECK=off`, or the engine is not installed, nothing is looked at.
    """
    if not config.precheck or not (engine or installed()):
        yield Precheck()
        return
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        lazy = _LazyEngine(engine)
        stack.push_async_callback(lazy.close)
        yield Precheck(session, lazy)


def installed() -> bool:
    """Whether the engine's packages and models are there."""
    packages = all(importlib.util.find_spec(name) for name in ("numpy", "cv2"))
    models = (file.name for wheel in manifest() for file in wheel.files if file.name.endswith(".tflite"))
    return packages and all((FOLDER / name).is_file() for name in models)


class _LazyEngine:
    """An engine that starts when it is first asked for, and goes on starting when who asked has gone."""

    def __init__(self, running: EngineChild | None) -> None:
        self._running = running
        self._stack = AsyncExitStack()
        self._start: asyncio.Task[EngineChild | None] | None = None

    async def __call__(self) -> tuple[str, str] | None:
        child = self._running
        if child is None:
            self._start = self._start or asyncio.create_task(self._started())
            child = await asyncio.shield(self._start)
        return (child.faces_url, child.key) if child else None

    async def _started(self) -> EngineChild | None:
        try:
            return await self._stack.enter_async_context(EngineChild.start((), FOLDER, workers=1))
        except EngineUnavailable as error:
            log.warning("Pictures are not looked at before swaps: %s", error)
            return None

    async def close(self) -> None:
        """End the engine that was started here, also while it starts."""
        if self._start:
            self._start.cancel()
            await asyncio.gather(self._start, return_exceptions=True)
        await self._stack.aclose()
