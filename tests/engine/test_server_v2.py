"""The engine's queue (v2), through the bot's own client and through a plain one."""

import asyncio
import io
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot.engine.job import Job, Refused
from bot.engine.pool import Worker
from bot.errors import JobFailed, NoFace, RecordExpired, Role
from bot.fetch import SEGMIND_RESULTS, AllowedOrigins, open_session
from bot.segmind_queue import QueueClient
from bot.segmind_wire import JOBS_PATH, QUEUE_PATH, SWAP_PATH, SwapRequest
from tests.engine.photos import COLLINS, HOPPER, photo
from tests.engine.served import BAD, KEY, Cdn, Client, Clock, body_of, running_engine

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("engine: queue")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf() -> AsyncIterator[Cdn]:
    """A small CDN with the photographs."""
    shelf = Cdn()
    async with shelf.server:
        yield shelf


@pytest.fixture(scope="module")
def cdn(shelf: Cdn) -> str:
    """The CDN's origin."""
    return shelf.origin


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The engine's clock."""
    return Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(cdn: str, clock: Clock) -> AsyncIterator[Client]:
    """A client of a running engine that demands a key and may read the CDN alone."""
    async with running_engine(cdn, clock) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def bot(engine: Client) -> AsyncIterator[QueueClient]:
    """The bot's own client of v2, as it is run but for its patience."""
    base_url = str(engine.make_url("/"))
    results = AllowedOrigins.of(SEGMIND_RESULTS)
    async with open_session() as session:
        yield QueueClient(
            session, base_url=base_url, key=KEY, results=results, sleep=lambda _: asyncio.sleep(0.01)
        )


def _request(cdn: str, source: str = "collins", target: str = "hopper") -> SwapRequest:
    return SwapRequest(f"{cdn}/{source}", f"{cdn}/{target}", image_format="jpeg", quality=80, seed=7)


async def _become(engine: Client, url: str, state: str) -> tuple[int, dict[str, Any]]:
    """Ask until the answer names the state; its HTTP status comes along."""
    while True:
        async with engine.session.get(url) as answer:
            document = await answer.json()
            if document.get("status") == state:
                return answer.status, document
        await asyncio.sleep(0.01)


async def test_the_queue_makes_the_picture_of_v1(engine: Client, bot: QueueClient, cdn: str) -> None:
    """The bot's client collects it, as often as it likes, also by the id alone."""
    request = _request(cdn)
    ticket = await bot.submit(request)
    results = [await bot.collect(ticket), await bot.collect(bot.ticket(ticket.request_id))]
    async with engine.post(SWAP_PATH, json=request.body()) as answer:
        assert [result.picture for result in results] == [await answer.read()] * 2
    result = results[0]
    assert (result.kind, result.cost_micros, result.request_id) == ("jpeg", 0, ticket.request_id)
    assert result.generation_ms
    assert result.remaining_micros


async def test_jobs_under_way_at_once_keep_apart(bot: QueueClient, cdn: str) -> None:
    """Each ticket gets its own picture."""
    tickets = [
        await bot.submit(_request(cdn)),
        await bot.submit(_request(cdn, "hopper", "collins")),
    ]
    results = await asyncio.gather(*(bot.collect(ticket) for ticket in reversed(tickets)))
    sizes = [Image.open(io.BytesIO(result.picture)).size for result in results]
    assert sizes == [photo(COLLINS).size, photo(HOPPER).size]


