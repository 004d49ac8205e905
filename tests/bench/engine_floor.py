"""Two floors to measure the engine against: OpenCV and NumPy called directly, without checks or a service.

*Bare* does what no face swapper can leave out: it decodes the target and encodes it again. *Equal* makes the
same swap in the plainest way, a function a stage: both pictures decoded, both faces found by the same
networks in as many passes, the source's shape posed like the target and bent by the same triangles at the
same scale, a cheek that the source hides taken from its other side, light and colour matched over the skin,
hair in front left there, the sharpness matched, one alpha blend, one encode. It takes models, triangles and
indices from the engine, and no code that measures or draws. What it has not: EXIF, transparency, other
formats than JPEG; a second box, tiles, turned pictures; faces that reach beyond the picture; eyes and teeth
that keep their own light; hair told from moles, beards and shadows.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from bot.engine.face import CHIN, FEATURES, NOSE, OVAL, SKIN
from bot.engine.nets import Nets
from bot.engine.tables import tables, with_ring

Array = npt.NDArray[Any]
Slices = tuple[slice, slice]

_QUALITY = 92
_MESH_SIDE = 192
_ANALYSIS_WIDTH = 176
_CORE = [*(point for part in FEATURES for point in part), *NOSE, *CHIN]
_LUMA = np.array([[0.114, 0.587, 0.299]], np.float32)
"""Of blue, green and red, which is OpenCV's order."""
_SUM = np.ones((1, 3), np.float32)


def decode(data: bytes) -> Array:
    """BGR pixels."""
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))


def encode(picture: Array) -> bytes:
    """A JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def bare(target: bytes) -> bytes:
    """The target, decoded and encoded again."""
    return encode(decode(target))


def equal(nets: Nets, source: bytes, target: bytes) -> bytes:
    """The swap."""
    one, other = decode(source), decode(target)
    mine, theirs = (landmarks(nets, picture, *detect(nets, picture)) for picture in (one, other))
    posed, scale = align(mine, theirs)
    place = Place.around(theirs)
    behind = other[place.box]
    face = warp(one, mine, posed, place, scale)
    small = [np.float32(1 / 255) * cv2.resize(picture, place.small) for picture in (face, behind)]
    points = [place.analysed(each) for each in (posed, theirs)]
    skins = [skin(*each, place.width) for each in zip(small, points, strict=True)]
    cover = cv2.resize(mask(skins, points, place.width), place.size)
    lit = colour(np.float32(1 / 255) * face, small, skins, place)
    weights = [cv2.resize(each.weight, place.size) for each in skins]
    blend(behind, detail(lit, np.float32(1 / 255) * behind, weights, place), cover)
    return encode(other)


def detect(nets: Nets, picture: Array) -> tuple[Array, float, float]:
    """Centre, side and turn (radians) of the square around the likeliest face."""
    span = max(picture.shape[:2])
    found: list[tuple[float, Array, float, float]] = []
    for one in (nets.near, nets.far):
        net, side = one.net, one.side
        square = np.zeros((side, side, 3), np.uint8)
        width, height = (round(length * side / span) for length in picture.shape[1::-1])
        square[:height, :width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        net.setInput(cv2.dnn.blobFromImage(square, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True))
        scores, raw = (answer[0] for answer in net.forward(one.outputs))
        best = int(scores.argmax())
        places = raw[best].reshape(-1, 2) / side * span
        (x, y), box, centre = places[3] - places[2], places[1], places[0] + one.anchors[best] * span
        found.append((float(scores[best, 0]), centre, 1.5 * float(box.max()), float(np.arctan2(y, x))))
    return max(found, key=lambda one: one[0])[1:]


def landmarks(nets: Nets, picture: Array, centre: Array, side: float, turn: float) -> Array:
    """The 468 points, read in the detector's square and once more in their own."""
    points = _read(nets.mesher.net, picture, centre, side, turn)
    x, y = points[263, :2] - points[33, :2]
    turn = float(np.arctan2(y, x))
    upright = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = points[:, :2] @ upright
    low, high = turned.min(axis=0), turned.max(axis=0)
    return _read(nets.mesher.net, picture, upright @ (low + high) / 2, 1.5 * float((high - low).max()), turn)


