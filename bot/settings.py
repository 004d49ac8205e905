"""A server's numbers as moderators type them: text to values, values to text, and what a form changes."""

import re
from collections.abc import Mapping
from decimal import Decimal

from bot.policy import MICROS_PER_DOLLAR, Rules, Setting
from bot.store.moderation import Change

NO_LIMIT = "none"
"""What is typed for a number that shall have no limit."""

MONEY = frozenset({Setting.SERVER_DAILY, Setting.SERVER_MONTHLY})
"""The settings that are typed in dollars and kept in micro-dollars."""

BOUNDS: Mapping[Setting, tuple[int, int]] = {
    Setting.DAILY: (0, 1_000_000),
    Setting.COOLDOWN: (0, 86_400),
    Setting.AT_ONCE: (1, 100),
    Setting.SERVER_DAILY: (0, 1_000_000),
    Setting.SERVER_MONTHLY: (0, 1_000_000),
}
"""Least and most that can be typed, in the unit it is typed in."""

# No commas: to some they group thousands, to others they begin the decimals.
_WHOLE = re.compile(r"[0-9]{1,7}")
_DOLLARS = re.compile(r"\$?([0-9]{1,7}(?:\.[0-9]{1,6})?)")


def parse(setting: Setting, text: str) -> int | None:
    """The value of one number, None for no limit; raises ValueError when it is none or out of bounds."""
    text = text.strip()
    if text.lower() == NO_LIMIT:
        return None
    match = (_DOLLARS if setting in MONEY else _WHOLE).fullmatch(text)
    if match is None:
        raise ValueError(setting)
    number = Decimal(match[match.lastindex or 0])
    least, most = BOUNDS[setting]
    if not least <= number <= most:
        raise ValueError(setting)
    return int(number * MICROS_PER_DOLLAR if setting in MONEY else number)


def typed(setting: Setting, value: int | None) -> str:
    """The text that `parse` reads as this value."""
    if value is None:
        return NO_LIMIT
    if setting in MONEY:
        return f"{Decimal(value) / MICROS_PER_DOLLAR:f}"
    return str(value)


def form_change(fields: Mapping[str, str], rules: Rules) -> tuple[Change, list[Setting]]:
    """What a form of numbers changes in the rules, and which of its fields hold no number.

    An empty field takes the operator's default; what stays as it is is no change.
    """
    limits: dict[Setting, int | None] = {}
    reset: set[Setting] = set()
    wrong: list[Setting] = []
    for setting in Setting:
        text = fields.get(setting, "").strip()
        if not text:
            reset |= {setting} & set(rules.limits)
            continue
        try:
            value = parse(setting, text)
        except ValueError:
            wrong.append(setting)
            continue
        if setting not in rules.limits or rules.limits[setting] != value:
            limits[setting] = value
    return Change(limits=limits, reset=frozenset(reset)), wrong
