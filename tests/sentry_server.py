"""A server on loopback that takes what the real library sends to a DSN, and keeps it."""

import gzip
import json
from types import TracebackType
from typing import Any, Self

from aiohttp import web


class SentryServer:
    """`events` are the reports as decoded, `text` everything that came in, headers included."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.text = ""
        self.dsn = ""
        app = web.Application()
        app.add_routes([web.post("/api/1/envelope/", self._take)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.dsn = f"http://publickey@{host}:{port}/1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()  # aiohttp has decompressed it
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
        self.text += f"{request.headers}\n{text}\n"
        lines = text.splitlines()
        self.events += [
            json.loads(item)
            for head, item in zip(lines[1::2], lines[2::2], strict=False)
            if '"event"' in head
        ]
        return web.json_response({})
