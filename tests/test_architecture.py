"""The rules of the layout, held mechanically: who may import what, how long things may be, what has words."""

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.compose import compose
from bot.config import read_config

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")])
SOURCES = {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in FILES}
TESTS = sorted((ROOT / "tests").rglob("*.py"))

DISCORD = {
    "bot/client.py",
    "bot/answers.py",
    "bot/links.py",
    "bot/views.py",
    "bot/translator.py",
    "bot/__main__.py",
    "bot/sandbox/doorway.py",
}
HTTP_CLIENT = {"bot/segmind.py", "bot/fetch.py"}


@cache
def tree_of(name: str) -> ast.Module:
    """A file as Python reads it."""
    return ast.parse(SOURCES[name])


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module a file imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names(tree: ast.AST) -> Iterator[str]:
    """Every dotted name a file uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body."""
    return (node.end_lineno or 0) - node.body[0].lineno + 1


@pytest.mark.parametrize("name", SOURCES)
def test_imports_go_one_way(name: str) -> None:
    """Discord only at the edge, the HTTP client in two files, the engine's libraries in the engine alone."""
    imported = set(imports(tree_of(name)))
    roots = {module.split(".")[0] for module in imported}
    if not name.startswith("cogs/") and name not in DISCORD:
        assert "discord" not in roots
    if name not in HTTP_CLIENT:
        assert imported.isdisjoint({"aiohttp.ClientSession"})
        assert roots.isdisjoint({"requests", "httpx", "urllib3"})
        if "aiohttp" in imported:
            assert "aiohttp.web" in imported
    if not name.startswith("bot/engine/"):
        assert roots.isdisjoint({"numpy", "cv2"})
    if not name.startswith("cogs/") and name != "bot/client.py":
        assert "cogs" not in roots
    if not name.startswith("bot/store/"):
        assert roots.isdisjoint({"sqlite3", "psycopg", "psycopg_pool"})


@pytest.mark.parametrize("name", SOURCES)
def test_the_environment_and_the_loop_belong_to_the_command_line(name: str) -> None:
    """Only `__main__` reads the environment and starts a loop; nothing private of discord.py elsewhere."""
    used = set(names(tree_of(name)))
    if name != "bot/__main__.py":
        assert used.isdisjoint({"os.environ", "os.getenv", "asyncio.run"})
    if name not in {"bot/sandbox/doorway.py", "bot/links.py"}:
        assert not {one for one in used if one.startswith("discord.") and "._" in one}
        assert used.isdisjoint({"discord.http", "discord.gateway"})


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.startswith("bot/store/")])
def test_sql_lives_in_the_store(name: str) -> None:
    """No statement outside the store."""
    texts = [node.value for node in ast.walk(tree_of(name)) if isinstance(node, ast.Constant)]
    starts = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA ")
    assert [text for text in texts if isinstance(text, str) and text.lstrip().startswith(starts)] == []


def test_one_broad_handler() -> None:
    """`except Exception` stands in one place, where a hold is refunded whatever happened; none is bare."""
    broad = {
        name
        for name in SOURCES
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or "Exception" in ast.unparse(node.type).replace("HTTPException", ""))
        and "BaseException" not in ast.unparse(node)
    }
    assert broad == {"bot/swaps.py"}


def test_rooms_stay_small() -> None:
    """Files and functions keep the lengths that a newcomer can read."""
    lines = {name: source.count("\n") for name, source in SOURCES.items()}
    assert {name: count for name, count in lines.items() if count > 350} == {}
    assert statistics.median(lines.values()) <= 130
    lengths = {f"{name}:{node.name}": length(node) for name in SOURCES for node in functions(tree_of(name))}
    assert {where: count for where, count in lengths.items() if count > 60} == {}
    assert statistics.median(lengths.values()) <= 10


def test_every_test_says_what_it_holds() -> None:
    """Each test function has a docstring whose first line is the whole claim."""
    silent = [
        f"{file.name}:{node.name}"
        for file in TESTS
        for node in functions(ast.parse(file.read_text("utf-8")))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def commands_of(bot: FaceSwapBot) -> Iterator[app_commands.Command[commands.Cog, ..., None]]:
    """Every slash command, groups walked."""
    for command in bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command


class Marker(app_commands.Translator):
    """Translates everything, visibly."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str:
        """What was asked for."""
        return f"{locale}: {string.message} ({context.location.name})"


async def test_every_command_can_be_read_and_translated(tmp_path: Path) -> None:
    """Each command and option has a description of its own, and a translator reaches every one."""
    config = read_config(
        {"SEGMIND_BASE_URL": "http://127.0.0.1:9", "DATABASE_URL": f"sqlite:///{tmp_path}/store.sqlite3"}
    )
    async with compose(config) as bot, bot:
        await bot.load_cogs()
        found = list(commands_of(bot))
        assert found
        for command in found:
            payload = await command.get_translated_payload(bot.tree, Marker())
            for described in (payload, *payload["options"]):
                assert described["description"] not in ("", "…")
                assert described["description_localizations"]["de"].startswith("de: ")
            assert length_of_callback(command) <= 20


def length_of_callback(command: app_commands.Command[commands.Cog, ..., None]) -> int:
    """Lines of a command's callback."""
    tree = tree_of(command.callback.__module__.replace(".", "/") + ".py")
    return next(length(node) for node in functions(tree) if node.name == command.callback.__name__)
