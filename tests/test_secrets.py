"""The watch over secrets bites: whichever way one gets out, the test fails in which it did."""

import logging
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import Sandbox
from tests import secrets
from tests.secrets import register, watching

ROOT = Path(__file__).parent.parent
SECRET = "a made-up secret of these tests"


@pytest.fixture(autouse=True)
def unwatched(no_secret_gets_out: secrets.Watch) -> None:
    """The watch over these tests themselves sees nothing of what they let out on purpose."""
    logging.getLogger().removeHandler(no_secret_gets_out)
    no_secret_gets_out.sent_counts = False
    register(SECRET)


def failed(error: Exception) -> None:
    """Log an exception with its traceback, as the bot's reporter does."""
    logging.getLogger("bot.client").error("failed", exc_info=error)


@pytest.mark.parametrize(
    "let_out",
    [
        lambda: logging.getLogger("bot.swaps").warning("with %s", SECRET),
        lambda: failed(RuntimeError(SECRET)),
        lambda: failed(RuntimeError([SECRET])),
        lambda: logging.getLogger("cogs.x").error("-----BEGIN EC PRIVATE KEY-----"),
    ],
    ids=["a message", "an exception", "an exception's argument", "a private key"],
)
def test_the_log_is_watched(let_out: object) -> None:
    """What the bot's own loggers say counts unredacted."""
    assert callable(let_out)
    with watching() as watch:
        let_out()
    assert len(watch.leaks()) == 1
    assert SECRET not in watch.leaks()[0]


def test_a_librarys_log_counts_as_it_is_printed() -> None:
    """A library may log what the formatter takes out again."""
    with watching() as watch:
        logging.getLogger("discord.http").warning("POST /interactions/1/%s/callback", "t" * 40)
        logging.getLogger("discord.http").warning("with %s", SECRET)
    assert watch.leaks() == []


def test_errors_are_watched_with_what_they_came_from() -> None:
    """An error's words, its data, and those of its causes count."""
    error = ValueError("harmless")
    error.__context__ = aiohttp.ClientError(SECRET)
    with watching() as watch:
        watch.note("an error", error)
    assert [leak.partition(" holds")[0] for leak in watch.leaks()] == ["an error"]


def test_the_terminal_is_watched() -> None:
    """What was printed counts."""
    with watching() as watch:
        assert watch.leaks([("stdout", "nothing")]) == []
        assert watch.leaks([("stdout", f"key={SECRET}!")]) != []


@pytest.mark.parametrize("what", ["token", "signature", "nothing"])
async def test_what_is_sent_to_discord_is_watched(what: str) -> None:
    """The bot's token and a signed address must not stand in a message; the sandbox's are all known."""
    with watching() as watch:
        async with Sandbox.start() as sandbox:
            channel = sandbox.create_guild("Harbour").create_channel("general")
            words = {"token": sandbox.token, "signature": sandbox.world.cdn.signed("/attachments/1/2/a.png")}
            async with aiohttp.ClientSession(headers={"Authorization": f"Bot {sandbox.token}"}) as session:
                address = f"{sandbox.base_url}/api/v10/channels/{channel.id}/messages"
                await session.post(address, json={"content": words.get(what, "nothing")})
    assert len(watch.leaks()) == (what != "nothing")


def test_a_test_that_lets_one_out_fails(tmp_path: Path) -> None:
    """The whole way, in a run of pytest: the report says where it got out, and does not repeat it."""
    leaking = tmp_path / "test_leaking.py"
    leaking.write_text(
        "from tests.secrets import register\n"
        "def test_leaking():\n"
        f"    register({SECRET!r})\n"
        f"    print('key', {SECRET!r})\n"
        "def test_fine():\n"
        "    print('key')\n",
        "utf-8",
    )
    run = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-m", "pytest", str(leaking), "-p", "tests.conftest", f"--rootdir={ROOT}", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "1 error" in run.stdout
    assert "Captured stdout call holds the secret a made…" in run.stdout
    assert "2 passed" in run.stdout
