"""Logging for people at a terminal, with every secret taken out at the last moment."""

import logging
import re
import sys
from collections.abc import Iterable

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

# What may be signed or secret wherever it turns up: interaction tokens in Discord's webhook and interaction
# routes, the signature of an attachment's URL, and the password of an address.
_PATTERNS = (
    (re.compile(r"(/webhooks/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"(/interactions/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"([?&](?:hm|ex|is)=)[0-9a-fA-F]+"), r"\1[signature]"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"), r"\1[password]"),
)


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, traceback included, and then removes secrets from the text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_FORMAT)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Format the record without secrets."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def configure_logging(level: str, secrets: Iterable[str]) -> None:
    """Send every log record to standard error, at `level` and above, redacted."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Below warning these two print requests, one line each; what the bot does is in its own log.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
