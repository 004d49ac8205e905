"""What is asked of a worker and what it answers: plain values that cross between processes."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

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


@dataclass(frozen=True)
class Job:
    """One swap. `source` and `target` are files as they were fetched."""

    source: bytes
    target: bytes
    image_format: OutputFormat = "png"
    quality: int = 95
    seed: int = SEED_DEFAULT
    faces: Faces = Faces.LARGEST
    effort: Effort = Effort.BALANCED


class Problem(StrEnum):
    """Why a picture cannot be used; the value completes the API's error message."""

    NO_FACE = "no face"
    NOT_A_PICTURE = "not a picture"
    TOO_LARGE = "too large"


@dataclass(frozen=True)
class Refused:
    """The pictures do not allow a swap: not a failure of the engine."""

    problem: Problem
    role: Role
