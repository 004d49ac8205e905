"""Submitting to the queue (v2): paid at most once, and the key goes to the API alone."""

import traceback
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.errors import (
    ApiAnswerUnreadable,
    ApiDisconnected,
    ApiTimeout,
    ApiUnreachable,
    BadGateway,
    BadKey,
    GatewayTimeout,
    InvalidParameters,
    NoCredits,
    NoFace,
    RateLimited,
    ServerError,
    SwapFailed,
)
from bot.segmind import TRIES
from bot.segmind_queue import QueueClient, Ticket, read_ticket
from bot.segmind_wire import Answer as Read
from tests.clocked_client import KEY, REQUEST, SIGNED, Clock, queue_client_of
from tests.scripted_api import (
    PNG,
    QUEUE_PATH,
    Answer,
    ScriptedApi,
    as_json,
    error,
    response_path,
    result_path,
    status_path,
)

API = "https://api.segmind.com"


@pytest.fixture
def client(session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock) -> QueueClient:
    """A client of the scripted server, which may also serve results."""
    return queue_client_of(session, api.base_url, clock, results=api.base_url)


async def test_submitting(client: QueueClient, api: ScriptedApi) -> None:
    """One POST with the parameters of v1 and the key; the ticket names the job and where it is asked for."""
    ticket = await client.submit(REQUEST)
    assert ticket == Ticket("job-1", api.base_url + status_path(), api.base_url + response_path())
    [received] = api.requests
    assert (received.method, received.path, received.headers["x-api-key"]) == ("POST", QUEUE_PATH, KEY)
    assert received.json == REQUEST.body()
    assert received.json["source_image"] == SIGNED


async def test_both_in_one(client: QueueClient, api: ScriptedApi) -> None:
    """`swap` is the same as v1's to its callers."""
    assert (await client.swap(REQUEST)).picture == PNG
    assert [request.method for request in api.requests] == ["POST"] + ["GET"] * 5


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_which_statuses_are_a_ticket(client: QueueClient, api: ScriptedApi, status: int) -> None:
    """Made and accepted are as good as OK, and the id alone is enough."""
    api.script(as_json({"request_id": "0198-a_b.C"}, status), path=QUEUE_PATH)
    ticket = await client.submit(REQUEST)
    assert ticket == client.ticket("0198-a_b.C")
    assert ticket.status_url == api.base_url + status_path("0198-a_b.C")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(reset="at_once"), ApiDisconnected),
        (Answer(reset="after_headers"), ApiAnswerUnreadable),
        (Answer(reset="in_body"), ApiAnswerUnreadable),
        (Answer(delay=30), ApiTimeout),
        (Answer(), ApiAnswerUnreadable),
        (Answer(body=b"<html>"), ApiAnswerUnreadable),
        (as_json({}), ApiAnswerUnreadable),
        (as_json({"status": "QUEUED", "status_url": "https://api.segmind.com/a"}), ApiAnswerUnreadable),
        (as_json({"request_id": "../../v1/faceswap-v5"}), ApiAnswerUnreadable),
        (as_json({"request_id": None}), ApiAnswerUnreadable),
        (as_json({"request_id": KEY}), ApiAnswerUnreadable),
        (as_json({"request_id": "a"}, 302, headers={"location": "/v2/faceswap-v5"}), ServerError),
        (as_json({"request_id": "a"}, 307, headers={"location": "/v2/faceswap-v5"}), ServerError),
        (error(500), ServerError),
        (error(504), GatewayTimeout),
        (error(408), ServerError),
        (error(409), ServerError),
        (error(400), InvalidParameters),
        (error(422, "quality must be a number"), InvalidParameters),
        (as_json({"status": "FAILED", "error": "no face in target_image"}, 422), NoFace),
        (error(401), BadKey),
        (error(402, "Insufficient credits. You have 0.0 credits."), NoCredits),
        (error(406, "Insufficient credits"), NoCredits),
    ],
)
async def test_what_is_posted_once(
    client: QueueClient, api: ScriptedApi, clock: Clock, *, answer: Answer, kind: type[SwapFailed]
) -> None:
    """What may have made a job, or never will, is not posted again."""
    api.script(answer, path=QUEUE_PATH)
    with pytest.raises(kind):
        await client.submit(REQUEST, timeout_seconds=0.3 if kind is ApiTimeout else 60)
    assert (len(api.posts), clock.slept) == (1, [])


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (502, BadGateway), (503, BadGateway)])
async def test_what_is_posted_again(
    client: QueueClient, api: ScriptedApi, *, status: int, kind: type[SwapFailed]
) -> None:
    """Where nothing was started there is another try, a bounded number of times."""
    api.script(error(status), path=QUEUE_PATH)
    assert (await client.submit(REQUEST)).request_id == "job-1"
    api.script(*[error(status)] * 10, path=QUEUE_PATH)
    with pytest.raises(kind):
        await client.submit(REQUEST)
    assert len(api.posts) == 2 + TRIES