def _read(net: Any, picture: Array, centre: Array, side: float, turn: float) -> Array:
    half = round(side / 2 * (abs(np.cos(turn)) + abs(np.sin(turn)))) + 2
    left, top = (max(0, int(at) - half) for at in centre)
    crop = picture[top : int(centre[1]) + half, left : int(centre[0]) + half]
    shrink = min(1.0, 2 * _MESH_SIDE / side)
    if shrink < 1:
        crop = cv2.resize(crop, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    x, y = (centre - (left, top)) * shrink
    matrix = cv2.getRotationMatrix2D((x, y), np.degrees(turn), _MESH_SIDE / (side * shrink))
    matrix[:, 2] += (_MESH_SIDE / 2 - x, _MESH_SIDE / 2 - y)
    patch = cv2.warpAffine(crop, matrix, (_MESH_SIDE, _MESH_SIDE), borderMode=cv2.BORDER_REPLICATE)
    net.setInput(cv2.dnn.blobFromImage(patch, 1 / 255, swapRB=True))
    points = net.forward(("conv2d_21", "conv2d_31"))[0].reshape(468, 3)
    back = cv2.invertAffineTransform(matrix)
    flat = (points[:, :2] @ back[:, :2].T + back[:, 2]) / shrink + (left, top)
    return np.column_stack([flat, points[:, 2] * (side / _MESH_SIDE)]).astype(np.float32)


def align(mine: Array, theirs: Array) -> tuple[Array, float]:
    """The source's points posed like the target's, whose outline they keep; and the scale."""
    share = tables().pose / tables().pose.sum()
    centre, goal = share @ mine, share @ theirs
    moved, aim = mine - centre, theirs - goal
    u, stretch, vt = np.linalg.svd((aim * share[:, None]).T @ moved)
    scale = float(stretch.sum() / (share @ (moved**2).sum(axis=1)))
    keep = tables().keep_target[:, None]
    return keep * theirs + (1 - keep) * (scale * moved @ (u @ vt).T + goal), scale


@dataclass(frozen=True)
class Place:
    """The part of the target that is worked on; sizes are (width, height), `width` the face's when small."""

    box: Slices
    size: tuple[int, int]
    small: tuple[int, int]
    width: float

    @classmethod
    def around(cls, points: Array) -> "Place":
        """The outline with a margin."""
        oval = points[OVAL, :2]
        width = float(np.sqrt(cv2.contourArea(oval) / 1.05))
        (left, top), (right, bottom) = oval.min(axis=0) - 0.14 * width, oval.max(axis=0) + 0.14 * width
        box = slice(max(int(top), 0), int(bottom) + 1), slice(max(int(left), 0), int(right) + 1)
        size = box[1].stop - box[1].start, box[0].stop - box[0].start
        shrink = min(1.0, _ANALYSIS_WIDTH / width)
        return cls(box, size, (round(size[0] * shrink), round(size[1] * shrink)), width * shrink)

    def analysed(self, points: Array) -> Array:
        """Points of the picture in pixels of the small one."""
        return (points[:, :2] - (self.box[1].start, self.box[0].start)) * np.divide(self.small, self.size)


def warp(one: Array, mine: Array, posed: Array, place: Place, scale: float) -> Array:
    """The source's texture where it goes; where the source turns away, that of the cheek's other side."""
    triangles = tables().triangles
    corners = place.analysed(with_ring(posed))
    fixed = np.rint(corners[triangles] * 16).astype(np.int32)
    ids = np.full(place.small[::-1], len(triangles), np.int32)
    depth = -posed[triangles[:-72], 2].mean(axis=1)
    for number in (*range(len(triangles) - 72, len(triangles)), *depth.argsort().tolist()):
        cv2.fillConvexPoly(ids, fixed[number], number, shift=4)
    flat = np.column_stack([corners, np.ones(len(corners))])
    y, x = np.indices(ids.shape, np.float32)[..., None]
    how = cv2.INTER_CUBIC if scale > 1.15 else cv2.INTER_LINEAR
    remap: Any = cv2.remap  # one map of pairs is documented, the stub wants two
    sampled: list[Array] = []
    for points in (mine, mine[tables().mirror]):
        affine = np.linalg.solve(flat[triangles], with_ring(points)[triangles, :2])
        chosen = np.append(affine, np.zeros((1, 3, 2)), axis=0).astype(np.float32)[ids]
        places = chosen[:, :, 0] * x + chosen[:, :, 1] * y + chosen[:, :, 2]
        sampled.append(remap(one, cv2.resize(places, place.size), None, how, borderMode=cv2.BORDER_REPLICATE))
    first, second, third = (mine[triangles[:-72, n]] for n in range(3))
    facing = np.asarray(np.cross(second - first, third - first))
    hidden = 1 - np.abs(facing[:, 2]) / np.linalg.norm(facing, axis=1)
    share = np.append(np.clip((hidden - 0.6) / 0.3, 0, 1), np.zeros(73)).astype(np.float32)[ids]
    share = cv2.resize(cv2.GaussianBlur(share, (0, 0), 0.03 * place.width), place.size)
    return cv2.blendLinear(sampled[0], sampled[1], 1 - np.asarray(share), np.asarray(share))


@dataclass(frozen=True)
class Skin:
    """Of a face at the small scale: how sure each pixel is skin, and how far from skin its colour is."""

    weight: Array
    distance: Array


def _filled(shape: tuple[int, ...], *outlines: Array) -> Array:
    canvas = np.zeros(shape[:2], np.float32)
    for outline in outlines:
        cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 1)
    return canvas


