"""What tests measure on pictures of faces: whose shape it is, and where it reaches."""

import io

import numpy as np
from PIL import Image

from bot.engine.face import Face
from bot.engine.geometry import similarity
from bot.engine.imaging import Bytes, Floats, dilate, polygons
from bot.engine.job import Job
from bot.engine.nets import Nets
from bot.engine.search import largest_face
from bot.engine.tables import tables
from bot.engine.work import perform
from tests.engine.photos import file_of


def job_of(source: Image.Image, target: Image.Image) -> Job:
    """A swap of two pictures, with the recipe as it is by default."""
    return Job(file_of(source), file_of(target))


def swapped(nets: Nets, job: Job) -> Image.Image:
    """The picture that a job makes."""
    answer = perform(job, nets)
    assert isinstance(answer, bytes)
    return Image.open(io.BytesIO(answer))


def pixels(image: Image.Image) -> Bytes:
    """Its pixels, RGB."""
    return np.asarray(image.convert("RGB"))


def face_in(nets: Nets, image: Image.Image) -> Face:
    """Its largest face."""
    face = largest_face(nets, pixels(image))
    assert face is not None
    return face


def misfit(face: Face, other: Face) -> float:
    """How far the inner points of two faces are apart once laid over each other, in eye distances."""
    inner = tables().keep_target == 0
    mine, theirs = face.points[inner], other.points[inner]
    scale, turn, shift = similarity(mine, theirs, np.ones(len(mine), np.float32))
    apart = scale * mine @ turn.T + shift - theirs
    eyes = np.linalg.norm(other.points[33] - other.points[263])
    return float(np.sqrt((apart**2).sum(axis=1).mean()) / eyes)


def outside(face: Face, shape: tuple[int, int]) -> Floats:
    """1 further than 0.05 face widths from the outline, else 0."""
    return 1 - dilate(polygons(shape, face.oval), 0.05 * face.width)
