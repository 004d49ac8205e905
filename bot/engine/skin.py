"""What this face's skin looks like, and where it is surely skin."""

from dataclasses import dataclass

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
    off = ((colours - median) / tolerance) ** 2 @ floats([0.5, 1, 1])
    weight = polygons(shape, points[OVAL]) * (1 - features) * np.exp(-np.maximum(off - 5, 0) / 6)
    # Never quite 0 within the cheeks, so that there is always something to average.
    return Skin(colours, floats(median), floats(spread), cheeks, floats(np.maximum(weight, 1e-3 * cheeks)))


def not_skin(skin: Skin) -> Floats:
    """Squared distance of each pixel from the skin's colour; shadow and shine count little."""
    z = (skin.lab - skin.median) / np.clip(skin.spread, [5, 1.8, 2.2], [10, 4, 4.5]).astype(np.float32)
    dark, bright = np.minimum(z[..., 0] + 0.6, 0), np.maximum(z[..., 0] - 1.5, 0)
    tint = np.maximum(np.abs(z[..., 1:]) - 0.5, 0)
    return floats(0.8 * dark**2 + 0.12 * bright**2 + 0.5 * (tint**2).sum(axis=2))


def roughness(skin: Skin, width: float) -> Floats:
    """Fine texture of each pixel, in multiples of the cheeks' own: hair is rough."""
    lightness = np.ascontiguousarray(skin.lab[..., 0])
    rough = blur(np.abs(lightness - blur(lightness, max(0.012 * width, 0.5))), max(0.02 * width, 0.5))
    usual = float(rough[skin.cheeks > 0].mean()) if skin.cheeks.any() else 1.0
    return rough / max(usual, 0.1)
