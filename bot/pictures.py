"""Pictures as bytes: sniff what they are, open them safely, encode them, fit them to an upload limit.

Everything here is CPU work on bytes: call it in a thread.
"""

import io
import warnings
from enum import StrEnum
from typing import Literal

from PIL import Image, UnidentifiedImageError

from bot.errors import PictureError, PictureProblem

MAX_PIXELS = 40_000_000
"""Largest picture that is decoded, in pixels: a 36-megapixel phone picture passes."""

MAX_SIDE = 16_384
"""Longest side that is decoded, in pixels."""

# Process-wide on purpose: whoever opens a picture in this process, these bounds hold.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

OutputFormat = Literal["png", "jpeg", "webp"]
"""The formats the API can answer with."""


class Kind(StrEnum):
    """A picture format the bot reads; the value is Pillow's name in lower case."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    GIF = "gif"

    @property
    def extension(self) -> str:
        """File name extension without the dot."""
        return "jpg" if self is Kind.JPEG else self.value


def sniff(data: bytes) -> Kind | None:
    """Tell the format from the first bytes alone; None when it is none of ours."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return Kind.GIF
    return None


def open_picture(data: bytes) -> Image.Image:
    """Open a picture by its bytes, header only: the right parser, and never more than `MAX_PIXELS`.

    The pixels are decoded on first use, which may still raise OSError for a truncated file.
    Raises PictureError.
    """
    kind = sniff(data)
    if kind is None:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    try:
        picture = Image.open(io.BytesIO(data), formats=[kind.value.upper()])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(PictureProblem.TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None
    if max(picture.size) > MAX_SIDE:
        raise PictureError(PictureProblem.TOO_LARGE)
    return picture
