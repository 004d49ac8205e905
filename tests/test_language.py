"""Languages: each text is in every catalogue, can be filled in, fits where it stands, and reaches members."""

import ast
import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from PIL import Image, ImageDraw, ImageFont

from bot import language
from bot.language import ENGLISH, LANGUAGES, _, n_, speak, speaking
from bot.sandbox.commands import check_commands
from bot.store.reports import Usage
from bot.translator import CommandTranslator
from bot.words import moderation, results
from bot.words.figures import sentences
from bot.words.swaps import cancel
from tests import messages
from tests.messages import FOLDERS, as_mo, as_po, path, problems, read, template

CALLS = [*(messages.ROOT / "bot").rglob("*.py"), *(messages.ROOT / "cogs").rglob("*.py")]


@pytest.fixture(scope="module")
def source() -> Catalog:
    """What the code says today."""
    return asyncio.run(template())


def test_the_template_is_what_the_code_says(source: Catalog) -> None:
    """Whoever changes a text runs `make messages`."""
    assert messages.TEMPLATE.read_text("utf-8") == as_po(source).decode()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_is_translated(source: Catalog, folder: str) -> None:
    """Nothing is missing, empty or fuzzy; figures, markdown, plurals and room are those of the source."""
    assert list(problems(source, read(folder))) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_read_is_what_was_written(source: Catalog, folder: str) -> None:
    """The compiled catalogue is that of its source, which is tidy and has nothing that nobody says."""
    catalogue = read(folder)
    assert path(folder, "mo").read_bytes() == as_mo(catalogue)
    catalogue.update(source, no_fuzzy_matching=True)
    assert path(folder, "po").read_text("utf-8") == as_po(catalogue).decode()


SAMPLE = 'msgid ""\nmsgstr "Language: de\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
SLEEPS = 'msgid "{who} sleeps"\n'
SOME = 'msgid "{count} cat"\nmsgid_plural "{count} cats"\n'


def sample(text: str) -> Catalog:
    """A small German catalogue."""
    return read_po(io.StringIO(SAMPLE + text), locale="de")


