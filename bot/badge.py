"""The visible mark: a small "AI" drawn into a corner of the picture, legible on whatever lies under it."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageStat

_SHORT, _LONG = 0.04, 0.025
"""The badge's height, as shares of the picture's sides; the larger of the two counts."""

_LEAST, _MOST = 16, 160
_OF_SHORT_SIDE = 0.35
"""A thin picture keeps most of itself, however long it is."""

_OF_HEIGHT, _OF_WIDTH = 0.35, 0.45
"""What the badge may take of a side: in one direction at least it stays clear of the middle."""

_WIDTH = 1.7
_UNREADABLE = 6
_SHARPER = 4
"""Drawn so many times larger and then reduced, which smooths the round corners."""

_BOX, _RIM, _TEXT = (16, 16, 20, 205), (255, 255, 255, 190), (255, 255, 255, 255)


def draw(picture: Image.Image) -> Image.Image:
    """Draw the badge into an RGB or RGBA picture, in its calmest corner, and return the picture.

    Corners alone, so that no face's centre is covered. A picture of a few pixels cannot show one.
    """
    size = _size(picture.size)
    if size[1] < _UNREADABLE:
        return picture
    badge, place = _badge(size), _calmest(picture, size)
    if picture.mode == "RGBA":
        picture.alpha_composite(badge, place)
    else:
        picture.paste(badge, place, badge)
    return picture


def _size(picture: tuple[int, int]) -> tuple[int, int]:
    width, height = picture
    short, long = sorted(picture)
    wanted = min(max(short * _SHORT, long * _LONG), short * _OF_SHORT_SIDE, _MOST)
    corner = max(height * _OF_HEIGHT, width * _OF_WIDTH / _WIDTH)
    tall = int(min(max(wanted, _LEAST), corner, height, width / _WIDTH))
    return int(tall * _WIDTH), tall


def _calmest(picture: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """Where the badge goes: of the four corners the one whose brightness varies least."""
    free = [whole - part for whole, part in zip(picture.size, size, strict=True)]
    near = [min(size[1] // 3, gap // 2) for gap in free]
    far = [gap - margin for gap, margin in zip(free, near, strict=True)]
    corners = [(x, y) for y in (far[1], near[1]) for x in (far[0], near[0])]

    def unrest(corner: tuple[int, int]) -> float:
        under = picture.crop((*corner, corner[0] + size[0], corner[1] + size[1]))
        return ImageStat.Stat(under.convert("L")).stddev[0]

    return min(corners, key=unrest)


@lru_cache(maxsize=16)
def _badge(size: tuple[int, int]) -> Image.Image:
    width, height = (side * _SHARPER for side in size)
    large = Image.new("RGBA", (width, height), (*_BOX[:3], 0))
    pen = ImageDraw.Draw(large)
    pen.rounded_rectangle(
        (0, 0, width - 1, height - 1), height * 0.28, _BOX, _RIM, max(_SHARPER // 2, height // 14)
    )
    font = ImageFont.load_default(height * 0.72)
    pen.text(
        (width / 2, height / 2), "AI", _TEXT, font, anchor="mm", stroke_width=height // 48, stroke_fill=_TEXT
    )
    return large.resize(size, Image.Resampling.LANCZOS)
