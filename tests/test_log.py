"""The log: what is secret is taken out of every line, tracebacks included."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.log import DURATION, ContextFilter, JsonFormatter, RedactingFormatter, add, bind

SECRET = "MTk4.Gt0ken.value"
AWKWARD = 'Kx7"Qz9\\Vö4\n\N{SNOWMAN}/&'
"""A secret that JSON, Python and addresses each write in another way."""

PROMPT = 'say "ahoy"'

Formatter = type[RedactingFormatter] | type[JsonFormatter]


@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
@pytest.mark.parametrize(
    ("message", "kept", "gone"),
    [
        (f"token {SECRET} sent", "token [secret] sent", SECRET),
        ("PATCH /webhooks/12345/aW50ZXJ-hY_3Rpb24/messages/@original", "/messages/@original", "aW50ZXJ"),
        ("POST /interactions/12345/aW50ZXJhY3Rpb24/callback", "/callback", "aW50ZXJ"),
        ("https://cdn/a.png?ex=66aa&is=66bb&hm=0123abcdef&x=1", "&x=1", "0123abcdef"),
        ("https://cdn/attachments/1/2/grace.png?ex=66aa at 5", "attachments/1/2/[picture] at 5", "grace"),
        ("postgresql://ada:pa55@db:5432/store is down", "postgresql://ada:[password]@db:5432/store", "pa55"),
        ("GET https://s3/x?X-Amz-Signature=0aF%2F&X-Amz-Date=1", "X-Amz-Date=1", "0aF"),
        ("{'t': 'INTERACTION_CREATE', 'd': {'token': 'aW50ZXJ-hY_3', 'id': '1'}}", "'id': '1'", "aW50"),
        ('{"op": 2, "d": {"token": "MTA5.x.y", "intents": 1}}', '"intents": 1', "MTA5"),
        ("<CIMultiDict('x-api-key': 'SG_0123', 'Accept': '*/*')>", "'Accept': '*/*'", "SG_0123"),
        ("Authorization: Bot MTA5NTY.Gx1 and more", "and more", "MTA5"),
        (f"a token: {'M' * 24}.{'G' * 6}.{'h' * 38}!", "a token: [token]!", "MMMM"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\nkept", "kept", "MHcC"),
        (repr("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----") + " kept", "kept", "MIGH"),
        ("cut: -----BEGIN PRIVATE KEY-----\nMIGH", "cut: [private key]", "MIGH"),
    ],
)
def test_secrets_are_redacted(formatter: Formatter, message: str, kept: str, gone: str) -> None:
    """Configured secrets, interaction tokens and signatures never reach a line; the rest does."""
    text = formatter([SECRET]).format(logging.LogRecord("bot", logging.INFO, __file__, 1, message, (), None))
    if formatter is JsonFormatter:
        assert gone not in text
        text = json.loads(text)["message"]
    assert kept in text
    assert gone not in text


@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
def test_tracebacks_are_redacted(formatter: Formatter) -> None:
    """A secret inside an exception's own text is taken out too."""
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int(f"x-api-key: {SECRET}")
    record = logging.LogRecord(
        "bot", logging.ERROR, __file__, 1, "failed", (), (caught.type, caught.value, caught.tb)
    )
    text = formatter([SECRET]).format(record)
    assert "ValueError" in text
    assert SECRET not in text


@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
@pytest.mark.parametrize(
    "written",
    [AWKWARD, json.dumps({"password": AWKWARD}), json.dumps(AWKWARD, ensure_ascii=False), repr(AWKWARD)],
    ids=["plain", "JSON", "JSON of UTF-8", "repr"],
)
def test_escaping_hides_no_secret(formatter: Formatter, written: str) -> None:
    """However a library has written a secret, and however the line is written then, it is not in it."""
    text = formatter([AWKWARD]).format(logging.makeLogRecord({"msg": written, "levelname": "INFO"}))
    assert "[secret]" in text
    assert [part for part in ("Kx7", "Qz9", "ö", "u00f6", "\N{SNOWMAN}", "2603") if part in text] == []


def test_a_json_line_is_one_object() -> None:
    """Time in UTC, level, logger, message and traceback, on one line whatever the message holds."""
    (line,) = json_lines(lambda log: log.warning("two\nlines of %s", "\N{SNOWMAN}"))
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "warning", "logger": "test", "message": "two\nlines of \N{SNOWMAN}"}


