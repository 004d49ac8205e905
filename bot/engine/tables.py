"""What is fixed about the mesh: triangles, mean face, mirror, weights of its points, zones of its skin.

`tables.npz` is made by `make_tables.py`, which says from what.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bot.engine.face import NOSE, OVAL
from bot.engine.imaging import Flags, Floats, Ints, floats, smoothstep

_LIDS = [159, 145, 158, 153, 160, 144, 161, 163, 157, 154, 386, 374, 385, 380, 387, 373, 388, 390, 384, 381]
_ANCHORS = [33, 133, 362, 263, *NOSE]
_RING = 1.18
"""Texture is taken this far beyond the outline."""


@dataclass(frozen=True)
class Tables:
    """Indices 0..467 are the mesh's points; 468..503 are the outline again, a little further out."""

    triangles: Ints
    mirror: Ints
    pose: Floats
    """Weight of each point when the source is posed like the target."""
    keep_target: Floats
    """1 where a point stays on the target (outline), 0 where the source's own shape shows."""
    forehead: Flags
    right_side: Flags
    left_side: Flags
    beard: Flags
    """Zones, one flag a triangle."""


@cache
def tables() -> Tables:
    """Load the tables once a process."""
    with np.load(Path(__file__).with_name("tables.npz")) as stored:
        triangles, mirror, mean = (
            stored["triangles"].astype(np.int32),
            stored["mirror"].astype(np.int32),
            stored["mean"],
        )
    distance = _distance_from_outline(mean)
    triangles = np.concatenate([triangles, _ring_triangles()])
    inner = with_ring(mean)[triangles].mean(axis=1)
    brows, nose_tip, eye = mean[[105, 334], 1].mean(), mean[2, 1], abs(mean[33, 0])
    side = (inner[:, 1] < nose_tip) & (np.abs(inner[:, 0]) > eye)
    return Tables(
        triangles=triangles,
        mirror=mirror,
        pose=_pose_weights(mean),
        keep_target=1 - smoothstep(distance, 0, 0.20),
        forehead=inner[:, 1] < brows,
        right_side=side & (inner[:, 0] < 0),
        left_side=side & (inner[:, 0] > 0),
        beard=inner[:, 1] > nose_tip,
    )


def with_ring(points: Floats) -> Floats:
    """Append the 36 points of the outline, scaled about its own centre."""
    oval = points[OVAL]
    centre = oval.mean(axis=0)
    return np.concatenate([points, centre + _RING * (oval - centre)])


def _ring_triangles() -> Ints:
    here, ring = np.array(OVAL), np.arange(468, 504)
    after, ring_after = np.roll(here, -1), np.roll(ring, -1)
    return np.concatenate([np.stack([here, after, ring], 1), np.stack([after, ring_after, ring], 1)]).astype(
        np.int32
    )


def _pose_weights(mean: Floats) -> Floats:
    # The jaw moves with the expression, the upper face does not.
    weights = 1 - 0.85 * smoothstep(mean[:, 1], 0.25, 0.75)
    weights[_LIDS] *= 0.5
    weights[_ANCHORS] *= 4
    weights[OVAL] *= 0.3
    return weights


def _distance_from_outline(mean: Floats) -> Floats:
    """Distance of each point of the mean face from its outline, in outline widths."""
    start = mean[OVAL, :2]
    step = np.roll(start, -1, axis=0) - start
    offset = mean[:, None, :2] - start
    along = np.clip((offset * step).sum(axis=2) / (step**2).sum(axis=1), 0, 1)
    distance = np.linalg.norm(offset - along[..., None] * step, axis=2).min(axis=1)
    return floats(distance / np.ptp(start[:, 0]))
