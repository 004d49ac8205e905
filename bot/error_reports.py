"""Sends defects to the operator's SENTRY_DSN: what was logged with a traceback, and nothing else.

The library runs without its integrations, which would patch other libraries, and collect requests, local
variables and the lines logged before. What is sent is made here and redacted as the log is.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from bot import __version__
from bot.errors import ConfigError
from bot.log import IDS, ContextFilter, private_words
from bot.redaction import Redaction

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

FLUSH_SECONDS = 2.0
"""How long the end of the process waits for reports under way."""


class ErrorReports(logging.Handler):
    """Reports every record with a traceback, at error and above; a thread of the library's sends it.

    Raises ConfigError when the library is not installed, or does not understand the DSN.
    """

    def __init__(self, dsn: str, secrets: Iterable[str]) -> None:
        try:
            import sentry_sdk  # noqa: PLC0415 - an extra, and 150 ms
            from sentry_sdk.utils import BadDsn, event_from_exception  # noqa: PLC0415 - as above
        except ImportError:
            raise ConfigError(
                ("SENTRY_DSN needs a library that is not installed: pip install -r requirements.txt.",)
            ) from None
        self._describe: Callable[..., tuple[Event, Hint]] = event_from_exception
        self._redact = Redaction(secrets)
        try:
            self._client = sentry_sdk.Client(
                dsn,
                release=__version__,
                default_integrations=False,
                auto_enabling_integrations=False,
                include_local_variables=False,
                include_source_context=False,
                max_request_body_size="never",
                max_breadcrumbs=0,
                send_client_reports=False,
                server_name="bot",  # or the machine's name would be
                before_send=self._redacted,
            )
        except BadDsn:
            raise ConfigError(("SENTRY_DSN is no DSN: copy it again from the service's settings.",)) from None
        super().__init__(logging.ERROR)
        self.addFilter(ContextFilter())

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record with a traceback over; returns at once."""
        if not record.exc_info or record.exc_info[0] is None or record.name.startswith("sentry_sdk"):
            return
        event, hint = self._describe(
            record.exc_info,
            client_options=self._client.options,
            mechanism={"type": "logging", "handled": True},
        )
        event["level"] = "fatal" if record.levelno >= logging.CRITICAL else "error"
        event["logger"] = record.name
        event["logentry"] = {"message": record.getMessage()}
        event["tags"] = {name: str(value) for name in IDS if (value := record.__dict__.get(name))}
        self._client.capture_event(event, hint)

    def close(self) -> None:
        """Send what is left, for at most `FLUSH_SECONDS`; blocks, so it is for when the loop has ended.

        `logging` calls it at the end of the process, after the hook that logs what nobody caught.
        """
        self._client.close(timeout=FLUSH_SECONDS)
        super().close()

    def _redacted(self, event: "Event", _: "Hint") -> "Event":
        return cast("Event", self._without_secrets(event, private_words()))

    def _without_secrets(self, value: object, private: tuple[str, ...]) -> object:
        """The value with every text in it redacted; what is no JSON becomes text first."""
        if isinstance(value, str):
            return self._redact(value, private)
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, object]", value).items()
            return {
                self._redact(str(key), private): self._without_secrets(one, private) for key, one in items
            }
        if isinstance(value, list | tuple):
            return [self._without_secrets(one, private) for one in cast("Iterable[object]", value)]
        return value if value is None or isinstance(value, int | float) else self._redact(str(value), private)
