"""Bytes to pixels: whatever the file's mode, depth or orientation, RGB bytes and perhaps an alpha plane."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from bot.engine.imaging import Bytes
from bot.errors import PictureError, PictureProblem
from bot.pictures import open_picture


@dataclass(frozen=True)
class Picture:
    """Upright pixels: `rgb` height x width x 3, and `alpha` height x width where the file had one."""

    rgb: Bytes
    alpha: Bytes | None = None


def decode(data: bytes, bound: int) -> Picture:
    """Decode the first frame, upright, at most `bound` pixels on its longer side; raises PictureError."""
    try:
        image = open_picture(data)
        # A JPEG can be decoded at a half, a quarter or an eighth; the longer side is never under the bound.
        shrink = min(1.0, bound / max(image.size))
        image.draft("RGB", (math.ceil(image.width * shrink), math.ceil(image.height * shrink)))
        image.seek(0)
        return _pixels(ImageOps.exif_transpose(image), bound)
    except (OSError, SyntaxError, ValueError, EOFError):  # Pillow's words for broken data
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None


def _pixels(image: Image.Image, bound: int) -> Picture:
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    opaque = not image.has_transparency_data
    image = image.convert("RGB" if opaque else "RGBA")
    if max(image.size) > bound:
        scale = bound / max(image.size)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    pixels = np.asarray(image)
    if opaque:
        return Picture(pixels)
    return Picture(np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3]))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; `convert` would clip it."""
    values = np.asarray(image).astype(np.float32)
    top = 65535 if image.mode.startswith("I;16") or values.max(initial=0) > 255 else 255
    return Image.fromarray(np.clip(values * (255 / top), 0, 255).astype(np.uint8))
