"""Words for what a free look has shown."""

import itertools

import pytest

from bot.errors import Role
from bot.language import LANGUAGES, speaking
from bot.precheck import NOTHING, Kind, Note, Sight
from bot.words.sights import notes

_EVERYTHING = [Note(kind, role, 3) for kind, role in itertools.product(Kind, Role)]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_each_note_has_a_line_of_its_own(locale: str) -> None:
    """In every language: short, like no other, and with the number of faces where that is told."""
    with speaking(locale):
        lines = notes(Sight(True, 3, 3, tuple(_EVERYTHING)))
    assert len(set(lines)) == len(_EVERYTHING)
    for note, line in zip(_EVERYTHING, lines, strict=True):
        assert 10 < len(line) < 150
        assert "{" not in line
        assert ("3" in line) == (note.kind is Kind.SEVERAL_FACES)


def test_the_english_lines_name_the_picture() -> None:
    """Whoever reads knows which of the two to change."""
    lines = notes(Sight(True, 3, 3, tuple(_EVERYTHING)))
    assert all(f"{note.role} picture" in line for note, line in zip(_EVERYTHING, lines, strict=True))


def test_nothing_seen_says_nothing() -> None:
    """Where nobody looked there is no line."""
    assert notes(NOTHING) == []
