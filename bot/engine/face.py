"""One face: 468 points of MediaPipe's mesh, and which of them mean what.

Indices are those of MediaPipe's canonical face mesh (Apache-2.0). "Right" and "left" are the person's own.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.engine.imaging import Floats

# fmt: off
OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148,
        176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
RIGHT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246]
LEFT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466]
RIGHT_BROW = [46, 53, 52, 65, 55, 70, 63, 105, 66, 107]
LEFT_BROW = [276, 283, 282, 295, 285, 300, 293, 334, 296, 336]
LIPS = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185]
MOUTH = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191]
NOSE = [168, 6, 197, 195, 5, 4, 1, 2, 98, 327]
RIGHT_CHEEK = [116, 117, 118, 119, 120, 100, 142, 203, 206, 207, 187, 123]
LEFT_CHEEK = [345, 346, 347, 348, 349, 329, 371, 423, 426, 427, 411, 352]
NOSE_SKIN = [168, 122, 196, 3, 51, 45, 4, 275, 281, 248, 419, 351]
CHIN = [199, 175]
TEMPLES = [143, 372]
# fmt: on
FEATURES = (RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS)
SKIN = (RIGHT_CHEEK, LEFT_CHEEK, NOSE_SKIN)


@dataclass(frozen=True)
class Face:
    """A face in a picture: `points` are 468 x (x, y, z) in its pixels, z growing away from the viewer."""

    points: Floats

    @property
    def oval(self) -> Floats:
        """The outline, 36 x (x, y)."""
        return self.points[OVAL, :2]

    @cached_property
    def area(self) -> float:
        """Area inside the outline, square pixels."""
        x, y = self.oval.T
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)

    @property
    def width(self) -> float:
        """Width of a frontal face of this area, pixels; the unit of every length in the swap."""
        return float(np.sqrt(self.area / 1.05))
