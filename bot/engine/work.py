"""A worker's tasks, whole: two files into one, or a look at one. For workers alone: numpy and OpenCV."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from bot.engine.decode import Picture, decode
from bot.engine.detect import Box
from bot.engine.encode import encode
from bot.engine.imaging import floats
from bot.engine.job import Effort, Faces, Job, Problem, Refused, Scan, Scanned
from bot.engine.nets import Nets, load_nets
from bot.engine.scan import scan
from bot.engine.search import all_faces, largest_face
from bot.engine.swap import Source, swap_face
from bot.engine.tables import tables
from bot.errors import PictureError, PictureProblem, Role

_PROBLEMS = {
    PictureProblem.NOT_A_PICTURE: Problem.NOT_A_PICTURE,
    PictureProblem.TOO_LARGE: Problem.TOO_LARGE,
}


def prepare(folder: Path) -> Nets:
    """Load models and tables and run each network once; raises AssetError."""
    # One process a core already; OpenCV's own threads would only contend.
    cv2.setNumThreads(1)
    nets = load_nets(folder)
    tables()
    blank = np.zeros((64, 64, 3), np.uint8)
    largest_face(nets, blank)
    nets.mesher.face(blank, Box(1.0, floats([32, 32]), floats([32, 32]), floats([[24, 32], [40, 32]])))
    return nets


def perform(job: Job, nets: Nets) -> bytes | Refused:
    """Swap, and encode the result at the size that `effort` bounds."""
    source = _open(job.source, Effort.BALANCED, Role.SOURCE)
    if isinstance(source, Refused):
        return source
    face = largest_face(nets, source.rgb)
    if face is None:
        return Refused(Problem.NO_FACE, Role.SOURCE)
    target = _open(job.target, job.effort, Role.TARGET)
    if isinstance(target, Refused):
        return target
    found = all_faces(nets, target.rgb) if job.faces is Faces.ALL else [largest_face(nets, target.rgb)]
    faces = [one for one in found if one]
    if not faces:
        return Refused(Problem.NO_FACE, Role.TARGET)
    result = replace(target, rgb=target.rgb.copy())
    for one in faces:
        swap_face(Source(source.rgb, face), result.rgb, one, job.seed)
    return encode(result, job.image_format, job.quality)


def look(task: Scan, nets: Nets) -> Scanned | Refused:
    """Tell which faces one picture shows."""
    try:
        return scan(task.picture, nets)
    except PictureError as error:
        return Refused(_PROBLEMS[error.problem])


def _open(data: bytes, bound: int, role: Role) -> Picture | Refused:
    try:
        return decode(data, bound)
    except PictureError as error:
        return Refused(_PROBLEMS[error.problem], role)
