"""What decoding a picture would cost, read from its structure before a decoder sees it.

A few kilobytes can ask for hundreds of megabytes or minutes: as pixels, as the coefficients that a
progressive JPEG keeps until its last scan, as ever more scans, or as blocks that Pillow walks in Python.
"""

import re
from dataclasses import dataclass
from typing import Final

from PIL import Image, PngImagePlugin

from bot.errors import PictureError, PictureProblem

MAX_DECODED_BYTES: Final = 48 * 2**20
"""Most memory that decoding one picture may take, beside its file: 12.5 megapixels of PNG (8.3 with
transparency), 3.3 of WebP. A large JPEG is decoded at a half, a quarter or an eighth of its size."""

_WEBP_PIXEL: Final = 15  # 16 at the peak, of which 12 are free again when the others would add theirs
_PIXEL: Final = 4  # Pillow keeps every mode of several channels so
_ONE_CHANNEL: Final = 5  # and what else is made RGB afterwards
_CLEAR_PIXEL: Final = 6  # with transparency: it is copied once more when it is shrunk
_KEYED_PIXEL: Final = 10  # one colour of which is transparent: RGBA is made of it beside it
_DEEP_PIXEL: Final = 16  # 16 bits of grey, brought down to 8 as numbers

_MOST_BLOCKS: Final = 50_000
"""Chunks of a PNG, segments of a JPEG. Ten thousand frames pass; 24 MB of empty chunks took Pillow 9 s."""

_MOST_METADATA: Final = 6 * 2**20
"""Bytes beside the picture itself, in one file; Pillow keeps some six copies of EXIF while it opens one."""

_MOST_SCANS: Final = 100
"""Encoders write about ten; each costs a pass over the whole picture, and can be made of a few bytes."""

# libpng's own bound for all texts of a file is Pillow's 64 MiB.
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 2**20

_PIXELS_IN = {"png": (b"IDAT", b"fdAT"), "webp": (b"VP8 ", b"VP8L", b"ANMF", b"ALPH")}

_GIF_BLOCKS = (0x01, 0xF9, 0xFE, 0xFF)  # extensions; counted where they are empty, and so cost a file least

# What follows the data of a scan: any marker but a stuffed 0xFF, a restart, or fill.
_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_BARE = (0x01, 0xD8)
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)


@dataclass
class _Frame:
    """A JPEG's frame header, and what its scans make of it."""

    marker: int = 0
    size: tuple[int, int] = (0, 0)
    sampling: tuple[tuple[int, int], ...] = ()
    is_kept: bool = False
    """Whether libjpeg keeps all coefficients: in a progressive picture, or one component a scan."""

    def coefficient_bytes(self) -> int:
        if not self.is_kept or not self.sampling:
            return 0
        widest = (
            max(1, *(across for across, _ in self.sampling)),
            max(1, *(down for _, down in self.sampling)),
        )
        shares = sum(across * down for across, down in self.sampling) / (widest[0] * widest[1])
        return round(2 * self.size[0] * self.size[1] * shares)


def check_structure(data: bytes, kind: str) -> int:
    """Refuse a file with blocks or scans without number, or mostly of something else, as PictureError.

    Returns how many bytes of coefficients a decoder keeps of it, which `check_cost` has to know.
    """
    if kind == "jpeg":
        return _frame(data).coefficient_bytes()
    if kind in _PIXELS_IN:
        _check_chunks(data, kind)
    elif sum(data.count(bytes([0x21, block, 0])) for block in _GIF_BLOCKS) > _MOST_BLOCKS:
        raise PictureError(PictureProblem.NOT_A_PICTURE)
    return 0


def can_be_result(image_format: str, pixels: int) -> bool:
    """Whether a result of so many pixels could be decoded; one that cannot would be paid for in vain."""
    cost = {"webp": _WEBP_PIXEL, "png": _PIXEL}.get(image_format, 0)
    return pixels * cost <= MAX_DECODED_BYTES


def check_cost(picture: Image.Image, coefficient_bytes: int) -> None:
    """Refuse a picture, open but not decoded, whose pixels would take too much, as PictureError."""
    pixels = picture.width * picture.height
    if picture.format == "JPEG":
        needed = coefficient_bytes + pixels * _PIXEL // 64
    elif picture.format == "WEBP":
        needed = pixels * _WEBP_PIXEL
    elif picture.mode.startswith("I"):
        needed = pixels * _DEEP_PIXEL
    elif picture.has_transparency_data:
        needed = pixels * (_CLEAR_PIXEL if picture.mode in ("RGBA", "LA") else _KEYED_PIXEL)
    else:
        needed = pixels * (_ONE_CHANNEL if len(picture.getbands()) == 1 else _PIXEL)
    if needed > MAX_DECODED_BYTES:
        raise PictureError(PictureProblem.TOO_LARGE)


def shrink(picture: Image.Image, data: bytes) -> None:
    """Have a large JPEG decoded at a half, a quarter or an eighth, so that it takes no more than it may."""
    if picture.format != "JPEG":
        return
    left = MAX_DECODED_BYTES - _frame(data).coefficient_bytes()
    width, height = picture.size
    factor = next(one for one in (1, 2, 4, 8) if one == 8 or width * height * _PIXEL <= left * one * one)
    picture.draft(None, (width // factor, height // factor))


def _frame(data: bytes) -> _Frame:
    """Walk a JPEG's segments as libjpeg does, garbage in between included."""
    frame, at, segments, scans, metadata = _Frame(), 2, 0, 0, 0
    while (found := _JPEG_MARKER.search(data, at)) and (marker := found[0][1]) != _END_OF_IMAGE:
        segments += 1
        body = found.end()
        at = body if marker in _BARE else body + max(2, _number(data, body, 2))
        metadata += at - body
        if segments > _MOST_BLOCKS or scans > _MOST_SCANS or metadata > _MOST_METADATA:
            raise PictureError(PictureProblem.NOT_A_PICTURE)
        if marker in _FRAMES:
            sampling = tuple((one >> 4, one & 15) for one in data[body + 9 : at : 3])
            frame = _Frame(marker, (_number(data, body + 5, 2), _number(data, body + 3, 2)), sampling)
        elif marker == _START_OF_SCAN:
            scans += 1
            in_scan = _number(data, body + 2, 1)
            frame.is_kept |= frame.marker in _PROGRESSIVE or in_scan < len(frame.sampling)
    return frame


def _check_chunks(data: bytes, kind: str) -> None:
    """Walk the chunks of a PNG (size, name, body, checksum) or a WebP (name, size, body, padding)."""
    is_png = kind == "png"
    at, metadata = 8 if is_png else 12, 0
    # What follows the end that a WebP states is no part of it.
    end = len(data) if is_png else min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for _ in range(_MOST_BLOCKS):
        name = data[at + 4 : at + 8] if is_png else data[at : min(at + 4, end)]
        if len(name) < 4 or name == b"IEND":
            return
        size = _number(data, at, 4) if is_png else int.from_bytes(data[at + 4 : at + 8], "little")
        at += 12 + size if is_png else 8 + size + size % 2
        metadata += 0 if name in _PIXELS_IN[kind] else size
        if metadata > _MOST_METADATA:
            break
    raise PictureError(PictureProblem.NOT_A_PICTURE)


def _number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")
