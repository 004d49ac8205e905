"""A picture of who used how much: columns by day above bars by member. CPU work: call it in a thread."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from PIL import Image, ImageDraw, ImageFont

WIDTH = 1000
"""In pixels; Discord shows it at about 550, so the letters are drawn twice as large as they are read."""

DAYS_HEIGHT = 260
"""Height of the tallest column, in pixels."""

_MARGIN, _FONT_SIZE, _BAR = 40, 26, 46
_GROUND, _TEXT, _FAINT, _COLUMN, _FILL = "#2b2d31", "#f2f3f5", "#4e5058", "#5865f2", "#3ba55d"


@dataclass(frozen=True)
class Bar:
    """One member: what stands before the bar, how long it is against the others, and what stands in it."""

    label: str
    value: int
    text: str


def usage_chart(title: str, first: date, by_day: Sequence[int], members: Sequence[Bar]) -> bytes:
    """Draw swaps by day, from the first day on, and members below each other; returns a PNG.

    There is at least one day; the values are not negative.
    """
    top = _MARGIN + 2 * _FONT_SIZE
    bars_top = top + DAYS_HEIGHT + 3 * _FONT_SIZE
    picture = Image.new("RGB", (WIDTH, bars_top + _BAR * len(members) + _MARGIN), _GROUND)
    draw = ImageDraw.Draw(picture)
    draw.text((_MARGIN, _MARGIN // 2), title, _TEXT, _font())
    _draw_days(draw, top, first, by_day)
    _draw_members(draw, bars_top, members)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_FONT_SIZE)


def _draw_days(draw: ImageDraw.ImageDraw, top: int, first: date, by_day: Sequence[int]) -> None:
    most, bottom = max(*by_day, 1), top + DAYS_HEIGHT
    left = _MARGIN + round(draw.textlength(f"{most:,}", _font())) + 12
    step = (WIDTH - _MARGIN - left) / len(by_day)
    for level in {0, most // 2, most}:
        height = bottom - round(DAYS_HEIGHT * level / most)
        draw.line((left, height, WIDTH - _MARGIN, height), _FAINT, 2)
        draw.text((left - 12, height), f"{level:,}", _TEXT, _font(), anchor="rm")
    gap = 2 if step >= 6 else 0
    for day, count in enumerate(by_day):
        if count:
            x0, x1 = round(left + day * step) + gap, round(left + (day + 1) * step) - 1 - gap
            height = max(2, round(DAYS_HEIGHT * count / most))
            draw.rectangle((x0, bottom - height, max(x0, x1), bottom - 1), _COLUMN)
    for day, x, anchor in ((0, left, "la"), (len(by_day) - 1, WIDTH - _MARGIN, "ra")):
        if day or anchor == "la":
            shown = (first + timedelta(days=day)).isoformat()
            draw.text((x, bottom + 10), shown, _TEXT, _font(), anchor=anchor)


def _draw_members(draw: ImageDraw.ImageDraw, top: int, members: Sequence[Bar]) -> None:
    most = max((member.value for member in members), default=0) or 1
    left = (
        _MARGIN + round(max((draw.textlength(member.label, _font()) for member in members), default=0)) + 12
    )
    room = max((draw.textlength(member.text, _font()) for member in members), default=0) + 24
    widest = WIDTH - _MARGIN - left - room
    for row, member in enumerate(members):
        middle = top + row * _BAR + _BAR // 2
        right = left + max(3, round(widest * member.value / most))
        draw.text((left - 12, middle), member.label, _TEXT, _font(), anchor="rm")
        draw.rectangle((left, middle - _BAR // 2 + 5, right, middle + _BAR // 2 - 5), _FILL)
        draw.text((right + 12, middle), member.text, _TEXT, _font(), anchor="lm")
