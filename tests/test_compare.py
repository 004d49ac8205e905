"""Before and after in one picture: any two pictures, upright, labelled, with nothing else of them."""

import io

import pytest
from PIL import Image

from bot.compare import SIDE, side_by_side
from bot.errors import PictureError
from bot.pictures import Kind, open_picture, sniff

LABELS = ("before", "after")


def encoded(
    size: tuple[int, int], colour: str, *, form: str = "PNG", mode: str = "RGB", **more: object
) -> bytes:
    """A plain picture."""
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, form, **more)
    return out.getvalue()


def brightest(picture: Image.Image) -> int:
    """The brightness of its lightest pixel."""
    return max(picture.convert("L").tobytes())


def turned() -> bytes:
    """A JPEG that is stored lying, and stands upright by its EXIF, with a place in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Harbour 1"
    return encoded((80, 40), "red", form="JPEG", exif=exif)


@pytest.mark.parametrize(
    ("before", "after", "halves"),
    [
        (encoded((64, 48), "red"), encoded((64, 48), "blue"), (64, 64)),
        (encoded((64, 48), "red"), encoded((128, 96), "blue"), (64, 64)),
        (encoded((128, 96), "red"), encoded((48, 48), "blue"), (64, 48)),
        (encoded((3000, 1500), "red", form="JPEG"), encoded((3000, 1500), "blue"), (SIDE, SIDE)),
        (turned(), encoded((40, 80), "blue", form="WEBP"), (40, 40)),
        (encoded((64, 48), "red", mode="P"), encoded((64, 48), "blue", form="GIF"), (64, 64)),
        (encoded((64, 48), "red", mode="RGBA"), encoded((64, 48), "blue"), (64, 64)),
    ],
)
def test_both_at_one_height(before: bytes, after: bytes, halves: tuple[int, int]) -> None:
    """The halves stand beside each other with their colours; the file is a JPEG without metadata."""
    data = side_by_side(before, after, LABELS)
    assert sniff(data) is Kind.JPEG
    with open_picture(data) as whole:
        assert whole.width == sum(halves) + 48
        assert not whole.getexif()
        assert set(whole.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        middle = whole.height // 2 + 20
        for x, channel in ((16 + halves[0] // 2, 0), (32 + halves[0] + halves[1] // 2, 2)):
            colour = whole.getpixel((x, middle))
            assert isinstance(colour, tuple)
            assert colour[channel] > 200
            assert sum(colour) < 330
    assert b"Harbour" not in data


def test_what_is_transparent_is_black() -> None:
    """Colours that nobody sees in the picture are not seen in the comparison."""
    clear = encoded((64, 48), "#ff000000", mode="RGBA")
    with open_picture(side_by_side(clear, clear, LABELS)) as whole:
        assert brightest(whole.crop((20, 70, 70, 90))) < 20


def test_labels_stand_above_their_halves() -> None:
    """Each label is drawn over its own picture."""
    plain = encoded((200, 100), "red")
    with open_picture(side_by_side(plain, plain, ("", "after"))) as whole:
        left, right = (brightest(whole.crop((x, 0, x + 200, 56))) for x in (16, 232))
    assert left < 80
    assert right > 150


def test_a_long_label_is_cut() -> None:
    """A narrow picture has no room for long words; they do not run into the other half."""
    narrow = encoded((60, 100), "red")
    with open_picture(side_by_side(narrow, narrow, ("a very long label indeed", ""))) as whole:
        assert whole.width == 168
        assert brightest(whole.crop((84, 0, 168, 56))) < 80


def test_what_is_no_picture_is_refused() -> None:
    """Broken bytes raise what every reader of pictures raises."""
    with pytest.raises(PictureError):
        side_by_side(b"hello", encoded((8, 8), "red"), LABELS)