async def test_a_job_passes_through_the_states(
    engine: Client, shelf: Cdn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its caller has hung up; until it has ended, the response tells no more than the status does."""
    future: Future[bytes | Refused] = Future()

    def submit(_: Worker, __: Job) -> "Future[bytes | Refused]":
        return future

    monkeypatch.setattr(Worker, "submit", submit)
    shelf.let_go.clear()
    body = body_of(shelf.origin, "late", image_format="webp")
    async with open_session() as leaving:
        url, headers = engine.make_url(QUEUE_PATH), {"x-api-key": KEY}
        async with leaving.post(url, json=body, headers=headers) as answer:
            assert answer.status == 200
            ticket = await answer.json()
    response_url = str(engine.make_url(f"{JOBS_PATH}/{ticket['request_id']}"))
    assert ticket == {
        "request_id": ticket["request_id"],
        "status": "QUEUED",
        "status_url": f"{response_url}/status",
        "response_url": response_url,
    }
    await shelf.asked.acquire()
    for url in (ticket["status_url"], response_url):
        assert await _become(engine, url, "QUEUED") == (200, {"status": "QUEUED", "metrics": {}})
    shelf.let_go.set()
    for url in (ticket["status_url"], response_url):
        assert await _become(engine, url, "PROCESSING") == (200, {"status": "PROCESSING", "metrics": {}})
    future.set_result(b"made")
    _, status = await _become(engine, ticket["status_url"], "COMPLETED")
    _, response = await _become(engine, response_url, "COMPLETED")
    assert response == {**status, "output": "data:image/webp;base64,bWFkZQ=="}
    assert set(status["metrics"]) == {"cost", "remaining_credits", "inference_time"}


@pytest.mark.parametrize("case", ["no face in target", "no picture", "not there", "another host"])
async def test_a_failed_job_is_told_under_422(engine: Client, cdn: str, case: str) -> None:
    """In the words of v1, at both addresses."""
    body = body_of(cdn, **BAD[case][0])
    async with engine.post(QUEUE_PATH, json=body) as answer:
        ticket = await answer.json()
    async with engine.post(SWAP_PATH, json=body) as answer:
        expected = 422, {"status": "FAILED", **await answer.json()}
    for url in (ticket["status_url"], ticket["response_url"]):
        assert await _become(engine, url, "FAILED") == expected


async def test_the_bot_understands_why_a_job_failed(bot: QueueClient, cdn: str) -> None:
    """A missing face by its picture; anything else as a failed job."""
    with pytest.raises(NoFace) as faceless:
        await bot.collect(await bot.submit(_request(cdn, "cat")))
    assert faceless.value.role is Role.SOURCE
    with pytest.raises(JobFailed) as failed:
        await bot.collect(await bot.submit(_request(cdn, "text")))
    assert failed.value.message == "source_image is not a picture that can be read (PNG, JPEG, WebP or GIF)."


async def test_a_record_lives_for_an_hour(engine: Client, bot: QueueClient, cdn: str, clock: Clock) -> None:
    """Then it is as if it had never been."""
    ticket = await bot.submit(_request(cdn, "cat"))
    await _become(engine, ticket.status_url, "FAILED")
    clock.ahead += 3590
    await _become(engine, ticket.status_url, "FAILED")
    clock.ahead += 20
    with pytest.raises(RecordExpired):
        await bot.collect(ticket)
    async with engine.session.get(ticket.response_url) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["", "/status"])
async def test_a_record_is_for_those_with_the_key(
    engine: Client, bot: QueueClient, cdn: str, path: str
) -> None:
    """Whoever else knows its id learns nothing."""
    ticket = await bot.submit(_request(cdn, "nothing"))
    async with engine.get(f"{JOBS_PATH}/{ticket.request_id}{path}", headers={"x-api-key": ""}) as answer:
        assert answer.status == 401


async def test_stopping_ends_every_job(shelf: Cdn) -> None:
    """No task outlives the server, wherever its job was."""
    before = asyncio.all_tasks()
    shelf.let_go.clear()
    # Without a worker a job waits for ever.
    async with running_engine(shelf.origin, Clock(), workers=0) as client:
        for source in ("collins", "slow"):
            async with client.post(QUEUE_PATH, json=body_of(shelf.origin, source)) as answer:
                ticket = await answer.json()
            if source == "collins":
                await _become(client, ticket["status_url"], "PROCESSING")
        await shelf.asked.acquire()
    shelf.let_go.set()
    async with asyncio.timeout(5):  # the CDN's own tasks see its callers leave
        while asyncio.all_tasks() - before:  # noqa: ASYNC110 - tasks of others set no event of ours
            await asyncio.sleep(0.01)


async def test_a_picture_of_no_use_is_not_read_on() -> None:
    """When the other one could not be read."""
    own = Cdn()
    async with own.server, running_engine(own.origin, Clock(), workers=0) as client:
        async with client.post(QUEUE_PATH, json=body_of(own.origin, "nothing", "slow")) as answer:
            ticket = await answer.json()
        await _become(client, ticket["status_url"], "FAILED")
        await asyncio.sleep(0)
        assert not [task for task in asyncio.all_tasks() if "_Api._read" in repr(task.get_coro())]
        own.let_go.set()
