"""The client of Segmind's faceswap-v5 (v1): thin I/O around the pure functions of `bot/segmind_wire.py`.

`QueueClient` of `bot/segmind_queue.py` adds v2 to what is here.

Every POST that reaches the model is a new bill and there is no cancel, so a POST is repeated only where
nothing was started: the connection was never made, or the answer was a 429, 502 or 503.
"""

import asyncio
import logging
import random as random_module
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Final, Literal

import aiohttp

from bot.errors import (
    ApiAnswerUnreadable,
    ApiDisconnected,
    ApiError,
    ApiTimeout,
    ApiUnreachable,
    BadGateway,
    FetchError,
    FetchProblem,
    PictureError,
    RateLimited,
    SwapFailed,
)
from bot.fetch import READ_AHEAD, AllowedOrigins, Reading, fetch, make_room, read_capped
from bot.fingerprints import Verified, verified
from bot.gate import Gate
from bot.log import add
from bot.metrics import Metrics
from bot.room import Share
from bot.segmind_errors import read_error, request_id
from bot.segmind_wire import (
    CREDITS_PATH,
    FORMAT_DEFAULT,
    PROMPT_MAX,
    QUALITY_DEFAULT,
    QUALITY_MAX,
    QUALITY_MIN,
    QUEUE_PATH,
    SEED_DEFAULT,
    SEED_MAX,
    SEED_MIN,
    SWAP_PATH,
    Answer,
    Credits,
    SwapRequest,
    SwapResult,
    locate_picture,
    make_result,
    read_credits,
)

__all__ = [
    "CREDITS_PATH",
    "FORMAT_DEFAULT",
    "PROMPT_MAX",
    "QUALITY_DEFAULT",
    "QUALITY_MAX",
    "QUALITY_MIN",
    "SEED_DEFAULT",
    "SEED_MAX",
    "SEED_MIN",
    "SWAP_PATH",
    "Credits",
    "SegmindClient",
    "SwapRequest",
    "SwapResult",
]

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 120.0
"""For a whole swap, repeats included; a generation takes about 10 s (source: Segmind's page of the model)."""
PICTURE_MAX_BYTES: Final = 25 * 1024 * 1024
"""Largest body of a 200, after decompression; it is held twice for a moment."""
ERROR_MAX_BYTES: Final = 64 * 1024
"""How much of an error body is read."""
TRIES: Final = 4
CREDITS_TIMEOUT_SECONDS: Final = 15.0

_CONNECT_SECONDS: Final = 10.0
_ERROR_BODY_SECONDS: Final = 5.0
_RESULT_SECONDS: Final = 60.0  # for one try to fetch a result from where it was put
_BACKOFF_BASE: Final = 0.5  # seconds; doubles with each try
_BACKOFF_MAX: Final = 8.0
_ROOM_SECONDS: Final = (
    20.0  # a paid call that is begun anew with less left would be cut off and yet be billed
)

# The API documents 200; a queue may as well say that it made (201) or accepted (202) something.
SUCCESSES: Final = (200, 201, 202)

_ENDPOINTS: Final = {SWAP_PATH: "swap", QUEUE_PATH: "submit", CREDITS_PATH: "credits"}
"""What requests are counted as; another is one for a job of the queue."""

_REPEATABLE = (ApiUnreachable, RateLimited, BadGateway)
# All of these come before the first byte of the request: no name, no connection, no TLS.
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)

# aiohttp's client errors hold request headers and URLs, even as `__context__` of an error raised "from None".
# Therefore failures are values inside the except blocks below and are raised outside of them.


