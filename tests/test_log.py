"""The log: what is secret is taken out of every line, tracebacks included."""

import logging

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
