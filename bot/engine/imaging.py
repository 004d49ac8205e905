"""Array types and the OpenCV calls the engine uses, with float32 in and float32 out.

Pictures are height x width x 3, RGB. `Bytes` hold 0..255, `Floats` hold 0..1; points are x, y[, z] in pixels.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of R, G and B in luma (ITU-R BT.601)."""


def floats(values: Any) -> Floats:  # noqa: ANN401 - OpenCV's stubs promise no element type
    """View (or convert) OpenCV's answer as float32."""
    return np.asarray(values, np.float32)


def as_bytes(values: Any) -> Bytes:  # noqa: ANN401 - OpenCV's stubs promise no element type
    """View OpenCV's answer as uint8; the values must be bytes already."""
    return np.asarray(values, np.uint8)


def unit(values: Any) -> Floats:  # noqa: ANN401 - OpenCV's stubs promise no element type
    """Bytes 0..255 as 0..1."""
    return np.multiply(values, np.float32(1 / 255), dtype=np.float32)


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 at `low`, 1 at `high`, smooth between; falls when `high` < `low`."""
    x = floats(np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1))
    return x * x * (3 - 2 * x)


def ramp(value: float, low: float, high: float) -> float:
    """`smoothstep` of one number."""
    x = min(max((value - low) / (high - low), 0.0), 1.0)
    return x * x * (3 - 2 * x)


def blur(image: Floats, sigma: float) -> Floats:
    """Gaussian blur, cut at 3 sigma (in pixels); the border is repeated."""
    size = 2 * int(np.ceil(3 * sigma)) + 1
    return floats(cv2.GaussianBlur(image, (size, size), sigma, borderType=cv2.BORDER_REPLICATE))


def resize(image: Floats, size: tuple[int, int]) -> Floats:
    """Resize to (width, height): by area when that shrinks, else linearly."""
    shrinks = size[0] < image.shape[1]
    return floats(cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def luma(image: Floats) -> Floats:
    """Luma of an RGB picture."""
    return floats(cv2.transform(image, LUMA[None]))


def lab(image: Floats) -> Floats:
    """CIE L*a*b* of an sRGB picture: L in 0..100."""
    return floats(cv2.cvtColor(image, cv2.COLOR_RGB2Lab))


def thrice(plane: Floats) -> Floats:
    """One plane for each colour; NumPy takes three times as long to spread a single one over them."""
    return floats(cv2.merge([plane, plane, plane]))


def polygons(shape: tuple[int, int], *outlines: Floats) -> Floats:
    """1 inside any of the outlines (x, y in pixels), else 0; `shape` is (height, width)."""
    canvas = np.zeros(shape, np.uint8)
    for outline in outlines:
        fixed = np.rint(outline[:, :2] * 16).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], (1,), lineType=cv2.LINE_8, shift=4)
    return canvas.astype(np.float32)


def hull(points: Floats) -> Floats:
    """Convex hull of points, as an outline."""
    return floats(cv2.convexHull(np.ascontiguousarray(points[:, :2])))[:, 0]


def _ellipse(radius: float) -> Bytes:
    side = 2 * round(radius) + 1
    return as_bytes(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def dilate(mask: Floats, radius: float) -> Floats:
    """Grow bright areas by `radius` pixels."""
    return floats(cv2.dilate(mask, _ellipse(radius)))


def erode(mask: Floats, radius: float) -> Floats:
    """Shrink bright areas by `radius` pixels."""
    return floats(cv2.erode(mask, _ellipse(radius)))