async def test_unreachable(client: QueueClient, api: ScriptedApi, clock: Clock) -> None:
    """Nothing was sent, so the submission is repeated; a collection is told that the job may yet complete."""
    await api.stop()
    with pytest.raises(ApiUnreachable):
        await client.submit(REQUEST)
    assert len(clock.slept) == TRIES - 1
    with pytest.raises(ApiTimeout):
        await client.collect(client.ticket("job-1"))


async def test_no_other_host_is_asked(session: aiohttp.ClientSession, clock: Clock) -> None:
    """A job whose answer names another host is asked for where it was submitted; the other hears nothing."""
    async with ScriptedApi() as api, ScriptedApi() as other:
        client = queue_client_of(session, api.base_url, clock, results=api.base_url)
        links = {
            "status_url": other.base_url + status_path(),
            "response_url": other.base_url + response_path(),
        }
        api.jobs["job-1"] = 0
        api.script(as_json({"request_id": "job-1", **links}), path=QUEUE_PATH)
        assert (await client.collect(await client.submit(REQUEST))).picture == PNG
        assert (await client.collect(Ticket("job-1", **links))).picture == PNG
        assert other.requests == []


async def test_a_redirect_takes_the_key_nowhere(client: QueueClient, api: ScriptedApi) -> None:
    """Neither GET is led away by a redirect."""
    ticket = await client.submit(REQUEST)
    async with ScriptedApi() as other:
        api.script(Answer(307, headers={"location": other.base_url + status_path()}), path=status_path())
        with pytest.raises(ServerError):
            await client.collect(ticket)
        api.script(Answer(302, headers={"location": other.base_url + result_path()}), path=response_path())
        with pytest.raises(ServerError):
            await client.collect(ticket)
        assert other.requests == []


async def test_a_restarted_engine_is_asked_at_its_new_address(
    session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock
) -> None:
    """A ticket follows the API to another port."""
    async with ScriptedApi() as before:
        addresses = [before.base_url]
        client = queue_client_of(session, lambda: addresses[-1], clock, results=api.base_url)
        ticket = await client.submit(REQUEST)
    addresses.append(api.base_url)
    api.jobs["job-1"] = 0
    assert (await client.collect(ticket)).picture == PNG


