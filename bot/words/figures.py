"""How amounts, times and mentions look inside texts."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.errors import Role
from bot.language import _, n_
from bot.policy import MICROS_PER_DOLLAR

_SHOWN = 10


def dollars(micros: int) -> str:
    """Micro-dollars as Americans write dollars: two decimals, or as many as the amount has.

    The same in every language, since moderators type amounts in this form too.
    """
    whole, rest = divmod(micros, MICROS_PER_DOLLAR)
    return f"${whole:,}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


def moment(when: datetime, style: str = "R") -> str:
    """Discord shows this in the reader's own time zone and language; R is relative, f a date and time."""
    return f"<t:{-int(-when.timestamp() // 1)}:{style}>"


def mib(size: int) -> str:
    """Bytes in mebibytes."""
    return f"{size / 2**20:.1f} MiB"


def as_typed(text: str) -> str:
    """What a member has typed, in bold, whatever Discord would make of its signs."""
    return "**" + re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text) + "**"


def some(kind: str, ids: Sequence[int]) -> str:
    """The first few of many, as Discord shows them by name; none of them is pinged."""
    shown, more = ", ".join(f"<{kind}{one}>" for one in ids[:_SHOWN]), len(ids) - _SHOWN
    if more <= 0:
        return shown
    return n_("{shown} and {count} more", "{shown} and {count} more", more, shown=shown)


def sentences(*parts: str) -> str:
    """Whole sentences after each other; empty ones are left out."""
    text, *rest = (part for part in parts if part)
    for part in rest:
        # Translators: two sentences after each other, with what stands between them.
        text = _("{before} {after}", before=text, after=part)
    return text


def picture(role: Role) -> str:
    """Which of a swap's two pictures, inside a sentence."""
    return _("target picture") if role is Role.TARGET else _("source picture (the face)")
