"""A running engine and a small CDN that it may read, for the tests of the HTTP contract."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.engine.assets import FOLDER
from bot.engine.server import Settings, create_app
from bot.fetch import AllowedOrigins
from tests.engine.photos import CAT, COLLINS, HOPPER, file_of, photo

Client = TestClient[web.Request, web.Application]
KEY = "made-up"
FILES = {
    "collins": file_of(photo(COLLINS)),
    "hopper": file_of(photo(HOPPER), "JPEG"),
    "cat": file_of(photo(CAT)),
    "late": file_of(photo(COLLINS)),
    "text": b"<html>",
    "bomb": file_of(Image.new("1", (8000, 6000))),
    "huge": bytes(26 * 1024 * 1024),
}


class Cdn:
    """Serves the photographs; `late`, and `slow`, which is not there, wait until they are let go."""

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
        if request.match_info["name"] in ("late", "slow"):
            self.asked.release()
            await self.let_go.wait()
        data = FILES.get(request.match_info["name"])
        return web.Response(status=404) if data is None else web.Response(body=data)


class Clock:
    """Real time, that a test can put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        """Tell the time in seconds."""
        return time.monotonic() + self.ahead


@asynccontextmanager
async def running_engine(cdn: str, clock: Clock, workers: int = 1) -> AsyncGenerator[Client]:
    """Make a client, with the key, of an engine that may read the CDN alone and lets two requests wait."""
    app = create_app(Settings(AllowedOrigins.of([cdn]), FOLDER, KEY, workers=workers, queue=2), now=clock)
    async with TestClient(TestServer(app), headers={"x-api-key": KEY}) as client:
        yield client


def body_of(cdn: str, source: str = "collins", target: str = "hopper", **more: Any) -> dict[str, Any]:
    """Make the body of a swap; `more` adds fields or replaces them."""
    return {"source_image": f"{cdn}/{source}", "target_image": f"{cdn}/{target}", **more}


BAD: dict[str, tuple[dict[str, Any], str]] = {
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
"""What is wrong with a swap, as fields of `body_of`, and how the error begins."""