async def test_every_line_carries_the_ids_of_its_work() -> None:
    """Also in a thread and in a task that was begun before an id was known; other work has its own."""

    async def work(log: logging.Logger, swap_id: int) -> None:
        bind(swap_id=swap_id, guild_id=2**60 + swap_id, request_id=None)
        later = asyncio.create_task(also(log))
        add(request_id=f"job-{swap_id}")
        await later
        await asyncio.to_thread(log.info, "in a thread", extra={DURATION: 1.5})

    async def also(log: logging.Logger) -> None:
        log.info("in a task")

    with logged() as (log, lines):
        add(request_id="nobody's")
        await asyncio.gather(*(asyncio.create_task(work(log, number)) for number in (1, 2)))
        log.info("outside")
    ids = [{name: line.get(name) for name in ("swap_id", "guild_id", "request_id")} for line in lines()]
    expected = [
        {"swap_id": str(number), "guild_id": str(2**60 + number), "request_id": f"job-{number}"}
        for number in (1, 2)
    ]
    assert sorted(map(str, ids[:4])) == sorted(map(str, expected * 2))
    assert set(ids[4].values()) == {None}
    assert [line.get("duration_seconds") for line in lines() if line["message"] == "in a thread"] == [1.5] * 2


def test_people_read_the_ids_at_the_end_of_a_line() -> None:
    """As name=value, before a traceback."""
    record = logging.makeLogRecord({"msg": "Held", "swap_id": "1", "guild_id": "2", "levelname": "INFO"})
    assert RedactingFormatter([]).format(record).endswith(": Held swap_id=1 guild_id=2")


@pytest.mark.parametrize("formatter", [RedactingFormatter, JsonFormatter])
async def test_what_is_private_is_in_no_line(formatter: Formatter) -> None:
    """Neither a prompt nor a name, however written; words that hold one stay, and so do short ones."""
    bind(private=("Ann", PROMPT, None, "", "on"))
    said = f"Ann said {json.dumps(PROMPT)}, on Annapolis"
    text = formatter([]).format(logging.makeLogRecord({"msg": said, "levelname": "INFO"}))
    if formatter is JsonFormatter:
        text = json.loads(text)["message"]
    assert text.endswith('[private] said "[private]", on Annapolis')


@contextmanager
def logged() -> Generator[tuple[logging.Logger, Callable[[], list[dict[str, Any]]]]]:
    """A logger, and what it has written as JSON."""
    stream, log = io.StringIO(), logging.Logger("test")  # noqa: LOG001 - one for each test
    handler = logging.StreamHandler(stream)
    handler.addFilter(ContextFilter())
    handler.setFormatter(JsonFormatter([SECRET]))
    log.addHandler(handler)
    yield log, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def json_lines(write: Callable[[logging.Logger], None]) -> list[dict[str, Any]]:
    """What one piece of code writes."""
    with logged() as (log, lines):
        write(log)
        return lines()


def test_what_ends_the_process_is_redacted(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An exception that nobody caught is printed without secrets, as everything is, and as JSON here."""
    script = tmp_path / "script.py"
    script.write_text(
        "from bot.log import configure_logging\n"
        f"configure_logging('info', [{SECRET!r}])\n"
        f"raise RuntimeError({f'token {SECRET}'!r})\n",
        "utf-8",
    )
    here = Path(__file__).parent.parent
    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script)], cwd=here, env={**os.environ, "PYTHONPATH": str(here)}, check=False
    )
    printed = capfd.readouterr().err
    assert ended.returncode == 1
    assert "RuntimeError: token [secret]" in json.loads(printed)["exc_info"]
    assert SECRET not in printed


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(
    ("log_format", "terminal", "is_json"),
    [("auto", True, False), ("auto", False, True), ("human", False, False), ("json", True, True)],
)
def test_the_format_follows_the_terminal(log_format: str, *, terminal: bool, is_json: bool) -> None:
    """Lines for people where a person reads them, else JSON; a setting has the last word."""
    script = f"from bot.log import configure_logging as c\nc('info', [], {log_format!r})\nraise ValueError"
    reading, writing = os.openpty() if terminal else os.pipe()
    run = [sys.executable, "-c", script]
    subprocess.run(run, cwd=Path(__file__).parent.parent, stderr=writing, check=False)  # noqa: S603 - our own script
    printed = os.read(reading, 4096).decode()
    os.close(writing)
    os.close(reading)
    assert printed.startswith("{") == is_json
    assert ("Traceback (most recent call last):\r\n" in printed) == (terminal and not is_json)
    assert "The bot ended by a defect" in printed
