"""Fingerprints: what edits leave alike, what tells photos apart, and what escapes."""

import itertools
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image, ImageEnhance

from bot.errors import PictureError
from bot.fingerprints import fingerprint
from bot.store.blocklist import blockable
from bot.store.inputs import NEAR
from tests.engine.photos import CAT, COLLINS, HOPPER, ROCKET, file_of, photo

PHOTOS = (CAT, COLLINS, HOPPER, ROCKET)


def distance(one: int, other: int) -> int:
    """Bits in which two fingerprints differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


@cache
def original(name: str) -> int:
    """The fingerprint of one photograph."""
    return fingerprint(fast(photo(name)))


def fast(image: Image.Image) -> bytes:
    """A PNG of the image, packed loosely."""
    return file_of(image, compress_level=1)


def resized(image: Image.Image, factor: float) -> Image.Image:
    """The image with sides of another length."""
    return image.resize((round(image.width * factor), round(image.height * factor)))


def turned(image: Image.Image) -> bytes:
    """A file whose pixels lie on their side, and whose EXIF says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_of(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)


EDITS: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG 50": lambda image: file_of(image, "JPEG", quality=50),
    "JPEG 30": lambda image: file_of(image, "JPEG", quality=30),
    "half the size": lambda image: fast(resized(image, 0.5)),
    "twice the size": lambda image: fast(resized(image, 2)),
    "a fifth brighter": lambda image: fast(ImageEnhance.Brightness(image).enhance(1.2)),
    "grey": lambda image: fast(image.convert("L")),
    "WebP": lambda image: file_of(image, "WEBP", quality=80),
    "GIF": lambda image: file_of(image, "GIF"),
    "turned by EXIF": turned,
}


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("edit", EDITS)
def test_edits_leave_a_picture_near(name: str, edit: str) -> None:
    """Another format, size, quality or brightness is the same picture."""
    assert distance(original(name), fingerprint(EDITS[edit](photo(name)))) <= NEAR


def test_other_photos_are_far() -> None:
    """No two of the photographs, nor their mirror images, are anywhere near each other."""
    images = [photo(name) for name in PHOTOS]
    images += [one.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for one in images]
    prints = [fingerprint(fast(one)) for one in images]
    assert all(blockable(one) for one in prints)
    assert min(distance(*pair) for pair in itertools.combinations(prints, 2)) > NEAR
    assert min(distance(*pair) for pair in itertools.combinations(prints[:4], 2)) >= 20


def test_crops_escape() -> None:
    """A fact that the documentation states: what is cut off at the edge makes another picture of it."""
    image = photo(COLLINS)
    by = image.width // 20
    cropped = image.crop((by, by, image.width - by, image.height - by))
    assert distance(original(COLLINS), fingerprint(fast(cropped))) > NEAR


def gradient(*, dark_left: bool) -> Image.Image:
    """A picture that only gets lighter, or darker, from left to right."""
    ramp = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
    return ramp if dark_left else ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (300, 200), "white"),
        Image.new("L", (1, 1), 7),
        Image.new("RGBA", (64, 64), (200, 0, 0, 0)),
        gradient(dark_left=True),
        gradient(dark_left=False),
    ],
    ids=["white", "one pixel", "transparent", "lighter", "darker"],
)
def test_what_shows_nothing_cannot_be_blocked(image: Image.Image) -> None:
    """Blank pictures and gradients are alike, so one of them must not take the others with it."""
    print_ = fingerprint(file_of(image))
    assert not blockable(print_)
    assert all(distance(print_, original(name)) > NEAR for name in PHOTOS)


def test_transparency_lies_on_white() -> None:
    """What a viewer shows counts, not the colour that hides under transparent pixels."""
    shape = photo(COLLINS).copy()
    shape.putalpha(Image.radial_gradient("L").resize(shape.size))
    shown = Image.alpha_composite(Image.new("RGBA", shape.size, "white"), shape).convert("RGB")
    assert fingerprint(fast(shape)) == fingerprint(fast(shown))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", file_of(photo(CAT))[:2000]])
def test_no_picture_has_no_fingerprint(data: bytes) -> None:
    """Broken and cut files raise PictureError."""
    with pytest.raises(PictureError):
        fingerprint(data)
