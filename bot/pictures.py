"""Pictures as bytes: sniff what they are, open them safely, encode them, fit them to an upload limit.

Everything here is CPU work on bytes: call it in a thread.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Literal

from PIL import Image, ImageOps

from bot.bounds import check_cost, check_structure, shrink
from bot.errors import PictureError, PictureProblem, ResultTooLarge

MAX_PIXELS = 40_000_000
"""Largest picture that is opened, in pixels: a 36-megapixel phone picture passes (`bot/bounds.py`)."""

MAX_SIDE = 16_384
"""Longest side that is decoded, in pixels."""

# Process-wide on purpose: whoever opens a picture in this process, these bounds hold.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Strangers' broken EXIF is no news; each would be two lines on standard error.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

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

_FAST_PNG = {"compress_level": 1, "compress_type": zlib.Z_RLE}
"""For photographs a fifth of level 6's time, and smaller than level 1 alone (`tests.bench provenance`)."""

_ORIENTATION = 0x0112
"""EXIF's tag for how a picture stands (source: EXIF 2.32)."""

_ENCODED_SIDE = 16_383
"""Longest side that WebP can hold, in pixels (source: the WebP container specification)."""

_LARGE_PIXELS = 10_000_000

_FIELD_SIDE = 32
"""Pixels of a side of a field that are enough for its mean."""

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"

# What Pillow's parsers are known to raise for broken files.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AssertionError,
    struct.error,
)


def sniff(data: bytes) -> Kind | None:
    """Tell the format from the first bytes alone; None when it is none of ours."""
    if data.startswith(_PNG_START):
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return Kind.GIF
    return None


def open_picture(data: bytes) -> Image.Image:
    """Open a picture by its bytes, header only: the right parser, and never more than may be decoded.

    The pixels are decoded on first use, which may still raise OSError for a truncated file.
    Raises PictureError.
    """
    kind = sniff(data)
    if kind is None:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    coefficient_bytes = check_structure(data, kind)
    try:
        picture = Image.open(io.BytesIO(data), formats=[kind.value.upper()])
        if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
            raise PictureError(PictureProblem.TOO_LARGE)
        check_cost(picture, coefficient_bytes)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(PictureProblem.TOO_LARGE) from None
    except BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None
    return picture


def kind_of_result(data: bytes) -> Kind:
    """Tell what a PNG, JPEG or WebP is, and check of it what decoding leaves unchecked.

    A file that passes is whole if `grey_fields` can be read from it, too. Raises PictureError.
    """
    kind = sniff(data)
    if kind is None or kind is Kind.GIF:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    if kind is Kind.PNG:
        # Decoding looks neither at checksums nor at the end.
        picture = open_picture(data)
        try:
            picture.verify()
        except BROKEN:
            raise PictureError(PictureProblem.NOT_A_PICTURE) from None
        if data.rfind(_PNG_END) < 0:  # from behind: it is at the end
            raise PictureError(PictureProblem.NOT_A_PICTURE)
    return kind


def grey_fields(picture: Image.Image, width: int, height: int) -> bytes:
    """The mean brightness of `width` by `height` fields of a picture (its first frame), row by row.

    Upright by EXIF, transparency on white. The picture is open and not decoded yet, and no use afterwards:
    of a JPEG no more is decoded than is needed. Raises PictureError.
    """
    try:
        picture.draft("L", (width * _FIELD_SIDE, height * _FIELD_SIDE))
        ImageOps.exif_transpose(picture, in_place=True)
        # A very large picture gets no grey copy beside it: it is made small first, which is nearly the same.
        is_large = picture.mode == "RGB" and picture.width * picture.height > _LARGE_PIXELS
        grey = picture if is_large else _grey(picture)
        small = grey.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return small.convert("L").tobytes()
    except BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None


