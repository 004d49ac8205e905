"""The log: what is secret is taken out of every line, tracebacks included."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.log import RedactingFormatter

SECRET = "MTk4.Gt0ken.value"


@pytest.mark.parametrize(
    ("message", "kept", "gone"),
    [
        (f"token {SECRET} sent", "token [secret] sent", SECRET),
        ("PATCH /webhooks/12345/aW50ZXJ-hY_3Rpb24/messages/@original", "/messages/@original", "aW50ZXJ"),
        ("POST /interactions/12345/aW50ZXJhY3Rpb24/callback", "/callback", "aW50ZXJ"),
        ("https://cdn/a.png?ex=66aa&is=66bb&hm=0123abcdef&x=1", "&x=1", "0123abcdef"),
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
def test_secrets_are_redacted(message: str, kept: str, gone: str) -> None:
    """Configured secrets, interaction tokens and signatures never reach a line; the rest does."""
    text = formatted(logging.LogRecord("bot", logging.INFO, __file__, 1, message, (), None))
    assert kept in text
    assert gone not in text


def test_tracebacks_are_redacted() -> None:
    """A secret inside an exception's own text is taken out too."""
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int(f"x-api-key: {SECRET}")
    record = logging.LogRecord(
        "bot", logging.ERROR, __file__, 1, "failed", (), (caught.type, caught.value, caught.tb)
    )
    text = formatted(record)
    assert "ValueError" in text
    assert SECRET not in text


def formatted(record: logging.LogRecord) -> str:
    """The line as it is printed."""
    return RedactingFormatter([SECRET]).format(record)


def test_what_ends_the_process_is_redacted(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An exception that nobody caught is printed without secrets, as everything is."""
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
    assert "RuntimeError: token [secret]" in printed
    assert SECRET not in printed
