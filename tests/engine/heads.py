"""Heads turned sideways, made from the portraits: no photograph of a profile has to be kept."""

import cv2
import numpy as np
from PIL import Image

from bot.engine.face import Face
from bot.engine.frame import Frame
from bot.engine.imaging import floats
from bot.engine.nets import Nets
from bot.engine.tables import tables
from bot.engine.warp import paint, texture
from tests.engine.faces import face_in, pixels
from tests.engine.photos import photo


def head(nets: Nets, name: str, yaw: float) -> Image.Image:
    """The portrait's face, turned about the vertical by `yaw` degrees, on plain grey."""
    portrait = photo(name, 1024)
    picture, face = pixels(portrait), face_in(nets, portrait)
    cos, sin = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    centre = face.points.mean(axis=0)
    points = floats((face.points - centre) @ floats([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]]) + centre)
    frame = Frame.around(Face(points))
    sheet = paint(frame, points, tables())
    laid = texture(picture, face, sheet, frame, scale=1.0, tables=tables()).read(frame.size)
    ids = cv2.resize(sheet.ids.astype(np.float32), frame.size, interpolation=cv2.INTER_NEAREST)
    drawn = np.where((ids < len(tables().triangles))[..., None], laid * 255, 120)
    canvas = Image.new("RGB", portrait.size, (120, 120, 120))
    canvas.paste(Image.fromarray(np.clip(drawn, 0, 255).astype(np.uint8)), (frame.left, frame.top))
    return canvas
