"""The language people are answered in: gettext catalogues, and the language of the current task.

Texts are written in English where they are used, and looked up when they are said. A task that is started
while a language is spoken goes on in it.
"""

import gettext
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

ENGLISH = "en-US"

CATALOGUES: Mapping[str, str] = {
    "de": "de",
    "fr": "fr",
    "es-ES": "es",
    "es-419": "es",
    "pt-BR": "pt_BR",
    "ja": "ja",
}
"""Discord's locales (source: its developer documentation) that are translated, and the folder of each."""

LANGUAGES = (ENGLISH, *CATALOGUES)
"""Discord's locales that are offered; every other one reads English."""

DOMAIN, FOLDER = "faceswap", Path(__file__).parent / "locale"

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def speak(locale: str) -> None:
    """Speak the language of this Discord locale in the current task, and in those it starts from now on."""
    _current.set(locale)


@contextmanager
def speaking(locale: str) -> Generator[None]:
    """Speak the language of this Discord locale for a while."""
    before = _current.set(locale)
    try:
        yield
    finally:
        _current.reset(before)


def spoken() -> str:
    """The Discord locale that is spoken now."""
    return _current.get()


def _(message: str, /, **figures: object) -> str:
    """This text in the language spoken now, with its {figures} filled in; write it as a literal."""
    return _filled(_catalogue(spoken()).gettext(message), message, figures)


def n_(one: str, many: str, count: int, /, **figures: object) -> str:
    """The text for this count in the language spoken now; {count} is one of its figures."""
    text = _catalogue(spoken()).ngettext(one, many, count)
    return _filled(text, one if count == 1 else many, {"count": count} | figures)


def translation(locale: str, context: str, message: str) -> str | None:
    """A text that Discord itself shows, such as a command's description; None where it stays English."""
    found = _catalogue(locale).pgettext(context, message)
    return None if found == message else found


@cache
def _catalogue(locale: str) -> gettext.NullTranslations:
    """The texts of a language; a locale without a catalogue reads English."""
    folder = CATALOGUES.get(locale)
    return gettext.translation(DOMAIN, FOLDER, [folder] if folder else [], fallback=True)


def _filled(text: str, source: str, figures: Mapping[str, object]) -> str:
    try:
        return text.format(**figures)
    except (LookupError, ValueError, AttributeError):
        # A translator's slip must not cost anybody an answer; tests look for it in every catalogue.
        return source.format(**figures)
