"""Gathers what is said into a template, brings the catalogues up to it, and compiles them: `make messages`.

What is written holds no dates, versions or line numbers, so that it changes only when a text does.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from string import Formatter
from tempfile import TemporaryDirectory

import discord
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from discord import app_commands

from bot.client import FaceSwapBot
from bot.compose import compose
from bot.config import read_config
from bot.language import CATALOGUES, DOMAIN, FOLDER
from bot.translator import context_of

ROOT = Path(__file__).parent.parent
TEMPLATE = FOLDER / f"{DOMAIN}.pot"
FOLDERS = sorted(set(CATALOGUES.values()))

_KEYWORDS = {"_": None, "n_": (1, 2)}
_COMMENT = "Translators:"
_KEPT_HEADERS = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
_MARKS = ("**", "`", "\n", "[", "](")
_MOST = re.compile(r"at most (\d+) characters")


class Catalogue(Catalog):
    """Babel's, without the headers that say when and by which version it was written."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # pyright: ignore[reportIncompatibleVariableOverride] - Babel's has a setter, for headers read from a file
        """The headers that gettext needs."""
        headers = super()._get_mime_headers()
        return [(name, value) for name, value in headers if name in _KEPT_HEADERS]


class Recorder(app_commands.Translator):
    """Notes every text that Discord itself shows of the commands."""

    def __init__(self, template: Catalog) -> None:
        self._template = template

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,  # noqa: ARG002 - the same texts are asked for in each
        context: app_commands.TranslationContextTypes,
    ) -> None:
        """Take the text into the template, with the room that Discord gives it."""
        name = context_of(context.location)
        if isinstance(context.data, app_commands.ContextMenu):
            room = "a menu's entry, at most 32 characters"
        elif name.endswith("description") or name == "choice name":
            room = "at most 100 characters"
        else:
            room = "at most 32 characters, all lower case, no spaces"
        self._template.add(string.message, auto_comments=[f"{_COMMENT} {room}"], context=name)


async def template() -> Catalog:
    """Everything that is said, in English: the commands' texts, then the code's, file by file."""
    found = Catalogue(fuzzy=False, header_comment="# What the bot says; gathered by `make messages`.")
    async with commands() as tree:
        for command in tree.get_commands():
            await command.get_translated_payload(tree, Recorder(found))
    for file in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]):
        place = (file.relative_to(ROOT).as_posix(), 0)
        for _line, ids, comments, context in extract_from_file("python", file, _KEYWORDS, (_COMMENT,)):
            found.add(ids, locations=[place], auto_comments=comments, context=context)
    return found


@asynccontextmanager
async def commands() -> AsyncGenerator[app_commands.CommandTree[FaceSwapBot]]:
    """Every command of the bot, which is connected to nothing."""
    with TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder).as_posix()}/store.sqlite3"
        config = read_config({"SEGMIND_BASE_URL": "http://127.0.0.1:9", "DATABASE_URL": database})
        async with compose(config) as bot, bot:
            await bot.load_cogs()
            yield bot.tree


def path(folder: str, suffix: str) -> Path:
    """Where a language's catalogue is: po to edit, mo to read."""
    return FOLDER / folder / "LC_MESSAGES" / f"{DOMAIN}.{suffix}"


def read(folder: str) -> Catalog:
    """A language's catalogue as it was translated; empty when there is none yet."""
    catalogue = Catalogue(locale=folder, fuzzy=False, header_comment="# See docs/translating.md.")
    if (file := path(folder, "po")).exists():
        for message in read_po(BytesIO(file.read_bytes()), locale=folder, ignore_obsolete=True):
            if message.id:
                catalogue[message.id] = message
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as people edit it."""
    out = BytesIO()
    write_po(out, catalogue, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """The catalogue as the bot reads it."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def problems(source: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, a line for each text."""
    for message in source:
        if message.id:
            found = catalogue.get(message.id, message.context)
            if wrong := _problem(message, found, catalogue.num_plurals):
                yield f"{catalogue.locale}: {wrong}: {message.id!r}"


def _problem(message: Message, found: Message | None, plurals: int) -> str | None:
    if found is None:
        return "missing"
    forms = _texts(found.string or "")
    if found.fuzzy or not all(forms):
        return "not translated"
    if len(forms) != (plurals if message.pluralizable else 1):
        return "wrong number of plural forms"
    sources = _texts(message.id)
    for form, text in enumerate(forms):
        english = sources[0] if form == 0 and plurals > 1 else sources[-1]
        if wrong := _differs(english, text):
            return wrong
    return _too_long(" ".join(message.auto_comments), forms)


def _texts(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _differs(english: str, text: str) -> str | None:
    try:
        if _figures(english) != _figures(text):
            return "other figures"
    except ValueError:
        return "a brace that is not closed"
    if any(english.count(mark) != text.count(mark) for mark in _MARKS):
        return "other markdown"
    return "other spaces around" if _around(english) != _around(text) else None


def _figures(text: str) -> set[str]:
    return {name for _before, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def _around(text: str) -> tuple[bool, bool, bool]:
    return text.startswith("-# "), text[0].isspace(), text[-1].isspace()


def _too_long(comments: str, texts: tuple[str, ...]) -> str | None:
    if (most := _MOST.search(comments)) and max(map(len, texts)) > int(most[1]):
        return f"longer than {most[1]} characters"
    return None


def main() -> None:
    """Write the template, and every catalogue brought up to it."""
    source = asyncio.run(template())
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(as_po(source))
    for folder in FOLDERS:
        catalogue = read(folder)
        catalogue.update(source, no_fuzzy_matching=True)
        path(folder, "po").parent.mkdir(parents=True, exist_ok=True)
        path(folder, "po").write_bytes(as_po(catalogue))
        path(folder, "mo").write_bytes(as_mo(catalogue))
        for problem in problems(source, catalogue):
            print(problem)  # noqa: T201 - what is left to translate


if __name__ == "__main__":
    main()
