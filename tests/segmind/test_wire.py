"""The pure half of the Segmind client: tables, recorded-style samples and properties, without a socket."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.errors import ApiAnswerUnreadable, ApiError, NoFace, PictureError
from bot.fingerprints import verified
from bot.segmind_errors import MESSAGE_MAX, clean, read_error, request_id, retry_at
from bot.segmind_wire import (
    Answer,
    Credits,
    SwapRequest,
    locate_picture,
    make_result,
    micros,
    read_credits,
)

SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "segmind").glob("*.json"))
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = "SG_0123456789abcdef"
URL = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3"


def load(sample: dict[str, Any]) -> Answer:
    """Make the answer a sample describes."""
    body = sample["body"].encode()
    return Answer(
        sample["status"],
        sample["headers"],
        base64.b64decode(body) if sample.get("encoding") == "base64" else body,
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    """Each answer is read as its sample expects: a picture, a URL or a typed error with its data."""
    sample = json.loads(path.read_text("utf-8"))
    answer, expect = load(sample), sample["expect"]
    if answer.status != 200:
        check_error(read_error(answer, KEY, NOW), expect)
    elif expect.get("error"):
        with pytest.raises((ApiAnswerUnreadable, PictureError)):  # the client makes the second the first
            verified(bytes_of(locate_picture(answer)))
    elif "url" in expect:
        assert locate_picture(answer) == expect["url"]
    else:
        found = bytes_of(locate_picture(answer))
        result = make_result(answer, verified(found), request_id(answer.headers, KEY))
        assert result.kind == expect.pop("picture")
        assert {name: getattr(result, name) for name in expect} == expect


def bytes_of(found: bytes | str) -> bytes:
    """Narrow what was located to bytes."""
    assert isinstance(found, bytes)
    return found


def check_error(error: ApiError, expect: dict[str, Any]) -> None:
    """Compare an error with what a sample expects of it."""
    assert type(error) is getattr(errors, expect.pop("error"))
    if when := expect.pop("retry_at", None):
        assert error.retry_at == datetime.fromisoformat(when)
    assert {name: getattr(error, name) for name in expect} == expect


def test_all_six_parameters_are_sent() -> None:
    """Defaults are sent too, under the API's names."""
    assert SwapRequest(URL, URL + "4").body() == {
        "source_image": URL,
        "target_image": URL + "4",
        "additional_prompt": "",
        "image_format": "png",
        "quality": 95,
        "seed": 8005332,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"quality": 9},
        {"quality": 101},
        {"seed": -1},
        {"seed": 2**32},
        {"image_format": "gif"},
        {"image_format": "PNG"},
        {"prompt": "x" * 1001},
        {"source_url": ""},
        {"target_url": "file:///etc/passwd"},
        {"target_url": "https:///a"},
    ],
)
def test_ranges(change: dict[str, Any]) -> None:
    """What is out of range is refused before anything is sent, in words that hold no URL."""
    with pytest.raises(ValueError, match=r"must|longer") as caught:
        replace(SwapRequest(URL, URL), **change)
    assert "discordapp" not in str(caught.value)


@pytest.mark.parametrize("edge", [{"quality": 10}, {"quality": 100}, {"seed": 0}, {"seed": 2**32 - 1}])
def test_edges_are_in_range(edge: dict[str, Any]) -> None:
    """Both ends of each range are allowed."""
    SwapRequest(URL, URL, **edge)


def test_repr_holds_no_url_and_no_prompt() -> None:
    """Signed URLs and what a member typed stay out of the repr."""
    text = repr(SwapRequest(URL, URL, prompt="my secret wish"))
    assert "discordapp" not in text
    assert "wish" not in text


