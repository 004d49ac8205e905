"""What a picture shows, as 64 bits that survive edits: a difference hash (dHash), for the block-list.

Each bit says whether one of 9 by 8 grey fields is brighter than its right neighbour. JPEG 50, half the size,
a fifth brighter and another format change at most 7 bits; other photos differ in 20 and more. Crops escape:
5 % off the edges changes up to 20 (all measured in `tests/test_fingerprints.py`).
"""

from dataclasses import dataclass, field

from PIL import Image

from bot.pictures import Kind, grey_fields, kind_of_result, open_picture
from bot.unpacking import unpacked

_WIDTH, _HEIGHT = 9, 8
_SIGN = 1 << 63


def fingerprint(data: bytes) -> int:
    """The perceptual hash of a picture (its first frame), as a signed 64-bit number.

    It is 0 for a blank picture, and near 0 or -1 for a plain gradient: these tell little, and the block-list
    takes none of them (`blocklist.blockable`). CPU work, nearly all of it decoding (for a megapixel 2 ms as a
    JPEG, 30 ms as a PNG): call it in a thread. Raises PictureError.
    """
    return fingerprint_of(open_picture(data))


def fingerprint_of(picture: Image.Image) -> int:
    """The same of a picture that is open and not decoded yet; it is no use afterwards."""
    greys, bits = grey_fields(picture, _WIDTH, _HEIGHT), 0
    for row in range(0, len(greys), _WIDTH):
        for left in range(row, row + _WIDTH - 1):
            bits = bits << 1 | (greys[left] > greys[left + 1])
    return bits - 2 * (bits & _SIGN)


@dataclass(frozen=True)
class Verified:
    """A picture that decodes whole, what it is, and its perceptual hash."""

    data: bytes = field(repr=False)
    kind: Kind
    fingerprint: int


def verified(data: bytes) -> Verified:
    """Decode a PNG, JPEG or WebP whole (its first frame), and once; a cut file fails.

    Call it in a thread. Raises PictureError.
    """
    kind = kind_of_result(data)
    return Verified(data, kind, fingerprint(unpacked(data) if kind is Kind.PNG else data))
