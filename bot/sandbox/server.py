"""The one HTTP server: parses a REST request, runs it into faults and limits, answers, and remembers it."""

import asyncio
import json
import logging
from collections import deque

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import ApiError, NotPlayed, Unauthorized
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.ratelimits import RateLimits, too_many
from bot.sandbox.rest import accounts, channels, interactions, places
from bot.sandbox.rest.call import Call, Exchange, Route, Router
from bot.sandbox.uploads import File
from bot.sandbox.world import World

_log = logging.getLogger(__name__)

PREFIX = "/api/v10"
KEPT_EXCHANGES = 2000
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


class RestServer:
    """REST v10 over one `World`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.router = Router()
        for module in (accounts, places, channels, interactions):
            module.register(self.router)
        self.faults = Faults()
        self.limits = RateLimits(world.clock)
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.path.removeprefix(PREFIX)
        body, files = await self._read(request)
        fault = self.faults.take(request.method, path)
        if fault is not None and not fault.applied:
            await _wait(fault)
        template, status, answer, headers = None, 0, None, dict[str, str]()
        if fault is None or fault.applied or not fault.replaces:
            template, status, answer, headers = self._answer(request, path, body, files)
        if fault is not None and fault.applied:
            await _wait(fault)
        if fault is not None and fault.replaces:
            status, answer, headers = _faulty(fault)
        self.exchanges.append(
            Exchange(
                self._world.clock.now(),
                request.method,
                path,
                template,
                dict(request.query),
                None if isinstance(body, ApiError) else body,
                [file.filename for file in files.values()],
                request.content_type.startswith("multipart/"),
                status,
                answer,
                fault is not None and fault.replaces,
            )
        )
        self._world.watch.changed()
        if fault is not None and fault.disconnect and request.transport is not None:
            request.transport.abort()
        return _response(status, answer, headers)

    async def _read(self, request: web.Request) -> tuple[object, dict[int, File]]:
        """Return the JSON body and the files, or the ApiError the body deserves."""
        limit = self._world.limits.request
        if (request.content_length or 0) > limit:
            async for _ in request.content.iter_chunked(1 << 16):
                pass  # taken in full, so that the answer reaches a client that is still sending
            return ApiError(40005), {}
        if request.content_type.startswith("multipart/"):
            return await _read_multipart(request)
        raw = await request.read()
        try:
            return (json.loads(raw) if raw else None), {}
        except ValueError:
            return ApiError(50109), {}

    def _answer(
        self,
        request: web.Request,
        path: str,
        body: object,
        files: dict[int, File],
    ) -> tuple[str | None, int, object, dict[str, str]]:
        """Return the template that matched, the status, the answer and the headers."""
        template: str | None = None
        headers: dict[str, str] = {}
        try:
            route, found = self.router.find(request.method, path)
            template = route.template
            self._authorize(request, route)
            major = "+".join(found[name] for name in _MAJOR if name in found)
            webhook = template.startswith("/webhooks/")
            passes, headers = self.limits.take(f"{route.method} {template}", major, webhook=webhook)
            if not passes:
                limited, more = too_many(float(headers["X-RateLimit-Reset-After"]))
                return template, 429, limited, headers | more
            answer = self._run(route, Call(self._world, found, dict(request.query), body, files))
        except ApiError as error:
            if isinstance(error, NotPlayed):
                self._world.complain(f"{request.method} {template or path}: {error.complaint}")
            return template, error.status, error.body(), headers
        return template, 204 if answer is None else 200, answer, headers

    def _authorize(self, request: web.Request, route: Route) -> None:
        if not route.webhook and request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise Unauthorized

    def _run(self, route: Route, call: Call) -> object:
        if isinstance(call.body, ApiError):
            raise call.body
        if unknown := sorted(set(call.query) - route.query):
            raise NotPlayed(f"unknown query parameter {', '.join(unknown)}")
        if any(len(file.data) > self._world.limits.file for file in call.files.values()):
            raise ApiError(40005)
        try:
            return route.handler(call)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _log.exception("%s %s", route.method, route.template)
            raise NotPlayed(f"a body that could not be read: {error!r}") from error


async def _read_multipart(request: web.Request) -> tuple[object, dict[int, File]]:
    body: object = None
    files: dict[int, File] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        data = bytes(await part.read(decode=False))
        if name == "payload_json":
            body = json.loads(data)
        elif name.startswith("files[") and name[6:-1].isdecimal():
            files[int(name[6:-1])] = File(part.filename or "unknown", data)
        else:
            return NotPlayed(f"unknown form part {name}"), {}
    return body, files


async def _wait(fault: Fault) -> None:
    if fault.release is not None:
        await fault.release.wait()
    if fault.delay_seconds:
        await asyncio.sleep(fault.delay_seconds)


def _faulty(fault: Fault) -> tuple[int, object, dict[str, str]]:
    if fault.retry_after is not None:
        limited, headers = too_many(fault.retry_after)
        return 429, limited, headers
    status = fault.status or 0
    if fault.code:
        return status, ApiError(fault.code).body(), {}
    return status, {"message": f"{status}: injected fault", "code": 0}, {}


def _response(status: int, answer: object, headers: dict[str, str]) -> web.Response:
    if status == 204 or answer is None:
        return web.Response(status=status or 500, headers=headers)
    # Exactly this content type: with a charset discord.py does not take the body for JSON.
    typed = headers | {"Content-Type": "application/json"}
    return web.Response(status=status or 500, body=json.dumps(answer).encode(), headers=typed)
