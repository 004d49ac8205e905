"""What is asked of a worker and what it answers: plain values that cross between processes."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

from bot.errors import Role
from bot.pictures import OutputFormat
from bot.segmind_wire import SEED_DEFAULT


class Faces(StrEnum):
    """Which faces of the target are swapped."""

    LARGEST = "largest"
    ALL = "all"


class Effort(IntEnum):
    """Longest side, in pixels, that a target is worked on and answered in."""

    FAST = 1024
    BALANCED = 1600
    HIGH = 2560


FACES_PATH = "/v1/faces"
"""Where the engine is asked for a look at one picture. Ours alone: the API has no such thing."""

T_co = TypeVar("T_co", covariant=True)


class Task(Generic[T_co]):
    """What a worker can be asked for; it answers with a `T_co` or Refused."""


@dataclass(frozen=True)
class Job(Task[bytes]):
    """One swap. `source` and `target` are files as they were fetched."""

    source: bytes
    target: bytes
    image_format: OutputFormat = "png"
    quality: int = 95
    seed: int = SEED_DEFAULT
    faces: Faces = Faces.LARGEST
    effort: Effort = Effort.BALANCED


@dataclass(frozen=True)
class SeenFace:
    """One face of a picture, in pixels of the upright picture."""

    box: tuple[int, int, int, int]
    """Left, top, width and height of its outline; parts may lie beyond the picture."""
    score: float
    """How sure the detector is, 0.5 to 1."""
    share: float
    """Its part of the picture's area, 0..1."""
    pixels: float
    """Its width, as of a frontal face of the same area."""
    sharpness: float
    """Share of detail in the contrast of eyes and mouth, 0..1."""
    turn: float
    """Degrees between where it looks and the viewer."""


@dataclass(frozen=True)
class Scanned:
    """Size of the upright picture in pixels, and its faces, largest first."""

    width: int
    height: int
    faces: tuple[SeenFace, ...]


@dataclass(frozen=True)
class Scan(Task[Scanned]):
    """A look at one picture, a file as it was sent."""

    picture: bytes


class Problem(StrEnum):
    """Why a picture cannot be used; the value completes the API's error message."""

    NO_FACE = "no face"
    NOT_A_PICTURE = "not a picture"
    TOO_LARGE = "too large"


@dataclass(frozen=True)
class Refused:
    """The pictures do not allow it: not a failure of the engine. A picture that stands alone has no role."""

    problem: Problem
    role: Role | None = None
