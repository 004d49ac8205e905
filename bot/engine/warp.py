"""Lays the source's texture over the target, triangle by triangle, through one smooth map."""

from dataclasses import dataclass

import cv2
import numpy as np

from bot.engine.face import Face
from bot.engine.frame import Frame
from bot.engine.geometry import visibility
from bot.engine.imaging import Bytes, Floats, Ints, as_bytes, blur, floats, smoothstep, unit
from bot.engine.tables import Tables, with_ring


@dataclass(frozen=True)
class Sheet:
    """The painted mesh at the analysis scale: which triangle covers a pixel (their number = none)."""

    ids: Ints
    corners: Floats
    """All 504 points, analysis pixels."""


def paint(frame: Frame, points: Floats, tables: Tables) -> Sheet:
    """Paint the mesh of `points` (in the picture), the ring first, then far to near."""
    corners = frame.analysed(with_ring(points))
    count, ring = len(tables.triangles), 72
    depth = points[tables.triangles[:-ring], 2].mean(axis=1)
    order = [*range(count - ring, count), *np.argsort(-depth, kind="stable").tolist()]
    fixed = np.rint(corners[tables.triangles] * 16).astype(np.int32)
    ids = np.full(frame.small[::-1], count, np.int32)
    for number in order:
        cv2.fillConvexPoly(ids, fixed[number], number, lineType=cv2.LINE_8, shift=4)  # pyright: ignore[reportCallIssue, reportArgumentType] - the stub wants a colour tuple; one number is a scalar, and quicker
    return Sheet(ids, corners)


def source_map(sheet: Sheet, points: Floats, tables: Tables) -> Floats:
    """For each analysis pixel the place (x, y) in the source picture its texture comes from."""
    onto = with_ring(points)[:, :2]
    flat = np.column_stack([sheet.corners, np.ones(len(onto), np.float32)]).astype(np.float64)
    corners, places = flat[tables.triangles], onto[tables.triangles].astype(np.float64)
    # A triangle without area is seen edge on and covers nothing: any map will do.
    thin = np.abs(np.linalg.det(corners)) < 1e-3
    corners[thin] = np.eye(3)
    affine = np.linalg.solve(corners, places)
    # Beyond the ring the face as a whole is continued; the mask does not reach there.
    whole = np.linalg.lstsq(flat, onto, rcond=None)[0]
    chosen = floats(np.concatenate([affine, whole[None]]))[sheet.ids]
    height, width = sheet.ids.shape
    x, y = np.arange(width, dtype=np.float32)[:, None], np.arange(height, dtype=np.float32)[:, None, None]
    return floats(chosen[:, :, 0] * x + chosen[:, :, 1] * y + chosen[:, :, 2])


@dataclass(frozen=True)
class Texture:
    """Where the source's skin comes from, at the analysis scale; read at any size by `read`."""

    picture: Bytes
    scale: float
    """Target pixels for one source pixel."""
    size: tuple[int, int]
    """(w, h) of the frame at full size."""
    map: Floats
    mirrored: Floats | None
    """The map through the other half of the face, where this half is hidden."""
    hidden: Floats | None
    """How much of the mirrored texture shows, 0..1."""

    def read(self, size: tuple[int, int], box: tuple[slice, slice] = (slice(None), slice(None))) -> Floats:
        """Sample the texture at `size` (w, h), the `box` (rows, columns) of it, 0..1."""
        scale = self.scale * size[0] / self.size[0]
        sampled = _sample(self.picture, _grown(self.map, size, box), scale)
        if self.mirrored is None or self.hidden is None:
            return sampled
        other = _sample(self.picture, _grown(self.mirrored, size, box), scale)
        share = _grown(self.hidden, size, box)[..., None]
        return floats(sampled + (other - sampled) * share)


def texture(
    picture: Bytes, face: Face, sheet: Sheet, frame: Frame, *, scale: float, tables: Tables
) -> Texture:
    """Plan the texture of a source face on a painted sheet."""
    direct = source_map(sheet, face.points, tables)
    seen = visibility(face.points, tables.triangles[:898])
    fade = floats((1 - seen) * smoothstep(seen[tables.mirror] - seen, 0, 0.2))
    if fade.max() < 0.05:
        return Texture(picture, scale, frame.size, direct, None, None)
    per_triangle = np.append(with_ring(fade[:, None])[tables.triangles].mean(axis=(1, 2)), 0)
    hidden = blur(floats(np.clip(per_triangle, 0, 1))[sheet.ids], 0.03 * frame.width)
    mirrored = source_map(sheet, face.points[tables.mirror], tables)
    return Texture(picture, scale, frame.size, direct, mirrored, hidden)


def _grown(field: Floats, size: tuple[int, int], box: tuple[slice, slice]) -> Floats:
    grown = field if field.shape[1::-1] == size else cv2.resize(field, size, interpolation=cv2.INTER_LINEAR)
    return floats(grown)[box]


def _sample(picture: Bytes, places: Floats, scale: float) -> Floats:
    # Rows first: over both axes at once NumPy takes eighty times as long.
    low = np.maximum(np.floor(places.min(axis=0).min(axis=0)).astype(int) - 3, 0)
    high = np.ceil(places.max(axis=0).max(axis=0)).astype(int) + 4
    crop = picture[low[1] : max(high[1], low[1] + 1), low[0] : max(high[0], low[0] + 1)]
    if crop.size == 0:
        crop, low = picture, np.zeros(2, int)
    places = places - floats(low)
    if scale < 0.8:  # remap would skip pixels
        height, width = crop.shape[:2]
        size = max(1, round(width * 1.15 * scale)), max(1, round(height * 1.15 * scale))
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
        places = (places + 0.5) * floats([size[0] / width, size[1] / height]) - 0.5
    how = cv2.INTER_CUBIC if scale > 1.15 else cv2.INTER_LINEAR
    sampled = as_bytes(cv2.remap(crop, places, None, how, borderMode=cv2.BORDER_REPLICATE))  # pyright: ignore[reportCallIssue, reportArgumentType] - one map of pairs is documented, the stub wants two
    return unit(sampled)
