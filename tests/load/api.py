"""A face-swap API that takes its time, as a process of its own: `python -m tests.load.api`.

Every call is answered with the same picture after a given latency, or, as a burst, once so many calls are
waiting. It speaks v1 and the queue (v2). The first line on standard output is its port; it ends with stdin.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

SWAP, QUEUE, JOBS, RESULTS = "/v1/faceswap-v5", "/v2/faceswap-v5", "/v2/requests", "/results"


@dataclass
class Api:
    """What was called, and when each call is over."""

    picture: bytes
    latency: float
    together: int
    """How many calls are waited for before any is answered; 0 for none."""
    calls: int = 0
    open: int = 0
    most_open: int = 0
    jobs: dict[str, float] = field(default_factory=dict[str, float])
    full: asyncio.Event = field(default_factory=asyncio.Event)

    async def swap(self, _: web.Request) -> web.Response:
        """A v1 call."""
        self._begin()
        try:
            if self.together:
                await self.full.wait()
            await asyncio.sleep(self.latency)
        finally:
            self.open -= 1
        return web.Response(body=self.picture, content_type="image/png")

    async def submit(self, _: web.Request) -> web.Response:
        """A v2 call."""
        self._begin()
        job = f"job-{self.calls}"
        self.jobs[job] = time.monotonic() + self.latency
        return web.json_response({"request_id": job, "status": "QUEUED"})

    async def status(self, request: web.Request) -> web.Response:
        """How a job stands."""
        done = (
            self.full.is_set() if self.together else time.monotonic() >= self.jobs[request.match_info["job"]]
        )
        return web.json_response({"status": "COMPLETED" if done else "PROCESSING"})

    async def result(self, request: web.Request) -> web.Response:
        """Where the picture of a job is."""
        self.open -= 1
        output = f"http://{request.host}{RESULTS}/{request.match_info['job']}.png"
        return web.json_response({"status": "COMPLETED", "output": output})

    async def file(self, _: web.Request) -> web.Response:
        """The picture of a job."""
        return web.Response(body=self.picture, content_type="image/png")

    async def stats(self, _: web.Request) -> web.Response:
        """What was counted."""
        return web.json_response({"calls": self.calls, "open": self.open, "most_open": self.most_open})

    def _begin(self) -> None:
        self.calls += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        if self.open >= self.together:
            self.full.set()


def application(api: Api) -> web.Application:
    """Its routes."""
    app = web.Application()
    app.router.add_post(SWAP, api.swap)
    app.router.add_post(QUEUE, api.submit)
    app.router.add_get(JOBS + "/{job}/status", api.status)
    app.router.add_get(JOBS + "/{job}", api.result)
    app.router.add_get(RESULTS + "/{name}", api.file)
    app.router.add_get("/stats", api.stats)
    return app


async def serve(api: Api) -> None:
    """Serve until stdin ends."""
    runner = web.AppRunner(application(api), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        print(runner.addresses[0][1], flush=True)  # noqa: T201 - whoever started it reads this
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await runner.cleanup()


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("picture", type=Path)
    parser.add_argument("--latency", type=float, default=10)
    parser.add_argument("--together", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(serve(Api(given.picture.read_bytes(), given.latency, given.together)))


if __name__ == "__main__":
    main()
