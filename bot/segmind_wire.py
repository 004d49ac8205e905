"""Segmind's faceswap-v5 as pure functions: what is sent, and what an answer means. No I/O, no clock.

Sources: Segmind's own description of the call (parameters, statuses) is relied on; response headers and the
JSON shapes are digests of documentation, so they are read when present and never needed.
"""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast, get_args
from urllib.parse import quote

from bot.errors import (
    ApiAnswerUnreadable,
    ApiError,
    BadGateway,
    BadKey,
    EndpointNotFound,
    Forbidden,
    GatewayTimeout,
    InvalidParameters,
    NoCredits,
    NoFace,
    NotAcceptable,
    RateLimited,
    Role,
    ServerError,
)
from bot.pictures import Kind, OutputFormat, sniff

SWAP_PATH: Final = "/v1/faceswap-v5"
CREDITS_PATH: Final = "/v1/get-user-credits"

FORMAT_DEFAULT: Final[OutputFormat] = "png"
QUALITY_DEFAULT: Final = 95
QUALITY_MIN: Final = 10
QUALITY_MAX: Final = 100
SEED_DEFAULT: Final = 8005332
SEED_MIN: Final = 0
SEED_MAX: Final = 2**32 - 1
"""The API documents no range for the seed; 32 bits is what generators of random numbers commonly take."""
PROMPT_MAX: Final = 1000
"""Longest extra prompt in characters: ours, the API documents none."""

MESSAGE_MAX: Final = 300
"""Longest message of the API that an error keeps, in characters."""
_READ_MAX: Final = 4096  # characters of foreign text that are looked at; bounds the work of the patterns


@dataclass(frozen=True)
class SwapRequest:
    """One swap as the API takes it. Raises ValueError for a value outside its range.

    The URLs are fetched by the API; they may be signed, so they and the prompt stay out of the repr.
    """

    source_url: str = field(repr=False)
    target_url: str = field(repr=False)
    prompt: str = field(default="", repr=False)
    image_format: OutputFormat = FORMAT_DEFAULT
    quality: int = QUALITY_DEFAULT
    seed: int = SEED_DEFAULT

    def __post_init__(self) -> None:
        if not all(re.match(r"https?://[^/\s]", url) for url in (self.source_url, self.target_url)):
            raise ValueError("both pictures must be http or https URLs")
        if len(self.prompt) > PROMPT_MAX:
            raise ValueError(f"prompt is longer than {PROMPT_MAX} characters")
        if self.image_format not in get_args(OutputFormat):
            raise ValueError("image_format must be png, jpeg or webp")
        if not QUALITY_MIN <= self.quality <= QUALITY_MAX:
            raise ValueError(f"quality must be from {QUALITY_MIN} to {QUALITY_MAX}")
        if not SEED_MIN <= self.seed <= SEED_MAX:
            raise ValueError(f"seed must be from {SEED_MIN} to {SEED_MAX}")

    def body(self) -> dict[str, str | int]:
        """Give the JSON body: all six parameters, always, so that no default of theirs can change ours."""
        return {
            "source_image": self.source_url,
            "target_image": self.target_url,
            "additional_prompt": self.prompt,
            "image_format": self.image_format,
            "quality": self.quality,
            "seed": self.seed,
        }


@dataclass(frozen=True)
class SwapResult:
    """A swapped picture that decodes, and what the API said of it (None where it said nothing).

    Money is in micro-dollars; it is for reconciliation, the price of a swap is configured.
    """

    picture: bytes = field(repr=False)
    kind: Kind
    cost_micros: int | None
    seed: int | None
    request_id: str | None
    remaining_micros: int | None
    generation_ms: int | None


@dataclass(frozen=True)
class Credits:
    """What is left on the API account, in micro-dollars."""

    paid_micros: int
    free_micros: int

    @property
    def total_micros(self) -> int:
        """Paid and free together."""
        return self.paid_micros + self.free_micros


