"""Collecting a job of the queue (v2) from a real server on loopback: what is asked, and for how long."""

import asyncio
import base64
import itertools
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot import segmind_queue
from bot.errors import (
    ApiAnswerUnreadable,
    ApiError,
    ApiTimeout,
    BadKey,
    EndpointNotFound,
    Forbidden,
    InvalidParameters,
    JobFailed,
    NoFace,
    RecordExpired,
    Role,
    ServerError,
    SwapFailed,
)
from bot.segmind import TRIES
from bot.segmind_queue import QueueClient, Ticket
from tests.clocked_client import KEY, REQUEST, SIGNED, START, Clock, queue_client_of
from tests.scripted_api import (
    PNG,
    Answer,
    ScriptedApi,
    as_json,
    error,
    response_path,
    result_path,
    status_path,
)


@pytest.fixture
def client(session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock) -> QueueClient:
    """A client of the scripted server, which may also serve results."""
    return queue_client_of(session, api.base_url, clock, results=api.base_url)


@pytest.fixture
async def ticket(client: QueueClient) -> Ticket:
    """A job that was submitted."""
    return await client.submit(REQUEST)


def state(name: object, status: int = 200, **more: Any) -> Answer:
    """Answer that a job is in a state."""
    return as_json({"status": name, **more}, status)


async def test_collecting(client: QueueClient, api: ScriptedApi, clock: Clock, ticket: Ticket) -> None:
    """The state is asked for every second; then come the result and, without the key, its picture."""
    result = await client.collect(ticket)
    assert (result.picture, result.kind, result.request_id, result.seed) == (PNG, "png", "job-1", None)
    assert (result.cost_micros, result.remaining_micros, result.generation_ms) == (50_000, 12_450_000, 9820)
    assert api.paths() == [status_path()] * 3 + [response_path(), result_path()]
    assert clock.slept == [1.0, 1.0]
    assert [request.headers.get("x-api-key") for request in api.requests[1:]] == [KEY] * 4 + [None]


async def test_a_ticket_is_made_again_from_its_id(
    session: aiohttp.ClientSession, client: QueueClient, api: ScriptedApi, clock: Clock
) -> None:
    """After a restart the id is enough, as often as it is asked for, and nothing is posted again."""
    request_id = (await client.submit(REQUEST)).request_id
    restarted = queue_client_of(session, api.base_url + "/", clock, results=api.base_url)
    for _ in range(2):
        assert (await restarted.collect(restarted.ticket(request_id))).picture == PNG
    assert len(api.posts) == 1


async def test_pauses_grow(client: QueueClient, api: ScriptedApi, clock: Clock, ticket: Ticket) -> None:
    """A long job is asked for less and less often, until there is no time."""
    api.defaults[status_path()] = state("PROCESSING")
    with pytest.raises(ApiTimeout):
        await client.collect(ticket, timeout_seconds=600)
    assert clock.slept[:15] == [1.0] * 15
    assert clock.slept == sorted(clock.slept)
    assert clock.slept[-1] == 5.0
    assert 590 < sum(clock.slept) <= 600


@pytest.mark.parametrize(
    "answer",
    [
        state("QUEUED"),
        state("PROCESSING"),
        state("IN_PROGRESS"),
        state("SOMETHING_NEW", output="https://images.segmind.com/preview.png"),
        state(None),
        state(7),
        as_json({}),
        as_json([]),
        Answer(body=b"<html>", content_type="text/html"),
        Answer(status=202, body=b"", content_type=None),
        error(429),
        error(500, "state unknown"),
        error(502),
        error(503),
        error(504),
        Answer(reset="at_once"),
        Answer(reset="after_headers"),
        Answer(reset="in_body"),
        Answer(headers={"content-encoding": "gzip"}),
        error(404),
    ],
)
@pytest.mark.parametrize("path", [status_path(), response_path()])
async def test_asking_goes_on(
    client: QueueClient, api: ScriptedApi, ticket: Ticket, path: str, answer: Answer
) -> None:
    """No unknown state, pressure, outage or cut answer loses a job that is paid for, and none pays again."""
    api.script(*[answer] * (TRIES - 1), path=path)
    assert (await client.collect(ticket)).picture == PNG
    assert len(api.posts) == 1
    assert api.paths().count(path) >= TRIES


