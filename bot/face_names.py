"""Names of saved faces: which there can be, and which are meant by what is typed."""

import unicodedata
from collections.abc import Iterable

from bot.trust_errors import BadFaceName

NAME_MAX = 32
"""Most characters of a name."""

_VISIBLE = "LNPS"  # categories of letters, numbers, punctuation and symbols
_NEVER = ("Cc", "Cs")  # control characters and halves of characters, which no database takes
_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")  # would turn the text around it


def face_name(typed: str) -> str:
    """The name that was typed, without what cannot be seen around it; raises BadFaceName."""
    name = "".join(
        sign
        for sign in _plain(typed)
        if unicodedata.category(sign) not in _NEVER and unicodedata.bidirectional(sign) not in _TURNING
    ).strip()
    if len(name) > NAME_MAX or not any(unicodedata.category(sign)[0] in _VISIBLE for sign in name):
        raise BadFaceName
    return name


def suggested(names: Iterable[str], typed: str) -> list[str]:
    """The names that begin with what was typed, then those that hold it."""
    part = folded(typed)
    holding = [name for name in names if part in folded(name)]
    return sorted(holding, key=lambda name: not folded(name).startswith(part))


def folded(name: str) -> str:
    """What two names have in common that mean the same face."""
    return _plain(name).casefold()


def _plain(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFC", typed).split())
