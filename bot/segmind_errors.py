"""What Segmind's errors mean: any answer but a success as a typed error, fit for a log. No I/O, no clock.

Sources: Segmind's own table of statuses is relied on; bodies and headers are digests of documentation, so
they are read when present, never needed, and may hold anything: HTML, a signed URL, the key.
"""

import base64
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

from bot.errors import (
    ApiError,
    BadGateway,
    BadKey,
    EndpointNotFound,
    Forbidden,
    GatewayTimeout,
    InvalidParameters,
    JobFailed,
    NoCredits,
    NoFace,
    NotAcceptable,
    RateLimited,
    Role,
    ServerError,
)
from bot.segmind_wire import Answer, parse_object

MESSAGE_MAX: Final = 300
"""Longest message of the API that an error keeps, in characters."""
_READ_MAX: Final = 4096  # characters of foreign text that are looked at; bounds the work of the patterns

_BY_STATUS: Final[dict[int, type[ApiError]]] = {
    400: InvalidParameters,
    401: BadKey,
    402: NoCredits,
    403: Forbidden,
    404: EndpointNotFound,
    405: EndpointNotFound,
    410: EndpointNotFound,
    422: InvalidParameters,
    429: RateLimited,
    502: BadGateway,
    503: BadGateway,
    504: GatewayTimeout,
}

# Matched on words alone, `_` and `-` taken as spaces.
_NO_FACE = re.compile(
    r"\bno(?: (?!more\b)\w+){0,3} faces?\b"
    r"|\bfaces?\b[^.]{0,40}\b(?:not|\w+n't)(?: \w+){0,2} (?:found|detected|present|visible|located)\b"
    r"|\b(?:not|cannot|\w+n't|unable to|failed to) (?:find|detect|locate|see)\b[^.]{0,30}\bfaces?\b",
    re.IGNORECASE,
)
_CREDITS = re.compile(r"credit|balance|insufficient funds|payment|billing", re.IGNORECASE)
_TEAM_LIMIT = re.compile(r"\bteam\b.*\blimit|\blimit.*\bteam\b", re.IGNORECASE)


def read_error(answer: Answer, key: str | None, now: datetime) -> ApiError:
    """Turn any answer but a success into its typed error; anything may be in its body, the key included."""
    message = clean(_error_text(answer.body), key)
    common: dict[str, Any] = {
        "status": answer.status,
        "request_id": request_id(answer.headers, key),
        "message": message[:MESSAGE_MAX],
        "retry_at": retry_at(answer.headers, now),
    }
    if answer.status in (400, 422) and (role := _faceless(message)):
        return NoFace(**common, role=role)
    if answer.status == 406:
        # Lack of credits is what the table says of 406; a message may say otherwise.
        credits_ran_out = not message or (_CREDITS.search(message) and not _TEAM_LIMIT.search(message))
        return (NoCredits if credits_ran_out else NotAcceptable)(**common)
    return _BY_STATUS.get(answer.status, ServerError)(**common)


def read_failed_job(answer: Answer, job_id: str, key: str | None) -> NoFace | JobFailed:
    """Turn an answer that calls a job of the queue failed into its typed error, whatever its HTTP status.

    The queue takes any parameters and refuses them only here, so a missing face is told here as well.
    """
    message = clean(_error_text(answer.body), key)
    common: dict[str, Any] = {
        "status": answer.status,
        "request_id": job_id,
        "message": message[:MESSAGE_MAX],
    }
    role = _faceless(message)
    return NoFace(**common, role=role) if role else JobFailed(**common)


def _faceless(message: str) -> Role | None:
    """Tell which picture a message says has no face, by the first role named after "no face", else at all."""
    words = re.sub(r"[\s_-]+", " ", message.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    match = _NO_FACE.search(words)
    if match is None:
        return None
    named = re.search("source|target", words[match.start() :], re.IGNORECASE) or re.search(
        "source|target", words, re.IGNORECASE
    )
    return Role(named[0].lower()) if named else None


def _error_text(body: bytes) -> str:
    """Give the message of an error body: its JSON fields where it has them, else the text as it is."""
    fields = parse_object(body)
    parts = [fields.get(name) for name in ("error", "error_description", "message", "detail")]
    texts = [part for part in parts if isinstance(part, str) and part]
    if texts:
        return ": ".join(texts)
    return body.decode("utf-8", "replace")


def clean(text: str, key: str | None) -> str:
    """Make foreign text fit for a log: one line, no control or bidi characters, no URL, no key.

    Takes the key out from its first characters on, since an echo may be cut short.
    """
    text = re.sub(r"\s+", " ", text)
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C").strip()[:_READ_MAX]
    if key:
        for form in {key, quote(key, safe=""), base64.b64encode(key.encode()).decode()}:
            text = re.sub(re.escape(form), "[key]", text, flags=re.IGNORECASE)
        if len(key) >= 16:
            text = re.sub(re.escape(key[:8]) + r"\S*", "[key]", text, flags=re.IGNORECASE)
            text = re.sub(re.escape(key[-8:]), "[key]", text, flags=re.IGNORECASE)
    # The API may name the picture it could not read, and that URL is signed.
    return re.sub(r"https?:(?:\\?/){2}[^\s\"'<>]*", "[url]", text, flags=re.IGNORECASE)


def request_id(headers: Mapping[str, str], key: str | None) -> str | None:
    """Give the API's name for the call, for its support; trimmed and cleaned like a message."""
    return clean(headers.get("x-request-id", ""), key)[:100] or None


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Tell when to try again: the later of `Retry-After` and `x-rate-limit-reset-at-utc`, as they parse."""
    after = _moment(headers.get("retry-after", ""), now)
    reset = _moment(headers.get("x-rate-limit-reset-at-utc", ""), now)
    return max((moment for moment in (after, reset) if moment), default=None)


def _moment(text: str, now: datetime) -> datetime | None:
    """Read a number, ISO 8601 or an HTTP date as a moment in UTC; a time without a zone is UTC."""
    readers: tuple[Callable[[str], datetime], ...] = (
        lambda text: _number_moment(float(text), now),
        datetime.fromisoformat,
        parsedate_to_datetime,
    )
    for read in readers:
        try:
            moment = read(text.strip())
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
    return None


def _number_moment(value: float, now: datetime) -> datetime:
    """Read seconds from now, seconds of the epoch or its milliseconds: their sizes tell them apart."""
    if abs(value) < 1e8:  # three years
        return now + timedelta(seconds=value)
    return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