@pytest.mark.parametrize(
    ("english", "german", "problem"),
    [
        (f'{SLEEPS}msgstr ""', f'{SLEEPS}msgstr "{{who}} schläft"', None),
        (f'{SLEEPS}msgstr ""', f'{SLEEPS}msgstr ""', "not translated"),
        (f'{SLEEPS}msgstr ""', "", "missing"),
        (
            f'{SLEEPS}msgstr ""',
            f'#, fuzzy\n{SLEEPS}msgstr "{{who}} schläft"',
            "not translated",
        ),
        (f'{SLEEPS}msgstr ""', f'{SLEEPS}msgstr "{{wer}} schläft"', "other figures"),
        (f'{SLEEPS}msgstr ""', f'{SLEEPS}msgstr "{{who schläft"', "a brace"),
        ('msgid "**Cat**"\nmsgstr ""', 'msgid "**Cat**"\nmsgstr "**Katze"', "other markdown"),
        ('msgid "-# Cat"\nmsgstr ""', 'msgid "-# Cat"\nmsgstr "Katze"', "other spaces"),
        (
            '#. Translators: at most 5 characters\nmsgid "Cat"\nmsgstr ""',
            'msgid "Cat"\nmsgstr "Kätzchen"',
            "longer than 5",
        ),
        (f'{SOME}msgstr[0] ""', f'{SOME}msgstr[0] "{{count}} Katze"\nmsgstr[1] "Katzen"', "other figures"),
        (f'{SOME}msgstr[0] ""', f'{SOME}msgstr[0] "{{count}} Katzen"', "not translated"),
        (
            f'{SOME}msgstr[0] ""',
            f'{SOME}msgstr[0] "{{count}} Katze"\nmsgstr[1] "{{count}} Katzen"',
            None,
        ),
    ],
)
def test_a_slip_in_a_catalogue_is_found(english: str, german: str, problem: str | None) -> None:
    """The check that guards the catalogues sees each kind of slip, and only those."""
    found = list(problems(sample(english), sample(german)))
    assert [problem in one for one in found] == [True] if problem else found == []


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every place in the code where a text is looked up."""
    for file in CALLS:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "n_"}:
                yield f"{file.name}:{node.lineno}", node


def test_only_literal_texts_are_looked_up() -> None:
    """What is gathered is what is said: no text is put together before it is looked up."""
    found = list(calls())
    assert len(found) > 100
    for where, node in found:
        texts = node.args[: 2 if ast.unparse(node.func) == "n_" else 1]
        assert all(isinstance(text, ast.Constant) for text in texts), where


async def test_commands_obey_discords_rules_in_every_language() -> None:
    """Names and descriptions of commands, options and choices are ones that Discord takes, once per place."""
    async with messages.commands() as tree:
        payloads = [
            await command.get_translated_payload(tree, CommandTranslator()) for command in tree.get_commands()
        ]
    check_commands(payloads)
    for payload in payloads:
        options = payload.get("options", [])
        for locale in language.CATALOGUES:
            names = [one["name_localizations"].get(locale, one["name"]) for one in options]
            assert len(set(names)) == len(names)


def test_a_language_is_spoken_by_the_tasks_that_begin_in_it() -> None:
    """An unknown locale reads English, a block ends, and a task goes on in the language it began in."""

    async def begin(locale: str) -> str:
        speak(locale)
        return await asyncio.create_task(asyncio.to_thread(cancel))

    said = [asyncio.run(begin(locale)) for locale in ("de", "xx", "es-419", "en-GB")]
    assert said == ["Abbrechen", "Cancel", "Cancelar", "Cancel"]
    with speaking("ja"):
        assert cancel() == "キャンセル"
    assert (language.spoken(), cancel()) == (ENGLISH, "Cancel")


@pytest.mark.parametrize(
    ("locale", "one", "none"),
    [("en-US", "1 swap", "0 swaps"), ("de", "1 Swap", "0 Swaps"), ("fr", "1 échange", "0 échange")],
)
def test_plurals_are_those_of_the_language(locale: str, one: str, none: str) -> None:
    """French counts nothing like one, English and German do not."""
    with speaking(locale):
        said = [n_("{count:,} swap", "{count:,} swaps", count) for count in (1, 0)]
    assert said == [one, none]


def test_a_translators_slip_costs_nobody_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A translation that cannot be filled in is said in English."""
    file = tmp_path / "de" / "LC_MESSAGES" / "faceswap.mo"
    file.parent.mkdir(parents=True)
    slips = 'msgid "{who} sleeps"\nmsgstr "{wer} schläft"\n'
    file.write_bytes(as_mo(sample(slips)))
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    monkeypatch.setattr(language, "CATALOGUES", {"a locale of this test": "de"})
    with speaking("a locale of this test"):
        assert _("{who} sleeps", who="Ada") == "Ada sleeps"


def test_sentences_stand_as_the_language_sets_them() -> None:
    """A space stands between English sentences, and none between Japanese ones."""
    assert sentences("One.", "", "Two.") == "One. Two."
    with speaking("ja"):
        assert sentences("一。", "二。") == "一。二。"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_charts_have_the_letters_of_every_language(locale: str) -> None:
    """The font of charts and comparisons has few letters; those of what is drawn are among them."""
    with speaking(locale):
        texts = moderation.chart_title() + moderation.bar(Usage(1, 2, 50_000))
        texts += results.before() + results.after()
    unknown = drawn("\uffff")
    assert [letter for letter in sorted(set(texts)) if drawn(letter) == unknown] == []


def drawn(letter: str) -> bytes:
    """A letter in the chart's font."""
    picture = Image.new("L", (60, 60))
    ImageDraw.Draw(picture).text((5, 5), letter, 255, ImageFont.load_default(26))
    return picture.tobytes()
