"""Reading a request's body: defaults, ranges, types."""

import json
from typing import Any

import pytest

from bot.engine.request import InvalidRequest, Parameters, read_parameters

_BOTH: dict[str, Any] = {"source_image": "https://a/1", "target_image": "https://a/2"}


def test_defaults_are_the_apis() -> None:
    """Two URLs are enough."""
    asked = read_parameters(json.dumps(_BOTH).encode())
    assert asked == Parameters("https://a/1", "https://a/2", "png", 95, 8005332)


@pytest.mark.parametrize(
    "extra",
    [
        {"image_format": "webp", "quality": 10, "seed": -1},
        {"additional_prompt": "smile", "image_format": "jpeg", "quality": 100},
        {"quality": None, "seed": None, "image_format": None, "additional_prompt": None},
        {"something_new": [1, 2]},
    ],
)
def test_it_is_accepted(extra: dict[str, Any]) -> None:
    """Values within their range, null for a default, and fields that nobody knows."""
    asked = read_parameters(json.dumps(_BOTH | extra).encode())
    assert asked.quality == (extra.get("quality") or 95)
    assert asked.seed == (extra.get("seed") or 8005332)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"source_image": None}, "source_image"),
        ({"target_image": ""}, "target_image"),
        ({"target_image": 7}, "target_image"),
        ({"image_format": "gif"}, "image_format"),
        ({"image_format": ["png"]}, "image_format"),
        ({"quality": 9}, "quality"),
        ({"quality": 101}, "quality"),
        ({"quality": 50.5}, "quality"),
        ({"quality": True}, "quality"),
        ({"seed": "1"}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"additional_prompt": 3}, "additional_prompt"),
    ],
)
def test_it_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    """The message names the parameter."""
    with pytest.raises(InvalidRequest, match=named):
        read_parameters(json.dumps(_BOTH | fields).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 60_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """Anything but a JSON object is an invalid request, however it is broken."""
    with pytest.raises(InvalidRequest):
        read_parameters(body)
