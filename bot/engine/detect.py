"""Face boxes from MediaPipe's BlazeFace networks, through OpenCV's own runtime."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from bot.engine.imaging import Bytes, Floats, as_bytes, floats

THRESHOLD = 0.5
SMALLEST_BOX = 8
"""Boxes with a smaller side, in pixels, are ignored."""


@dataclass(frozen=True)
class Box:
    """A candidate: `centre` (x, y), `size` (w, h) and six key points (eyes first), in pixels."""

    score: float
    centre: Floats
    size: Floats
    points: Floats

    def shifted(self, x: float, y: float) -> "Box":
        """The same box in a picture of which this one was a cut, `x`, `y` from its corner."""
        offset = floats([x, y])
        return Box(self.score, self.centre + offset, self.size, self.points + offset)


@dataclass(frozen=True)
class Detector:
    """One network, its input side in pixels, its anchors (x, y in 0..1) and the names of its outputs.

    Not thread-safe: an OpenCV network keeps its input and its buffers.
    """

    net: Any
    side: int
    anchors: Floats
    outputs: tuple[str, str]

    def boxes(self, picture: Bytes) -> list[Box]:
        """Find candidate faces anywhere in the picture, overlapping ones merged."""
        span = max(picture.shape[:2])
        self.net.setInput(_letterbox(picture, span, self.side))
        scores, raw = (floats(answer)[0] for answer in self.net.forward(self.outputs))
        scores = 1 / (1 + np.exp(-np.clip(scores[:, 0], -50, 50)))
        kept = np.flatnonzero(scores >= THRESHOLD)
        places = (raw[kept].reshape(-1, 8, 2) / self.side) * span
        anchors = self.anchors[kept] * span
        found = [
            Box(float(score), place[0] + anchor, place[1], place[2:] + anchor)
            for score, place, anchor in zip(scores[kept], places, anchors, strict=True)
        ]
        return merged([box for box in found if box.size.min() >= SMALLEST_BOX])


def short_range(net: Any) -> Detector:  # noqa: ANN401 - OpenCV's stubs do not type a network's calls
    """Finds faces that take a good part of the picture: a 16 x 16 grid twice, then 8 x 8 six times."""
    anchors = np.concatenate([np.repeat(_grid(16), 2, axis=0), np.repeat(_grid(8), 6, axis=0)])
    return Detector(net, 128, anchors, ("classificators", "regressors"))


def full_range(net: Any) -> Detector:  # noqa: ANN401 - OpenCV's stubs do not type a network's calls
    """Finds small faces as well: a 48 x 48 grid."""
    return Detector(net, 192, _grid(48), ("reshaped_classifier_face_4", "reshaped_regressor_face_4"))


def _grid(cells: int) -> Floats:
    centres = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    y, x = np.meshgrid(centres, centres, indexing="ij")
    return floats(np.stack([x, y], axis=-1).reshape(-1, 2))


def _letterbox(picture: Bytes, span: int, side: int) -> Floats:
    """Pad to a square with black, shrink to the network's side, scale to -1..1, channels first."""
    height, width = picture.shape[:2]
    inner = (max(1, round(width * side / span)), max(1, round(height * side / span)))
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[: inner[1], : inner[0]] = as_bytes(cv2.resize(picture, inner, interpolation=cv2.INTER_AREA))
    return (canvas.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]


def merged(boxes: list[Box]) -> list[Box]:
    """Merge boxes of one face: the best leads, those over it are averaged in, weighted by score."""
    rest = sorted(boxes, key=lambda box: -box.score)
    result: list[Box] = []
    while rest:
        same = [box for box in rest if box is rest[0] or _overlap(rest[0], box)]
        result.append(_average(same))
        rest = [box for box in rest if not any(box is other for other in same)]
    return result


def _overlap(one: Box, other: Box) -> bool:
    sides = np.minimum(one.centre + one.size / 2, other.centre + other.size / 2) - np.maximum(
        one.centre - one.size / 2, other.centre - other.size / 2
    )
    shared = float(np.prod(np.maximum(sides, 0)))
    areas = float(np.prod(one.size)), float(np.prod(other.size))
    # The second test catches the small box of a feature inside the box of its face.
    return shared > 0.3 * (sum(areas) - shared) or shared > 0.6 * min(areas)


def _average(boxes: list[Box]) -> Box:
    weights = floats([box.score for box in boxes])
    weights /= weights.sum()

    def mean(parts: list[Floats]) -> Floats:
        return floats(np.einsum("n,n...->...", weights, np.stack(parts)))

    return Box(
        boxes[0].score,
        mean([box.centre for box in boxes]),
        mean([box.size for box in boxes]),
        mean([box.points for box in boxes]),
    )
