"""The log: lines for people at a terminal, else one JSON object each; every secret is taken out at the end.

What a line belongs to is known from its context: `bind` says so once for all that a task does and starts.
"""

import json
import logging
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType

from bot.redaction import Redaction, private_forms

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

IDS = ("swap_id", "request_id", "guild_id", "shard_id")
"""What a line belongs to, by `bind` and `add`."""

DURATION = "duration_seconds"
"""How long took what a line tells of: the one figure that lines carry, as `extra`."""


@dataclass(frozen=True)
class _Context:
    """What the lines of one piece of work have in common."""

    ids: dict[str, str] = field(default_factory=dict[str, str])
    private: tuple[str, ...] = ()
    """Words of members, in all their forms, which no line may hold."""


_context: ContextVar[_Context | None] = ContextVar("log_context", default=None)


def bind(*, private: Iterable[str | None] = (), **ids: int | str | None) -> None:
    """Have every line of the current task, and of what it starts from now on, carry these ids.

    Nor will any of them hold the words that are `private`: a prompt, a member's name. An id is one of
    `IDS`; None is not known.
    """
    before = _context.get() or _Context()
    # Numbers of Discord's size are rounded by programs that read JSON as JavaScript does.
    known = {name: str(value) for name, value in ids.items() if value is not None}
    _context.set(_Context({**before.ids, **known}, (*before.private, *private_forms(private))))


def add(**ids: int | str | None) -> None:
    """Have what was bound last carry these ids too, in every task that it is known in."""
    if context := _context.get():
        context.ids.update({name: str(value) for name, value in ids.items() if value is not None})


def private_words() -> tuple[str, ...]:
    """What the current piece of work must not say, for `Redaction`."""
    context = _context.get()
    return context.private if context else ()


class ContextFilter(logging.Filter):
    """Lets every record through, with the ids of the work that it was written in."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Give the record its ids."""
        if context := _context.get():
            record.__dict__.update(context.ids)
        return True


def _known(record: logging.LogRecord, names: Iterable[str]) -> dict[str, str | float]:
    return {name: value for name in names if (value := record.__dict__.get(name)) is not None}


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, ids and traceback included, and then removes secrets from the text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_FORMAT)
        self._redact = Redaction(secrets)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The first line, with the ids at its end."""
        ids = "".join(f" {name}={value}" for name, value in _known(record, IDS).items())
        return super().formatMessage(record) + ids

    def format(self, record: logging.LogRecord) -> str:
        """Format the record without secrets."""
        return self._redact(super().format(record), private_words())


class JsonFormatter(logging.Formatter):
    """One JSON object a line, of text made here alone, from which secrets are removed before it is encoded.

    A library's formatter would also encode whatever a record's `extra` holds, where escaping hides secrets.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._redact = Redaction(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Format the record without secrets."""
        said = {"message": record.getMessage()}
        if request_id := record.__dict__.get("request_id"):
            said["request_id"] = str(request_id)  # the one id that is another's words
        if record.exc_info:
            said["exc_info"] = self.formatException(record.exc_info)
        if record.stack_info:
            said["stack_info"] = self.formatStack(record.stack_info)
        private = private_words()
        line: dict[str, str | float] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **_known(record, (*IDS, DURATION)),
            **{name: self._redact(text, private) for name, text in said.items()},
        }
        return json.dumps(line)


def configure_logging(level: str, secrets: Iterable[str], log_format: str = "auto") -> None:
    """Send every log record to standard error, at `level` and above, redacted.

    `log_format` is "human", "json", or "auto": JSON where no terminal is at the other end.
    """
    human = log_format == "human" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(ContextFilter())
    handler.setFormatter((RedactingFormatter if human else JsonFormatter)(secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What ends the process is printed the same way.
    sys.excepthook = _log_uncaught
    # Below warning these two print requests, one line each; what the bot does is in its own log.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("The bot ended by a defect", exc_info=(kind, error, trace))
