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
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.engine.assets import FOLDER
from bot.engine.job import Job, Refused
from bot.engine.pool import Worker
from bot.engine.server import Settings, create_app
from bot.fetch import AllowedOrigins
from bot.segmind_wire import CREDITS_PATH, SWAP_PATH
from tests.engine.photos import CAT, COLLINS, HOPPER, file_of, photo

pytestmark = pytest.mark.asyncio(loop_scope="module")

Client = TestClient[web.Request, web.Application]
_KEY = "made-up"
_FILES = {
    "collins": file_of(photo(COLLINS)),
    "hopper": file_of(photo(HOPPER), "JPEG"),
    "cat": file_of(photo(CAT)),
    "text": b"<html>",
    "bomb": file_of(Image.new("1", (8000, 6000))),
    "huge": bytes(26 * 1024 * 1024),
}


class Cdn:
    """Serves the photographs; `slow` waits until it is let go."""

    def __init__(self) -> None:
        self.asked = asyncio.Semaphore(0)
        self.let_go = asyncio.Event()
        self.app = web.Application()
        self.app.router.add_get("/{name}", self._file)
        self.server = TestServer(self.app)

    @property
    def origin(self) -> str:
        """Its origin."""
        return str(self.server.make_url("/")).rstrip("/")

    async def _file(self, request: web.Request) -> web.Response:
        if request.match_info["name"] == "slow":
            self.asked.release()
            await self.let_go.wait()
        data = _FILES.get(request.match_info["name"])
        return web.Response(status=404) if data is None else web.Response(body=data)


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
    settings = Settings(AllowedOrigins.of([cdn]), FOLDER, _KEY, workers=1, queue=2)
    async with TestClient(TestServer(create_app(settings)), headers={"x-api-key": _KEY}) as client:
        yield client


def _body(cdn: str, source: str = "collins", target: str = "hopper", **more: Any) -> dict[str, Any]:
    return {"source_image": f"{cdn}/{source}", "target_image": f"{cdn}/{target}", **more}


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
async def test_the_answer_is_a_picture_of_the_asked_format(
    engine: Client, cdn: str, image_format: str
) -> None:
    """An image body with the API's headers."""
    body = _body(cdn, image_format=image_format, seed=7, quality=80, additional_prompt="smile", other=1)
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


_BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no face in source": ({"source": "cat"}, "No face was found in source_image."),
    "no face in target": ({"target": "cat"}, "No face was found in target_image."),
    "no picture": ({"source": "text"}, "source_image is not a picture"),
    "too many pixels": ({"target": "bomb"}, "target_image has too many pixels"),
    "too many bytes": ({"target": "huge"}, "target_image could not be read: too_large"),
    "not there": ({"source": "nothing"}, "source_image could not be read: status 404"),
    "another host": (
        {"target_image": "https://example.com/x"},
        "target_image could not be read: not_allowed",
    ),
    "no URL": ({"source_image": "C:\\me.png"}, "source_image could not be read: not_allowed"),
    "missing": ({"source_image": None}, "source_image is required"),
    "quality": ({"quality": 5}, "quality must be"),
    "format": ({"image_format": "bmp"}, "image_format must be"),
}


@pytest.mark.parametrize(("change", "message"), _BAD.values(), ids=_BAD)
async def test_a_bad_request_is_a_400_that_says_why(
    engine: Client, cdn: str, change: dict[str, Any], message: str
) -> None:
    """Every refusal has the API's status and shape."""
    async with engine.post(SWAP_PATH, json=_body(cdn, **change)) as answer:
        assert answer.status == 400
        error = (await answer.json())["error"]
        assert error.startswith(message)
        assert "127.0.0.1" not in error


@pytest.mark.parametrize("name", ["source_image", "target_image"])
async def test_no_face_says_exactly_that(engine: Client, cdn: str, name: str) -> None:
    """The bot tells members which picture it was by this sentence."""
    async with engine.post(SWAP_PATH, json=_body(cdn) | {name: f"{cdn}/cat"}) as answer:
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


async def test_too_many_requests_are_told_when_to_come_back(engine: Client, shelf: Cdn) -> None:
    """With one at work and two waiting the fourth gets a 429; callers who hang up break nothing."""
    cdn = shelf.origin
    leaving = [asyncio.create_task(_status(engine, _body(cdn, "slow"))) for _ in range(3)]
    for _ in leaving:
        await shelf.asked.acquire()
    async with engine.post(SWAP_PATH, json=_body(cdn)) as answer:
        assert answer.status == 429
        assert datetime.fromisoformat(answer.headers["x-rate-limit-reset-at-utc"]).utcoffset() is not None
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    shelf.let_go.set()
    status = 429
    for _ in range(500):
        status = await _status(engine, _body(cdn, image_format="jpeg"))
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
        assert await _status(engine, _body(cdn)) == 500
    assert await _status(engine, _body(cdn, image_format="jpeg")) == 200


async def _status(engine: Client, body: dict[str, Any]) -> int:
    async with engine.post(SWAP_PATH, json=body) as answer:
        return answer.status
