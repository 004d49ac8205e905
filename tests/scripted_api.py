"""A scripted Segmind on loopback: the test says what each call is answered, and reads what was received.

    async with ScriptedApi() as api:
        api.script(error(429, "slow down"), Answer())
        ...  # a client of `api.base_url`
        assert api.requests[0].json["seed"] == 7

It speaks v1 and the queue (v2), whose jobs are `job-1`, `job-2` and so on; `status_path` and `response_path`
say where to script what becomes of them.

Written on bare sockets, since much of what it must do (cut connections, endless bodies, nonsense) is what a
web framework prevents.
"""

import asyncio
import base64
import itertools
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal, Self

SWAP_PATH = "/v1/faceswap-v5"
CREDITS_PATH = "/v1/get-user-credits"
QUEUE_PATH = "/v2/faceswap-v5"

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGM4EaAhckKD"
    "KYFhwRYGBgAfqAP7FjjWzwAAAABJRU5ErkJggg=="
)
"""A valid picture of two by two pixels."""


@dataclass(frozen=True)
class Answer:
    """What one request is answered; a `body` that is no bytes is sent piece by piece, without a length.

    `delay` is in real seconds, before the first byte; `release` holds it until that is set. `reset` cuts the
    connection: before anything is sent, after the headers, or in the middle of the body. `before` is sent as
    it is, ahead of the status line.
    """

    status: int = 200
    body: bytes | Iterable[bytes] = PNG
    content_type: str | None = "image/png"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    release: asyncio.Event | None = None
    reset: Literal["at_once", "after_headers", "in_body"] | None = None
    before: bytes | Iterable[bytes] = b""


def as_json(document: object, status: int = 200, **more: Any) -> Answer:
    """Answer with JSON."""
    return Answer(status, json.dumps(document).encode(), "application/json", **more)


def error(status: int, message: str = "", **more: Any) -> Answer:
    """Answer with an error in the API's usual shape."""
    return as_json({"error": message}, status, **more)


def status_path(job: str = "job-1") -> str:
    """Where the queue tells how a job stands."""
    return f"{response_path(job)}/status"


def response_path(job: str = "job-1") -> str:
    """Where the queue tells a job's result."""
    return f"/v2/requests/{job}"


def result_path(job: str = "job-1") -> str:
    """Where the picture of a job is, by default."""
    return f"/results/{job}.png"


@dataclass(frozen=True)
class Received:
    """A request as it came in; header names in lower case. `connection` counts from 0."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> dict[str, Any]:
        """The body, read as a JSON object."""
        return json.loads(self.body)


class ScriptedApi:
    """The server. Unscripted swaps are answered with `PNG`, credits with a balance, all else with 404.

    An unscripted job of the queue is queued, then processed, then completed, as its status is asked for
    `polls` times; its result names a picture here. Only a submission that is not scripted makes a job.
    `keep_alive` false cuts a connection when a second request comes in on it, as a server does that was
    just giving it up.
    """

    def __init__(self, *, keep_alive: bool = True, polls: int = 3) -> None:
        self.jobs: dict[str, int] = {}  # how often the status of each was answered unscripted
        self.polls = polls
        self.requests: list[Received] = []
        self.received = asyncio.Event()
        self.connections = 0
        self.defaults: dict[str, Answer] = {
            SWAP_PATH: Answer(headers={"x-request-id": "req-1", "x-cost": "0.05"}),
            CREDITS_PATH: as_json({"credits": 12.5, "free-credits": 0.018}),
        }
        self._keep_alive = keep_alive
        self._scripts: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop listening and cut every connection; from then on, connections are refused."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """The port it listens on, or listened on."""
        return self._port

    @property
    def base_url(self) -> str:
        """The address to give the client."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def posts(self) -> list[Received]:
        """The paid calls that came in."""
        return [request for request in self.requests if request.method == "POST"]

    def paths(self, method: str = "GET") -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests if request.method == method]

    def script(self, *answers: Answer, path: str = SWAP_PATH) -> None:
        """Queue answers for the next requests of `path`; when they are used up, the default answers again."""
        self._scripts[path].extend(answers)

    def hold(self, answer: Answer | None = None, *, path: str = SWAP_PATH) -> asyncio.Event:
        """Queue an answer, by default a picture, that is given only once the event is set."""
        release = asyncio.Event()
        self.script(replace(answer or Answer(), release=release), path=path)
        return release

    def forget(self, path: str) -> None:
        """Drop what is still queued for a path."""
        self._scripts.pop(path, None)

    def _answer_to(self, path: str) -> Answer:
        script = self._scripts[path]
        if script:
            return script.popleft()
        return self.defaults.get(path) or self._queue(path) or error(404, "not found")

    def _queue(self, path: str) -> Answer | None:
        """Answer as the queue does, whatever the method."""
        if path == QUEUE_PATH:
            job = f"job-{len(self.jobs) + 1}"
            self.jobs[job] = 0
            return as_json({"request_id": job, "status": "QUEUED", **self._links(job)})
        for job, asked in self.jobs.items():
            if path == status_path(job):
                self.jobs[job] = asked + 1
                done = asked + 1 >= self.polls
                state = "COMPLETED" if done else "PROCESSING" if asked else "QUEUED"
                return as_json({"request_id": job, "status": state, "metrics": {}, **self._links(job)})
            if path == response_path(job):
                metrics = {"cost": 0.05, "remaining_credits": 12.45, "inference_time": 9.82}
                output = self.base_url + result_path(job)
                return as_json({"status": "COMPLETED", "output": output, "metrics": metrics})
            if path == result_path(job):
                return Answer()
        return None

    def _links(self, job: str) -> dict[str, str]:
        return {
            "status_url": self.base_url + status_path(job),
            "response_url": self.base_url + response_path(job),
        }

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        number, self.connections = self.connections, self.connections + 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer, number)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        for count in itertools.count():
            request = await _read(reader, number)
            if count and not self._keep_alive:
                writer.transport.abort()
                return
            self.requests.append(request)
            self.received.set()
            answer = self._answer_to(request.path)
            await asyncio.sleep(answer.delay)
            if answer.release:
                await answer.release.wait()
            closing = request.headers.get("connection", "").lower() == "close"
            await _write(writer, answer, closing=closing)
            if closing or answer.reset or not isinstance(answer.body, bytes):
                return


async def _read(reader: asyncio.StreamReader, number: int) -> Received:
    start = await reader.readexactly(1)
    if start == b"\x16":
        raise ConnectionAbortedError("a TLS handshake, and this server speaks none")
    head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path.partition("?")[0], headers, body, number)


async def _write(writer: asyncio.StreamWriter, answer: Answer, *, closing: bool) -> None:
    if answer.reset == "at_once":
        writer.transport.abort()
        return
    for piece in [answer.before] if isinstance(answer.before, bytes) else answer.before:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(_head(answer, closing=closing))
    pieces = [answer.body] if isinstance(answer.body, bytes) else answer.body
    for piece in pieces:
        if answer.reset == "after_headers":
            break
        writer.write(piece[: len(piece) // 2] if answer.reset == "in_body" else piece)
        await writer.drain()
        await asyncio.sleep(0)  # an endless body must not keep the loop to itself
        if answer.reset == "in_body":
            break
    await writer.drain()


def _head(answer: Answer, *, closing: bool) -> bytes:
    headers = dict(answer.headers)
    if answer.content_type is not None:
        headers["Content-Type"] = answer.content_type
    if isinstance(answer.body, bytes):
        headers["Content-Length"] = str(len(answer.body))
    if closing or not isinstance(answer.body, bytes):
        headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "surrogateescape")
