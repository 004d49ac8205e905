"""Segmind's faceswap-v5 as pure functions: what is sent, and what a success means. No I/O, no clock.

Sources: Segmind's own description of the call is relied on; response headers and the JSON shapes are digests
of documentation, so they are read when present and never needed. Errors are read in `bot/segmind_errors.py`,
what is particular to the queue (v2) in `bot/segmind_queue.py`.
"""

import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, cast, get_args

from bot.errors import ApiAnswerUnreadable
from bot.fingerprints import Verified
from bot.pictures import Kind, OutputFormat, sniff

SWAP_PATH: Final = "/v1/faceswap-v5"
CREDITS_PATH: Final = "/v1/get-user-credits"
QUEUE_PATH: Final = "/v2/faceswap-v5"
JOBS_PATH: Final = "/v2/requests"
"""`JOBS_PATH/ID/status` tells how a job stands, `JOBS_PATH/ID` its result (source: Segmind's page on v2)."""

JSON_MAX_BYTES: Final = 12 * 1024 * 1024
"""Largest JSON that is read: a picture of 9 MiB in base64, which parsing holds four times."""
_JSON_MAX_SIGNS: Final = 10_000
"""Of its structure: a megabyte of empty fields would become fifteen as objects."""

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
    fingerprint: int
    """The picture's perceptual hash."""
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
    text = _picture_text(parse_object(answer.body))
    if text is None:
        raise ApiAnswerUnreadable("the answer names no picture")
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    return _from_base64(text)


def parse_object(body: bytes) -> dict[str, object]:
    """Read a JSON object; anything else, or one out of all proportion, reads as an empty one."""
    if len(body) > JSON_MAX_BYTES or sum(map(body.count, (b",", b":", b"[", b"{"))) > _JSON_MAX_SIGNS:
        return {}
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", document) if isinstance(document, dict) else {}


def _picture_text(found: dict[str, object]) -> str | None:
    """Look in `output`, `image`, `image_url`, `url`, `data.url`, `images[0]`, `images[0].url`, in order."""
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
        # Straight from the text, without a copy of it; only line ends make it overlook other signs as well.
        return binascii.a2b_base64(text, strict_mode=re.search(r"\s", text) is None)
    except (binascii.Error, ValueError):
        raise ApiAnswerUnreadable("neither a URL nor base64") from None


def make_result(answer: Answer, picture: Verified, request_id: str | None) -> SwapResult:
    """Put the verified picture together with what the headers of a v1 answer say of it."""
    seed = _decimal(answer.headers.get("x-seed-value"))
    return SwapResult(
        picture=picture.data,
        kind=picture.kind,
        fingerprint=picture.fingerprint,
        cost_micros=micros(answer.headers.get("x-cost")),
        seed=None if seed is None else int(seed),
        request_id=request_id,
        remaining_micros=micros(answer.headers.get("x-remaining-credits")),
        generation_ms=millis(answer.headers.get("x-generation-time")),
    )


def read_credits(answer: Answer) -> Credits:
    """Read `{"credits": 0.0, "free-credits": 0.018}` (dollars). Raises ApiAnswerUnreadable."""
    fields = parse_object(answer.body)
    paid, free = micros(fields.get("credits")), micros(fields.get("free-credits", 0))
    if paid is None or free is None:
        raise ApiAnswerUnreadable("the credits are not numbers")
    return Credits(paid, free)


def micros(dollars: object) -> int | None:
    """Turn dollars as text or number into micro-dollars, halves to even; None for anything else."""
    amount = _decimal(dollars)
    return None if amount is None else round(amount * 1_000_000)


def millis(seconds: object) -> int | None:
    """Turn seconds as text or number into milliseconds; None for anything else."""
    duration = _decimal(seconds)
    return None if duration is None else round(duration * 1000)


def _decimal(value: object) -> Decimal | None:
    """Read a number, of a size that fits any 64-bit column even in millionths."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None
