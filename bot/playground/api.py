"""The face-swap API as the bot sees it: calls go on to the engine, cost pretend money, and fail on demand."""

import asyncio
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from aiohttp import web

from bot.fetch import CONNECTION_ERRORS, Session, open_session
from bot.playground.record import Recorder
from bot.segmind_wire import CREDITS_PATH, SWAP_PATH

PRICE_USD = Decimal("0.05")
"""What a swap costs, in pretend dollars."""
SLOW_SECONDS = 15.0
RATE_LIMIT_SECONDS = 10
SILENT_SECONDS = 30.0
"""Longer than the bot waits here."""
_BALANCE_USD = Decimal(25)
_PASSED_ON = (
    "content-type",
    "x-request-id",
    "x-generation-time",
    "x-seed-value",
    "x-rate-limit-reset-at-utc",
)
_BODY_MAX = 1 << 20


@dataclass(frozen=True)
class ApiFault:
    """Something that goes wrong with a paid call.

    `status` and `message` are answered instead of swapping; else `alter` names what is done to the answer.
    """

    id: str
    label: str
    status: int = 0
    message: str = ""
    alter: str = ""


API_FAULTS = (
    ApiFault("slow", f"Slow: {SLOW_SECONDS:.0f} s", alter="slow"),
    ApiFault("silent", "No answer", alter="silent"),
    ApiFault("cut", "Connection cut", alter="cut"),
    ApiFault("no-face-source", "400: no face, source", 400, "No face was found in source_image."),
    ApiFault("no-face-target", "400: no face, target", 400, "No face was found in target_image."),
    ApiFault("bad-request", "400: invalid parameters", 400, "Invalid parameter."),
    ApiFault("bad-key", "401: bad key", 401, "Invalid API key."),
    ApiFault("no-credits", "402: no credits", 402, "Insufficient credits."),
    ApiFault("forbidden", "403: forbidden", 403, "This key may not use this model."),
    ApiFault("not-found", "404: no such model", 404, "Model not found."),
    ApiFault("not-acceptable", "406: refused", 406, "The team's limit is reached."),
    ApiFault("rate-limited", f"429: {RATE_LIMIT_SECONDS} s", 429, "Too many requests."),
    ApiFault("server-error", "500: server error", 500, "Internal server error."),
    ApiFault("bad-gateway", "502: bad gateway", 502, "Bad gateway."),
    ApiFault("gateway-timeout", "504: gateway time-out", 504, "The upstream took too long."),
    ApiFault("not-a-picture", "200: a web page", alter="page"),
    ApiFault("half-picture", "200: half a picture", alter="half"),
    ApiFault("truncated", "200: breaks off", alter="truncated"),
    ApiFault("no-picture", "200: no picture", alter="json"),
)
"""Every error of the API that `bot/segmind_errors.py` tells apart, and answers that are none."""

_FAULTS = {fault.id: fault for fault in API_FAULTS}


