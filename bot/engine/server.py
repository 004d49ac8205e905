"""The local engine as an HTTP server with the contract of Segmind's v1: path, body, statuses, headers."""

import asyncio
import hmac
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from aiohttp import web

from bot.engine.job import Effort, Faces, Job, Problem, Refused
from bot.engine.pool import Pool, WorkerDied
from bot.engine.request import InvalidRequest, Parameters, read_parameters
from bot.errors import FetchError
from bot.fetch import AllowedOrigins, fetch, open_session
from bot.segmind_wire import CREDITS_PATH, SWAP_PATH

_BODY_MAX = 64 * 1024
_PICTURE_MAX = 25 * 1024 * 1024
_FETCH_SECONDS = 20
_CREDITS = 1_000_000.0
"""What an account here always has: swaps cost nothing, and no balance should look low."""

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
    """A worker that takes longer on one request is ended."""


class _Api:
    """The handlers and what they share."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._under_way = 0

    async def run(self, _: web.Application) -> AsyncGenerator[None]:
        given = self._settings
        async with (
            open_session() as self._session,
            Pool.open(given.assets, given.workers, given.work_seconds) as self._pool,
        ):
            yield

    async def swap(self, request: web.Request) -> web.Response:
        began = time.perf_counter()
        self._authorise(request)
        if request.content_type != "application/json":
            raise _problem(406, "Content-Type must be application/json.")
        if self._under_way >= self._settings.workers + self._settings.queue:
            soon = datetime.now(UTC) + timedelta(seconds=1)
            raise _problem(429, "Too many requests.", {"x-rate-limit-reset-at-utc": soon.isoformat()})
        self._under_way += 1
        try:
            parameters = read_parameters(await request.read())
            picture = await self._swap(parameters)
        except InvalidRequest as error:
            raise _problem(400, str(error)) from None
        except WorkerDied:
            raise _problem(500, "The swap failed inside the engine.") from None
        except TimeoutError:
            raise _problem(504, "The swap took too long.") from None
        finally:
            self._under_way -= 1
        headers = {
            "x-request-id": uuid4().hex,
            "x-cost": "0",
            "x-remaining-credits": str(_CREDITS),
            "x-generation-time": f"{time.perf_counter() - began:.3f}",
            "x-seed-value": str(parameters.seed),
        }
        return web.Response(body=picture, content_type=f"image/{parameters.image_format}", headers=headers)

    async def credits(self, request: web.Request) -> web.Response:
        self._authorise(request)
        return web.json_response({"credits": _CREDITS, "free-credits": 0.0})

    async def health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    def _authorise(self, request: web.Request) -> None:
        key = self._settings.key
        given = request.headers.get("x-api-key", "")
        if key is not None and not hmac.compare_digest(given.encode(errors="replace"), key.encode()):
            raise _problem(401, "The x-api-key header is missing or holds no valid key.")

    async def _swap(self, asked: Parameters) -> bytes:
        source, target = await asyncio.gather(
            self._read("source_image", asked.source_image), self._read("target_image", asked.target_image)
        )
        settings = self._settings
        # The generator of the grain takes no negative seed.
        seed = asked.seed % 2**64
        job = Job(source, target, asked.image_format, asked.quality, seed, settings.faces, settings.effort)
        answer = await self._pool.run(job)
        if isinstance(answer, Refused):
            raise InvalidRequest(_refusal(answer))
        return answer

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
            raise InvalidRequest(f"{name} could not be read: {error.problem}{status}.") from None


def _refusal(answer: Refused) -> str:
    name = f"{answer.role}_image"
    return {
        Problem.NO_FACE: f"No face was found in {name}.",
        Problem.NOT_A_PICTURE: f"{name} is not a picture that can be read (PNG, JPEG, WebP or GIF).",
        Problem.TOO_LARGE: f"{name} has too many pixels.",
    }[answer.problem]


class _Problem(Exception):
    """An answer in the API's shape for errors."""

    def __init__(self, status: int, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


def _problem(status: int, message: str, headers: dict[str, str] | None = None) -> _Problem:
    return _Problem(status, message, headers or {})


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _Problem as problem:
        return _error(problem.status, problem.message, problem.headers)
    except web.HTTPRequestEntityTooLarge:
        return _error(400, "The body is too large.", {})
    except web.HTTPException as error:
        return _error(error.status, error.reason, {})


def _error(status: int, message: str, headers: dict[str, str]) -> web.Response:
    return web.json_response(
        {"error": message}, status=status, headers={"x-request-id": uuid4().hex, **headers}
    )


def create_app(settings: Settings) -> web.Application:
    """The application; its workers start with it, and starting raises AssetError or EngineUnavailable."""
    app = web.Application(client_max_size=_BODY_MAX, middlewares=[_errors_as_json])
    api = _Api(settings)
    app.cleanup_ctx.append(api.run)
    app.router.add_post(SWAP_PATH, api.swap)
    app.router.add_get(CREDITS_PATH, api.credits)
    app.router.add_get("/healthz", api.health)
    return app


async def serve(
    settings: Settings, *, host: str, port: int, ready: Callable[[int], None], stop: asyncio.Event
) -> None:
    """Serve until `stop`; `ready` is told the port. Raises AssetError, EngineUnavailable or OSError."""
    # Whoever asks to stop has let its swaps finish: what is left has two seconds.
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        ready(runner.addresses[0][1])
        await stop.wait()
    finally:
        await runner.cleanup()
