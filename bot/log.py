"""Logging for people at a terminal, with every secret taken out at the last moment."""

import logging
import re
import sys
from collections.abc import Iterable
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

# What is secret wherever it turns up, also when no configuration names it: interaction tokens in Discord's
# routes and in its events, the signatures of addresses, passwords in them, the headers that carry a token or
# a key, anything in the shape of a bot's token, and private keys (also as `repr` writes them, or cut short).
_PATTERNS = (
    (re.compile(r"(/webhooks/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"(/interactions/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"""(["']token["']: ?["'])[^"']+"""), r"\1[token]"),
    (re.compile(r"([?&](?:hm|ex|is|X-Amz-Signature|X-Amz-Credential)=)[^\s&\"']+"), r"\1[signature]"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"), r"\1[password]"),
    (
        re.compile(
            r"((?:x-api-key|authorization)[\"']?\s*[:=,]\s*[\"']?(?:Bot\s+)?)[^\s\"',]+", re.IGNORECASE
        ),
        r"\1[secret]",
    ),
    (re.compile(r"\b[\w-]{18,}\.[\w-]{6,7}\.[\w-]{27,}"), "[token]"),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        "[private key]",
    ),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secrets, and without what has the shape of one."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, traceback included, and then removes secrets from the text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_FORMAT)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Format the record without secrets."""
        return redact(super().format(record), self._secrets)


def configure_logging(level: str, secrets: Iterable[str]) -> None:
    """Send every log record to standard error, at `level` and above, redacted."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What ends the process is printed the same way.
    sys.excepthook = _log_uncaught
    # Below warning these two print requests, one line each; what the bot does is in its own log.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("The bot ended by a defect", exc_info=(kind, error, trace))
