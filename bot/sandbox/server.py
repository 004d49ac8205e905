"""The one HTTP server: parses a REST request, runs it into faults and limits, answers, and remembers it."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from bot.sandbox.errors import ApiError, NotPlayed, Unauthorized
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.ratelimits import RateLimits, TooMany
from bot.sandbox.rest import accounts, attachments, channels, interactions, places
from bot.sandbox.rest.call import Call, Exchange, Route, Router
from bot.sandbox.uploads import File
from bot.sandbox.world import World

_log = logging.getLogger(__name__)

PREFIX = "/api/v10"
KEPT_EXCHANGES = 2000
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass(frozen=True)
class Outcome:
    """What is answered; `template` is the route that matched."""

    template: str | None
    status: int
    answer: object
    headers: dict[str, str]

    def response(self) -> web.Response:
        """Return it as HTTP."""
        if self.answer is None:
            return web.Response(status=self.status, headers=self.headers)
        # Exactly this content type: with a charset discord.py does not take the body for JSON.
        typed = self.headers | {"Content-Type": "application/json"}
        return web.Response(status=self.status, body=json.dumps(self.answer).encode(), headers=typed)


class RestServer:
    """REST v10 over one `World`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.router = Router()
        for module in (accounts, places, channels, attachments, interactions):
            module.register(self.router)
        self.faults = Faults()
        self.limits = RateLimits(world.clock)
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)
        self.on_exchange: Callable[[Exchange], None] = lambda _exchange: None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        began = time.perf_counter()
        path = request.path.removeprefix(PREFIX)
        body, files = await self._read(request)
        fault = self.faults.take(request.method, path)
        if fault is None:
            outcome = self._answer(request, path, body, files)
        else:
            outcome = await _disturbed(fault, lambda: self._answer(request, path, body, files))
        exchange = Exchange(
            at=self._world.clock.now(),
            method=request.method,
            path=path,
            template=outcome.template,
            query=dict(request.query),
            body=None if isinstance(body, ApiError) else body,
            files=[file.filename for file in files.values()],
            multipart=request.content_type.startswith("multipart/"),
            status=outcome.status,
            answer=outcome.answer,
            fault=fault is not None and fault.replaces,
            seconds=time.perf_counter() - began,
        )
        self.exchanges.append(exchange)
        self.on_exchange(exchange)
        self._world.watch.changed()
        if fault is not None and fault.disconnect and request.transport is not None:
            request.transport.abort()
        return outcome.response()

    async def _read(self, request: web.Request) -> tuple[object, dict[int, File]]:
        """Return the JSON body and the files, or the ApiError the body deserves."""
        limit = self._world.limits.request
        if (request.content_length or 0) > limit:
            async for _ in request.content.iter_chunked(1 << 16):
                pass  # taken in full, so that the answer reaches a client that is still sending
            return ApiError(40005), {}
        if request.content_type.startswith("multipart/"):
            return await _read_multipart(request)
        return _parsed(await request.read()), {}

    def _answer(self, request: web.Request, path: str, body: object, files: dict[int, File]) -> Outcome:
        template: str | None = None
        headers: dict[str, str] = {}
        try:
            route, found = self.router.find(request.method, path)
            template = route.template
            self._authorize(request, route)
            major = "+".join(found[name] for name in _MAJOR if name in found)
            webhook = template.startswith("/webhooks/")
            headers = self.limits.take(f"{route.method} {template}", major, webhook=webhook)
            answer = self._run(route, Call(self._world, found, dict(request.query), body, files))
        except TooMany as error:
            return Outcome(template, error.status, error.body(), error.headers)
        except ApiError as error:
            if isinstance(error, NotPlayed):
                self._world.complain(f"{request.method} {template or path}: {error.complaint}")
            return Outcome(template, error.status, error.body(), headers)
        return Outcome(template, 204 if answer is None else 200, answer, headers)

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
            body = _parsed(data)
        elif name.startswith("files[") and name[6:-1].isdecimal():
            files[int(name[6:-1])] = File(part.filename or "unknown", data)
        else:
            return NotPlayed(f"unknown form part {name}"), {}
    return body, files


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return ApiError(50109)


async def _disturbed(fault: Fault, answer: Callable[[], Outcome]) -> Outcome:
    """Do what the fault says: wait before the work or after it, and give the true answer or another."""
    if fault.applied:
        true = answer()
        await _wait(fault)
    else:
        await _wait(fault)
        if fault.replaces:
            return _faulty(fault)
        true = answer()
    return _faulty(fault) if fault.replaces else true


async def _wait(fault: Fault) -> None:
    if fault.release is not None:
        await fault.release.wait()
    if fault.delay_seconds:
        await asyncio.sleep(fault.delay_seconds)


def _faulty(fault: Fault) -> Outcome:
    if fault.retry_after is not None:
        limited = TooMany(fault.retry_after)
        return Outcome(None, limited.status, limited.body(), limited.headers)
    status = fault.status or 500
    if fault.code:
        return Outcome(None, status, ApiError(fault.code).body(), {})
    return Outcome(None, status, {"message": f"{status}: injected fault", "code": 0}, {})
