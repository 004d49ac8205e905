"""The local engine as an HTTP server with Segmind's contract, v1 and the queue (v2)."""

import asyncio
import base64
import hmac
import json
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from aiohttp import web

from bot.engine.job import FACES_PATH, Effort, Faces, Job, Problem, Refused, Scan, Task
from bot.engine.pool import Pool, WorkerDied
from bot.engine.queue import Failed, Queue, Record, State
from bot.engine.request import InvalidRequest, Parameters, read_parameters
from bot.engine.room import Full, Room
from bot.errors import EngineUnavailable, FetchError
from bot.fetch import AllowedOrigins, fetch, open_session
from bot.segmind_wire import CREDITS_PATH, JOBS_PATH, QUEUE_PATH, SWAP_PATH

RESULTS_PATH = "/v1/results"
"""Where results of the queue are read as files."""

_BODY_MAX = 64 * 1024
_PICTURE_MAX = 25 * 1024 * 1024
_FETCH_SECONDS = 20
_CREDITS = 1_000_000.0
"""What an account here always has: swaps cost nothing, and no balance should look low."""

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Settings:
    """How the server is run. Input URLs are read from `allowed_origins` alone."""

    allowed_origins: AllowedOrigins
    assets: Path
    key: str | None = None
    """Demanded as `x-api-key` when set."""
    workers: int = 2
    queue: int = 16
    """Requests that may wait for a worker; the next one is told to come back (429)."""
    faces: Faces = Faces.LARGEST
    effort: Effort = Effort.BALANCED
    work_seconds: float = 60
    """A request waits no longer for a worker, and a worker that takes longer on one is ended."""
    inline_results: bool = True
    """Whether results of the queue are in its answers, and not files of this server."""
    public_url: str | None = None
    """Where callers reach this server, for the addresses in its answers; None for the one they called."""
    grace_seconds: float = 0
    """How long requests under way may take once the server was asked to stop."""


