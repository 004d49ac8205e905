"""The page's own files: they turn no text into HTML, run nothing but themselves, and need no network."""

import re
from importlib.resources import files

import pytest

STATIC = files("bot.sandbox.web") / "static"
SOURCES = {one.name: one.read_text("utf-8") for one in STATIC.iterdir()}
SCRIPTS = {name: text for name, text in SOURCES.items() if name.endswith(".js")}
STYLES = {name: text for name, text in SOURCES.items() if name.endswith(".css")}
PAGE = SOURCES["index.html"]

MAKES_HTML = (
    r"(inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|setHTML"
)
RUNS_TEXT = r"\beval\b|new Function|set(Timeout|Interval)\(\s*[\"'`]|javascript:"
STYLES_BY_TEXT = r"setAttribute\(\s*[\"']style|createElement\(\s*[\"']style|adoptedStyleSheets|insertRule"
TALKS = r"\bfetch\(|EventSource|XMLHttpRequest|sendBeacon|WebSocket"


@pytest.mark.parametrize("pattern", [MAKES_HTML, RUNS_TEXT, STYLES_BY_TEXT])
def test_scripts_make_nodes_not_markup(pattern: str) -> None:
    """No script turns a text into HTML, into a script, or into a style, which the policy would refuse too."""
    assert {name: found for name, text in SCRIPTS.items() if (found := re.findall(pattern, text))} == {}


def test_one_module_talks_to_the_sandbox() -> None:
    """Only `api.js` makes requests."""
    assert {name for name, text in SCRIPTS.items() if re.search(TALKS, text)} == {"api.js"}


def test_modules_and_styles_are_there() -> None:
    """Every import, stylesheet and script names a file that is served, and every file is used."""
    imported = {
        name
        for text in SCRIPTS.values()
        for name in re.findall(r"(?:from|import\(|import)\s*[\"'`]\./([\w.]+)[\"'`]", text)
    }
    linked = set(re.findall(r"(?:src|href)=\"/static/([^\"]+)\"", PAGE))
    # app.js loads its optional parts by name.
    loaded = {f"{name}.js" for name in re.findall(r"\[\"(\w+)\", \"mount\w+\"\]", SCRIPTS["app.js"])}
    assert (imported | linked | loaded) - set(SOURCES) == set()
    assert set(SOURCES) - imported - linked - loaded == {"index.html"}


def test_the_page_itself_holds_no_script_and_no_style() -> None:
    """Nothing inline, which the policy would refuse, and nothing from elsewhere."""
    assert re.findall(r"<style|\sstyle=|\son\w+=", PAGE) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", PAGE) == []
    addresses = re.findall(r"(?:src|href)=\"([^\"]*)\"", PAGE)
    assert [one for one in addresses if not one.startswith(("/static/", "#"))] == []


def test_nothing_comes_from_elsewhere() -> None:
    """Neither scripts nor styles name an address on the network, but for the names of XML's vocabularies."""
    vocabulary = {"http://www.w3.org/2000/svg"}
    address = re.compile(r"https?://[\w.-]+\.\w+[^\s\"'`)]*")
    named = {one for text in (SCRIPTS | STYLES).values() for one in address.findall(text)}
    assert named <= vocabulary
    fetching = re.compile(r"@import|url\((?!\"?(data:|#))")
    assert {name for name, text in STYLES.items() if fetching.search(text)} == set()
