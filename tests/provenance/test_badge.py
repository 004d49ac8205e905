"""The badge: in one corner, the calmest, legible on whatever is there, and never over the middle."""

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.badge import draw
from bot.engine.assets import asset

SIZES = [
    (64, 64),
    (24, 24),
    (512, 512),
    (3000, 2000),
    (2000, 60),
    (60, 2000),
    (120, 20),
    (20, 120),
    (30, 400),
]


def box_of(picture: Image.Image) -> tuple[int, int, int, int]:
    """Where the badge is."""
    before = picture.copy()
    box = ImageChops.difference(before.convert("RGB"), draw(picture).convert("RGB")).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("size", SIZES)
def test_it_stays_in_its_corner(size: tuple[int, int]) -> None:
    """Whatever the shape: inside the picture, small, and the middle stays free."""
    left, top, right, bottom = box_of(Image.new("RGB", size, "teal"))
    width, height = size
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert not (left <= width // 2 < right and top <= height // 2 < bottom)
    assert (right - left) * (bottom - top) <= 0.35 * width * height
    assert bottom - top >= 6


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("under", ["white", "black", "red", "gray", "noise", "clear"])
def test_it_can_be_read_on_anything(under: str, mode: str) -> None:
    """Under the letters it is dark and they are light, on every ground, also where nothing shows."""
    if under == "noise":
        picture = Image.merge("RGB", [Image.effect_noise((400, 300), 120) for _ in "RGB"]).convert(mode)
    else:
        picture = Image.new(
            mode, (400, 300), (0, 0, 0, 0) if under == "clear" and mode == "RGBA" else "white"
        )
        if under != "clear":
            picture.paste(under, (0, 0, 400, 300))
    left, top, right, bottom = box_of(picture)
    for ground in ("white", "black"):
        shown = Image.new("RGB", picture.size, ground)
        shown.paste(picture, (0, 0), picture if mode == "RGBA" else None)
        inside = (left + 3, top + 2, right - 3, bottom - 2)
        grey = shown.crop(inside).convert("L")
        least, most = grey.getextrema()
        assert isinstance(least, int)
        assert isinstance(most, int)
        assert most > 245
        assert ImageStat.Stat(grey).median[0] < 110
        assert least < 90


@pytest.mark.parametrize("calm", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_it_takes_the_calmest_corner(calm: tuple[int, int]) -> None:
    """Of four corners the one with the least going on."""
    picture = Image.effect_noise((400, 300), 100).convert("RGB")
    picture.paste("gray", (200 * calm[0], 150 * calm[1], 200 * calm[0] + 200, 150 * calm[1] + 150))
    left, top, _, _ = box_of(picture)
    assert (left > 200, top > 150) == (bool(calm[0]), bool(calm[1]))


@pytest.mark.parametrize(
    ("name", "face"), [("astronaut.png", (180, 40, 270, 160)), ("grace_hopper.jpg", (150, 90, 350, 330))]
)
def test_a_portrait_keeps_its_face(name: str, face: tuple[int, int, int, int]) -> None:
    """On the two portraits the face is not touched."""
    picture = Image.open(asset(name)).convert("RGB")
    left, top, right, bottom = box_of(picture)
    assert right <= face[0] or left >= face[2] or bottom <= face[1] or top >= face[3]


def test_a_few_pixels_show_no_badge() -> None:
    """Where nobody could read it, it is left out; the caption says it."""
    for size in ((1, 1), (5, 5), (400, 4)):
        picture = Image.new("RGB", size, "teal")
        assert draw(picture.copy()).tobytes() == picture.tobytes()
