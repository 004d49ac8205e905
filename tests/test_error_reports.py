"""Reports of defects: what the real library sends to a DSN over a real connection, and what it does not."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import error_reports
from bot.error_reports import ErrorReports
from bot.errors import ConfigError
from bot.log import bind
from tests.sentry_server import SentryServer

ROOT = Path(__file__).parent.parent
SECRET = 'sk-"q\\1ö'


@pytest.fixture
async def sentry() -> AsyncIterator[SentryServer]:
    """A server that takes reports."""
    async with SentryServer() as server:
        yield server


async def reported(
    sentry: SentryServer, *defects: BaseException | None, message: str = "failed"
) -> list[Any]:
    """What is sent of records with these exceptions."""
    log, reports = logging.Logger("a.library"), ErrorReports(sentry.dsn, [SECRET])  # noqa: LOG001 - this test's
    log.addHandler(reports)
    for defect in defects:
        log.error(message, exc_info=defect)
    await asyncio.to_thread(reports.close)
    return sentry.events


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """The error with a traceback, as whoever catches it has it."""
    hidden = f"a local variable, {SECRET}, of a frame"
    try:
        raise error from cause
    except type(error) as caught:
        assert hidden
        return caught


@pytest.mark.parametrize(
    "private",
    [
        SECRET,
        "Bot " + f"{'M' * 24}.{'G' * 6}.{'h' * 38}",
        "https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb24/messages/@original",
        "https://cdn.discordapp.com/attachments/1/2/grace-in-may.png?ex=66aa&is=66bb&hm=0123abcdef",
        "https://s3.example/x?X-Amz-Signature=0aF",
        "postgresql://ada:pa55word@db/store",
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----",
        "a pirate on a burning ship",
        "Grace Hopper",
    ],
)
@pytest.mark.parametrize("where", ["message", "error", "argument", "cause", "note"])
async def test_nothing_private_leaves(sentry: SentryServer, private: str, where: str) -> None:
    """Neither secrets nor what is a member's, in the message, an error, its cause, or a note of it."""
    bind(swap_id=7, private=("a pirate on a burning ship", "Grace Hopper"))
    error: BaseException = {
        "error": ValueError(private),
        "argument": KeyError((private, {"k": private})),
    }.get(where, RuntimeError("plain"))
    if where == "note":
        error.add_note(private)
    defect = raised(error, ValueError(private) if where == "cause" else None)
    (event,) = await reported(sentry, defect, message=private if where == "message" else "failed")
    assert event["tags"] == {"swap_id": "7"}
    assert len(event["exception"]["values"]) == (2 if where == "cause" else 1)
    parts = (
        "sk-",
        "MMMM",
        "hhhh",
        "aW50",
        "grace-in-may",
        "0123abc",
        "0aF",
        "pa55",
        "MIGH",
        "pirate",
        "Hopper",
    )
    assert [part for part in parts if part in sentry.text] == []


async def test_only_defects_are_sent_and_only_what_says_where(sentry: SentryServer) -> None:
    """No record without a traceback; no local variables, no source, no machine's name, no earlier lines."""
    defect = raised(ValueError("broken"))
    (event,) = await reported(sentry, None, defect)
    (value,) = event["exception"]["values"]
    assert (value["type"], value["value"]) == ("ValueError", "broken")
    assert value["stacktrace"]["frames"][-1]["function"] == "raised"
    assert set(value["stacktrace"]["frames"][-1]) <= {
        *("filename", "abs_path", "function", "module", "lineno", "in_app")
    }
    assert event["release"]
    assert event["server_name"] == "bot"
    assert event["sdk"]["integrations"] == []
    assert {"breadcrumbs", "request", "user", "modules", "extra", "contexts"}.isdisjoint(event)


async def test_a_server_that_does_not_answer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report is handed over at once, and the end waits for it no longer than it says."""
    monkeypatch.setattr(error_reports, "FLUSH_SECONDS", 0.2)
    finish = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await finish.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reports = ErrorReports(f"http://key@127.0.0.1:{port}/1", [])
    log = logging.Logger("a.library")  # noqa: LOG001 - this test's
    log.addHandler(reports)
    began = time.monotonic()
    log.error("failed", exc_info=raised(ValueError()))
    handed_over = time.monotonic()
    await asyncio.to_thread(reports.close)
    assert handed_over - began < 1
    assert time.monotonic() - handed_over < 5
    finish.set()
    server.close()
    await server.wait_closed()


def test_without_the_library_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named where it is missing."""
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ConfigError, match=r"SENTRY_DSN needs a library that is not installed: pip install"):
        ErrorReports("http://key@127.0.0.1:9/1", [])


def test_what_is_no_dsn_is_refused() -> None:
    """In a sentence that does not repeat it."""
    with pytest.raises(ConfigError, match=r"SENTRY_DSN is no DSN") as refused:
        ErrorReports("http://key@127.0.0.1:9/no-project", [])
    assert "key@" not in str(refused.value)


async def test_what_ends_the_process_is_reported(sentry: SentryServer, tmp_path: Path) -> None:
    """An exception that nobody caught is sent before the process is gone."""
    script = tmp_path / "script.py"
    script.write_text(
        "import logging\n"
        "from bot.error_reports import ErrorReports\n"
        "from bot.log import configure_logging\n"
        f"configure_logging('info', [{SECRET!r}])\n"
        f"logging.getLogger().addHandler(ErrorReports({sentry.dsn!r}, [{SECRET!r}]))\n"
        f"raise RuntimeError('with ' + {SECRET!r})\n",
        "utf-8",
    )
    run = [sys.executable, str(script)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = await asyncio.to_thread(subprocess.run, run, cwd=ROOT, env=env, check=False, capture_output=True)
    assert ended.returncode == 1
    (event,) = sentry.events
    assert event["level"] == "fatal"
    assert event["exception"]["values"][0]["value"] == "with [secret]"
