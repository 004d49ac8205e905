"""468 landmarks of one face, from MediaPipe's face mesh network, through OpenCV's own runtime."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from bot.engine.detect import Box
from bot.engine.face import Face
from bot.engine.imaging import Bytes, Floats, as_bytes, floats

SIDE = 192
_MARGIN = 1.5
_SURE = 12.0
"""Faces read upright pass this flag easily (17 to 29 on the portraits), upside down they do not (under 9)."""
_STEADY = 0.1
_OUTPUTS = ("conv2d_21", "conv2d_31")  # landmarks, face flag


@dataclass(frozen=True)
class Region:
    """A square in the picture, `side` pixels wide, turned by `angle` (radians) about `centre`."""

    centre: Floats
    side: float
    angle: float


@dataclass(frozen=True)
class Mesher:
    """The landmark network. Not thread-safe."""

    net: Any

    def face(self, picture: Bytes, box: Box) -> Face | None:
        """Read the landmarks of the face in a box; None when there is none after all."""
        eyes = box.points[1] - box.points[0]
        angle = float(np.arctan2(eyes[1], eyes[0]))
        points, flag = self._settled(picture, box, angle)
        if flag < _SURE:
            # On a face upside down the detector may put the eyes where the mouth is.
            turned = self._settled(picture, box, angle + np.pi)
            points, flag = max((points, flag), turned, key=lambda reading: reading[1])
        # The flag is a logit: above 0 means a probability above one half.
        return Face(points) if flag > 0 and np.isfinite(points).all() else None

    def _settled(self, picture: Bytes, box: Box, angle: float) -> tuple[Floats, float]:
        points, flag = self._read(picture, Region(box.centre, _MARGIN * float(box.size.max()), angle))
        # The box is coarse; a square taken from the landmarks themselves makes the second reading exact,
        # unless the eyes were far from where the box had them: then they are still on their way.
        for _ in range(3):
            region = _around(points)
            points, flag = self._read(picture, region)
            if abs(np.sin(_lean(points) - region.angle)) < _STEADY:
                break
        return points, flag

    def _read(self, picture: Bytes, region: Region) -> tuple[Floats, float]:
        patch, to_patch = _cut(picture, region)
        self.net.setInput((patch.astype(np.float32) / 255).transpose(2, 0, 1)[None])
        raw, flag = (floats(answer).ravel() for answer in self.net.forward(_OUTPUTS))
        points = raw.reshape(468, 3)
        back = floats(cv2.invertAffineTransform(to_patch))
        placed = np.column_stack(
            [points[:, :2] @ back[:, :2].T + back[:, 2], points[:, 2] * region.side / SIDE]
        )
        return floats(placed), float(flag[0])


def _lean(points: Floats) -> float:
    """Angle of the eye line, radians."""
    eyes = points[263, :2] - points[33, :2]
    return float(np.arctan2(eyes[1], eyes[0]))


def _around(points: Floats) -> Region:
    """The square of the second reading: upright to the eye line, half as large again as the landmarks."""
    angle = _lean(points)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = floats([[cos, sin], [-sin, cos]])
    turned = points[:, :2] @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return Region((low + high) / 2 @ turn, max(_MARGIN * float((high - low).max()), 1.0), angle)


def _cut(picture: Bytes, region: Region) -> tuple[Bytes, Floats]:
    """Cut the region out as an upright square of SIDE pixels; also the 2x3 matrix picture -> square."""
    cos, sin = np.cos(region.angle), np.sin(region.angle)
    reach = region.side / 2 * (abs(cos) + abs(sin)) + 2
    height, width = picture.shape[:2]
    left, top = (
        int(np.clip(v - reach, 0, end - 1)) for v, end in zip(region.centre, (width, height), strict=True)
    )
    right, bottom = (
        int(np.clip(v + reach, 0, end - 1)) + 1 for v, end in zip(region.centre, (width, height), strict=True)
    )
    crop, shrink = picture[top:bottom, left:right], 1.0
    if region.side > 2 * SIDE:  # warpAffine would skip pixels
        shrink = 2 * SIDE / region.side
        size = max(1, round(crop.shape[1] * shrink)), max(1, round(crop.shape[0] * shrink))
        crop = as_bytes(cv2.resize(crop, size, interpolation=cv2.INTER_AREA))
    scale = SIDE / region.side
    linear = floats([[cos, sin], [-sin, cos]]) * scale
    to_patch = np.column_stack([linear, SIDE / 2 - linear @ region.centre])
    from_crop = np.column_stack([linear / shrink, to_patch[:, 2] + linear @ floats([left, top])])
    patch = cv2.warpAffine(
        crop, from_crop, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return as_bytes(patch), floats(to_patch)
