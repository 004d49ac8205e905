"""What this face's skin looks like, and where it is surely skin."""

from dataclasses import dataclass

import cv2
import numpy as np

from bot.engine.face import FEATURES, OVAL, SKIN
from bot.engine.imaging import Floats, blur, dilate, floats, hull, lab, polygons


@dataclass(frozen=True)
class Skin:
    """At the analysis scale, in CIE Lab."""

    lab: Floats
    median: Floats
    spread: Floats
    """1.4826 x the median absolute deviation: a standard deviation that ignores outliers."""
    cheeks: Floats
    """1 on cheeks and nose, where skin was measured."""
    weight: Floats
    """0..1: how surely a pixel is plain, evenly lit skin."""


def measure_skin(picture: Floats, points: Floats, width: float) -> Skin:
    """Measure the skin of the face with these points (analysis pixels); `width` is its width."""
    shape = picture.shape[0], picture.shape[1]
    colours = lab(picture)
    cheeks = polygons(shape, *(points[patch] for patch in SKIN))
    sample = colours[cheeks > 0] if cheeks.any() else colours.reshape(-1, 3)
    median = np.median(sample, axis=0)
    spread = 1.4826 * np.median(np.abs(sample - median), axis=0)
    features = dilate(polygons(shape, *(hull(points[part]) for part in FEATURES)), 0.03 * width)
    tolerance = np.maximum(1.3 * spread + floats([2.5, 1.2, 1.2]), floats([6, 2.5, 2.5]))
    light, *tint = _departures(colours, median, tolerance)
    off = 0.5 * light**2 + tint[0] ** 2 + tint[1] ** 2
    weight = polygons(shape, points[OVAL]) * (1 - features) * np.exp(-np.maximum(off - 5, 0) / 6)
    # Never quite 0 within the cheeks, so that there is always something to average.
    return Skin(colours, floats(median), floats(spread), cheeks, floats(np.maximum(weight, 1e-3 * cheeks)))


def not_skin(skin: Skin) -> Floats:
    """Squared distance of each pixel from the skin's colour; shadow and shine count little."""
    unit = np.clip(skin.spread, [5, 1.8, 2.2], [10, 4, 4.5]).astype(np.float32)
    light, *tint = _departures(skin.lab, skin.median, unit)
    dark, bright = np.minimum(light + 0.6, 0), np.maximum(light - 1.5, 0)
    a, b = (np.maximum(np.abs(one) - 0.5, 0) for one in tint)
    return floats(0.8 * dark**2 + 0.12 * bright**2 + 0.5 * (a**2 + b**2))


def _departures(colours: Floats, middle: Floats, unit: Floats) -> list[Floats]:
    """How far each plane of a picture is from its middle; by plane, since NumPy is slow to do it by pixel."""
    planes = cv2.split(colours)
    return [(floats(plane) - m) / u for plane, m, u in zip(planes, middle, unit, strict=True)]


def roughness(skin: Skin, width: float) -> Floats:
    """Fine texture of each pixel, in multiples of the cheeks' own: hair is rough."""
    lightness = np.ascontiguousarray(skin.lab[..., 0])
    rough = blur(np.abs(lightness - blur(lightness, max(0.012 * width, 0.5))), max(0.02 * width, 0.5))
    usual = float(rough[skin.cheeks > 0].mean()) if skin.cheeks.any() else 1.0
    return rough / max(usual, 0.1)
