"""The bricks that hostile pictures are made of: chunks, segments, bits, and small good pictures to spoil."""

import io
import zlib
from collections.abc import Iterable
from functools import cache

from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"
PROVENANCE = b"http://127.0.0.1:%d/manifest.c2pa"
"""What a file may name as the place of its credentials; the port is the canary's (`at_canary`)."""


@cache
def small(kind: str, mode: str = "RGB", **options: object) -> bytes:
    """Make a small good picture with something in it."""
    gradient = Image.linear_gradient("L").resize((48, 32))
    picture = Image.merge("RGB", (gradient, gradient.transpose(Image.Transpose.ROTATE_180), gradient))
    out = io.BytesIO()
    picture.convert(mode).save(out, format=kind, **options)
    return out.getvalue()


def png_chunk(name: bytes, body: bytes, crc: int | None = None) -> bytes:
    """Make one chunk of a PNG, with its right checksum unless another is given."""
    check = zlib.crc32(name + body) if crc is None else crc
    return len(body).to_bytes(4, "big") + name + body + check.to_bytes(4, "big")


def ihdr(width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    """Make a PNG's header chunk; colour 0 is grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return png_chunk(b"IHDR", size + bytes([depth, colour, 0, 0, interlace]))


def png(*chunks: bytes, end: bytes = b"") -> bytes:
    """Put a PNG together."""
    return PNG_START + b"".join(chunks) + png_chunk(b"IEND", b"") + end


def flat(width: int, height: int, bits: int = 24) -> bytes:
    """Make the image data of an all-black picture."""
    row = bytes(1 + (width * bits + 7) // 8)
    squeeze = zlib.compressobj(1)
    rows = max(1, 2**20 // len(row))
    body = b"".join(squeeze.compress(row * min(rows, height - at)) for at in range(0, height, rows))
    return png_chunk(b"IDAT", body + squeeze.flush())


def good_png(*extra: bytes) -> bytes:
    """Make a good small PNG with more chunks after its header."""
    return png(ihdr(16, 16), *extra, flat(16, 16))


def segment(marker: int, body: bytes) -> bytes:
    """Make one segment of a JPEG."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def with_segments(*segments: bytes, base: bytes | None = None) -> bytes:
    """Make a JPEG with more segments after its start."""
    base = small("JPEG") if base is None else base
    return base[:2] + b"".join(segments) + base[2:]


def resized_jpeg(width: int, height: int, base: bytes) -> bytes:
    """Make a JPEG that claims another size in its frame header."""
    for marker in (0xC0, 0xC2):
        at = base.find(bytes([0xFF, marker, 0x00]))
        if at >= 0:
            size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
            return base[: at + 5] + size + base[at + 9 :]
    raise ValueError("no frame header")


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    """Put a WebP together; `size` is what it claims to be."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body


def webp_chunk(name: bytes, body: bytes) -> bytes:
    """Make one chunk of a WebP, padded to an even length."""
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def vp8l(width: int, height: int) -> bytes:
    """Make lossless image data of one colour: every prefix code has one symbol, so a pixel takes no bit.

    Any size fits into some thirty bytes (source: the WebP lossless bitstream specification).
    """
    bits = f"{width - 1:014b}"[::-1] + f"{height - 1:014b}"[::-1] + "0" + "000"
    bits += "000"  # no transform, no colour cache, no further codes
    bits += "1000" * 5  # green, red, blue, alpha, distance: a simple code of the one symbol 0
    number = int(bits[::-1], 2)
    return webp_chunk(b"VP8L", b"\x2f" + number.to_bytes(len(bits) // 8 + 1, "little") + bytes(8))


def vp8x(width: int, height: int, flags: int = 0) -> bytes:
    """Make the header of an extended WebP; flags: 2 animated, 4 XMP, 8 EXIF, 16 alpha, 32 ICC."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size)


def webp_frame(width: int, height: int, x: int = 0, y: int = 0) -> bytes:
    """Make one frame of an animated WebP; x and y are halved by the format."""
    place = b"".join(number.to_bytes(3, "little") for number in (x, y, width - 1, height - 1, 20))
    return webp_chunk(b"ANMF", place + b"\0" + vp8l(width, height))


def gif(width: int, height: int, *blocks: bytes, end: bytes = b";") -> bytes:
    """Put a GIF of two colours together."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"GIF89a" + size + b"\x80\0\0" + bytes(3) + b"\xff" * 3 + b"".join(blocks) + end


def gif_frame(width: int, height: int, x: int = 0, y: int = 0) -> bytes:
    """Make one frame of a GIF: one pixel of data, then the end."""
    place = b"".join(number.to_bytes(2, "little") for number in (x, y, width, height))
    return b"," + place + b"\0\x02\x02\x44\x01\0"


def tiff(order: bytes, entries: Iterable[tuple[int, int, int, int]], next_at: int = 0) -> bytes:
    """Make a TIFF directory (tag, type, count, value), as EXIF is one; `order` is II or MM."""
    end = "little" if order == b"II" else "big"
    entries = list(entries)
    body = b"".join(
        tag.to_bytes(2, end) + kind.to_bytes(2, end) + count.to_bytes(4, end) + value.to_bytes(4, end)
        for tag, kind, count, value in entries
    )
    head = order + (42).to_bytes(2, end) + (8).to_bytes(4, end)
    return head + len(entries).to_bytes(2, end) + body + next_at.to_bytes(4, end)


def exif(order: bytes, entries: Iterable[tuple[int, int, int, int]], next_at: int = 0) -> bytes:
    """Make a JPEG's EXIF segment."""
    return segment(0xE1, b"Exif\0\0" + tiff(order, entries, next_at))


def xmp(port: int) -> bytes:
    """Make XMP that says the credentials of this file are on a server."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="%s"/></rdf:RDF>'
        b"</x:xmpmeta>" % (PROVENANCE % port)
    )
