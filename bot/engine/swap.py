"""One face laid over another, in place."""

from dataclasses import dataclass

import cv2
import numpy as np

from bot.engine.colour import plan_recolouring
from bot.engine.detail import match_detail
from bot.engine.face import Face
from bot.engine.frame import Frame
from bot.engine.geometry import destination
from bot.engine.imaging import Bytes, Floats, floats, resize, thrice, unit
from bot.engine.look import Look
from bot.engine.mask import swap_mask
from bot.engine.skin import measure_skin
from bot.engine.tables import tables
from bot.engine.warp import paint, texture

Box = tuple[slice, slice]


@dataclass(frozen=True)
class Source:
    """A picture and the face in it that is used."""

    picture: Bytes
    face: Face


def swap_face(source: Source, picture: Bytes, target: Face, seed: int) -> None:
    """Lay the source's face over `target`, changing `picture` within the target's outline alone."""
    fixed, look = tables(), Look.of(seed)
    frame = Frame.around(target)
    points, scale = destination(source.face, target, fixed, look.shape)
    sheet = paint(frame, points, fixed)
    laid = texture(source.picture, source.face, sheet, frame, scale=scale, tables=fixed)
    around = frame.cut(picture)
    small = unit(cv2.resize(around, frame.small, interpolation=cv2.INTER_AREA))
    small_face = laid.read(frame.small)
    posed, own = frame.analysed(points), frame.analysed(target.points)
    skins = measure_skin(small_face, posed, frame.width), measure_skin(small, own, frame.width)
    mask = swap_mask(*skins, posed, own, ids=sheet.ids, width=frame.width, tables=fixed, edge=look.edge)
    weights = skins[0].weight, skins[1].weight
    recolouring = plan_recolouring(small_face, small, weights, posed, width=frame.width, look=look)
    smooth = floats(cv2.merge([recolouring.fields, mask, *weights]))
    box = _box(resize(mask, frame.size), frame, picture)
    if box is None:
        return
    full = resize(smooth, frame.size)[box]
    behind = unit(around[box])
    face = recolouring.apply(laid.read(frame.size, box), full[..., :7])
    sure = full[..., 8], full[..., 9]
    face = match_detail(face, behind, sure, target.width, seed=seed, fineness=look.fineness)
    _write(picture, frame, box, _blended(face, behind, thrice(full[..., 7])))


def _box(mask: Floats, frame: Frame, picture: Bytes) -> Box | None:
    """Rows and columns of the frame that the mask changes and the picture has."""
    rows, columns = (np.flatnonzero(mask.max(axis=axis) > 1 / 512) for axis in (1, 0))
    if not len(rows):
        return None
    top, bottom = max(int(rows[0]), -frame.top), min(int(rows[-1]) + 1, picture.shape[0] - frame.top)
    left, right = max(int(columns[0]), -frame.left), min(int(columns[-1]) + 1, picture.shape[1] - frame.left)
    return (slice(top, bottom), slice(left, right)) if top < bottom and left < right else None


def _blended(face: Floats, behind: Floats, mask: Floats) -> Bytes:
    """The face over what is behind it, as far as the mask shows it; `face` is used up."""
    face -= behind
    face *= mask
    face += behind
    return np.rint(np.clip(face, 0, 1) * 255).astype(np.uint8)


def _write(picture: Bytes, frame: Frame, box: Box, pixels: Bytes) -> None:
    rows, columns = box
    there = picture[
        rows.start + frame.top : rows.stop + frame.top, columns.start + frame.left : columns.stop + frame.left
    ]
    there[:] = pixels
