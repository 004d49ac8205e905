"""The Segmind client while the wire fails: what may have been billed is never posted again."""

import gzip
import itertools
import socket
from collections.abc import Iterable

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import segmind
from bot.errors import (
    ApiAnswerUnreadable,
    ApiDisconnected,
    ApiTimeout,
    ApiUnreachable,
    BadKey,
    InvalidParameters,
    SwapFailed,
)
from bot.segmind import TRIES, SegmindClient
from tests.clocked_client import REQUEST, Clock, client_of
from tests.scripted_api import PNG, SWAP_PATH, Answer, ScriptedApi, as_json


@pytest.fixture
def client(session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock) -> SegmindClient:
    """A client of the scripted server, which may also serve results."""
    return client_of(session, api.base_url, clock, results=api.base_url)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(reset="at_once"), ApiDisconnected),
        (Answer(reset="after_headers"), ApiAnswerUnreadable),
        (Answer(reset="in_body"), ApiAnswerUnreadable),
        (Answer(delay=30), ApiTimeout),
        (Answer(body=b"<html>hello</html>"), ApiAnswerUnreadable),
        (Answer(body=PNG[:-20]), ApiAnswerUnreadable),
        (Answer(body=b""), ApiAnswerUnreadable),
        (Answer(body=itertools.repeat(b"x" * 2**18)), ApiAnswerUnreadable),
        (Answer(headers={"content-encoding": "gzip"}), ApiAnswerUnreadable),
        (
            Answer(body=gzip.compress(bytes(64 * 2**20), 1), headers={"content-encoding": "gzip"}),
            ApiAnswerUnreadable,
        ),
        (Answer(headers={"x-long": "y" * 100_000}), ApiDisconnected),
        (as_json({"url": "https://evil.example/a.png"}), ApiAnswerUnreadable),
        (as_json({"url": "http://169.254.169.254/latest"}), ApiAnswerUnreadable),
    ],
)
async def test_in_doubt_is_never_repeated(
    client: SegmindClient, api: ScriptedApi, clock: Clock, answer: Answer, kind: type[SwapFailed]
) -> None:
    """What may have been billed is posted once, whatever comes back: cut, endless, inflated, forged, late."""
    api.script(answer)
    with pytest.raises(kind):
        await client.swap(REQUEST, timeout_seconds=0.3 if kind is ApiTimeout else 60)
    assert len(api.posts) == 1
    assert clock.slept == []


def stalling() -> Iterable[bytes]:
    """Make a body that begins and never goes on."""
    return itertools.chain([PNG[:10]], itertools.repeat(b""))


async def test_slow_body(client: SegmindClient, api: ScriptedApi) -> None:
    """The deadline covers the body as well."""
    api.script(Answer(body=stalling()))
    with pytest.raises(ApiTimeout):
        await client.swap(REQUEST, timeout_seconds=0.2)
    assert len(api.posts) == 1


async def test_slow_error_body(
    client: SegmindClient, api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A status is not waited on for the rest of its body."""
    monkeypatch.setattr(segmind, "_ERROR_BODY_SECONDS", 0.1)
    api.script(Answer(401, stalling()))
    with pytest.raises(BadKey):
        await client.swap(REQUEST, timeout_seconds=3)


@pytest.mark.parametrize(
    "body", [itertools.repeat(b"no " * 1000), gzip.compress(b"no " * 2**20, 1)], ids=["endless", "inflated"]
)
async def test_error_body_is_capped(
    client: SegmindClient, api: ScriptedApi, body: bytes | Iterable[bytes]
) -> None:
    """An endless or inflated error body is cut off; its status stands."""
    api.script(Answer(400, body, headers={"content-encoding": "gzip"} if isinstance(body, bytes) else {}))
    with pytest.raises(InvalidParameters) as caught:
        await client.swap(REQUEST, timeout_seconds=3)
    assert caught.value.message.startswith("no no")
    assert len(caught.value.message) == 300


@pytest.mark.parametrize("reset", ["after_headers", "in_body"])
async def test_broken_error_body(client: SegmindClient, api: ScriptedApi, reset: str) -> None:
    """An error whose body breaks off is still the error its status says."""
    api.script(Answer(401, b"denied " * 1000, reset="in_body" if reset == "in_body" else "after_headers"))
    with pytest.raises(BadKey):
        await client.swap(REQUEST)


async def test_refused_connection_is_repeated(
    session: aiohttp.ClientSession, api: ScriptedApi, clock: Clock
) -> None:
    """A restarted engine is found at its new address: the base URL is asked anew for each try."""
    async with ScriptedApi() as gone:
        pass
    addresses = iter([gone.base_url, api.base_url])
    await client_of(session, lambda: next(addresses), clock).swap(REQUEST)
    assert (len(api.posts), clock.slept) == (1, [0.5])


class NoNames(AbstractResolver):
    """A resolver that knows no name."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Fail as the system's resolver does."""
        raise OSError(f"no address for {host}:{port} ({family})")

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("case", ["refused", "no name", "no TLS"])
async def test_unreachable(api: ScriptedApi, clock: Clock, case: str) -> None:
    """Nothing was sent, so each try is repeated, and in the end the API was not reached."""
    base_url = {
        "refused": api.base_url,
        "no name": "http://api.invalid",
        "no TLS": api.base_url.replace("http:", "https:"),
    }[case]
    if case == "refused":
        await api.stop()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoNames())) as session:
        with pytest.raises(ApiUnreachable):
            await client_of(session, base_url, clock).swap(REQUEST)
    assert len(clock.slept) == TRIES - 1
    assert api.requests == []


async def test_no_stale_connection(session: aiohttp.ClientSession, clock: Clock) -> None:
    """A server that drops connections between calls cuts no paid call, since each has a fresh one."""
    async with ScriptedApi(keep_alive=False) as api:
        client = client_of(session, api.base_url, clock)
        for _ in range(3):
            await client.swap(REQUEST)
            await client.credits()
        assert (len(api.posts), api.connections) == (3, 6)
        # The server does what this test is about: a client that keeps connections is cut off.
        await (await session.post(api.base_url + SWAP_PATH)).read()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.post(api.base_url + SWAP_PATH)