class _Api:
    """The handlers and what they share."""

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self._stopping = False

    async def run(self, _: web.Application) -> AsyncGenerator[None]:
        given = self._settings
        async with (
            open_session() as self._session,
            Pool.open(given.assets, given.workers, given.work_seconds) as self._pool,
            aclosing(Queue(self._now)) as self._queue,
        ):
            self._room = Room(given.workers, given.queue, lambda: self._pool.seconds)
            yield

    async def drain(self) -> None:
        """Take no more requests, and let those under way have their grace."""
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.grace_seconds):
                await self._room.emptied()

    async def swap(self, request: web.Request) -> web.Response:
        began = self._now()
        self._check(request)
        with self._room.place():
            parameters = read_parameters(await request.read())
            picture = await self._work(await self._job(parameters))
        headers = {
            "x-request-id": uuid4().hex,
            "x-cost": "0",
            "x-remaining-credits": str(_CREDITS),
            "x-generation-time": f"{self._now() - began:.3f}",
            "x-seed-value": str(parameters.seed),
        }
        return web.Response(body=picture, content_type=f"image/{parameters.image_format}", headers=headers)

    async def submit(self, request: web.Request) -> web.Response:
        self._check(request)
        parameters = read_parameters(await request.read())
        self._room.enter()  # its job leaves
        record = self._queue.submit(parameters.image_format, partial(self._process, parameters))
        response_url = f"{self._origin(request)}{JOBS_PATH}/{record.request_id}"
        return web.json_response(
            {
                "request_id": record.request_id,
                "status": record.state,
                "status_url": f"{response_url}/status",
                "response_url": response_url,
            }
        )

    async def status(self, request: web.Request) -> web.Response:
        return _progress(self._record(request))

    async def response(self, request: web.Request) -> web.Response:
        record = self._record(request)
        if record.state is not State.COMPLETED:
            return _progress(record)
        if self._settings.inline_results:
            body = await asyncio.to_thread(_inline, record)
            return web.Response(body=body, content_type="application/json")
        name = f"{record.request_id}.{record.image_format}"
        output = f"{self._origin(request)}{RESULTS_PATH}/{name}"
        return web.json_response({"status": record.state, "output": output, "metrics": _metrics(record)})

    async def result(self, request: web.Request) -> web.Response:
        """One result as a file. As with the API, whoever has its address may read it."""
        record = self._queue.get(request.match_info["request_id"])
        if record is None or not record.picture or request.match_info["format"] != record.image_format:
            raise _problem(404, "No such result; they are kept for an hour.")
        return web.Response(body=record.picture, content_type=f"image/{record.image_format}")

    async def faces(self, request: web.Request) -> web.Response:
        self._authorise(request)
        if not request.content_type.startswith("image/"):
            raise _problem(406, "Content-Type must be that of a picture.")
        # A look is only help for a swap that is to come: it leaves half of the places to swaps.
        with self._room.place(kept=self._settings.queue // 2):
            picture = await request.clone(client_max_size=_PICTURE_MAX).read()
            seen = await self._work(Scan(picture))
        return web.json_response(asdict(seen))

    async def credits(self, request: web.Request) -> web.Response:
        self._authorise(request)
        return web.json_response({"credits": _CREDITS, "free-credits": 0.0})

    async def health(self, _: web.Request) -> web.Response:
        """Whether requests can be served, and how much room there is."""
        ready = self._pool.ready
        state = "stopping" if self._stopping else "ok" if ready else "no worker is ready"
        body = {"status": state, "workers": ready, "taken": self._room.taken, "places": self._room.places}
        return web.json_response(body, status=200 if state == "ok" else 503)

    def _check(self, request: web.Request) -> None:
        self._authorise(request)
        if request.content_type != "application/json":
            raise _problem(406, "Content-Type must be application/json.")

    def _origin(self, request: web.Request) -> str:
        return self._settings.public_url or str(request.url.origin())

    def _authorise(self, request: web.Request) -> None:
        key = self._settings.key
        given = request.headers.get("x-api-key", "")
        if key is not None and not hmac.compare_digest(given.encode(errors="replace"), key.encode()):
            raise _problem(401, "The x-api-key header is missing or holds no valid key.")
        if self._stopping and request.method == "POST":
            raise _problem(503, "The engine is stopping.")

    def _record(self, request: web.Request) -> Record:
        self._authorise(request)
        record = self._queue.get(request.match_info["request_id"])
        if record is None:
            raise _problem(404, "No such request; they are kept for an hour.")
        return record

    async def _process(self, asked: Parameters, record: Record) -> bytes:
        try:
            job = await self._job(asked)
            record.state = State.PROCESSING
            return await self._work(job)
        finally:
            self._room.leave()

    async def _job(self, asked: Parameters) -> Job:
        reads = [
            asyncio.create_task(self._read(name, url))
            for name, url in (("source_image", asked.source_image), ("target_image", asked.target_image))
        ]
        try:
            source, target = await asyncio.gather(*reads)
        finally:  # where one could not be read, the other is of no use
            for read in reads:
                read.cancel()
        return Job(
            source,
            target,
            asked.image_format,
            asked.quality,
            asked.seed % 2**64,  # the generator takes no negative seed
            self._settings.faces,
            self._settings.effort,
        )

    async def _read(self, name: str, url: str) -> bytes:
        try:
            return await fetch(
                self._session,
                url,
                allowed=self._settings.allowed_origins,
                max_bytes=_PICTURE_MAX,
                timeout_seconds=_FETCH_SECONDS,
            )
        except FetchError as error:
            status = f" {error.status}" if error.status else ""
            raise _problem(400, f"{name} could not be read: {error.problem}{status}.") from None

    async def _work(self, task: Task[T]) -> T:
        try:
            answer = await self._pool.run(task)
        except WorkerDied:
            raise _problem(500, "The swap failed inside the engine.") from None
        except TimeoutError:
            raise _problem(504, "The swap took too long.") from None
        if isinstance(answer, Refused):
            raise _problem(400, _refusal(answer))
        return answer


def _progress(record: Record) -> web.Response:
    """Tell how a job stands; a failed one under 422, as the API does."""
    if record.state is State.FAILED:
        return web.json_response({"status": record.state, "error": record.error}, status=422)
    metrics = _metrics(record) if record.state is State.COMPLETED else {}
    return web.json_response({"status": record.state, "metrics": metrics})


def _inline(record: Record) -> bytes:
    """Encode a completed job's answer; takes some 10 ms for each MB, so not on the event loop.

    The picture is inside. The API names a URL of its public files, and the bot fetches such a URL by https
    only, but for an address it was configured with: it would refuse one of its own child, and rightly so.
    """
    picture = base64.b64encode(record.picture).decode()
    output = f"data:image/{record.image_format};base64,{picture}"
    return json.dumps({"status": record.state, "output": output, "metrics": _metrics(record)}).encode()


def _metrics(record: Record) -> dict[str, float]:
    return {"cost": 0, "remaining_credits": _CREDITS, "inference_time": round(record.seconds, 3)}


def _refusal(answer: Refused) -> str:
    name = f"{answer.role}_image" if answer.role else "The body"
    return {
        Problem.NO_FACE: f"No face was found in {name}.",
        Problem.NOT_A_PICTURE: f"{name} is not a picture that can be read (PNG, JPEG, WebP or GIF).",
        Problem.TOO_LARGE: f"{name} has too many pixels.",
    }[answer.problem]


_API = web.AppKey("api", _Api)


class _Problem(Failed):
    """An answer in the API's shape for errors; a job that meets it fails with its message."""

    def __init__(self, status: int, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> _Problem:
    return _Problem(status, message, headers or {})


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Full as full:
        free_at = datetime.now(UTC) + timedelta(seconds=full.seconds)
        return _error(429, "Too many requests.", {"x-rate-limit-reset-at-utc": free_at.isoformat()})
    except _Problem as problem:
        return _error(problem.status, str(problem), problem.headers)
    except InvalidRequest as error:
        return _error(400, str(error), {})
    except web.HTTPRequestEntityTooLarge:
        return _error(400, "The body is too large.", {})
    except web.HTTPException as error:
        return _error(error.status, error.reason, {})


def _error(status: int, message: str, headers: dict[str, str]) -> web.Response:
    return web.json_response(
        {"error": message}, status=status, headers={"x-request-id": uuid4().hex, **headers}
    )


def create_app(settings: Settings, *, now: Callable[[], float] = time.monotonic) -> web.Application:
    """The application; its workers start with it, and starting raises AssetError or EngineUnavailable.

    `now` is a clock in seconds that never goes back.
    """
    app = web.Application(client_max_size=_BODY_MAX, middlewares=[_errors_as_json])
    api = app[_API] = _Api(settings, now)
    app.cleanup_ctx.append(api.run)
    app.router.add_post(SWAP_PATH, api.swap)
    app.router.add_post(QUEUE_PATH, api.submit)
    app.router.add_get(f"{JOBS_PATH}/{{request_id}}", api.response)
    app.router.add_get(f"{JOBS_PATH}/{{request_id}}/status", api.status)
    if not settings.inline_results:
        app.router.add_get(f"{RESULTS_PATH}/{{request_id}}.{{format}}", api.result)
    app.router.add_post(FACES_PATH, api.faces)
    app.router.add_get(CREDITS_PATH, api.credits)
    app.router.add_get("/healthz", api.health)
    return app


async def serve(
    settings: Settings, *, host: str, port: int, ready: Callable[[int], None], stop: asyncio.Event
) -> None:
    """Serve until `stop`; `ready` is told the port.

    Raises AssetError or EngineUnavailable, also where it cannot listen.
    """
    app = create_app(settings)
    # After its grace: what is left then has two seconds.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise EngineUnavailable(
                f"The engine cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}."
            ) from None
        ready(runner.addresses[0][1])
        await stop.wait()
        await app[_API].drain()
    finally:
        await runner.cleanup()