def _grey(picture: Image.Image) -> Image.Image:
    """Channel by channel: a large picture is not copied in colour once more."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    if picture.mode not in ("RGBA", "LA"):
        picture = picture.convert("RGBA")
    grey = Image.new("L", picture.size, "white")
    grey.paste(picture.convert("L"), mask=picture.getchannel("A"))
    return grey


def is_plain(data: bytes) -> bool:
    """Whether a picture needs no turning upright and has no second frame; raises PictureError."""
    picture = open_picture(data)
    try:
        if picture.format == "PNG" and _goes_on(data):
            picture.load()
        # Not `picture.getexif`: a PNG's own decodes it first, for the sake of what may follow the pixels.
        exif = Image.Image.getexif(picture)
        return exif.get(_ORIENTATION, 1) == 1 and getattr(picture, "n_frames", 1) == 1
    except BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None


def _goes_on(data: bytes) -> bool:
    """Whether a PNG says more after its pixels than that it ends, or not even that."""
    at, name = len(_PNG_START), b""
    while (before := name) != b"IEND" and (name := data[at + 4 : at + 8]):
        if before == b"IDAT" and name not in (b"IDAT", b"IEND"):
            return True
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return name != b"IEND"


def fit(
    data: bytes, limit_bytes: int, draw: Callable[[Image.Image], Image.Image] | None = None
) -> tuple[bytes, Kind]:
    """Make a picture fit under an upload limit; one that fits already and is plain keeps its bytes.

    Otherwise it is encoded anew without metadata, upright and in one frame, with `draw` applied to each size
    that is tried (an RGB or RGBA picture, which it may change). A PNG that was small enough stays one if it
    can; else it becomes lossy, with ever less quality and then ever smaller sides: a JPEG, or a WebP where
    it was one or has transparency. Raises ResultTooLarge when even the smallest does not fit, PictureError
    when it cannot be decoded.
    """
    kind = sniff(data)
    if kind is None:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    if len(data) <= limit_bytes and draw is None and is_plain(data):
        return data, kind
    picture = _upright(data)
    lossy = Kind.WEBP if kind is Kind.WEBP or picture.mode == "RGBA" else Kind.JPEG
    steps = [(lossy, scale, quality) for scale, quality in _LADDER]
    if len(data) <= limit_bytes and kind is Kind.PNG:
        steps.insert(0, (kind, 1.0, 100))
    for kind, scale, quality in steps:
        scaled = _scaled(picture, scale)
        encoded = _encode(draw(scaled.copy()) if draw else scaled, kind, quality)
        if len(encoded) <= limit_bytes:
            return encoded, kind
    raise ResultTooLarge


def rebuilt(data: bytes, longest_side: int) -> tuple[bytes, Kind]:
    """Encode a picture anew from its pixels alone: upright, sides of at most so many pixels.

    Of metadata only the colour profile stays. It becomes a JPEG, or a WebP where something is transparent.
    Raises PictureError.
    """
    picture = _upright(data)
    kind = Kind.WEBP if picture.mode == "RGBA" else Kind.JPEG
    return _encode(_scaled(picture, longest_side / max(picture.size)), kind, 95), kind


def preview(data: bytes, side: int) -> Image.Image:
    """The pixels of a picture (its first frame) and nothing else of the file: upright, RGB on black.

    No side is longer than `side`. Raises PictureError.
    """
    picture = _upright(data)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture).convert("RGB")
    picture.info.clear()
    return picture


def _upright(data: bytes) -> Image.Image:
    """Decode to RGB, or to RGBA where something is transparent, turned as its EXIF orientation says.

    A colour profile stays with a picture whose colours it still describes.
    """
    picture = open_picture(data)
    profile = picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA", "P") else None
    try:
        shrink(picture, data)
        ImageOps.exif_transpose(picture, in_place=True)
        if picture.mode == "I;16":  # converting it would clip every grey above 255 to white
            picture = Image.frombytes("L", picture.size, picture.tobytes()[1::2])
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        picture = picture if picture.mode == mode else picture.convert(mode)
    except BROKEN:
        raise PictureError(PictureProblem.NOT_A_PICTURE) from None
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info.clear()  # encoders write some of it back: comments, for one
    if profile:
        picture.info["icc_profile"] = profile
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
    options = _FAST_PNG if kind is Kind.PNG else {"quality": quality}
    picture.save(out, format=kind.value, icc_profile=picture.info.get("icc_profile"), **options)
    return out.getvalue()
