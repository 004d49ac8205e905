"""What faces a picture shows, and how well: looked at before anything is paid for a swap of them."""

import cv2
import numpy as np

from bot.engine.decode import decode
from bot.engine.face import LEFT_EYE, LIPS, RIGHT_EYE, Face
from bot.engine.imaging import Bytes, Floats, as_bytes, blur, floats, hull, luma, polygons, unit
from bot.engine.job import Scanned, SeenFace
from bot.engine.nets import Nets
from bot.engine.search import visible_faces
from bot.pictures import open_picture

_BOUND = 960
"""Pixels of the longer side that is looked at: a quarter of a 12-megapixel JPEG, which decodes fast."""
_SHARP_WIDTH = 96
"""Pixels across a face at which its sharpness is measured."""
_FINE, _COARSE = 0.7, 6.0
"""Sigmas, in those pixels, of what is detail and of what is contrast."""


def scan(data: bytes, nets: Nets) -> Scanned:
    """Find the faces that matter in a picture, largest first; raises PictureError."""
    picture = decode(data, _BOUND).rgb
    height, width = picture.shape[:2]
    size = open_picture(data).size
    if (size[0] > size[1]) != (width > height):  # it lies on its side, and was turned
        size = size[::-1]
    faces = visible_faces(nets, picture)
    return Scanned(
        size[0], size[1], tuple(_seen(face, score, picture, size[0] / width) for face, score in faces)
    )


def _seen(face: Face, score: float, picture: Bytes, scale: float) -> SeenFace:
    low, high = face.oval.min(axis=0), face.oval.max(axis=0)
    left, top, right, bottom = (round(float(value) * scale) for value in (*low, *high))
    area = picture.shape[0] * picture.shape[1]
    return SeenFace(
        box=(left, top, right - left, bottom - top),
        score=score,
        share=face.area / area,
        pixels=face.width * scale,
        sharpness=sharpness(face, picture),
        turn=turn(face),
    )


def turn(face: Face) -> float:
    """How far the face looks sideways, in degrees; beyond 40 the landmarks tell less than there is."""
    across = face.points[454] - face.points[234]
    return float(np.degrees(np.arcsin(abs(float(across[2])) / max(float(np.linalg.norm(across)), 1e-6))))


def sharpness(face: Face, picture: Bytes) -> float:
    """Share of detail in the contrast of eyes and mouth, 0..1, at one size for all faces."""
    low = np.maximum(np.floor(face.oval.min(axis=0)).astype(int), 0)
    high = np.ceil(face.oval.max(axis=0)).astype(int) + 1
    crop, points = picture[low[1] : high[1], low[0] : high[0]], face.points[:, :2] - floats(low)
    if crop.size == 0:
        return 0.0
    if face.width > _SHARP_WIDTH:
        shrink = _SHARP_WIDTH / face.width
        size = max(1, round(crop.shape[1] * shrink)), max(1, round(crop.shape[0] * shrink))
        crop, points = as_bytes(cv2.resize(crop, size, interpolation=cv2.INTER_AREA)), points * shrink
    light = luma(unit(crop))
    features = polygons(light.shape, *(hull(points[part]) for part in (RIGHT_EYE, LEFT_EYE, LIPS)))
    fine, coarse = (_strength(light, sigma, features) for sigma in (_FINE, _COARSE))
    return fine / max(coarse, 1e-3)


def _strength(light: Floats, sigma: float, where: Floats) -> float:
    away = light - blur(light, sigma)
    return float(np.sqrt((where * away * away).sum() / max(float(where.sum()), 1.0)))