@dataclass(frozen=True)
class Answer:
    """An HTTP answer read whole; header names in lower case. The body may hold anything."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


# Success


def locate_picture(answer: Answer) -> bytes | str:
    """Find the picture in a 200: its bytes, or the URL to fetch it from. The bytes are not yet verified.

    The content type decides; without a telling one the bytes do. Raises ApiAnswerUnreadable.
    """
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type.startswith("image/"):
        return answer.body
    if not content_type.endswith("json") and sniff(answer.body):
        return answer.body
    text = _picture_text(_parse(answer.body))
    if text is None:
        raise ApiAnswerUnreadable("the answer names no picture")
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    return _from_base64(text)


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _picture_text(document: object) -> str | None:
    """Look in `output`, `image`, `image_url`, `url`, `data.url`, `images[0]`, `images[0].url`, in order."""
    if not isinstance(document, dict):
        return None
    found = cast("dict[str, object]", document)
    for name in ("output", "image", "image_url", "url", "data", "images"):
        value = found.get(name)
        if isinstance(value, list) and value:
            value = cast("list[object]", value)[0]
        if isinstance(value, dict):
            value = cast("dict[str, object]", value).get("url")
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _from_base64(text: str) -> bytes:
    """Decode plain base64 or a base64 `data:` URI."""
    if text[:5].lower() == "data:":
        head, _, text = text.partition(",")
        if not head.lower().endswith(";base64"):
            raise ApiAnswerUnreadable("a data URI that is not base64")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ApiAnswerUnreadable("neither a URL nor base64") from None


def make_result(answer: Answer, picture: bytes, kind: Kind, key: str | None) -> SwapResult:
    """Put the verified picture together with what the headers say of it."""
    seconds = _decimal(answer.headers.get("x-generation-time"))
    seed = _decimal(answer.headers.get("x-seed-value"))
    return SwapResult(
        picture=picture,
        kind=kind,
        cost_micros=micros(answer.headers.get("x-cost")),
        seed=None if seed is None else int(seed),
        request_id=request_id(answer.headers, key),
        remaining_micros=micros(answer.headers.get("x-remaining-credits")),
        generation_ms=None if seconds is None else round(seconds * 1000),
    )


def read_credits(answer: Answer) -> Credits:
    """Read `{"credits": 0.0, "free-credits": 0.018}` (dollars). Raises ApiAnswerUnreadable."""
    document = _parse(answer.body)
    if not isinstance(document, dict):
        raise ApiAnswerUnreadable("the credits are not a JSON object")
    fields = cast("dict[str, object]", document)
    paid, free = micros(fields.get("credits")), micros(fields.get("free-credits", 0))
    if paid is None or free is None:
        raise ApiAnswerUnreadable("the credits are not numbers")
    return Credits(paid, free)


def micros(dollars: object) -> int | None:
    """Turn dollars as text or number into micro-dollars, halves to even; None for anything else."""
    amount = _decimal(dollars)
    return None if amount is None else round(amount * 1_000_000)


def _decimal(value: object) -> Decimal | None:
    """Read a number, of a size that fits any 64-bit column even in millionths."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


# Failure

_BY_STATUS: Final[dict[int, type[ApiError]]] = {
    400: InvalidParameters,
    401: BadKey,
    403: Forbidden,
    404: EndpointNotFound,
    405: EndpointNotFound,
    410: EndpointNotFound,
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
    """Turn any answer but a 200 into its typed error; anything may be in its body, the key included."""
    message = clean(_error_text(answer.body), key)
    common: dict[str, Any] = {
        "status": answer.status,
        "request_id": request_id(answer.headers, key),
        "message": message[:MESSAGE_MAX],
        "retry_at": retry_at(answer.headers, now),
    }
    if answer.status == 400 and (role := _faceless(message)):
        return NoFace(**common, role=role)
    if answer.status == 406:
        # Lack of credits is what the table says of 406; a message may say otherwise.
        credits_ran_out = not message or (_CREDITS.search(message) and not _TEAM_LIMIT.search(message))
        return (NoCredits if credits_ran_out else NotAcceptable)(**common)
    return _BY_STATUS.get(answer.status, ServerError)(**common)


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
    document = _parse(body)
    if isinstance(document, dict):
        fields = cast("dict[str, object]", document)
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