@pytest.mark.parametrize("answer", [error(429), error(503), Answer(reset="at_once")])
async def test_an_outage_is_waited_out(
    client: QueueClient, api: ScriptedApi, clock: Clock, ticket: Ticket, answer: Answer
) -> None:
    """What passes is waited out far beyond the tries of a paid call; in the end one may ask again."""
    api.script(*[answer] * 10, path=status_path())
    assert (await client.collect(ticket)).picture == PNG
    api.defaults[status_path()] = answer
    with pytest.raises(ApiTimeout):
        await client.collect(ticket)
    assert clock.slept[:4] == [1.5, 2.0, 3.0, 5.0]
    assert len(api.posts) == 1


@pytest.mark.parametrize("between", [state("PROCESSING"), error(503)])
async def test_only_doubts_in_a_row_count(
    client: QueueClient, api: ScriptedApi, ticket: Ticket, between: Answer
) -> None:
    """Stray answers that a record is gone, or an outage before one, do not add up to its expiry."""
    api.script(*([between] * TRIES + [error(404)] * (TRIES - 1)) * 2, path=status_path())
    assert (await client.collect(ticket)).picture == PNG


async def test_the_retry_time_is_honoured(
    client: QueueClient, api: ScriptedApi, clock: Clock, ticket: Ticket
) -> None:
    """A 429 is not asked through before its time."""
    reset = (START + timedelta(seconds=30)).isoformat()
    api.script(error(429, headers={"x-rate-limit-reset-at-utc": reset}), path=status_path())
    await client.collect(ticket)
    assert clock.slept[0] == 31.5


