"""Bytes to pixels: whatever the file's mode, depth or orientation, RGB bytes and perhaps an alpha plane."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from bot.engine.imaging import Bytes
from bot.errors import PictureError, PictureProblem
from bot.pictures import BROKEN, open_picture

_LARGE = 8_000_000
"""Pixels from which a picture's own memory leaves little for what it is shrunk through."""


@dataclass(frozen=True)
class Picture:
    """Upright pixels: `rgb` height x width x 3, and `alpha` height x width where the file had one."""

    rgb: Bytes
    alpha: Bytes | None = None


def decode(data: bytes, bound: int) -> Picture:
    """Decode the first frame, upright, at most `bound` pixels on its longer side; raises PictureError."""
    try:
        image = _bounded(data, bound)
    except BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None
    pixels = np.asarray(image)
    if image.mode == "RGB":
        return Picture(pixels)
    return Picture(np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3]))


def _bounded(data: bytes, bound: int) -> Image.Image:
    """RGB or RGBA; shrunk first and turned last, since each step would copy a large picture once more."""
    image = open_picture(data)
    info = image.info
    # A JPEG can be decoded at a half, a quarter or an eighth; the longer side is never under the bound.
    shrink = min(1.0, bound / max(image.size))
    image.draft("RGB", (math.ceil(image.width * shrink), math.ceil(image.height * shrink)))
    image.seek(0)
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    if max(image.size) > bound:
        scale = bound / max(image.size)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        if image.width * image.height > _LARGE:
            image = image.reduce(max(1, int(1 / scale)))  # and the large one is gone before the next step
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    image.info = info  # it holds the orientation
    ImageOps.exif_transpose(image, in_place=True)  # else a picture that lies right is copied
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; `convert` would clip it."""
    values = np.asarray(image).astype(np.float32)
    top = 65535 if image.mode.startswith("I;16") or values.max(initial=0) > 255 else 255
    return Image.fromarray(np.clip(values * (255 / top), 0, 255).astype(np.uint8))
