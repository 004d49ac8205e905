"""Policy: which limit one more swap would pass, and when it resets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Limit
from bot.policy import (
    ALLOWANCE_WINDOW,
    DefaultLimits,
    Limits,
    Rules,
    Usage,
    badge_for,
    decide,
    limits_for,
    month_start,
)

NOW = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
PRICE = 50_000
NONE = Limits(
    daily=None,
    cooldown_seconds=None,
    at_once=None,
    server_daily_micros=None,
    server_monthly_micros=None,
    bot_daily_micros=None,
)
UNUSED = Usage((), 0, None, 0, 0, 0)


def ago(**parts: float) -> datetime:
    """A moment before now."""
    return NOW - timedelta(**parts)


@pytest.mark.parametrize(
    ("limits", "usage", "expected"),
    [
        (NONE, replace(UNUSED, open_swaps=99, server_day_micros=10**12), None),
        (replace(NONE, at_once=1), UNUSED, None),
        (replace(NONE, at_once=1), replace(UNUSED, open_swaps=1), (Limit.AT_ONCE, None)),
        (replace(NONE, cooldown_seconds=5), replace(UNUSED, last_admitted=ago(seconds=5)), None),
        (
            replace(NONE, cooldown_seconds=5),
            replace(UNUSED, last_admitted=ago(seconds=4)),
            (Limit.COOLDOWN, NOW + timedelta(seconds=1)),
        ),
        (replace(NONE, cooldown_seconds=0), replace(UNUSED, last_admitted=NOW), None),
        (replace(NONE, daily=2), replace(UNUSED, recent=(ago(hours=1),)), None),
        (
            replace(NONE, daily=2),
            replace(UNUSED, recent=(ago(hours=1), ago(hours=3))),
            (Limit.MEMBER_DAILY, NOW + timedelta(hours=21)),
        ),
        # A limit that was lowered: it resets when just enough swaps have left the window.
        (
            replace(NONE, daily=1),
            replace(UNUSED, recent=(ago(hours=1), ago(hours=3))),
            (Limit.MEMBER_DAILY, NOW + timedelta(hours=23)),
        ),
        (replace(NONE, daily=0, direct_message=True), UNUSED, (Limit.DM_DAILY, None)),
        (replace(NONE, server_daily_micros=100_000), replace(UNUSED, server_day_micros=50_000), None),
        (
            replace(NONE, server_daily_micros=100_000),
            replace(UNUSED, server_day_micros=50_001),
            (Limit.SERVER_DAILY_BUDGET, datetime(2026, 3, 1, tzinfo=UTC)),
        ),
        (
            replace(NONE, server_monthly_micros=100_000),
            replace(UNUSED, server_month_micros=100_000),
            (Limit.SERVER_MONTHLY_BUDGET, datetime(2026, 3, 1, tzinfo=UTC)),
        ),
        (
            replace(NONE, bot_daily_micros=0),
            UNUSED,
            (Limit.BOT_DAILY_BUDGET, datetime(2026, 3, 1, tzinfo=UTC)),
        ),
        # What ends soonest is named first.
        (
            replace(NONE, at_once=1, cooldown_seconds=5, daily=1),
            replace(UNUSED, open_swaps=1, last_admitted=NOW, recent=(NOW,)),
            (Limit.AT_ONCE, None),
        ),
    ],
)
def test_decide(limits: Limits, usage: Usage, expected: tuple[Limit, datetime | None] | None) -> None:
    """Each limit alone refuses exactly beyond its figure and says when it resets."""
    refusal = decide(limits, usage, PRICE, NOW)
    assert (refusal and (refusal.limit, refusal.resets_at)) == expected


def test_a_free_swap_touches_no_budget() -> None:
    """With price 0 a used-up budget refuses nothing."""
    limits = replace(NONE, server_daily_micros=0, server_monthly_micros=0, bot_daily_micros=0)
    assert decide(limits, replace(UNUSED, server_day_micros=5), 0, NOW) is None


def test_direct_messages_have_their_own_allowance_and_no_server_budget() -> None:
    """In direct messages the member's allowance is the operator's for direct messages."""
    defaults = DefaultLimits(10, 5, 1, 3, 1, 2, 3)
    assert limits_for(defaults, in_server=False) == Limits(3, 5, 1, None, None, 3, direct_message=True)
    assert limits_for(defaults, in_server=True) == Limits(10, 5, 1, 1, 2, 3)


@given(
    moments=st.lists(st.timedeltas(timedelta(0), ALLOWANCE_WINDOW - timedelta(seconds=1)), max_size=12),
    allowed=st.integers(1, 10),
)
def test_an_allowance_is_free_again_when_it_says(moments: list[timedelta], allowed: int) -> None:
    """At the stated reset one more swap is admitted, and a moment earlier it is not."""
    recent = tuple(sorted((NOW - moment for moment in moments), reverse=True))
    limits = replace(NONE, daily=allowed)
    refusal = decide(limits, replace(UNUSED, recent=recent), PRICE, NOW)
    if len(recent) < allowed:
        assert refusal is None
        return
    assert refusal is not None
    assert refusal.resets_at is not None
    for moment, admitted in (
        (refusal.resets_at, True),
        (refusal.resets_at - timedelta(microseconds=1), False),
    ):
        left = tuple(held for held in recent if held > moment - ALLOWANCE_WINDOW)
        assert (decide(limits, replace(UNUSED, recent=left), PRICE, moment) is None) is admitted


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_month_starts_on_its_first_day(now: datetime) -> None:
    """The month of a moment starts at midnight UTC of the first, not after that moment."""
    start = month_start(now)
    assert (start.day, start.hour, start.month) == (1, 0, now.month)
    assert start <= now


@pytest.mark.parametrize(
    ("chosen", "allowed", "badge"),
    [(False, True, True), (False, False, True), (True, True, False), (True, False, True)],
)
def test_the_badge_is_left_out_only_where_both_agree(*, chosen: bool, allowed: bool, badge: bool) -> None:
    """The operator allows captions alone and the moderators choose them; direct messages have the badge."""
    assert badge_for(Rules(caption_only=chosen), caption_only_allowed=allowed) is badge
    assert badge_for(Rules(), caption_only_allowed=allowed)
