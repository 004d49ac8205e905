"""Decoding: whatever the file is, upright RGB bytes come out, or one typed refusal."""

import numpy as np
import pytest
from PIL import Image

from bot.engine.decode import decode
from bot.errors import PictureError, PictureProblem
from tests.engine.photos import file_of

_SMALL = Image.linear_gradient("L").resize((64, 48))
_COLOUR = Image.merge("RGB", (_SMALL, _SMALL.transpose(Image.Transpose.FLIP_TOP_BOTTOM), _SMALL))


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter clockwise
    return file_of(_COLOUR.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


def _palette_with_hole() -> bytes:
    return file_of(_COLOUR.quantize(16), "PNG", transparency=0)


def _sixteen_bit() -> bytes:
    return file_of(Image.fromarray(np.asarray(_SMALL).astype(np.uint16) * 257))


_GREY = _SMALL.convert("RGB")
_READ = {
    "rgb": (file_of(_COLOUR), _COLOUR, 0, False),
    "grey": (file_of(_SMALL), _GREY, 0, False),
    "one bit": (file_of(_SMALL.convert("1")), _SMALL.convert("1").convert("RGB"), 0, False),
    "palette": (file_of(_COLOUR.quantize(64)), _COLOUR, 12, False),
    "palette with a hole": (_palette_with_hole(), _COLOUR, 25, True),
    "16 bit": (_sixteen_bit(), _GREY, 1, False),
    "grey and alpha": (file_of(_SMALL.convert("LA")), _GREY, 0, True),
    "alpha": (file_of(_COLOUR.convert("RGBA")), _COLOUR, 0, True),
    "cmyk": (file_of(_COLOUR.convert("CMYK"), "JPEG", quality=95), _COLOUR, 12, False),
    "exif turned": (_turned(), _COLOUR, 12, False),
    "gif": (
        file_of(_GREY, "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        _GREY,
        2,
        False,
    ),
    "webp": (file_of(_COLOUR, "WEBP", lossless=True), _COLOUR, 0, False),
}


@pytest.mark.parametrize(("data", "expected", "tolerance", "alpha"), _READ.values(), ids=_READ)
def test_it_is_read_upright_as_rgb_bytes(
    data: bytes, expected: Image.Image, tolerance: int, alpha: bool
) -> None:
    """Every mode, depth and orientation gives the same pixels, and alpha where the file has it."""
    picture = decode(data, 1024)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.shape == (48, 64, 3)
    assert np.abs(picture.rgb.astype(int) - np.asarray(expected).astype(int)).max() <= tolerance
    assert (picture.alpha is not None) == alpha


def test_alpha_is_kept_apart() -> None:
    """The alpha plane survives, and hides no colour."""
    see_through = _COLOUR.copy()
    see_through.putalpha(Image.linear_gradient("L").resize((64, 48)))
    picture = decode(file_of(see_through), 1024)
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, np.asarray(see_through)[..., 3])
    assert np.array_equal(picture.rgb, np.asarray(_COLOUR))


@pytest.mark.parametrize(
    ("size", "bound", "shape"),
    [
        ((64, 48), 64, (48, 64)),
        ((64, 48), 32, (24, 32)),
        ((10, 600), 60, (60, 1)),
        ((2000, 1), 100, (1, 100)),
    ],
)
def test_the_longer_side_is_bounded(size: tuple[int, int], bound: int, shape: tuple[int, int]) -> None:
    """Pictures are shrunk in proportion, never enlarged, never to nothing."""
    assert decode(file_of(_COLOUR.resize(size)), bound).rgb.shape[:2] == shape


def test_a_jpeg_is_decoded_at_no_less_than_the_bound() -> None:
    """The JPEG decoder's own shrinking does not go below the bound."""
    assert max(decode(file_of(_COLOUR.resize((1000, 600)), "JPEG"), 400).rgb.shape) == 400


_WHOLE = file_of(_COLOUR.resize((400, 300)), "JPEG")
_BOMB = file_of(Image.new("1", (12_000, 4_000)))
_WIDE = file_of(Image.new("1", (17_000, 10)))
_REFUSED = {
    "nothing": (b"", PictureProblem.NOT_A_PICTURE),
    "text": (b"<html>no picture</html>", PictureProblem.NOT_A_PICTURE),
    "cut jpeg": (_WHOLE[: len(_WHOLE) // 2], PictureProblem.NOT_A_PICTURE),
    "cut png": (file_of(_COLOUR)[:100], PictureProblem.NOT_A_PICTURE),
    "header alone": (_WHOLE[:30], PictureProblem.NOT_A_PICTURE),
    "tiff": (file_of(_COLOUR, "TIFF"), PictureProblem.NOT_A_PICTURE),
    "48 megapixels": (_BOMB, PictureProblem.TOO_LARGE),
    "17000 wide": (_WIDE, PictureProblem.TOO_LARGE),
}


@pytest.mark.parametrize(("data", "problem"), _REFUSED.values(), ids=_REFUSED)
def test_it_is_refused(data: bytes, problem: PictureProblem) -> None:
    """What is no whole picture, or too large to decode, is a typed error."""
    with pytest.raises(PictureError) as caught:
        decode(data, 1024)
    assert caught.value.problem is problem