@pytest.mark.parametrize(
    ("dollars", "expected"),
    [
        ("0.05", 50_000),
        (0.018, 18_000),
        (0, 0),
        ("$1.5", 1_500_000),
        (" 2 ", 2_000_000),
        ("-0.1", -100_000),
        ("1e-6", 1),
        ("0.0000004", 0),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("", None),
        ("free", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_micros(dollars: object, expected: int | None) -> None:
    """Dollars become whole micro-dollars exactly; what is no amount is None."""
    assert micros(dollars) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"credits": 0.0, "free-credits": 0.018}', Credits(0, 18_000)),
        ('{"credits": "12.5"}', Credits(12_500_000, 0)),
        ("{}", None),
        ("[]", None),
        ("<html>", None),
        ('{"credits": null}', None),
    ],
)
def test_credits(body: str, expected: Credits | None) -> None:
    """The balance is read, or its answer is called unreadable."""
    answer = Answer(200, {}, body.encode())
    if expected:
        assert read_credits(answer) == expected
    else:
        with pytest.raises(ApiAnswerUnreadable):
            read_credits(answer)


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        KEY.lower(),
        f"Bearer {KEY}",
        f"x-api-key={KEY}&more",
        f'"{KEY}"',
        f"{KEY[:4]}\x00{KEY[4:]}",
        f"{KEY[:4]}\u202e{KEY[4:]}",
        f"{KEY[:-4]}...",
        "x" * (MESSAGE_MAX - 10) + KEY,
        f"Basic {base64.b64encode(KEY.encode()).decode()}",
        f"https://api.segmind.com/?key={KEY}",
        f"****{KEY[-8:]}",
    ],
)
def test_key_never_survives(echo: str) -> None:
    """No error keeps the key, nor eight characters of its ends, wherever the API echoes it."""
    headers = {"x-request-id": echo}
    for body in (echo.encode(), json.dumps({"error": "bad", "message": echo}).encode()):
        shown = repr(read_error(Answer(401, headers, body), KEY, NOW)).lower()
        for secret in (KEY[:8], KEY[-8:], base64.b64encode(KEY.encode()).decode()):
            assert secret.lower() not in shown


def test_messages_are_trimmed_lines_without_urls() -> None:
    """A message is one line without control or bidi characters and without a signed URL, and not long."""
    text = f"\x1b[31mcould not read\r\n{URL} \u202eor \\u0000 https:\\/\\/a.b\\/c?hm=3 " + "x" * 1000
    error = read_error(Answer(400, {}, text.encode()), None, NOW)
    assert error.message.startswith("[31mcould not read [url] or \\u0000 [url] xxx")
    assert len(error.message) == MESSAGE_MAX


@given(st.binary(max_size=400), st.sampled_from([400, 401, 406, 429, 500, 301]))
def test_any_error_body_is_read(body: bytes, status: int) -> None:
    """No error body, whatever it holds, breaks the reading of its status."""
    error = read_error(Answer(status, {}, body), KEY, NOW)
    assert error.status == status
    assert error.message.isprintable() or not error.message


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_retry_header_is_read(after: str, reset: str) -> None:
    """No header, whatever it holds, breaks the reading; a moment always has its zone."""
    moment = retry_at({"retry-after": after, "x-rate-limit-reset-at-utc": reset}, NOW)
    assert moment is None or moment.utcoffset() == timedelta(0)


@given(st.binary(max_size=400), st.sampled_from(["", "image/png", "application/json", "text/html"]))
def test_any_success_body_is_read(body: bytes, content_type: str) -> None:
    """A 200 of any bytes gives bytes, a URL or ApiAnswerUnreadable."""
    try:
        found = locate_picture(Answer(200, {"content-type": content_type}, body))
    except ApiAnswerUnreadable:
        return
    assert isinstance(found, bytes) or found.lower().startswith("http")


def test_short_keys_are_redacted_too() -> None:
    """A key too short to have telling ends is still taken out whole."""
    assert clean("key k1 is bad", "k1") == "key [key] is bad"


def test_a_lone_word_is_no_role() -> None:
    """Only a message that speaks of a face is taken for a missing face."""
    error = read_error(Answer(400, {}, b'{"error": "target_image not found"}'), None, NOW)
    assert not isinstance(error, NoFace)