def _hulls(points: Array) -> list[Array]:
    return [cv2.convexHull(points[part].astype(np.float32))[:, 0] for part in FEATURES]


def _round(radius: float) -> Array:
    side = 2 * round(radius) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def skin(picture: Array, points: Array, width: float) -> Skin:
    """Measured on the cheeks."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2Lab)
    sample = lab[_filled(lab.shape, *(points[patch] for patch in SKIN)) > 0]
    median = np.median(sample, axis=0)
    spread = 1.4826 * np.median(np.abs(sample - median), axis=0)
    off = (lab - median) / np.maximum(1.3 * spread, (6, 2.5, 2.5)).astype(np.float32)
    distance = np.sqrt(cv2.transform(off * off, _SUM))
    features = cv2.dilate(_filled(lab.shape, *_hulls(points)), _round(0.03 * width))
    weight = _filled(lab.shape, points[OVAL]) * (1 - features) * np.exp(-np.maximum(distance - 2, 0))
    return Skin(weight, distance)


def mask(skins: list[Skin], points: list[Array], width: float) -> Array:
    """Where the new face shows, 0 to 1: within the outline, but for hair and hands on either side."""
    shape, kernel = skins[0].weight.shape, _round(0.02 * width)
    core = cv2.convexHull(np.concatenate([each[_CORE] for each in points]).astype(np.float32))[:, 0]
    inner = cv2.GaussianBlur(_filled(shape, core), (0, 0), 0.02 * width)
    hair = np.zeros(shape, np.float32)
    for each in skins:
        far = np.clip((each.distance - 2) / 1.2, 0, 1)
        clean = cv2.morphologyEx(cv2.morphologyEx(far, cv2.MORPH_CLOSE, kernel), cv2.MORPH_OPEN, kernel)
        hair = np.maximum(hair, cv2.GaussianBlur(cv2.dilate(clean, kernel), (0, 0), 0.012 * width))
    oval = cv2.erode(_filled(shape, points[1][OVAL]), _round(0.035 * width))
    return cv2.GaussianBlur(oval, (0, 0), 0.045 * width) * (1 - hair * (1 - inner))


def colour(face: Array, small: list[Array], skins: list[Skin], place: Place) -> Array:
    """The texture in the target's light: a gain of the luma and a shift of the colour, both smooth."""
    bases = [_low_pass(*each, place.width) for each in zip(small, (one.weight for one in skins), strict=True)]
    light = [cv2.transform(base, _LUMA) for base in bases]
    gain = np.clip((light[1] + 0.03) / (light[0] + 0.03), 0.4, 1.25)
    fields = np.dstack([gain, bases[1] - gain[..., None] * bases[0]])
    grown = cv2.resize(fields, place.size)
    return np.clip(face * grown[..., :1] + grown[..., 1:], 0, 1)


def _low_pass(picture: Array, weight: Array, width: float) -> Array:
    step = max(1.0, width / 15)
    size = max(1, round(weight.shape[1] / step)), max(1, round(weight.shape[0] / step))
    weighted = np.dstack([picture * weight[..., None], weight])
    spread = cv2.GaussianBlur(cv2.resize(weighted, size, interpolation=cv2.INTER_AREA), (0, 0), 3)
    return cv2.resize(spread[..., :3] / (spread[..., 3:] + 1e-4), weight.shape[::-1])


def detail(face: Array, behind: Array, weights: list[Array], place: Place) -> Array:
    """The face as sharp, or as grainy, as what is behind it."""
    sigma = 0.006 * place.width * place.size[0] / place.small[0]
    fine: list[float] = []
    for picture, weight in zip((face, behind), weights, strict=True):
        light = cv2.transform(picture, _LUMA)
        rest = light - cv2.GaussianBlur(light, (0, 0), sigma)
        fine.append(float(np.sqrt((weight * rest * rest).sum() / weight.sum())))
    if fine[0] > 1.25 * fine[1]:
        return cv2.GaussianBlur(face, (0, 0), 1)
    if fine[0] < 0.75 * fine[1]:
        noise = np.random.default_rng(1).standard_normal(face.shape[:2], np.float32)
        return face + (fine[1] - fine[0]) * cv2.GaussianBlur(noise, (0, 0), 0.7)[..., None]
    return face


def blend(behind: Array, face: Array, cover: Array) -> None:
    """Write the face over what is behind it."""
    mixed = behind + cover[..., None] * (255 * face - behind)
    behind[:] = np.clip(np.rint(mixed), 0, 255)
