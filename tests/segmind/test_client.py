"""The Segmind client against a real server on loopback: what it sends, repeats, and never tells."""

import asyncio
import base64
import itertools
import logging
import traceback
from datetime import timedelta

import aiohttp
import pytest

from bot.errors import (
    ApiAnswerUnreadable,
    ApiTimeout,
    BadGateway,
    BadKey,
    GatewayTimeout,
    InvalidParameters,
    RateLimited,
    ServerError,
    SwapFailed,
)
from bot.segmind import TRIES, Credits, SegmindClient
from tests.clocked_client import KEY, REQUEST, SIGNED, START, Clock, client_of
from tests.scripted_api import CREDITS_PATH, PNG, SWAP_PATH, Answer, ScriptedApi, as_json, error


@pytest.fixture
def client(session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock) -> SegmindClient:
    """A client of the scripted server, which may also serve results."""
    return client_of(session, api.base_url, clock, results=api.base_url)


async def test_what_is_sent(client: SegmindClient, api: ScriptedApi) -> None:
    """One POST with all six parameters and the key; its picture and receipt come back."""
    result = await client.swap(REQUEST)
    assert (result.picture, result.kind, result.cost_micros, result.request_id) == (
        PNG,
        "png",
        50_000,
        "req-1",
    )
    [received] = api.requests
    assert (received.method, received.path, received.headers["x-api-key"]) == ("POST", SWAP_PATH, KEY)
    assert received.headers["content-type"] == "application/json"
    assert received.json == {
        "source_image": SIGNED,
        "target_image": SIGNED,
        "additional_prompt": "smile",
        "image_format": "webp",
        "quality": 80,
        "seed": 7,
    }


async def test_no_key_no_header(session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock) -> None:
    """Without a key the header is absent, not empty."""
    await client_of(session, api.base_url + "/", clock, key=None).swap(REQUEST)
    assert "x-api-key" not in api.requests[0].headers


def test_key_must_fit_a_header(clock: Clock) -> None:
    """A key with a line break is refused in words that do not hold it."""
    with pytest.raises(ValueError, match="printable") as caught:
        client_of(None, "", clock, key="abc\r\ndef")  # pyright: ignore[reportArgumentType]  # never used
    assert "abc" not in str(caught.value)


async def test_credits(client: SegmindClient, api: ScriptedApi) -> None:
    """The balance is asked with the key, by a GET that no failure turns into a paid call."""
    api.script(error(502), path=CREDITS_PATH)
    assert await client.credits() == Credits(12_500_000, 18_000)
    assert [(r.method, r.headers["x-api-key"]) for r in api.requests] == [("GET", KEY)] * 2


@pytest.mark.parametrize(
    ("status", "kind", "posts"),
    [
        (302, ServerError, 1),
        (400, InvalidParameters, 1),
        (401, BadKey, 1),
        (500, ServerError, 1),
        (504, GatewayTimeout, 1),
        (429, RateLimited, TRIES),
        (502, BadGateway, TRIES),
        (503, BadGateway, TRIES),
    ],
)
async def test_which_statuses_are_repeated(
    client: SegmindClient, api: ScriptedApi, clock: Clock, *, status: int, kind: type[SwapFailed], posts: int
) -> None:
    """Only 429, 502 and 503 are posted again, a bounded number of times, with a growing jittered pause."""
    api.script(*[error(status, "no", headers={"location": "/elsewhere"})] * 10)
    with pytest.raises(kind):
        await client.swap(REQUEST)
    assert len(api.requests) == posts
    assert clock.slept == [0.5, 1.0, 2.0][: posts - 1]


async def test_repeat_succeeds(
    client: SegmindClient, api: ScriptedApi, caplog: pytest.LogCaptureFixture
) -> None:
    """A swap that gets through on a later try is a swap."""
    api.script(error(503), error(429))
    assert (await client.swap(REQUEST)).picture == PNG
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


@pytest.mark.parametrize(("seconds", "slept"), [(30, [30.5]), (95, [95.5]), (100, []), (10_000, [])])
async def test_retry_time_is_honoured(
    client: SegmindClient, api: ScriptedApi, clock: Clock, seconds: int, slept: list[float]
) -> None:
    """The API's own retry time is waited for, if a whole call still fits after it; else it is handed on."""
    api.script(error(429, headers={"retry-after": str(seconds)}))
    if slept:
        await client.swap(REQUEST, timeout_seconds=120)
    else:
        with pytest.raises(RateLimited) as caught:
            await client.swap(REQUEST, timeout_seconds=120)
        assert caught.value.retry_at == START + timedelta(seconds=seconds)
    assert clock.slept == slept


async def test_absurd_retry_time(client: SegmindClient, api: ScriptedApi) -> None:
    """A retry time at the end of all dates is an error to hand on, not one of arithmetic."""
    api.script(error(429, headers={"x-rate-limit-reset-at-utc": "9999-12-31T23:59:59Z"}))
    with pytest.raises(RateLimited):
        await client.swap(REQUEST)


