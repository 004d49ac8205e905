"""The part of the target picture a swap works on, at full size and at the smaller scale of its analysis."""

from dataclasses import dataclass

import cv2
import numpy as np

from bot.engine.face import Face
from bot.engine.imaging import Bytes, Floats, as_bytes, floats

_MARGIN = 0.14
_ANALYSIS_WIDTH = 176
"""Faces wider than this, in pixels, are analysed smaller; nothing measured there needs more."""


@dataclass(frozen=True)
class Frame:
    """`left`, `top` may be negative: a frame may reach beyond the picture. `size` and `small` are (w, h)."""

    left: int
    top: int
    size: tuple[int, int]
    small: tuple[int, int]
    width: float
    """Width of the face at the analysis scale, pixels."""

    @classmethod
    def around(cls, face: Face) -> "Frame":
        """The outline's box and a margin for the feather."""
        low = np.floor(face.oval.min(axis=0) - _MARGIN * face.width).astype(int)
        high = np.ceil(face.oval.max(axis=0) + _MARGIN * face.width).astype(int) + 1
        size = int(high[0] - low[0]), int(high[1] - low[1])
        shrink = min(1.0, _ANALYSIS_WIDTH / face.width)
        small = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        return cls(int(low[0]), int(low[1]), size, small, face.width * shrink)

    def analysed(self, points: Floats) -> Floats:
        """Points of the picture, in pixels of the analysis (x, y only)."""
        step = floats([self.size[0] / self.small[0], self.size[1] / self.small[1]])
        return (points[:, :2] - floats([self.left, self.top]) + 0.5) / step - 0.5

    def cut(self, picture: Bytes) -> Bytes:
        """The frame's pixels; beyond the picture its edge is repeated."""
        height, width = picture.shape[:2]
        (w, h), x, y = self.size, self.left, self.top
        inside = picture[max(y, 0) : max(y + h, 0), max(x, 0) : max(x + w, 0)]
        pads = max(-y, 0), max(y + h - height, 0), max(-x, 0), max(x + w - width, 0)
        return as_bytes(cv2.copyMakeBorder(inside, *pads, cv2.BORDER_REPLICATE)) if any(pads) else inside
