"""Unpacks PNGs faster than the zlib that Pillow uses, which takes nearly half of decoding a photograph.

Nothing here says what a good picture is: Pillow decodes what comes out, or the file as it was.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import cast

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# The package's own stubs leave the types of bytes open.
from isal import isal_zlib

from bot.containers import parts
from bot.pictures import Kind

Piece = bytes | memoryview
"""Bytes that are not copied before all is put together."""

MOST_BYTES = 8 * 1024 * 1024
"""Of unpacked pixels, which are held twice for a moment: 2.7 megapixels in colour."""

_SIGNATURE = 8  # bytes before the first chunk (source: the PNG specification, 3rd edition)
_BROKEN = cast("type[Exception]", isal_zlib.error)  # the stubs call the class an instance

_STORED = 0xFFFF
"""Longest block that is not packed, in bytes (source: RFC 1951)."""


def unpacked(data: bytes) -> bytes:
    """The same PNG with its pixels stored as they are, for whoever decodes it next.

    The file itself where it is large, or not just as it should be. CPU work: call it in a thread. The file
    has passed `pictures.open_picture`, so that it is not made of chunks without number.
    """
    try:
        found = list(parts(data, Kind.PNG))
        packed = b"".join(body for name, body in found if name == b"IDAT")
        reader = isal_zlib.decompressobj()
        pixels = reader.decompress(packed, MOST_BYTES)
    except (ValueError, _BROKEN):
        return data
    names = b" ".join(name for name, _ in found)
    first, count = names.find(b"IDAT") // 5, names.count(b"IDAT")
    in_one_row = names.count(b" ".join([b"IDAT"] * count)) == 1
    if not (reader.eof and in_one_row):
        return data
    pieces: list[Piece] = [data[:_SIGNATURE]]
    for name, *body in (*found[:first], (b"IDAT", *_stored(pixels)), *found[first + count :]):
        pieces += _chunk(name, body)
    return b"".join(pieces)


def _chunk(name: bytes, body: Sequence[Piece]) -> Iterator[Piece]:
    yield struct.pack(">I", sum(map(len, body)))
    checksum = 0
    for piece in (name, *body):
        yield piece
        checksum = isal_zlib.crc32(piece, checksum)
    yield struct.pack(">I", checksum)


def _stored(data: bytes) -> Iterator[Piece]:
    """Bytes as a zlib stream that packs nothing."""
    yield b"\x78\x01"
    for at in range(0, len(data), _STORED):
        piece = memoryview(data)[at : at + _STORED]
        yield struct.pack("<?HH", at + _STORED >= len(data), len(piece), len(piece) ^ _STORED)
        yield piece
    yield struct.pack(">I", isal_zlib.adler32(data))