@dataclass(eq=False)
class Api:
    """A server on loopback with v1 of the contract, in front of the engine at `engine_url`.

    `now` is the sandbox's time, in seconds.
    """

    engine_url: Callable[[], str]
    engine_key: str = field(repr=False)
    recorder: Recorder
    now: Callable[[], float]
    session: Session = field(repr=False)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    armed: Counter[str] = field(default_factory=Counter[str])
    """How many calls each fault still waits for; the first one armed is met first."""
    base_url: str = ""
    _balance: Decimal = _BALANCE_USD

    def arm(self, fault_id: str, times: int) -> None:
        """Let a fault happen to the next so many paid calls."""
        self.armed[fault_id] = times

    async def swap(self, request: web.Request) -> web.StreamResponse:
        """Answer a paid call, by the engine or by a fault."""
        began, fault, body = time.perf_counter(), self._take(), await request.read()
        response = await self._answer(request, body, fault)
        self.recorder.exchange(
            "POST",
            SWAP_PATH,
            response.status,
            fault=fault is not None,
            seconds=time.perf_counter() - began,
            body=_parsed(body),
            answer=_described(response),
        )
        if fault is not None and fault.alter in ("cut", "silent", "truncated"):
            return await _break_off(request, response, after_half=fault.alter == "truncated")
        return response

    async def credits(self, request: web.Request) -> web.Response:
        """Answer what is left on the pretend account."""
        if not self._knows(request):
            return _error(401, "Invalid API key.")
        answer = {"credits": float(self._balance), "free-credits": 0.0}
        self.recorder.exchange("GET", CREDITS_PATH, 200, fault=False, seconds=0, body=None, answer=answer)
        return web.json_response(answer)

    def _take(self) -> ApiFault | None:
        """The fault that the next paid call meets."""
        found = next((fault_id for fault_id, left in self.armed.items() if left > 0), None)
        if found is None:
            return None
        self.armed[found] -= 1
        if not self.armed[found]:
            del self.armed[found]
        return _FAULTS[found]

    def _knows(self, request: web.Request) -> bool:
        given = request.headers.get("x-api-key", "")
        return hmac.compare_digest(given.encode(errors="replace"), self.key.encode())

    async def _answer(self, request: web.Request, body: bytes, fault: ApiFault | None) -> web.Response:
        if not self._knows(request):
            return _error(401, "Invalid API key.")
        if fault is None:
            return await self._forward(body)
        if fault.status:
            return _error(fault.status, fault.message, self._reset() if fault.status == 429 else {})
        return await self._altered(body, fault.alter)

    async def _altered(self, body: bytes, alter: str) -> web.Response:
        if alter == "page":
            return web.Response(body=b"<!doctype html><title>Welcome</title>", content_type="image/png")
        if alter == "json":
            return web.json_response({"status": "COMPLETED", "output": None})
        if alter in ("cut", "silent"):
            await self.sleep(SILENT_SECONDS if alter == "silent" else 0)
            return _error(504, "No answer.")
        if alter == "slow":
            await self.sleep(SLOW_SECONDS)
        response = await self._forward(body)
        if alter == "half" and isinstance(response.body, bytes):
            response.body = response.body[: len(response.body) // 2]
        return response

    async def _forward(self, body: bytes) -> web.Response:
        """Let the engine swap, and charge for it."""
        headers = {"x-api-key": self.engine_key, "content-type": "application/json"}
        try:
            async with self.session.post(self.engine_url() + SWAP_PATH, data=body, headers=headers) as answer:
                picture = await answer.read()
        except CONNECTION_ERRORS:
            return _error(503, "The engine is not there.")
        told = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
        if answer.status == 200:
            self._balance = max(Decimal(0), self._balance - PRICE_USD)
            told |= {"x-cost": str(PRICE_USD), "x-remaining-credits": str(self._balance)}
        return web.Response(status=answer.status, body=picture, headers=told)

    def _reset(self) -> dict[str, str]:
        at = datetime.fromtimestamp(self.now(), UTC) + timedelta(seconds=RATE_LIMIT_SECONDS)
        return {"x-rate-limit-reset-at-utc": at.isoformat()}


async def _break_off(request: web.Request, response: web.Response, *, after_half: bool) -> web.StreamResponse:
    """Cut the connection before the answer, or in the middle of it."""
    sent: web.StreamResponse = response
    if after_half and isinstance(response.body, bytes):
        sent = web.StreamResponse(headers={**response.headers, "Content-Length": str(len(response.body))})
        await sent.prepare(request)
        await sent.write(response.body[: len(response.body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return sent


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": message}, status=status, headers=headers)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _described(response: web.Response) -> object:
    """What the console shows of an answer: its JSON, or what kind of body it has."""
    if response.content_type == "application/json" and isinstance(response.body, bytes):
        return _parsed(response.body)
    size = len(response.body) if isinstance(response.body, bytes) else 0
    return f"{response.content_type}, {size:,} bytes"


@asynccontextmanager
async def serve_api(
    engine_url: Callable[[], str],
    engine_key: str,
    recorder: Recorder,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[Api]:
    """Serve on a loopback port that the kernel chooses, until the block is left."""
    async with open_session() as session:
        api = Api(engine_url, engine_key, recorder, now, session, sleep)
        app = web.Application(client_max_size=_BODY_MAX)
        app.router.add_post(SWAP_PATH, api.swap)
        app.router.add_get(CREDITS_PATH, api.credits)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            api.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield api
        finally:
            await runner.cleanup()
