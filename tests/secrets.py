"""Every test fails in which a secret gets out: into a log, to members, onto the terminal, or into an error.

A secret is a value the tests know: what was given to `register`, every token and signature of every sandbox,
and any private key. `tests/conftest.py` asks after each test what got out.

What the bot's own loggers say counts as it is said. Libraries may say what they like, at any level: theirs
counts as it is printed, which is after `bot.log.RedactingFormatter`.
"""

import json
import logging
import re
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot import answers, client
from bot.log import RedactingFormatter
from bot.sandbox import Sandbox
from bot.sandbox.cdn import Cdn

_WORDS = re.compile(r"[A-Za-z0-9_-]{20,}")
_PRIVATE_KEY = "PRIVATE KEY-----"
_OWN = ("bot", "cogs")
_RENEWING = "/attachments/refresh-urls"  # the one route that is sent signed addresses, to get fresh ones

_registered: set[str] = set()


def register(*values: str) -> None:
    """Name secrets: keys, tokens, passwords. They stay secrets for as long as this process runs."""
    _registered.update(values)


@dataclass(eq=False)
class Watch(logging.Handler):
    """What one test has put where anybody can read it."""

    sandboxes: list[Sandbox] = field(default_factory=list[Sandbox])
    signatures: set[str] = field(default_factory=set[str])
    seen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    sent_counts: bool = True
    """False where what talks to the sandbox is not the bot, and repeats what it is told."""

    def __post_init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.formatter = logging.Formatter("%(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record, with its traceback."""
        own = record.name.partition(".")[0] in _OWN
        text = self.format(record) if own else _as_printed(self._tokens()).format(record)
        self.seen.append((f"the log of {record.name}", text))

    def note(self, where: str, error: BaseException) -> None:
        """Note an error as whoever gets it could print it, with what it says it came from."""
        printed = "".join(traceback.format_exception(error))
        self.seen.append((where, f"{error} {error!r} {printed}"))

    def leaks(self, more: Iterable[tuple[str, str]] = ()) -> list[str]:
        """Say where a secret got out, and how it begins."""
        fixed = [*_registered, *self._tokens(), _PRIVATE_KEY]
        changing = self.signatures | {
            token for sandbox in self.sandboxes for token in sandbox.world.interactions
        }
        return [
            f"{where} holds the secret {secret[:6]}…"
            for where, text in (*self.seen, *self._sent(), *more)
            for secret in {
                *(one for one in fixed if one in text),
                *changing.intersection(_WORDS.findall(text)),
            }
        ]

    def _tokens(self) -> tuple[str, ...]:
        return tuple(sandbox.token for sandbox in self.sandboxes)

    def _sent(self) -> Iterator[tuple[str, str]]:
        """What the bot has sent to Discord as the contents of anything."""
        for sandbox in self.sandboxes if self.sent_counts else ():
            for exchange in sandbox.exchanges:
                if exchange.body is not None and exchange.template != _RENEWING:
                    text = json.dumps(exchange.body, default=str)
                    yield f"what was sent to {exchange.template}", text


def _as_printed(tokens: tuple[str, ...]) -> RedactingFormatter:
    return RedactingFormatter((*_registered, *tokens))


@contextmanager
def watching() -> Generator[Watch]:
    """Watch for as long as the block lasts; what got out is in `leaks`."""
    watch = Watch()
    with pytest.MonkeyPatch.context() as patch:
        _follow(watch, patch)
        logging.getLogger().addHandler(watch)
        try:
            yield watch
        finally:
            logging.getLogger().removeHandler(watch)


def _follow(watch: Watch, patch: pytest.MonkeyPatch) -> None:
    """Learn of each sandbox, each signature, and each error that somebody is told of."""
    make, sign = Sandbox.__init__, Cdn._mac  # pyright: ignore[reportPrivateUsage] - followed, not used
    report, fail = client.report, answers.Answer.fail

    def making(self: Sandbox, *given: Any) -> None:
        make(self, *given)
        watch.sandboxes.append(self)

    def signing(self: Cdn, *given: str) -> str:
        signature = sign(self, *given)
        watch.signatures.add(signature)
        return signature

    async def reporting(interaction: Any, error: Exception) -> None:
        watch.note("an error that was reported", error)
        await report(interaction, error)

    async def failing(self: answers.Answer, error: Any) -> None:
        watch.note("an error that a swap ended with", error)
        await fail(self, error)

    patch.setattr(Sandbox, "__init__", making)
    patch.setattr(Cdn, "_mac", signing)
    patch.setattr(client, "report", reporting)
    patch.setattr(answers.Answer, "fail", failing)
