"""Where the new face shows: the target's outline, feathered, without the hair and hands in front of it."""

import cv2
import numpy as np

from bot.engine.face import CHIN, FEATURES, NOSE, OVAL, TEMPLES
from bot.engine.imaging import (
    Flags,
    Floats,
    Ints,
    blur,
    dilate,
    erode,
    floats,
    hull,
    polygons,
    ramp,
    smoothstep,
)
from bot.engine.skin import Skin, not_skin, roughness
from bot.engine.tables import Tables

# Never given back to the target. As wide as the temples, or the frames of its glasses would stay.
_CORE = [*(point for part in FEATURES for point in part), *NOSE, *CHIN, *TEMPLES]


def swap_mask(
    source: Skin,
    target: Skin,
    posed: Floats,
    points: Floats,
    *,
    ids: Ints,
    width: float,
    tables: Tables,
    edge: float,
) -> Floats:
    """0..1 at the analysis scale.

    `posed` are the source's points where they are laid, `points` the target's own, both in analysis pixels;
    `ids` is the painted sheet, `edge` a factor of the feather.
    """
    shape = target.weight.shape[0], target.weight.shape[1]
    oval = polygons(shape, points[OVAL])
    zones = _Zones(ids, tables)
    hair = np.maximum(_on_source(source, zones, width), _in_front(not_skin(target), width))
    core = dilate(polygons(shape, hull(np.concatenate([posed[_CORE], points[_CORE]]))), 0.03 * width)
    hair = _from_outside(hair * (1 - blur(core, 0.02 * width)), oval, width)
    feathered = blur(erode(oval, 0.035 * edge * width), 0.045 * edge * width)
    return np.minimum(feathered, blur(oval, max(0.012 * width, 0.3))) * (1 - hair)


class _Zones:
    """The parts of the face that hair covers, as flags of pixels."""

    def __init__(self, ids: Ints, tables: Tables) -> None:
        def painted(flags: Flags) -> Flags:
            return np.append(flags, False)[ids]

        self.forehead = painted(tables.forehead)
        self.sides = painted(tables.right_side), painted(tables.left_side)
        self.beard = painted(tables.beard)


def _on_source(skin: Skin, zones: _Zones, width: float) -> Floats:
    """The source's own hair and brim, which must not come along."""
    distance = not_skin(skin)
    framed = zones.forehead | zones.sides[0] | zones.sides[1]
    distance += np.where(framed, 0.8 * np.clip(roughness(skin, width) - 2, 0, 3) ** 2, 0).astype(np.float32)
    # A beard is part of who somebody is.
    distance[zones.beard & (skin.lab[..., 0] < skin.median[0])] = 0
    hair = _in_front(distance, width)
    # A band with much hair in it would look moth-eaten: all of it goes back to the target.
    bands = [(zones.forehead, 0.12, 0.35), *((side, 0.25, 0.50) for side in zones.sides)]
    for band, some, much in bands:
        if band.any():
            given = ramp(float(hair[band].mean()), some, much)
            hair = np.maximum(hair, blur(band.astype(np.float32) * given, 0.03 * width))
    return hair


def _in_front(distance: Floats, width: float) -> Floats:
    cover, reach = smoothstep(np.sqrt(distance), 2.0, 3.2), 0.02 * width
    closed = erode(dilate(cover, reach), reach)
    opened = dilate(erode(closed, reach), reach)
    return blur(dilate(opened, reach), max(0.012 * width, 0.3))


def _from_outside(hair: Floats, oval: Floats, width: float) -> Floats:
    """Keep what reaches in from beyond the outline; an island (a mole, a shadow) is part of the face."""
    solid = ((hair > 0.3) | (oval == 0)).astype(np.uint8)
    labels = np.asarray(cv2.connectedComponents(solid, connectivity=8)[1], np.int32)
    kept = (labels == labels[0, 0]).astype(np.float32)
    return floats(hair * blur(dilate(kept, 0.03 * width), 0.012 * width + 0.3))
