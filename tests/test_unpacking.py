"""Unpacked by another library, a PNG is judged, and looks, as Pillow sees it."""

import io
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from bot.containers import Part, parts
from bot.errors import PictureError
from bot.fingerprints import fingerprint
from bot.pictures import Kind, kind_of_result
from bot.unpacking import MOST_BYTES, unpacked
from tests.engine.photos import CAT, COLLINS, file_of, photo

START = b"\x89PNG\r\n\x1a\n"
SMALL = photo(COLLINS).resize((96, 96))
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")

Change = Callable[[list[Part]], list[Part]]


def written(chunks: list[Part]) -> bytes:
    """A PNG of these chunks, with right checksums."""
    return START + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def judged(data: bytes) -> object:
    """The fingerprint of a result, or why it is none."""
    try:
        kind_of_result(data)
        return fingerprint(data)
    except PictureError as error:
        return error.problem


def packed(chunks: list[Part]) -> bytes:
    """What the chunks hold of pixels."""
    return b"".join(body for name, body in chunks if name == b"IDAT")


def repacked(chunks: list[Part], *bodies: bytes) -> list[Part]:
    """The chunks with other ones of pixels."""
    pixels = [(b"IDAT", body) for body in bodies]
    return [chunks[0], *pixels, (b"IEND", b"")]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", [0, 1, 9])
def test_pixels_stay_as_they_are(mode: str, level: int) -> None:
    """In every mode and at every level, what comes out decodes to the same, and is not packed any more."""
    data = file_of(
        SMALL.convert("L").convert(mode) if mode == "I;16" else SMALL.convert(mode), compress_level=level
    )
    plain = unpacked(data)
    assert plain is not data
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(plain)) as after:
        assert (after.mode, after.size, after.tobytes()) == (before.mode, before.size, before.tobytes())
    assert zlib.decompress(packed(list(parts(plain, Kind.PNG)))) == zlib.decompress(
        packed(list(parts(data, Kind.PNG)))
    )


ODD: dict[str, Change] = {
    "no pixels": repacked,
    "empty pixels": lambda chunks: repacked(chunks, zlib.compress(b"")),
    "cut": lambda chunks: repacked(chunks, packed(chunks)[:-100]),
    "without its checksum": lambda chunks: repacked(chunks, packed(chunks)[:-4]),
    "with a wrong checksum": lambda chunks: repacked(chunks, packed(chunks)[:-1] + b"\0"),
    "with more behind": lambda chunks: repacked(chunks, packed(chunks) + b"more"),
    "in two rows": lambda chunks: [
        chunks[0],
        (b"IDAT", packed(chunks)[:500]),
        (b"tEXt", b"a\0b"),
        (b"IDAT", packed(chunks)[500:]),
        chunks[-1],
    ],
    "in many pieces": lambda chunks: repacked(chunks, *(bytes([one]) for one in packed(chunks)[:3000])),
    "too few lines": lambda chunks: repacked(chunks, zlib.compress(zlib.decompress(packed(chunks))[:-289])),
    "too many lines": lambda chunks: repacked(
        chunks, zlib.compress(zlib.decompress(packed(chunks)) + bytes(289))
    ),
    "an unknown filter": lambda chunks: repacked(chunks, zlib.compress(b"\x09" * 96 * 289)),
    "of another window": lambda chunks: repacked(chunks, b"\x08\x1d" + packed(chunks)[2:]),
    "with a dictionary": lambda chunks: repacked(chunks, b"\x78\xbb" + bytes(4) + packed(chunks)[2:]),
    "animated": lambda chunks: [chunks[0], (b"acTL", struct.pack(">II", 2, 0)), *chunks[1:]],
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_judged_by_pillow(name: str) -> None:
    """A file that is not just as it should be gets the verdict, and the fingerprint, that it had before."""
    data = written(ODD[name](list(parts(file_of(SMALL), Kind.PNG))))
    assert judged(unpacked(data)) == judged(data)


def test_damage_is_judged_by_pillow() -> None:
    """Nor do flipped bits in the packed pixels, under right checksums, change a verdict."""
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    chunks = list(parts(file_of(SMALL), Kind.PNG))
    whole = packed(chunks)
    for _ in range(150):
        at, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        flipped = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
        data = written(repacked(chunks, flipped))
        assert judged(unpacked(data)) == judged(data)


def test_large_pictures_stay_packed() -> None:
    """Pixels over the bound are not held beside the file, be it ever so small."""
    side = int((MOST_BYTES / 3) ** 0.5) + 1
    data = file_of(Image.new("RGB", (side, side)))
    assert unpacked(data) is data


def test_metadata_stays_beside_the_pixels() -> None:
    """What stands before and after the pixels stands there still, under right checksums."""
    before = list(parts(file_of(photo(CAT).resize((64, 64))), Kind.PNG))
    at = next(number for number, (name, _) in enumerate(before) if name == b"IDAT")
    before[at:at] = [(b"gAMA", struct.pack(">I", 45455))]
    before[-1:-1] = [(b"tEXt", b"Title\0cat")]
    after = list(parts(unpacked(written(before)), Kind.PNG))
    assert [part for part in after if part[0] != b"IDAT"] == [part for part in before if part[0] != b"IDAT"]
    assert [name for name, _ in after] == [name for name, _ in before]
    with Image.open(io.BytesIO(unpacked(written(before)))) as picture:
        picture.verify()
