"""Reads the body of a request as the API would; pure."""

import json
from dataclasses import dataclass
from typing import Any, cast, get_args

from bot.pictures import OutputFormat
from bot.segmind_wire import FORMAT_DEFAULT, QUALITY_DEFAULT, QUALITY_MAX, QUALITY_MIN, SEED_DEFAULT

_FORMATS: tuple[OutputFormat, ...] = get_args(OutputFormat)


class InvalidRequest(Exception):
    """The request cannot be served; the message is for the caller's eyes."""


@dataclass(frozen=True)
class Parameters:
    """A valid request. The prompt is accepted and has no effect: this engine does not read."""

    source_image: str
    target_image: str
    image_format: OutputFormat
    quality: int
    seed: int


def read_parameters(body: bytes) -> Parameters:
    """Check types and ranges; fields that are unknown are ignored. Raises InvalidRequest."""
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise InvalidRequest("The body must be a JSON object.")
    given = {name: value for name, value in cast("dict[str, Any]", fields).items() if value is not None}
    if not isinstance(given.get("additional_prompt", ""), str):
        raise InvalidRequest("additional_prompt must be a string.")
    image_format = given.get("image_format", FORMAT_DEFAULT)
    if image_format not in _FORMATS:
        raise InvalidRequest("image_format must be one of png, jpeg, webp.")
    quality = _integer(given, "quality", QUALITY_DEFAULT)
    if not QUALITY_MIN <= quality <= QUALITY_MAX:
        raise InvalidRequest(f"quality must be an integer from {QUALITY_MIN} to {QUALITY_MAX}.")
    return Parameters(
        _url(given, "source_image"),
        _url(given, "target_image"),
        image_format,
        quality,
        _integer(given, "seed", SEED_DEFAULT),
    )


def _url(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRequest(f"{name} is required and must be a URL.")
    return value


def _integer(fields: dict[str, Any], name: str, default: int) -> int:
    value = fields.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise InvalidRequest(f"{name} must be an integer.")
    return value