async def test_short_deadlines_repeat_too(client: SegmindClient, api: ScriptedApi, clock: Clock) -> None:
    """A quarter of a short deadline is kept for the last try; the rest may go by in pauses."""
    api.script(*[error(503)] * TRIES)
    with pytest.raises(BadGateway):
        await client.swap(REQUEST, timeout_seconds=3)
    assert clock.slept == [0.5, 1.0]


async def test_result_by_url(client: SegmindClient, api: ScriptedApi, clock: Clock) -> None:
    """A result named by URL is fetched without the key, and again when that fails; the POST is not."""
    api.script(as_json({"output": [api.base_url + "/result.png"]}))
    api.script(error(404), error(503), Answer(), path="/result.png")
    assert (await client.swap(REQUEST)).picture == PNG
    assert [request.method for request in api.requests] == ["POST", "GET", "GET", "GET"]
    assert all("x-api-key" not in request.headers for request in api.requests[1:])
    assert len(clock.slept) == 2


@pytest.mark.parametrize(
    ("answer", "gets"),
    [
        (Answer(302, headers={"location": "/other.png"}), 1),
        (error(403), 1),
        (Answer(body=b"GIF89a"), 1),
        (Answer(body=itertools.repeat(b"x" * 2**18)), 1),
        (error(404), TRIES),
    ],
)
async def test_bad_result_by_url(client: SegmindClient, api: ScriptedApi, answer: Answer, gets: int) -> None:
    """A result that cannot be had is an unreadable answer: paid once, never posted again."""
    api.script(as_json({"url": api.base_url + "/result.png"}))
    api.defaults["/result.png"] = answer
    with pytest.raises(ApiAnswerUnreadable):
        await client.swap(REQUEST)
    assert [request.method for request in api.requests] == ["POST"] + ["GET"] * gets


@pytest.mark.parametrize("answer", [error(500), error(429), Answer(reset="in_body"), Answer(reset="at_once")])
async def test_result_by_url_while_the_host_is_down(
    client: SegmindClient, api: ScriptedApi, clock: Clock, answer: Answer
) -> None:
    """A result that is paid for is asked for as long as there is time, and no longer."""
    api.script(as_json({"url": api.base_url + "/result.png"}))
    api.defaults["/result.png"] = answer
    with pytest.raises(ApiTimeout):
        await client.swap(REQUEST, timeout_seconds=60)
    assert len(api.posts) == 1
    assert 50 < sum(clock.slept) <= 60


async def test_base64_result(client: SegmindClient, api: ScriptedApi) -> None:
    """A picture inside JSON is the same picture."""
    api.script(as_json({"image": base64.b64encode(PNG).decode()}))
    assert (await client.swap(REQUEST)).picture == PNG


async def test_cancelling_is_not_a_failure(client: SegmindClient, api: ScriptedApi) -> None:
    """A cancelled swap ends as cancelled, so that shutting down is not mistaken for an answer."""
    api.script(Answer(delay=30))
    task = asyncio.create_task(client.swap(REQUEST))
    await api.received.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


ECHO = f"bad key {KEY} for {SIGNED}"


@pytest.mark.parametrize(
    "answer",
    [
        error(401, ECHO, headers={"x-request-id": KEY}),
        Answer(500, f"Bearer {KEY}".encode(), headers={"x-echo": KEY}),
        error(502, ECHO),
        Answer(reset="at_once"),
        Answer(reset="in_body"),
        Answer(delay=30),
        Answer(headers={"x-long": KEY * 10_000}),
        Answer(headers={"content-encoding": "gzip"}),
        as_json({"url": SIGNED}),
        as_json({"url": f"http://127.0.0.1:1/?hm=5e7d&key={KEY}"}),
        as_json({"output": f"{KEY}"}),
    ],
)
async def test_nothing_raised_or_logged_tells_secrets(
    session: aiohttp.ClientSession,
    api: ScriptedApi,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
) -> None:
    """Neither an error, nor any error behind it, nor a log holds the key or a signed URL."""
    caplog.set_level(logging.INFO)
    api.script(*[answer] * TRIES)
    client = client_of(session, api.base_url, clock, results="http://127.0.0.1:1")
    with pytest.raises(SwapFailed) as caught:
        await client.swap(REQUEST, timeout_seconds=0.3 if answer.delay else 60)
    told = caplog.text + repr(client) + "".join(traceback.format_exception(caught.value))
    behind: BaseException | None = caught.value
    while behind is not None:
        told += f"{behind} {behind!r} {vars(behind)}"
        behind = behind.__context__ or behind.__cause__
    for secret in (KEY, "5e7d", "x-api-key"):
        assert secret not in told
