"""Where each point of the source face goes: its own shape, posed like the target."""

import numpy as np

from bot.engine.face import Face
from bot.engine.imaging import Floats, Ints, floats, smoothstep
from bot.engine.tables import Tables


def similarity(points: Floats, onto: Floats, weights: Floats) -> tuple[float, Floats, Floats]:
    """Scale, rotation and shift that lay `points` over `onto` best (weighted; Umeyama 1991)."""
    share = weights / weights.sum()
    centre, goal = share @ points, share @ onto
    moved, aim = points - centre, onto - goal
    u, stretch, vt = np.linalg.svd((aim * share[:, None]).T @ moved)
    # Without this a reflection could fit better than any rotation.
    sign = np.array([1, 1, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    turn = (u * sign) @ vt
    scale = float((stretch * sign).sum() / (share @ (moved**2).sum(axis=1)))
    return scale, floats(turn), floats(goal - scale * turn @ centre)


def destination(source: Face, target: Face, tables: Tables, shape: float = 0.0) -> tuple[Floats, float]:
    """Points in the target picture for the source's texture, and the scale from source to target.

    The outline is the target's; everything within is the source's own shape and expression, so the target's
    open mouth or closed eyes never show and a mouth is never torn open. `shape` lends that much of the
    target's own shape to everything within.
    """
    scale, turn, shift = similarity(source.points, target.points, tables.pose)
    posed = scale * source.points @ turn.T + shift
    keep = tables.keep_target[:, None]
    keep = floats(keep + shape * (1 - keep))
    return floats(keep * target.points + (1 - keep) * posed), scale


def visibility(points: Floats, triangles: Ints) -> Floats:
    """How much each point's skin faces the viewer: 1 does, 0 is turned away."""
    corners = points[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    summed = np.zeros_like(points)
    for corner in range(3):
        np.add.at(summed, triangles[:, corner], normals)
    facing = summed[:, 2] / np.maximum(np.linalg.norm(summed, axis=1), 1e-6)
    # The winding of the mesh decides the sign; most of a face that was found faces the viewer.
    return smoothstep(floats(facing * (np.sign(facing.sum()) or 1)), 0.10, 0.40)