class SegmindClient:
    """Calls the API at `base_url` (asked anew for each try, since a restarted local engine has a new port).

    `session` and its closing are the caller's. `results` says where a result that is named by URL may be
    fetched from; `gate` is shared by all that use this key. `now` must be aware; `sleep` takes seconds;
    `random` gives [0, 1) for the backoff's jitter.
    Raises ValueError for a key that no header can carry.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: Callable[[], str] | str,
        key: str | None,
        results: AllowedOrigins,
        gate: Gate | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random_module.random,
        metrics: Metrics | None = None,
    ) -> None:
        if key is not None and not re.fullmatch(r"[\x21-\x7e]+", key):
            raise ValueError("the API key must be printable ASCII without spaces")
        self._session = session
        self._base_url = base_url
        self._key = key
        self._results = results
        self._gate = gate or Gate(now=now, sleep=sleep)
        self._now = now
        self._sleep = sleep
        self._random = random
        self._metrics = metrics or Metrics()

    async def swap(
        self, request: SwapRequest, *, timeout_seconds: float = TIMEOUT_SECONDS, share: Share | None = None
    ) -> SwapResult:
        """Swap faces; the result's picture decodes whole.

        `timeout_seconds` is the API's time, repeats included. The picture is read with a `share` of what
        room there is: waiting for that, and looking at what has come, do not count. Raises SwapFailed: an
        ApiError by status, ApiUnreachable when every permitted try failed before the request left,
        ApiTimeout, ApiDisconnected or ApiAnswerUnreadable when the call may have been billed.
        """
        try:
            async with asyncio.timeout(timeout_seconds) as limit:
                deadline = self._now() + timedelta(seconds=timeout_seconds)
                answer = await self._pay(SWAP_PATH, request, timeout_seconds, Reading(share, limit))
        except TimeoutError:
            raise ApiTimeout from None
        picture = await self._picture(answer, deadline, share)
        return make_result(answer, picture, request_id(answer.headers, self._key))

    async def credits(self) -> Credits:
        """Ask what is left on the account; free of charge. Raises SwapFailed like `swap`."""
        try:
            async with asyncio.timeout(CREDITS_TIMEOUT_SECONDS):
                latest = self._now() + timedelta(seconds=CREDITS_TIMEOUT_SECONDS)
                return read_credits(await self._call("GET", CREDITS_PATH, None, latest))
        except TimeoutError:
            raise ApiTimeout from None

    async def _pay(
        self, path: str, request: SwapRequest, timeout_seconds: float, reading: Reading | None = None
    ) -> Answer:
        """Make a paid call: begun anew only where nothing was started, and while a whole one still fits."""
        room = min(_ROOM_SECONDS, timeout_seconds / 4)
        latest = self._now() + timedelta(seconds=timeout_seconds - room)
        return await self._call("POST", path, request.body(), latest, reading)

    async def _call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: dict[str, str | int] | None,
        latest: datetime,
        reading: Reading | None = None,
    ) -> Answer:
        """Get a success; try again where that is safe even for a paid call, but never later than `latest`."""
        tries = 1
        while True:
            if method == "POST" and not await self._gate.opened(latest):
                raise RateLimited(429, retry_at=self._gate.opens_at)
            outcome = await self._try(method, self._address() + path, body, reading)
            if isinstance(outcome, Answer):
                add(request_id=request_id(outcome.headers, self._key))
                if outcome.status in SUCCESSES:
                    return outcome
                outcome = read_error(outcome, self._key, self._now())
            if isinstance(outcome, RateLimited) and outcome.retry_at:
                await self._gate.close(outcome.retry_at)
            delay = self._delay(outcome, tries)
            too_late = delay > (latest - self._now()).total_seconds()
            if not isinstance(outcome, _REPEATABLE) or tries >= TRIES or too_late:
                raise outcome
            logger.warning("Segmind: %s on try %d, again in %.1f s", type(outcome).__name__, tries, delay)
            await self._sleep(delay)
            tries += 1

    def _delay(self, failure: SwapFailed, tries: int) -> float:
        """Seconds to wait: full jitter, on top of the moment the API named."""
        jitter = self._random() * min(_BACKOFF_MAX, _BACKOFF_BASE * 2 ** min(tries, 10))
        named = failure.retry_at if isinstance(failure, ApiError) else None
        return jitter + (max(0.0, (named - self._now()).total_seconds()) if named else 0.0)

    def _address(self) -> str:
        """Where the API is now, without a slash at its end."""
        return (self._base_url if isinstance(self._base_url, str) else self._base_url()).rstrip("/")

    async def _try(
        self,
        method: Literal["GET", "POST"],
        url: str,
        body: dict[str, str | int] | None = None,
        reading: Reading | None = None,
    ) -> Answer | SwapFailed:
        """Make one request, and measure it; what came in its way is returned, not raised."""
        began, outcome = perf_counter(), "abandoned"
        try:
            answer = await self._request(method, url, body, reading)
            outcome = f"{answer.status // 100}xx" if isinstance(answer, Answer) else type(answer).__name__
            return answer
        finally:
            endpoint = next((name for path, name in _ENDPOINTS.items() if url.endswith(path)), "job")
            self._metrics.called(endpoint, outcome, perf_counter() - began)

    async def _request(
        self,
        method: Literal["GET", "POST"],
        url: str,
        body: dict[str, str | int] | None,
        reading: Reading | None,
    ) -> Answer | SwapFailed:
        """Make one request, with the key."""
        # A kept-alive connection may have been closed by the server just as we write on it, and then nobody
        # can tell whether the paid call ran. So none is ever kept: the server is told to close after each.
        headers = {"Connection": "close"} | ({"x-api-key": self._key} if self._key else {})
        try:
            async with self._session.request(
                method,
                url,
                json=body,
                headers=headers,
                allow_redirects=False,
                raise_for_status=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
                read_bufsize=READ_AHEAD,
            ) as response:
                if response.status in SUCCESSES:
                    return await _read_whole(response, reading)
                return await _read_failed(response)
        except _NOT_SENT:
            return ApiUnreachable()
        except aiohttp.ClientError:
            return ApiDisconnected()

    async def _picture(self, answer: Answer, deadline: datetime, share: Share | None) -> Verified:
        """Get the picture of a success, from elsewhere if it says so, and make sure that it decodes."""
        try:
            found = await asyncio.to_thread(_read_picture, answer)
            if isinstance(found, str):
                found = await asyncio.to_thread(verified, await self._fetch_result(found, deadline, share))
        except PictureError as error:
            problem = error.problem
        else:
            return found
        raise ApiAnswerUnreadable(f"the result is {problem}")

    async def _fetch_result(self, url: str, deadline: datetime, share: Share | None) -> bytes:
        """Read a result that is paid for: a GET is free and safe to repeat. No key goes there."""
        tries = 1
        while True:
            left = (deadline - self._now()).total_seconds()
            try:
                return await fetch(
                    self._session,
                    url,
                    allowed=self._results,
                    max_bytes=PICTURE_MAX_BYTES,
                    # The first try has its whole time: we may have been busy when the answer came.
                    timeout_seconds=_RESULT_SECONDS if tries == 1 else min(_RESULT_SECONDS, left),
                    share=share,
                )
            except FetchError as error:
                failure = error
            if not _passing(failure, tries):
                raise ApiAnswerUnreadable(f"the result could not be fetched: {failure.problem}")
            delay = self._delay(ApiUnreachable(), tries)
            if delay > left:
                raise ApiTimeout
            await self._sleep(delay)
            tries += 1


def _read_picture(answer: Answer) -> Verified | str:
    """The picture of a success, or its address; CPU work. Raises ApiAnswerUnreadable or PictureError."""
    found = locate_picture(answer)
    return found if isinstance(found, str) else verified(found)


def _passing(failure: FetchError, tries: int) -> bool:
    """Tell whether the next try of a fetch may go better; that nothing is there is believed in the end."""
    if failure.status == 404:
        return tries < TRIES
    return failure.problem in (FetchProblem.NETWORK, FetchProblem.TIMEOUT) or (
        failure.status in (429, 500, 502, 503, 504)
    )


async def _read_whole(response: aiohttp.ClientResponse, reading: Reading | None) -> Answer | SwapFailed:
    """Read a success, which is billed; whatever breaks from here on is an unreadable answer."""
    try:
        await make_room(response, PICTURE_MAX_BYTES, reading)
        body = await read_capped(response, PICTURE_MAX_BYTES)
    except FetchError:
        return ApiAnswerUnreadable("the answer is too large")
    except aiohttp.ClientError:
        return ApiAnswerUnreadable("the answer broke off")
    return Answer(response.status, _headers(response), body)


async def _read_failed(response: aiohttp.ClientResponse) -> Answer:
    """Read the beginning of an error body; the status stands, whatever becomes of the body."""
    body = b""
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS):
            while len(body) < ERROR_MAX_BYTES and (chunk := await response.content.readany()):
                body += chunk
    except (TimeoutError, aiohttp.ClientError):
        logger.info("Segmind: the body of a %d broke off", response.status)
    return Answer(response.status, _headers(response), body[:ERROR_MAX_BYTES])


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
