"""The engine's HTTP contract, through a real client and a real server."""

import asyncio
import io
import multiprocessing
from collections.abc import AsyncIterator
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot.engine.job import Job, Refused
from bot.engine.pool import Worker
from bot.segmind_wire import CREDITS_PATH, JOBS_PATH, QUEUE_PATH, SWAP_PATH
from tests.engine.photos import HOPPER, photo
from tests.engine.served import BAD, Cdn, Client, Clock, body_of, running_engine

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("engine: server")]


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(cdn: str) -> AsyncIterator[Client]:
    """A client of a running engine that demands a key and may read the CDN alone."""
    async with running_engine(cdn, Clock()) as client:
        yield client


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
async def test_the_answer_is_a_picture_of_the_asked_format(
    engine: Client, cdn: str, image_format: str
) -> None:
    """An image body with the API's headers."""
    body = body_of(cdn, image_format=image_format, seed=7, quality=80, additional_prompt="smile", other=1)
    async with engine.post(SWAP_PATH, json=body) as answer:
        picture = Image.open(io.BytesIO(await answer.read()))
        assert answer.status == 200
        assert answer.content_type == f"image/{image_format}"
        assert (picture.format, picture.size) == (image_format.upper(), photo(HOPPER).size)
        assert answer.headers["x-cost"] == "0"
        assert answer.headers["x-seed-value"] == "7"
        assert float(answer.headers["x-generation-time"]) > 0
        assert float(answer.headers["x-remaining-credits"]) > 0
        assert answer.headers["x-request-id"]


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
async def test_a_bad_request_is_a_400_that_says_why(
    engine: Client, cdn: str, change: dict[str, Any], message: str
) -> None:
    """Every refusal has the API's status and shape."""
    async with engine.post(SWAP_PATH, json=body_of(cdn, **change)) as answer:
        assert answer.status == 400
        error = (await answer.json())["error"]
        assert error.startswith(message)
        assert "127.0.0.1" not in error


@pytest.mark.parametrize("name", ["source_image", "target_image"])
async def test_no_face_says_exactly_that(engine: Client, cdn: str, name: str) -> None:
    """The bot tells members which picture it was by this sentence."""
    async with engine.post(SWAP_PATH, json=body_of(cdn) | {name: f"{cdn}/cat"}) as answer:
        assert await answer.json() == {"error": f"No face was found in {name}."}


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/", {}, 404),
        ("GET", "/v1/other", {}, 404),
        ("GET", SWAP_PATH, {}, 405),
        ("POST", SWAP_PATH, {"json": {}, "headers": {"x-api-key": "wrong"}}, 401),
        ("POST", SWAP_PATH, {"json": {}, "headers": {"x-api-key": ""}}, 401),
        ("GET", CREDITS_PATH, {"headers": {"x-api-key": "wröng"}}, 401),
        ("POST", SWAP_PATH, {"data": b"a=1", "headers": {"content-type": "text/plain"}}, 406),
        ("POST", SWAP_PATH, {"data": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("POST", SWAP_PATH, {"json": {"additional_prompt": "x" * 70_000}}, 400),
        ("GET", QUEUE_PATH, {}, 405),
        ("POST", QUEUE_PATH, {"json": {}, "headers": {"x-api-key": "wrong"}}, 401),
        ("POST", QUEUE_PATH, {"data": b"a=1", "headers": {"content-type": "text/plain"}}, 406),
        ("POST", QUEUE_PATH, {"data": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("POST", QUEUE_PATH, {"json": {"target_image": "https://example.com/x"}}, 400),
        ("POST", QUEUE_PATH, {"json": body_of("https://example.com", quality=5)}, 400),
        ("POST", QUEUE_PATH, {"json": {"additional_prompt": "x" * 70_000}}, 400),
        ("GET", f"{JOBS_PATH}/unknown", {}, 404),
        ("GET", f"{JOBS_PATH}/unknown/status", {}, 404),
    ],
)
async def test_statuses(engine: Client, method: str, path: str, options: dict[str, Any], status: int) -> None:
    """Statuses as the API's table has them, always with an `error`."""
    async with engine.request(method, path, **options) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]


async def test_credits_and_health(engine: Client) -> None:
    """The account has credits, and health needs no key."""
    async with engine.get(CREDITS_PATH) as answer:
        assert set(await answer.json()) == {"credits", "free-credits"}
    async with engine.get("/healthz", headers={"x-api-key": ""}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("path", [SWAP_PATH, QUEUE_PATH])
async def test_too_many_requests_are_told_when_to_come_back(engine: Client, shelf: Cdn, path: str) -> None:
    """With one at work and two waiting the fourth gets a 429; callers who hang up break nothing."""
    cdn = shelf.origin
    shelf.let_go.clear()
    leaving = [asyncio.create_task(_status(engine, body_of(cdn, "slow"), path)) for _ in range(3)]
    for _ in leaving:
        await shelf.asked.acquire()
    for other in (SWAP_PATH, QUEUE_PATH):
        async with engine.post(other, json=body_of(cdn)) as answer:
            assert answer.status == 429
            assert datetime.fromisoformat(answer.headers["x-rate-limit-reset-at-utc"]).utcoffset() is not None
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    shelf.let_go.set()
    status = 429
    for _ in range(500):
        status = await _status(engine, body_of(cdn, image_format="jpeg"))
        if status != 429:
            break
        await asyncio.sleep(0.01)
    assert status == 200


async def test_a_worker_that_dies_is_a_500(engine: Client, cdn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request under way fails, the next one is served."""
    submit = Worker.submit

    def submit_and_kill(worker: Worker, job: Job) -> "Future[bytes | Refused]":
        future = submit(worker, job)
        for process in multiprocessing.active_children():
            process.kill()
        return future

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "submit", submit_and_kill)
        assert await _status(engine, body_of(cdn)) == 500
    assert await _status(engine, body_of(cdn, image_format="jpeg")) == 200


async def _status(engine: Client, body: dict[str, Any], path: str = SWAP_PATH) -> int:
    async with engine.post(path, json=body) as answer:
        return answer.status
