"""Numbers that moderators type: what is read, what is refused, and what a form changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.policy import Rules, Setting
from bot.store.moderation import Change


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (Setting.DAILY, "0", 0),
        (Setting.DAILY, " 12 ", 12),
        (Setting.COOLDOWN, "None", None),
        (Setting.SERVER_DAILY, "5", 5_000_000),
        (Setting.SERVER_DAILY, "$0.05", 50_000),
        (Setting.SERVER_MONTHLY, "1000000", 10**12),
        (Setting.SERVER_MONTHLY, "0.000001", 1),
    ],
)
def test_a_number_is_read(setting: Setting, text: str, value: int | None) -> None:
    """Whole numbers, dollars to integer micro-dollars, and no limit."""
    assert settings.parse(setting, text) == value


@pytest.mark.parametrize("setting", list(Setting))
@pytest.mark.parametrize(
    "text", ["-1", "x", "1.2.3", "1,5", "1,000", "0x10", "1_0", "²", "٣", "inf", "99999999", "$", "1 2"]
)
def test_no_number_is_refused(setting: Setting, text: str) -> None:
    """What is no number in bounds raises ValueError, whatever the setting."""
    with pytest.raises(ValueError):  # noqa: PT011 - it carries no words; bot/words has them
        settings.parse(setting, text)


@given(st.sampled_from(Setting), st.data())
def test_what_is_shown_can_be_typed(setting: Setting, data: st.DataObject) -> None:
    """Every value in bounds is written as text that is read as the same value."""
    scale = 1_000_000 if setting in settings.MONEY else 1
    least, most = settings.BOUNDS[setting]
    value = data.draw(st.none() | st.integers(least * scale, most * scale))
    assert settings.parse(setting, settings.typed(setting, value)) == value


def test_a_form_changes_only_what_differs() -> None:
    """Kept values are no change, emptied ones go back to the default, and every wrong one is named."""
    rules = Rules(limits={Setting.DAILY: 4, Setting.COOLDOWN: None, Setting.AT_ONCE: 2})
    typed: dict[str, str] = {
        Setting.DAILY: "4",
        Setting.COOLDOWN: "none",
        Setting.AT_ONCE: " ",
        Setting.SERVER_DAILY: "1.5",
    }
    change, wrong = settings.form_change(typed, rules)
    assert wrong == []
    assert change == Change(limits={Setting.SERVER_DAILY: 1_500_000}, reset=frozenset({Setting.AT_ONCE}))
    assert settings.form_change({}, Rules()) == (Change(), [])
    assert settings.form_change({Setting.DAILY: "none"}, Rules())[0] == Change(limits={Setting.DAILY: None})
    _, wrong = settings.form_change({Setting.DAILY: "x", Setting.SERVER_MONTHLY: "y"}, rules)
    assert wrong == [Setting.DAILY, Setting.SERVER_MONTHLY]
