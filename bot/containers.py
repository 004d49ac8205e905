"""PNG, JPEG and WebP as files of parts: what shows the picture is kept, byte for byte, the rest is not.

Nothing is decoded or encoded here, so the pixels stay exactly what they were. Sources: the PNG specification
(3rd edition), ITU-T T.81 and T.871, and the WebP container specification.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from bot.pictures import Kind

Part = tuple[bytes, bytes]
"""A part's name and its content, without lengths and checksums."""

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT")
)
_PNG_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_ICC = b"ICC_PROFILE\0"

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP11, _APP14 = (
    bytes((0xFF, code)) for code in (0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEB, 0xEE)
)
_JPEG_DROPPED = frozenset(bytes((0xFF, code)) for code in (*range(0xE0, 0xF0), 0xFE))
_SEGMENT = re.compile(rb"\xff++([^\x00\x01\xd0-\xd8])")
"""A segment's marker, after any fill; what has no length stands only elsewhere."""

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")
"""What ends a scan's coded data: 0xFF, and after it neither a stuffed zero nor a restart marker's code."""

_HAS_ICC, _HAS_ALPHA, _HAS_XMP = 0x20, 0x10, 0x04


def marked(data: bytes, kind: Kind, xmp: bytes) -> bytes:
    """The same picture with `xmp` as its only metadata, a colour profile apart.

    Raises ValueError for a file that is not whole, is animated, or is of another kind.
    """
    if kind not in _READERS:
        raise ValueError(f"no {kind} is written")
    return _WRITERS[kind](list(parts(data, kind)), xmp)


def parts(data: bytes, kind: Kind) -> Iterator[Part]:
    """What a file is made of, in order; raises ValueError where it cannot be followed any further."""
    return _READERS[kind](data)


def credentials(data: bytes, kind: Kind) -> bytes:
    """Everything the file holds where C2PA manifests are kept, as far as the file can be followed."""
    name = {Kind.PNG: b"caBX", Kind.JPEG: _APP11, Kind.WEBP: b"C2PA"}[kind]
    found: list[bytes] = []
    with suppress(ValueError):
        found.extend(body for part, body in parts(data, kind) if part == name)
    return b"".join(found)


def _png_parts(data: bytes) -> Iterator[Part]:
    at, name = len(_PNG_START), b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", _slice(data, at, 8))
        _slice(data, at + 8 + length, 4)  # its checksum
        yield name, _slice(data, at + 8, length)
        at += 12 + length


def _png(found: list[Part], xmp: bytes) -> bytes:
    kept = [part for part in found if part[0] in _PNG_KEPT]
    if not kept or kept[0][0] != b"IHDR":
        raise ValueError("no header")
    kept.insert(1, (b"iTXt", _PNG_XMP + xmp))
    chunks = (
        (struct.pack(">I4s", len(body), name), body, zlib.crc32(body, zlib.crc32(name)).to_bytes(4, "big"))
        for name, body in kept
    )
    return b"".join((_PNG_START, *chain.from_iterable(chunks)))


def _jpeg_parts(data: bytes) -> Iterator[Part]:
    """The segments; a scan's coded data follows its header in the same part. What follows the end is left."""
    at = 2
    while (found := _SEGMENT.match(data, at)) and found[1] != _EOI[1:]:
        at = found.end()
        (length,) = struct.unpack(">H", _slice(data, at, 2))
        body = _slice(data, at + 2, length - 2)
        at += length
        if found[1] == _SOS[1:]:
            end = _end_of_scan(data, at)
            yield _SOS, struct.pack(">H", length) + body + data[at:end]
            at = end
        else:
            yield b"\xff" + found[1], body
    if not found:
        raise ValueError("no segment where one should be")


def _end_of_scan(data: bytes, at: int) -> int:
    if marker := _NEXT_MARKER.search(data, at):
        return marker.start()
    raise ValueError("no end")


def _jpeg(found: list[Part], xmp: bytes) -> bytes:
    kept = [(name, shown) for name, body in found if (shown := _shown(name, body)) is not None]
    # JFIF has to come first (source: ITU-T T.871).
    kept.insert(1 if kept[:1] and kept[0][0] == _APP0 else 0, (_APP1, _JPEG_XMP + xmp))
    segments = (
        name + (body if name == _SOS else struct.pack(">H", len(body) + 2) + body) for name, body in kept
    )
    return _SOI + b"".join(segments) + _EOI


def _shown(name: bytes, body: bytes) -> bytes | None:
    """A segment without what it may carry beside the picture: a thumbnail, or bytes at the end; or None."""
    if name == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 14:
        return body[:12] + b"\0\0"
    if name == _APP2 and body.startswith(_JPEG_ICC):
        return body
    if name == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
        return body[:12]
    return None if name in _JPEG_DROPPED else body


def _webp_parts(data: bytes) -> Iterator[Part]:
    (size,) = struct.unpack("<I", _slice(data, 4, 4))
    at, end = 12, 8 + size
    while at < end:
        name, length = struct.unpack("<4sI", _slice(data, at, 8))
        yield name, _slice(data, at + 8, length)
        at += 8 + length + length % 2
    if at != end or end > len(data):
        raise ValueError("the file is not as long as it says")


def _webp(found: list[Part], xmp: bytes) -> bytes:
    known = dict(reversed(found))
    picture = b"VP8L" if b"VP8L" in known else b"VP8 "
    flags, canvas = _canvas(known, picture)
    order = (b"ICCP", b"ALPH", picture) if picture == b"VP8 " else (b"ICCP", picture)
    kept = [(name, known[name]) for name in order if name in known]
    flags |= _HAS_XMP | (_HAS_ICC if b"ICCP" in known else 0)
    chunks = ((b"VP8X", bytes((flags, 0, 0, 0)) + canvas), *kept, (b"XMP ", xmp))
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2) for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _canvas(known: dict[bytes, bytes], picture: bytes) -> tuple[int, bytes]:
    """The alpha flag, and width and height, each less one, in three bytes."""
    if extended := known.get(b"VP8X"):
        if len(extended) != 10 or picture not in known:
            raise ValueError("animated, or not whole")
        return extended[0] & _HAS_ALPHA, extended[4:]
    head = known.get(picture, b"")[:10]
    if len(head) < 10:
        raise ValueError("no picture")
    if picture == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        alpha, width, height = bits >> 28 & 1, bits & 0x3FFF, bits >> 14 & 0x3FFF
    else:
        alpha, (width, height) = 0, (side % 0x4000 - 1 for side in struct.unpack("<HH", head[6:10]))
    return _HAS_ALPHA * alpha, width.to_bytes(3, "little") + height.to_bytes(3, "little")


def _slice(data: bytes, at: int, length: int) -> bytes:
    if length < 0 or at + length > len(data):
        raise ValueError("the file ends early")
    return data[at : at + length]


_READERS = {Kind.PNG: _png_parts, Kind.JPEG: _jpeg_parts, Kind.WEBP: _webp_parts}
_WRITERS = {Kind.PNG: _png, Kind.JPEG: _jpeg, Kind.WEBP: _webp}
