"""The search for faces: the whole picture first, then tiles, then turned; the mesh has the last word."""

from collections.abc import Iterator

import numpy as np

from bot.engine.detect import Box, merged
from bot.engine.face import Face
from bot.engine.imaging import Bytes, floats
from bot.engine.nets import Nets

FACES_MAX = 20
"""More faces than this are not read when a picture is looked at."""
_SAME_FACE = 0.35
"""Centres nearer than this, in face widths, are one face."""


def largest_face(nets: Nets, picture: Bytes) -> Face | None:
    """Return the largest face, or None."""
    for boxes in _steps(nets, picture):
        # Biggest first, so that smaller ones need no reading.
        for box in sorted(boxes, key=lambda box: -float(np.prod(box.size))):
            face = nets.mesher.face(picture, box)
            if face is not None:
                return face
    return None


def all_faces(nets: Nets, picture: Bytes) -> list[Face]:
    """Return every face, largest first."""
    boxes = merged(_whole(nets, picture) + _tiles(nets, picture))
    faces = _distinct(nets, picture, boxes)
    if not faces:
        for turned in _turned(nets, picture):
            faces = _distinct(nets, picture, turned)
            if faces:
                break
    return [face for face, _ in faces]


def visible_faces(nets: Nets, picture: Bytes) -> list[tuple[Face, float]]:
    """Return the faces that a look at the whole picture shows, largest first, each with its box's score.

    Only where it shows none are tiles and turns tried, so that a picture is looked at fast.
    """
    for boxes in _steps(nets, picture):
        # Bounded, so that a picture full of faces holds nobody up.
        chosen = sorted(boxes, key=lambda box: -float(np.prod(box.size)))[:FACES_MAX]
        if faces := _distinct(nets, picture, chosen):
            return faces
    return []


def _steps(nets: Nets, picture: Bytes) -> Iterator[list[Box]]:
    yield _whole(nets, picture)
    yield _tiles(nets, picture)
    yield from _turned(nets, picture)


def _whole(nets: Nets, picture: Bytes) -> list[Box]:
    return merged(nets.near.boxes(picture) + nets.far.boxes(picture))


def _distinct(nets: Nets, picture: Bytes, boxes: list[Box]) -> list[tuple[Face, float]]:
    read = ((nets.mesher.face(picture, box), box.score) for box in boxes)
    faces: list[tuple[Face, float]] = []
    for face, score in sorted(((f, s) for f, s in read if f), key=lambda found: -found[0].area):
        centre = face.oval.mean(axis=0)
        if all(np.linalg.norm(centre - o.oval.mean(axis=0)) > _SAME_FACE * o.width for o, _ in faces):
            faces.append((face, score))
    return faces


def _tiles(nets: Nets, picture: Bytes) -> list[Box]:
    """Look for small faces in overlapping squares; a box cut by an inner edge is left to the next tile."""
    height, width = picture.shape[:2]
    side = max(1, int(max(width, height) / 2 * 1.25))
    found: list[Box] = []
    for top in _starts(height, side):
        for left in _starts(width, side):
            tile = picture[top : top + side, left : left + side]
            found += [
                box.shifted(left, top)
                for box in nets.far.boxes(tile)
                if not _cut(box, tile, picture, left, top)
            ]
    return merged(found)


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    steps = int(np.ceil((length - side) / (side * 0.75)))
    return [round(i * (length - side) / steps) for i in range(steps + 1)]


def _cut(box: Box, tile: Bytes, picture: Bytes, left: int, top: int) -> bool:
    """Whether the box touches an edge of the tile that is not an edge of the picture."""
    low, high = box.centre - box.size / 2, box.centre + box.size / 2
    height, width = tile.shape[:2]
    return bool(
        (low[0] <= 1 and left > 0)
        or (low[1] <= 1 and top > 0)
        or (high[0] >= width - 1 and left + width < picture.shape[1])
        or (high[1] >= height - 1 and top + height < picture.shape[0])
    )


def _turned(nets: Nets, picture: Bytes) -> Iterator[list[Box]]:
    """Boxes found upside down and on either side, turned back onto the picture."""
    for quarters in (2, 1, 3):
        turned = np.ascontiguousarray(np.rot90(picture, quarters))
        yield [_turn_back(box, quarters, picture) for box in _whole(nets, turned)]


def _turn_back(box: Box, quarters: int, picture: Bytes) -> Box:
    height, width = picture.shape[:2]
    # For each number of quarter turns: the picture's x and y from the turned x and y.
    matrix, offset = {
        1: (floats([[0, -1], [1, 0]]), floats([width - 1, 0])),
        2: (floats([[-1, 0], [0, -1]]), floats([width - 1, height - 1])),
        3: (floats([[0, 1], [-1, 0]]), floats([0, height - 1])),
    }[quarters]
    return Box(
        box.score, matrix @ box.centre + offset, np.abs(matrix @ box.size), box.points @ matrix.T + offset
    )
