"""`POST /v1/faces`: a look at one picture, through a real client and a real server."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.engine.job import FACES_PATH
from bot.segmind_wire import SWAP_PATH
from tests.engine.photos import COLLINS, file_of, photo
from tests.engine.served import FILES, Cdn, Client, Clock, body_of, running_engine

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("engine: faces")]

_IMAGE = {"content-type": "image/png"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf() -> AsyncIterator[Cdn]:
    """A small CDN with the photographs."""
    shelf = Cdn()
    async with shelf.server:
        yield shelf


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(shelf: Cdn) -> AsyncIterator[Client]:
    """A client of a running engine."""
    async with running_engine(shelf.origin, Clock()) as client:
        yield client


async def test_it_tells_what_a_picture_shows(engine: Client) -> None:
    """The answer's whole shape, for a picture of half a megabyte."""
    async with engine.post(FACES_PATH, data=FILES["collins"], headers=_IMAGE) as answer:
        assert answer.status == 200
        told: dict[str, Any] = await answer.json()
    assert set(told) == {"width", "height", "faces"}
    (face,) = told["faces"]
    assert set(face) == {"box", "score", "share", "pixels", "sharpness", "turn"}
    assert len(face["box"]) == 4


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (FILES["hopper"], {"x-api-key": "wrong"}, 401),
        (FILES["hopper"], {"content-type": "application/json"}, 406),
        (FILES["text"], {}, 400),
        (b"", {}, 400),
        (FILES["bomb"], {}, 400),
        (FILES["huge"], {}, 400),
        (file_of(photo(COLLINS), "JPEG")[:9000], {}, 400),
    ],
    ids=["key", "type", "text", "nothing", "bomb", "huge", "cut"],
)
async def test_what_is_no_picture_of_ours_is_refused(
    engine: Client, data: bytes, headers: dict[str, str], status: int
) -> None:
    """Always with an `error`, and the engine goes on."""
    async with engine.post(FACES_PATH, data=io.BytesIO(data), headers=_IMAGE | headers) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]


async def test_looks_leave_places_to_swaps(engine: Client, shelf: Cdn) -> None:
    """With half of the waiting places taken a look is refused, a swap is not."""
    shelf.let_go.clear()
    bodies = [body_of(shelf.origin, "slow") for _ in range(2)]
    held = [asyncio.create_task(_status(engine, body)) for body in bodies]
    for _ in held:
        await shelf.asked.acquire()
    async with engine.post(FACES_PATH, data=FILES["hopper"], headers=_IMAGE) as answer:
        assert answer.status == 429
    last = asyncio.create_task(_status(engine, bodies[0]))
    await shelf.asked.acquire()
    shelf.let_go.set()
    assert await asyncio.gather(*held, last) == [400, 400, 400]
    async with engine.post(FACES_PATH, data=FILES["hopper"], headers=_IMAGE) as answer:
        assert answer.status == 200


async def _status(engine: Client, body: dict[str, Any]) -> int:
    async with engine.post(SWAP_PATH, json=body) as answer:
        return answer.status
