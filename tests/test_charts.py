"""The chart of usage: what is drawn is in proportion to the figures, for any number of days and members."""

import io
from collections import Counter
from datetime import date

import pytest
from PIL import Image

from bot import charts
from bot.charts import Bar, usage_chart

FIRST = date(2026, 1, 1)
COLUMN, BAR = (0x58, 0x65, 0xF2), (0x3B, 0xA5, 0x5D)


def drawn(by_day: list[int], members: list[Bar]) -> Image.Image:
    """The chart, decoded."""
    picture = Image.open(io.BytesIO(usage_chart("Face swaps", FIRST, by_day, members)))
    picture.load()
    return picture


def runs(picture: Image.Image, colour: tuple[int, int, int], *, upright: bool) -> list[int]:
    """How long each column (or bar) of a colour is, from left to right (or from above)."""
    turned = picture.transpose(Image.Transpose.TRANSPOSE) if upright else picture
    lines = (turned.crop((0, y, turned.width, y + 1)).tobytes() for y in range(turned.height))
    lengths = [Counter(zip(line[::3], line[1::3], line[2::3], strict=True))[colour] for line in lines]
    starts = [n for n, length in enumerate(lengths) if length and (n == 0 or not lengths[n - 1])]
    return [lengths[start] for start in starts]


def test_columns_and_bars_are_in_proportion() -> None:
    """A day or member with twice as much is twice as long; one with nothing has no column."""
    picture = drawn([10, 0, 40, 20], [Bar("1", 60, "60"), Bar("2", 30, "30"), Bar("3", 15, "15")])
    ten, forty, twenty = runs(picture, COLUMN, upright=True)
    assert forty == charts.DAYS_HEIGHT
    assert (forty / ten, forty / twenty) == (pytest.approx(4, rel=0.02), pytest.approx(2, rel=0.02))
    first, second, third = runs(picture, BAR, upright=False)
    assert (first / second, first / third) == (pytest.approx(2, rel=0.02), pytest.approx(4, rel=0.02))


@pytest.mark.parametrize("days", [1, 2, 30, 365])
@pytest.mark.parametrize("most", [0, 1, 1_000_000])
def test_every_period_fits(days: int, most: int) -> None:
    """From one day to a year, from nothing to a million: the last day is drawn, inside the margins."""
    picture = drawn([0] * (days - 1) + [most], [Bar("1", most, "1,000,000 swaps · $50,000.00")])
    assert picture.width == charts.WIDTH
    columns = runs(picture, COLUMN, upright=True)
    assert len(columns) == (1 if most else 0)
    edge = picture.crop((charts.WIDTH - 20, 0, charts.WIDTH, picture.height)).getcolors()
    assert edge is not None
    assert len(edge) == 1


def test_members_without_cost_have_a_sliver() -> None:
    """Free swaps: each member has a bar that can be seen, none is longer than another."""
    bars = runs(drawn([1], [Bar("1", 0, "1"), Bar("2", 0, "1")]), BAR, upright=False)
    assert len(bars) == 2
    assert len(set(bars)) == 1


def test_no_members_is_a_chart_of_days() -> None:
    """Without members the days alone are drawn."""
    picture = drawn([1, 2], [])
    assert runs(picture, BAR, upright=False) == []
    assert len(runs(picture, COLUMN, upright=True)) == 2
