"""Pictures of every kind that is posted, and what their files are made of."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from bot import containers
from bot.marker import Marked, Marker
from bot.pictures import Kind
from bot.provenance import Judge
from tests.signing import pair
from tests.stores import START

SWAP = 1_234_567_890_123_456_789
SECRET = b"GPS 52.5200 N, 13.4050 E"
PLENTY = 10_000_000


@cache
def marker() -> Marker:
    """A marker that signs with the tests' pair."""
    return Marker(pair(), pair().starts_at)


@cache
def judge() -> Judge:
    """Who believes it."""
    return Judge([marker().chain])


def mark(data: bytes, *, badge: bool = False, limit: int = PLENTY, at: datetime = START) -> Marked:
    """Mark a picture as swap `SWAP`."""
    return marker().mark(data, badge=badge, limit_bytes=limit, swap_id=SWAP, made_at=at)


@cache
def scene(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture with edges, flat parts and a gradient."""
    picture = Image.merge("RGB", [Image.linear_gradient("L").resize(size) for _ in range(3)])
    pen = ImageDraw.Draw(picture)
    pen.ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), "orange")
    pen.rectangle((0, size[1] // 2, size[0] // 3, size[1]), "navy")
    return picture


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode with Pillow."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _alpha() -> Image.Image:
    picture = scene().copy()
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


def _sixteen_bits() -> bytes:
    grey = [value * 257 for value in scene().convert("L").tobytes()]
    return encode(Image.frombytes("I;16", scene().size, struct.pack(f"<{len(grey)}H", *grey)), "png")


def _rgb16() -> bytes:
    """A PNG with 16 bits in each of three channels, which Pillow reads but does not write."""
    width, height = 24, 16
    rows = b"".join(b"\0" + bytes(range(width * 6)) for _ in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return png_of(parts)


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks."""
    chunks = (
        struct.pack(">I", len(body)) + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _frames(kind: str) -> bytes:
    others = [scene().rotate(90), scene().rotate(180)]
    return encode(scene(), kind, save_all=True, append_images=others, duration=50)


PICTURES: Mapping[str, Callable[[], bytes]] = {
    "png-rgb": lambda: encode(scene(), "png"),
    "png-rgba": lambda: encode(_alpha(), "png"),
    "png-l": lambda: encode(scene().convert("L"), "png"),
    "png-la": lambda: encode(_alpha().convert("LA"), "png"),
    "png-p": lambda: encode(scene().quantize(16), "png"),
    "png-p-transparent": lambda: encode(scene().quantize(16), "png", transparency=3),
    "png-1": lambda: encode(scene().convert("1"), "png"),
    "png-16": _sixteen_bits,
    "png-rgb-16": _rgb16,
    "png-interlaced": lambda: INTERLACED,
    "png-animated": lambda: _frames("png"),
    "jpeg-rgb": lambda: encode(scene(), "jpeg"),
    "jpeg-l": lambda: encode(scene().convert("L"), "jpeg"),
    "jpeg-cmyk": lambda: encode(scene().convert("CMYK"), "jpeg"),
    "jpeg-progressive": lambda: encode(scene(), "jpeg", progressive=True),
    "jpeg-restarts": lambda: encode(scene(), "jpeg", restart_marker_blocks=2),
    "webp-lossy": lambda: encode(scene(), "webp"),
    "webp-lossy-alpha": lambda: encode(_alpha(), "webp"),
    "webp-lossless": lambda: encode(scene(), "webp", lossless=True),
    "webp-lossless-alpha": lambda: encode(_alpha(), "webp", lossless=True),
    "webp-animated": lambda: _frames("webp"),
    "one-pixel": lambda: encode(Image.new("RGB", (1, 1), "red"), "png"),
}

# A 2 x 2 picture in Adam7 order, which Pillow reads but does not write: three passes of one pixel, one, two.
INTERLACED = png_of(
    [
        (b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 1)),
        (b"IDAT", zlib.compress(b"\0\x10" + b"\0\x80" + b"\0\xc0\xff")),
        (b"IEND", b""),
    ]
)


def with_metadata(kind: str, orientation: int = 1) -> bytes:
    """A picture with whatever its format can carry beside the pixels, each with the secret in it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, SECRET.decode()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- %b --></x:xmpmeta>' % SECRET
    if kind == "png":
        data = encode(scene(), kind, exif=exif)
        extra = [
            (b"tEXt", b"Comment\0" + SECRET),
            (b"zTXt", b"Author\0\0" + zlib.compress(SECRET)),
            (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
            (b"tIME", b"\x07\xea\5\5\5\5\5"),
            (b"prVt", SECRET),
            (b"caBX", SECRET),
        ]
        parts = list(containers.parts(data, Kind.PNG))
        data = png_of([*parts[:1], *extra, *parts[1:]])
    elif kind == "jpeg":
        data = encode(scene(), kind, exif=exif, comment=SECRET, xmp=xmp)
        extra = b"".join(
            bytes((0xFF, code)) + struct.pack(">H", len(SECRET) + 2) + SECRET for code in (0xED, 0xEB, 0xEF)
        )
        header = b"JFIF\0\1\1\0\0\1\0\1\x08\1" + SECRET  # a thumbnail of eight pixels
        adobe = b"Adobe\0\x64\0\0\0\0\1" + SECRET
        first = b"".join(
            marker + struct.pack(">H", len(body) + 2) + body
            for marker, body in ((b"\xff\xe0", header), (b"\xff\xee", adobe))
        )
        data = data[:2] + first + extra + data[20:]
    else:
        data = encode(scene(), kind, exif=exif, xmp=xmp)
        extra = b"NOTE" + struct.pack("<I", len(SECRET)) + SECRET
        data = b"RIFF" + struct.pack("<I", len(data) + len(extra) - 8) + data[8:] + extra
    return data + SECRET


def coded(data: bytes, kind: Kind) -> list[bytes]:
    """The compressed pixels: what decides how the picture looks."""
    names = {
        Kind.PNG: {b"IDAT", b"IHDR", b"PLTE", b"tRNS"},
        Kind.JPEG: {b"\xff\xda", b"\xff\xdb", b"\xff\xc0", b"\xff\xc2", b"\xff\xc4"},
        Kind.WEBP: {b"VP8 ", b"VP8L", b"ALPH"},
    }
    return [body for name, body in containers.parts(data, kind) if name in names[kind]]
