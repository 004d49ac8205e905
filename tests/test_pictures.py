"""Pictures as bytes: what is believed to be one, and how one is made to fit."""

import io
import zlib
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from bot.errors import PictureError, PictureProblem, ResultTooLarge
from bot.pictures import MAX_SIDE, Kind, fit, open_picture, sniff
from tests.verified import verify

KINDS = {"png": Kind.PNG, "jpeg": Kind.JPEG, "webp": Kind.WEBP}
SECRET = b"GPS 52.52 N"


@cache
def noise(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Make a picture that compresses badly."""
    channels = [Image.effect_noise(size, 90) for _ in mode]
    return Image.merge(mode, channels) if len(channels) > 1 else channels[0]


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode with Pillow's defaults."""
    out = io.BytesIO()
    picture.save(out, format=kind, **options)
    return out.getvalue()


def with_metadata(picture: Image.Image, kind: str, orientation: int = 1) -> bytes:
    """Encode with EXIF, and with a comment where the format has one."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    return encode(picture, kind, exif=exif, **({"comment": SECRET} if kind == "jpeg" else {}))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "png"),
        ("RGBA", "png"),
        ("L", "png"),
        ("RGB", "jpeg"),
        ("L", "jpeg"),
        ("CMYK", "jpeg"),
        ("RGB", "webp"),
        ("RGBA", "webp"),
    ],
)
def test_whole_pictures_are_verified(mode: str, kind: str) -> None:
    """Every colour mode of the three formats is a picture, also with something after its end."""
    data = encode(noise(mode), kind)
    assert verify(data) is KINDS[kind]
    assert verify(data + b"\0" * 9) is KINDS[kind]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_no_cut_picture_is_verified(kind: str, *, progressive: bool) -> None:
    """A file that lacks its end fails, wherever it was cut, even by a single byte."""
    options = {"progressive": True} if progressive and kind == "jpeg" else {}
    data = with_metadata(noise(), kind) if not options else encode(noise(), kind, **options)
    for end in {*range(0, len(data), 97), *range(len(data) - 40, len(data))}:
        with pytest.raises(PictureError):
            verify(data[:end])


def test_a_changed_byte_of_a_png_is_noticed() -> None:
    """A PNG's checksums are looked at, even where a changed byte would only make a wrong pixel."""
    good = encode(noise(), "png")
    start = good.index(b"IDAT") + 4
    for place in range(start, len(good) - 12, 61):
        bad = bytearray(good)
        bad[place] ^= 1
        with pytest.raises(PictureError):
            verify(bytes(bad))


@given(st.data())
@settings(max_examples=60)
def test_any_damage_is_named_or_harmless(data: st.DataObject) -> None:
    """Whatever bytes are changed, the answer is a kind or a PictureError, never another error."""
    good = bytearray(encode(noise(), data.draw(st.sampled_from(sorted(KINDS)))))
    for place in data.draw(st.lists(st.integers(0, len(good) - 1), max_size=8)):
        good[place] = data.draw(st.integers(0, 255))
    try:
        verify(bytes(good))
    except PictureError:
        return


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"<html>", b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff\xd9", b"%PDF-1.7"]
)
def test_what_is_no_picture(data: bytes) -> None:
    """Other bytes, and bare beginnings, are no pictures."""
    with pytest.raises(PictureError) as caught:
        verify(data)
    assert caught.value.problem is PictureProblem.NOT_A_PICTURE
    with pytest.raises(PictureError):
        fit(data, -1)


def test_gif_is_no_result() -> None:
    """The API answers with no GIF, so one is not believed."""
    gif = encode(noise("L"), "gif")
    assert sniff(gif) is Kind.GIF
    with pytest.raises(PictureError):
        verify(gif)


