"""The stages of a swap, as functions of the engine and of its equal-work floor, each timed in its place."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

from bot.engine import swap, work
from bot.engine.colour import Recolouring
from bot.engine.detect import Detector
from bot.engine.mesh import Mesher
from bot.engine.warp import Texture
from tests.bench import engine_floor

T = TypeVar("T")

Stages = dict[str, list[tuple[object, str]]]
"""For each stage the functions that make it up, by where they are called from. None calls another."""

ENGINE: Stages = {
    "decode": [(work, "decode")],
    "detect": [(Detector, "boxes")],
    "landmarks": [(Mesher, "face")],
    "align": [(swap, "destination")],
    "warp": [(swap, "paint"), (swap, "texture"), (Texture, "read")],
    "skin": [(swap, "measure_skin")],
    "mask": [(swap, "swap_mask")],
    "colour": [(swap, "plan_recolouring"), (Recolouring, "apply")],
    "detail": [(swap, "match_detail")],
    "blend": [(swap, "_blended"), (swap, "_write")],
    "encode": [(work, "encode")],
}
EQUAL: Stages = {stage: [(engine_floor, stage)] for stage in ENGINE}


@dataclass(frozen=True)
class Taken:
    """Milliseconds of a whole, and of the stages in it."""

    whole: float
    stages: dict[str, float]

    @property
    def rest(self) -> float:
        """What no stage accounts for."""
        return self.whole - sum(self.stages.values())


def timed(work: Callable[[], T], stages: Stages) -> tuple[Taken, T]:
    """Do it once, the functions of its stages replaced by themselves with a clock around them."""
    spent: dict[str, float] = {}

    def clocked(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                spent[stage] = spent.get(stage, 0) + 1000 * (time.perf_counter() - began)

        return call

    with ExitStack() as stack:
        for stage, functions in stages.items():
            for owner, name in functions:
                stack.enter_context(patch.object(owner, name, clocked(stage, getattr(owner, name))))
        began = time.perf_counter()
        made = work()
        whole = 1000 * (time.perf_counter() - began)
    return Taken(whole, spent), made