async def test_a_hanging_answer_is_asked_for_anew(
    client: QueueClient, api: ScriptedApi, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One GET that hangs does not use up the time of them all."""
    monkeypatch.setattr(segmind_queue, "_STATUS_SECONDS", 0.1)
    api.script(Answer(delay=30), path=status_path())
    assert (await client.collect(ticket, timeout_seconds=20)).picture == PNG


async def test_the_deadline_holds_in_real_time(client: QueueClient, api: ScriptedApi, ticket: Ticket) -> None:
    """An answer that hangs past the deadline ends with it."""
    api.script(Answer(delay=30), path=status_path())
    with pytest.raises(ApiTimeout):
        await client.collect(ticket, timeout_seconds=0.2)


FAILED = [
    ("Content blocked", JobFailed, None),
    ("", JobFailed, None),
    (None, JobFailed, None),
    ("No face was found in source_image.", NoFace, Role.SOURCE),
    ("Could not detect a face in the target image", NoFace, Role.TARGET),
    (f"{KEY} {SIGNED} broke", JobFailed, None),
]


@pytest.mark.parametrize("status", [200, 400, 404, 422, 500, 503])
@pytest.mark.parametrize(("message", "kind", "role"), FAILED)
@pytest.mark.parametrize("path", [status_path(), response_path()])
async def test_a_failed_job_is_an_answer(
    client: QueueClient,
    api: ScriptedApi,
    ticket: Ticket,
    *,
    path: str,
    message: str | None,
    kind: type[ApiError],
    role: Role | None,
    status: int,
) -> None:
    """FAILED is final under any HTTP status, and its words are read as those of a 400, without secrets."""
    api.script(state("FAILED", status, error=message, metrics={"inference_time": 0.007}), path=path)
    with pytest.raises(kind) as caught:
        await client.collect(ticket)
    assert type(caught.value) is kind
    assert api.paths().count(path) == 1
    assert (caught.value.status, caught.value.request_id) == (status, "job-1")
    assert getattr(caught.value, "role", None) is role
    assert KEY not in caught.value.message
    assert "hm=" not in caught.value.message
    assert len(api.posts) == 1


@pytest.mark.parametrize("status", [200, 202, 422, 500])
async def test_a_completed_job_is_an_answer(
    client: QueueClient, api: ScriptedApi, ticket: Ticket, status: int
) -> None:
    """COMPLETED counts under any HTTP status, in any case of its letters."""
    api.script(state("completed ", status), path=status_path())
    output = api.base_url + result_path()
    api.script(as_json({"status": "COMPLETED", "output": output}, status), path=response_path())
    result = await client.collect(ticket)
    assert (result.picture, result.cost_micros, result.generation_ms) == (PNG, None, None)


@pytest.mark.parametrize("path", [status_path(), response_path()])
async def test_an_expired_record(client: QueueClient, api: ScriptedApi, ticket: Ticket, path: str) -> None:
    """A record that is gone is believed to be so when it was asked for a few times, not for ever."""
    api.defaults[path] = error(404, "Request job-1 not found")
    with pytest.raises(RecordExpired) as caught:
        await client.collect(ticket)
    assert (caught.value.status, caught.value.request_id) == (404, "job-1")
    assert api.paths().count(path) == TRIES


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(401), BadKey),
        (error(403), Forbidden),
        (error(400), InvalidParameters),
        (error(405), EndpointNotFound),
        (Answer(302, headers={"location": "/elsewhere"}), ServerError),
    ],
)
async def test_what_asking_again_would_not_change(
    client: QueueClient,
    api: ScriptedApi,
    clock: Clock,
    ticket: Ticket,
    *,
    answer: Answer,
    kind: type[SwapFailed],
) -> None:
    """An answer that will be the same the next time ends the asking; no redirect is followed."""
    api.script(answer, path=status_path())
    with pytest.raises(kind):
        await client.collect(ticket)
    assert (api.paths(), clock.slept) == ([status_path()], [])


DATA = base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    "result",
    [
        {"status": "COMPLETED", "output": DATA},
        {"status": "COMPLETED", "output": [f"data:image/png;base64,{DATA}"]},
        {"status": "COMPLETED", "output": ["URL", "https://evil.example/second.png"]},
        {"status": "COMPLETED", "output": "URL"},
        {"status": "COMPLETED", "output": [{"url": "URL"}]},
        {"status": "COMPLETED", "output": {"url": "URL"}, "metrics": None},
        {"status": "COMPLETED", "output": None, "images": [{"url": "URL"}]},
        {"status": "COMPLETED", "image": "URL", "metrics": []},
        {"output": "URL", "metrics": {"cost": "free"}},
    ],
)
async def test_where_the_picture_may_be(
    client: QueueClient, api: ScriptedApi, ticket: Ticket, result: dict[str, object]
) -> None:
    """The picture is found wherever v1 may have it, and strange metrics do not hinder."""
    text = as_json(result).body
    assert isinstance(text, bytes)
    url = (api.base_url + result_path()).encode()
    api.script(Answer(body=text.replace(b"URL", url), content_type="application/json"), path=response_path())
    assert (await client.collect(ticket)).picture == PNG


async def test_the_picture_itself(client: QueueClient, api: ScriptedApi, ticket: Ticket) -> None:
    """A result that is the picture is taken."""
    api.script(Answer(), path=response_path())
    assert (await client.collect(ticket)).picture == PNG


@pytest.mark.parametrize(
    ("answer", "gets"),
    [
        (state("COMPLETED"), 1),
        (state("COMPLETED", output="not base64!"), 1),
        (state("COMPLETED", output="https://evil.example/a.png"), 1),
        (state("COMPLETED", output="http://169.254.169.254/latest"), 1),
        (state("COMPLETED", output=base64.b64encode(PNG[:-20]).decode()), 1),
        (Answer(body=itertools.repeat(b"x" * 2**18)), TRIES),
    ],
)
async def test_a_result_that_is_no_picture(
    client: QueueClient, api: ScriptedApi, ticket: Ticket, answer: Answer, gets: int
) -> None:
    """A completed job without a usable picture is an unreadable answer, and never posted again."""
    api.defaults[response_path()] = answer
    with pytest.raises(ApiAnswerUnreadable):
        await client.collect(ticket)
    assert api.paths() == [status_path()] * 3 + [response_path()] * gets
    assert len(api.posts) == 1


async def test_cancelling_is_not_a_failure(client: QueueClient, api: ScriptedApi, ticket: Ticket) -> None:
    """A cancelled collection ends as cancelled, so that shutting down is not mistaken for an answer."""
    api.script(Answer(delay=30), path=status_path())
    api.received.clear()
    task = asyncio.create_task(client.collect(ticket))
    await api.received.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