def png_header(width: int, height: int) -> bytes:
    """Make a PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    idat = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\0\0\0") + idat + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(7000, 7000), (60_000, 60_000), (MAX_SIDE + 1, 1)])
def test_bombs_are_not_decoded(size: tuple[int, int]) -> None:
    """A header that claims too many pixels is refused before any is decoded."""
    for step in (verify, open_picture):
        with pytest.raises(PictureError) as caught:
            step(png_header(*size))
        assert caught.value.problem is PictureProblem.TOO_LARGE


def test_a_header_alone_is_no_picture() -> None:
    """A sane header over missing pixels fails once they are decoded."""
    with pytest.raises(PictureError):
        verify(png_header(100, 100))


@pytest.mark.parametrize("kind", KINDS)
def test_what_fits_is_untouched(kind: str) -> None:
    """At the limit exactly the bytes stay as they are, metadata included."""
    data = with_metadata(noise(), kind)
    assert fit(data, len(data)) == (data, KINDS[kind])


@pytest.mark.parametrize(
    ("mode", "kind", "expected"),
    [
        ("RGB", "png", Kind.JPEG),
        ("L", "png", Kind.JPEG),
        ("RGBA", "png", Kind.WEBP),
        ("RGB", "jpeg", Kind.JPEG),
        ("CMYK", "jpeg", Kind.JPEG),
        ("RGB", "webp", Kind.WEBP),
        ("RGBA", "webp", Kind.WEBP),
    ],
)
@pytest.mark.parametrize("share", [0.9, 0.3, 0.1])
def test_fitting(mode: str, kind: str, expected: Kind, share: float) -> None:
    """Over the limit a picture is encoded anew until it fits: whole, as transparent, without metadata."""
    picture = noise(mode, (320, 200))
    data = with_metadata(picture, kind) if kind != "webp" else encode(picture, kind, lossless=True)
    fitted, became = fit(data, round(len(data) * share))
    assert len(fitted) <= len(data) * share
    assert verify(fitted) is became is expected
    opened = open_picture(fitted)
    assert opened.has_transparency_data == (mode == "RGBA")
    assert not opened.getexif()
    assert SECRET not in fitted


def test_sides_shrink_only_after_quality() -> None:
    """The picture keeps its size while less quality is enough, and its shape when not."""
    picture = noise("RGB", (640, 320))
    data = encode(picture, "png")
    assert open_picture(fit(data, len(encode(picture, "jpeg", quality=76)))[0]).size == (640, 320)
    width, height = open_picture(fit(data, len(encode(picture, "jpeg", quality=60)) // 3)[0]).size
    assert width < 640
    assert abs(width - 2 * height) <= 1


def test_opaque_alpha_is_dropped() -> None:
    """An alpha channel that hides nothing does not force a format."""
    picture = noise("RGB").copy()
    picture.putalpha(255)
    data = encode(picture, "png")
    assert fit(data, len(data) - 1)[1] is Kind.JPEG


def test_orientation_is_kept() -> None:
    """A picture that its EXIF turns upright stays upright without it."""
    picture = Image.new("RGB", (640, 480), "white")
    picture.paste("red", (0, 0, 320, 240))
    picture.paste(noise("RGB", (320, 240)), (320, 240))
    turned = with_metadata(picture, "jpeg", orientation=6)
    fitted = open_picture(fit(turned, len(turned) // 2)[0]).convert("RGB")
    upright = ImageOps.exif_transpose(open_picture(turned))
    assert fitted.width / fitted.height == pytest.approx(upright.width / upright.height, rel=0.02)
    red = fitted.getpixel((fitted.width * 3 // 4, fitted.height // 4))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 60


def test_nothing_fits() -> None:
    """When even the smallest encoding is too large, that is said; it is no endless loop."""
    with pytest.raises(ResultTooLarge):
        fit(encode(noise(), "png"), 200)


def test_fitting_a_cut_picture() -> None:
    """A picture that cannot be decoded is not made to fit."""
    data = encode(noise(), "png")
    with pytest.raises(PictureError):
        fit(data[: len(data) // 2], 1000)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_longest_side_fits_webp(kind: str) -> None:
    """The longest side that is read is one pixel more than WebP can hold."""
    data = encode(
        Image.new("RGBA", (MAX_SIDE if kind == "png" else MAX_SIDE - 1, 4), (9, 8, 7, 99)),
        kind,
        **({"compress_level": 0} if kind == "png" else {"lossless": True}),
    )
    if kind == "png":
        assert fit(data, len(data) - 1)[1] is Kind.WEBP
    else:
        assert verify(data) is Kind.WEBP