@pytest.mark.parametrize(
    ("base_url", "url", "kept"),
    [
        (API, f"{API}/v2/requests/other/status", True),
        (API, f"{API}:443/v3/jobs?id=7", True),
        (API + "/", "HTTPS://API.segmind.com/a", True),
        ("https://proxy.example/segmind", "https://proxy.example/a", True),
        ("https://proxy.example/segmind", f"{API}/a", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/a", True),
        ("http://[::1]:8000", "http://[::1]:8000/a", True),
        (API, "http://api.segmind.com/a", False),
        (API, "https://api.segmind.com:8443/a", False),
        (API, "https://api.segmind.com.evil.example/a", False),
        (API, "https://evil.example/api.segmind.com", False),
        (API, "https://images.segmind.com/a", False),
        (API, "https://api.segmind.com@evil.example/a", False),
        (API, "https://me@api.segmind.com/a", False),
        (API, "https://evil.example\\@api.segmind.com/a", False),
        (API, "https://api.segmind.com/a\r\nx: y", False),
        (API, "//api.segmind.com/a", False),
        (API, "/v2/requests/job/status", False),
        (API, "file:///etc/passwd", False),
        (API, f"{API}/{'a' * 3000}", False),
        (API, "", False),
        (API, "https://[", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001/a", False),
        ("http://127.0.0.1:8000", "https://127.0.0.1:8000/a", False),
        ("http://127.0.0.1:8000", "http://localhost:8000/a", False),
    ],
)
def test_which_urls_are_kept(base_url: str, url: str, *, kept: bool) -> None:
    """Only the API's own origin, or Segmind's, is asked; for all else the documented URLs stand in."""
    documented = Ticket.from_request_id(base_url, "job")
    assert documented.status_url == base_url.rstrip("/") + "/v2/requests/job/status"
    assert documented.response_url == base_url.rstrip("/") + "/v2/requests/job"
    assert documented.confined_to(base_url) == documented
    expected = Ticket("job", url, url) if kept else documented
    assert Ticket("job", url, url).confined_to(base_url) == expected


@pytest.mark.parametrize(
    "request_id", ["2c7f59ea-13f1-402c-9353-915a2b5a2124", "47411f110c6fa4fe", "a" * 100]
)
def test_ids(request_id: str) -> None:
    """The ids that the API gives are taken."""
    assert Ticket.from_request_id(API, request_id).request_id == request_id


@pytest.mark.parametrize(
    "request_id",
    ["", ".", "..", "a/b", "a/../../v1/x", "a?b", "a#b", "a b", "a\n", "a%2e", "é", "-a", "a" * 101, "\x00"],
)
def test_what_is_no_id(request_id: str) -> None:
    """What could lead a path astray is refused, in words that do not repeat it."""
    with pytest.raises(ValueError, match="not the id of a job"):
        Ticket.from_request_id(API, request_id)


FIELDS = st.sampled_from(["request_id", "status", "status_url", "response_url"])
PIECES = st.sampled_from(
    [API, "https://", "evil.example", "@", ":", "/", "\\", "#", "?", ".", "job-1", "\n", "é"]
)
VALUES = st.none() | st.integers() | st.lists(st.none()) | st.lists(PIECES, max_size=6).map("".join)


@settings(deadline=None)
@given(st.dictionaries(FIELDS, VALUES))
def test_any_answer_is_read(document: dict[str, Any]) -> None:
    """Whatever a submission is answered, it is a ticket for the API or an unreadable answer."""
    body = as_json(document).body
    assert isinstance(body, bytes)
    try:
        ticket = read_ticket(Read(200, {}, body), API, KEY)
    except ApiAnswerUnreadable:
        return
    # By origin, which is what the key goes to: an address without a path is the API's too.
    assert {URL(ticket.status_url).origin(), URL(ticket.response_url).origin()} == {URL(API).origin()}


ECHO = f"bad key {KEY} for {SIGNED}"


@pytest.mark.parametrize("path", [QUEUE_PATH, status_path(), response_path()])
@pytest.mark.parametrize(
    "answer",
    [
        error(401, ECHO, headers={"x-request-id": KEY}),
        error(429, ECHO),
        as_json({"status": "FAILED", "error": ECHO, "request_id": KEY}, 422),
        as_json({"status": "COMPLETED", "output": SIGNED}),
        as_json({"request_id": KEY, "status_url": f"{SIGNED}&key={KEY}"}),
        error(404, ECHO),
        Answer(reset="at_once"),
        Answer(headers={"x-long": KEY * 10_000}),
    ],
)
async def test_nothing_raised_or_logged_tells_secrets(
    client: QueueClient, api: ScriptedApi, caplog: pytest.LogCaptureFixture, answer: Answer, path: str
) -> None:
    """Neither an error, nor any error behind it, nor a ticket, nor a log holds the key or a signed URL."""
    caplog.set_level("INFO")
    told = repr(Ticket("job-1", SIGNED, f"{SIGNED}&key={KEY}"))
    api.script(*[answer] * 10, path=path)
    try:
        await client.swap(REQUEST, timeout_seconds=20)
    except SwapFailed as error:
        behind: BaseException | None = error
        told += "".join(traceback.format_exception(error))
        while behind is not None:
            told += f"{behind} {behind!r} {vars(behind)}"
            behind = behind.__context__ or behind.__cause__
    told += caplog.text
    for secret in (KEY, "5e7d", "x-api-key"):
        assert secret not in told
