"""One picture of a swap's target and its result, side by side. CPU work: call it in a thread."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.pictures import preview

SIDE = 1024
"""Longest side of each half, in pixels; the whole stays far below every upload limit."""

_GAP, _FONT_SIZE = 16, 28
_STRIP = 2 * _GAP + _FONT_SIZE
_GROUND, _TEXT = "#2b2d31", "#f2f3f5"


def side_by_side(before: bytes, after: bytes, labels: tuple[str, str]) -> bytes:
    """Draw both at the same height, each under its label; returns a JPEG without metadata.

    Labels are cut to the width of their halves. Raises PictureError.
    """
    halves = [preview(data, SIDE) for data in (before, after)]
    height = min(half.height for half in halves)
    halves = [_at_height(half, height) for half in halves]
    width = sum(half.width for half in halves) + 3 * _GAP
    whole = Image.new("RGB", (width, _STRIP + height + _GAP), _GROUND)
    draw, x = ImageDraw.Draw(whole), _GAP
    for half, label in zip(halves, labels, strict=True):
        draw.text((x, _GAP), _cut(draw, label, half.width), _TEXT, _font())
        whole.paste(half, (x, _STRIP))
        x += half.width + _GAP
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=90)
    return out.getvalue()


def _at_height(half: Image.Image, height: int) -> Image.Image:
    if half.height == height:
        return half
    return half.resize((max(1, round(half.width * height / half.height)), height), Image.Resampling.LANCZOS)


def _cut(draw: ImageDraw.ImageDraw, label: str, width: int) -> str:
    """As much of a label as fits above its half."""
    while label and draw.textlength(label, _font()) > width:
        label = label[:-1]
    return label


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_FONT_SIZE)
