"""Pictures as bytes: sniff what they are, open them safely, encode them, fit them to an upload limit.

Everything here is CPU work on bytes: call it in a thread.
"""

import io
import struct
import warnings
from collections.abc import Callable
from enum import StrEnum
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import PictureError, PictureProblem, ResultTooLarge

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


_LADDER = (
    *((1.0, quality) for quality in (92, 85, 75)),
    *((scale, 80) for scale in (0.75, 0.5, 0.35, 0.25, 0.125)),
)
"""What `fit` tries in turn: the factor of the sides and the encoder's quality."""

_ENCODED_SIDE = 16_383
"""Longest side that WebP can hold, in pixels (source: the WebP container specification)."""

_PNG_END = b"IEND\xaeB`\x82"

# What Pillow's parsers are known to raise for broken files.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError, struct.error)


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


def preview(data: bytes, side: int) -> Image.Image:
    """The pixels of a picture (its first frame), upright, RGB on black, no side longer than `side`.

    Nothing else of the file is in it. Raises PictureError.
    """
    picture = open_picture(data)
    try:
        picture.draft("RGB", (side, side))
        picture = ImageOps.exif_transpose(picture)
        if picture.has_transparency_data:
            picture = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture)
        picture = picture.convert("RGB")
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    except _BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None
    picture.info.clear()
    return picture


def verify(data: bytes) -> Kind:
    """Decode a PNG, JPEG or WebP whole (its first frame) and tell which it is; a cut file fails.

    Raises PictureError.
    """
    kind = sniff(data)
    if kind is None or kind is Kind.GIF:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    if kind is Kind.PNG:
        # Decoding looks neither at checksums nor at the end.
        _decode(lambda picture: picture.verify(), data)
        if _PNG_END not in data:
            raise PictureError(PictureProblem.NOT_A_PICTURE)
    _decode(lambda picture: picture.load(), data)
    return kind


def _decode(step: Callable[[Image.Image], object], data: bytes) -> None:
    try:
        step(open_picture(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(PictureProblem.TOO_LARGE) from None
    except _BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None


def fit(data: bytes, limit_bytes: int) -> tuple[bytes, Kind]:
    """Make a picture fit under an upload limit; one that fits already keeps its bytes.

    Otherwise it is encoded anew without metadata, upright, lossy, with ever less quality and then ever
    smaller sides: as JPEG, or as WebP where it was one or has transparency. Raises ResultTooLarge when
    even the smallest does not fit, PictureError when it cannot be decoded.
    """
    kind = sniff(data)
    if kind is None:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    if len(data) <= limit_bytes:
        return data, kind
    picture = _upright(data)
    kind = Kind.WEBP if kind is Kind.WEBP or picture.mode == "RGBA" else Kind.JPEG
    for scale, quality in _LADDER:
        encoded = _encode(_scaled(picture, scale), kind, quality)
        if len(encoded) <= limit_bytes:
            return encoded, kind
    raise ResultTooLarge


def _upright(data: bytes) -> Image.Image:
    """Decode to RGB, or to RGBA where something is transparent, turned as its EXIF orientation says."""
    picture = open_picture(data)
    try:
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except _BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info.clear()  # encoders write some of it back: comments, for one
    return picture


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    scale = min(scale, _ENCODED_SIDE / max(picture.size))
    if scale >= 1:
        return picture
    width, height = picture.size
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _encode(picture: Image.Image, kind: Kind, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, format=kind.value, quality=quality)
    return out.getvalue()
