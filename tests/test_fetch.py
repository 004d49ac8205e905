"""The reader of foreign URLs: which it refuses before resolving anything, and where it stops reading."""

import gzip
import itertools
import socket
import traceback
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import FetchError, FetchProblem
from bot.fetch import DISCORD_CDN, SEGMIND_RESULTS, AllowedOrigins, Reader, fetch, open_session, post
from tests.scripted_api import Answer, ScriptedApi, error

ALLOWED = AllowedOrigins.of([*DISCORD_CDN, *SEGMIND_RESULTS])


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3",
        "https://media.discordapp.net/a.png",
        "https://CDN.DiscordApp.com:443/a.png",
        "https://segmind.com/a.png",
        "https://images.segmind.com/a%20b@c.png",
        "https://a.b-c.segmind.com/a.png",
        "https://segmind-sd-models.s3.amazonaws.com/a.png?X-Amz-Signature=1",
        "https://segmind-x.s3.us-east-1.amazonaws.com/a.png",
    ],
)
def test_admitted(url: str) -> None:
    """What Discord and Segmind serve may be read, and the URL stays as it is signed."""
    assert str(ALLOWED.admit(url)).partition("?")[2] == url.partition("?")[2]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cdn.discordapp.com/a.png",
        "//cdn.discordapp.com/a.png",
        "http://cdn.discordapp.com/a.png",
        "ftp://cdn.discordapp.com/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "https://",
        "https:///a.png",
        # userinfo, also where parsers disagree on its end
        "https://user@cdn.discordapp.com/a.png",
        "https://user:pass@cdn.discordapp.com/a.png",
        "https://@cdn.discordapp.com/a.png",
        "https://:@cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com@evil.com/a.png",
        "https://cdn.discordapp.com:443@evil.com/a.png",
        "https://evil.com#@cdn.discordapp.com/a.png",
        "https://evil.com\\@cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com\\@evil.com/a.png",
        "https://cdn.discordapp.com\\.evil.com/a.png",
        # ports
        "https://cdn.discordapp.com:80/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "https://cdn.discordapp.com:0/a.png",
        "https://cdn.discordapp.com:4430/a.png",
        "https://cdn.discordapp.com:99999/a.png",
        "https://cdn.discordapp.com:x/a.png",
        # addresses
        "https://127.0.0.1/a.png",
        "https://2130706433/a.png",
        "https://0x7f.1/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a.png",
        "https://[::ffff:127.0.0.1]/a.png",
        "https://[::1%25eth0]/a.png",
        "https://[cdn.discordapp.com]/a.png",
        "https://localhost/a.png",
        # names that only look alike
        "https://cdn.discordapp.com./a.png",
        "https://cdn.discordapp.com.evil.com/a.png",
        "https://evil-cdn.discordapp.com.co/a.png",
        "https://xcdn.discordapp.com/a.png",
        "https://discordapp.com/a.png",
        "https://a.cdn.discordapp.com/a.png",
        "https://cdn-discordapp.com/a.png",
        "https://notsegmind.com/a.png",
        "https://segmind.com.evil.com/a.png",
        "https://.segmind.com/a.png",
        "https://a..segmind.com/a.png",
        "https://evil.com/.segmind.com/a.png",
        "https://evil.com?.segmind.com/a.png",
        "https://segmind-x.s3.amazonaws.com.evil.com/a.png",
        "https://evil.com/segmind-x.s3.amazonaws.com",
        "https://segmind-x.y.s3.amazonaws.com/a.png",
        "https://xsegmind-x.s3.amazonaws.com/a.png",
        "https://segmind.s3.amazonaws.com/a.png",
        "https://segmind-x.s3.eu-west-1.amazonaws.com/a.png",
        "https://segmind-x.s3xamazonaws.com/a.png",
        "https://s3.amazonaws.com/segmind-x/a.png",
        # encodings
        "https://cdn%2ediscordapp.com/a.png",
        "https://cdn.discordapp.com%2f.evil.com/a.png",
        "https://cdn.discordapp.com%00.evil.com/a.png",
        "https://cdn\N{IDEOGRAPHIC FULL STOP}discordapp\N{IDEOGRAPHIC FULL STOP}com/a.png",
        "https://cdn.\N{SMALL ROMAN NUMERAL FIVE HUNDRED}iscordapp.com/a.png",
        "https://images.segm\N{LATIN SMALL LETTER DOTLESS I}nd.com/a.png",
        "https://xn--segmnd-q9a.com/a.png",
        "https://cdn.discordapp.com\u200b/a.png",
        "https://\N{KELVIN SIGN}.segmind.com/a.png",
        "https://\N{LATIN SMALL LIGATURE FI}les.segmind.com/a.png",
        # blanks and control characters
        " https://cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com/a b.png",
        "https://cdn.discordapp.com/a.png\r\nX-Api-Key: 1",
        "https://cdn.dis\tcordapp.com/a.png",
        "https://cdn.discordapp.com\n.evil.com/a.png",
        "https://cdn.discordapp.com\x00.evil.com/a.png",
    ],
)
def test_refused(url: str) -> None:
    """Everything else is refused by its text alone, in words that do not hold it."""
    with pytest.raises(FetchError) as caught:
        ALLOWED.admit(url)
    assert caught.value.problem is FetchProblem.NOT_ALLOWED
    assert "evil" not in repr(caught.value)


@pytest.mark.parametrize("origin", ["segmind.com", "ftp://segmind.com", "https://a/b", "https://u@a", ""])
def test_origins_are_checked(origin: str) -> None:
    """A setting that is no origin is an error at once, not a pattern that never matches."""
    with pytest.raises(ValueError, match="not an origin"):
        AllowedOrigins.of([origin])


def test_loopback_origin_is_exact() -> None:
    """An origin that the composition root adds allows that scheme, host and port alone."""
    allowed = AllowedOrigins.of(["http://127.0.0.1:8080", "http://[::1]:8080"])
    allowed.admit("http://127.0.0.1:8080/a.png")
    allowed.admit("http://[::1]:8080/a.png")
    for url in (
        "https://127.0.0.1:8080/",
        "http://127.0.0.1:8081/",
        "http://127.0.0.2:8080/",
        "http://127.0.0.1/",
    ):
        with pytest.raises(FetchError):
            allowed.admit(url)


class Witness(AbstractResolver):
    """A resolver that remembers what it was asked, and knows no name."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Fail as the system's resolver does."""
        self.asked.append(host)
        raise OSError(f"no address for {host}:{port} ({family})")

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(("host", "asked"), [("evil.com", []), ("segmind.com", ["segmind.com"])])
async def test_refused_before_resolving(host: str, asked: list[str]) -> None:
    """The name of a refused URL is never looked up."""
    witness = Witness()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=witness)) as session:
        with pytest.raises(FetchError):
            await fetch(session, f"https://{host}/a.png", allowed=ALLOWED, max_bytes=10, timeout_seconds=5)
    assert witness.asked == asked


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session as the bot makes it."""
    async with open_session() as session:
        yield session


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    """A server of files."""
    async with ScriptedApi() as api:
        yield api


async def read(
    session: aiohttp.ClientSession, api: ScriptedApi, *, max_bytes: int = 1000, timeout_seconds: float = 10
) -> bytes:
    """Fetch the server's `/a.png`, with a signature."""
    return await fetch(
        session,
        f"{api.base_url}/a.png?hm=5e7d",
        allowed=AllowedOrigins.of([api.base_url]),
        max_bytes=max_bytes,
        timeout_seconds=timeout_seconds,
    )


@pytest.mark.parametrize("compressed", [False, True])
async def test_a_whole_file(session: aiohttp.ClientSession, api: ScriptedApi, *, compressed: bool) -> None:
    """A file of exactly the cap is read whole, as it was before compression."""
    content = b"x" * 1000
    body = gzip.compress(content) if compressed else content
    api.script(Answer(body=body, headers={"content-encoding": "gzip"} if compressed else {}), path="/a.png")
    assert await read(session, api, max_bytes=1000) == content


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(body=b"x" * 1001), FetchProblem.TOO_LARGE),
        (Answer(body=[b"x" * 500, b"x" * 501]), FetchProblem.TOO_LARGE),
        (Answer(body=itertools.repeat(b"x" * 2**16)), FetchProblem.TOO_LARGE),
        (
            Answer(body=gzip.compress(bytes(2**24)), headers={"content-encoding": "gzip"}),
            FetchProblem.TOO_LARGE,
        ),
        (Answer(301, headers={"location": "/b.png"}), FetchProblem.STATUS),
        (Answer(204, b""), FetchProblem.STATUS),
        (error(404), FetchProblem.STATUS),
        (error(500), FetchProblem.STATUS),
        (Answer(delay=30), FetchProblem.TIMEOUT),
        (Answer(body=iter(lambda: b"", None)), FetchProblem.TIMEOUT),
        (Answer(reset="at_once"), FetchProblem.NETWORK),
        (Answer(headers={"x-long": "y" * 100_000}), FetchProblem.NETWORK),
        (Answer(reset="in_body"), FetchProblem.NETWORK),
        (Answer(headers={"content-encoding": "gzip"}), FetchProblem.NETWORK),
    ],
)
async def test_problems(
    session: aiohttp.ClientSession, api: ScriptedApi, answer: Answer, problem: FetchProblem
) -> None:
    """Each way to fail has its name; no error, nor one behind it, holds the URL."""
    api.defaults["/a.png"] = answer  # aiohttp repeats a GET by itself when the connection breaks at once
    with pytest.raises(FetchError) as caught:
        await read(session, api, timeout_seconds=0.2 if problem is FetchProblem.TIMEOUT else 10)
    assert caught.value.problem is problem
    assert caught.value.status == (answer.status if problem is FetchProblem.STATUS else None)
    assert "5e7d" not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert {request.path for request in api.requests} == {"/a.png"}  # a redirect is not followed


async def send(session: aiohttp.ClientSession, api: ScriptedApi, **more: Any) -> bytes:
    """Post to the server's `/look`, with a key."""
    options: dict[str, Any] = {
        "headers": {"x-api-key": "made-up"},
        "max_bytes": 1000,
        "timeout_seconds": 10,
        **more,
    }
    return await post(session, f"{api.base_url}/look", b"x" * 2_000_000, **options)


async def test_bytes_are_posted_whole(session: aiohttp.ClientSession, api: ScriptedApi) -> None:
    """Two megabytes arrive with the headers given, and an answer of the cap's size comes back."""
    api.script(Answer(body=b"y" * 1000), path="/look")
    assert await send(session, api) == b"y" * 1000
    (request,) = api.requests
    assert (request.method, len(request.body), request.headers["x-api-key"]) == ("POST", 2_000_000, "made-up")


@pytest.mark.parametrize(
    ("answer", "more", "problem"),
    [
        (Answer(status=429), {}, FetchProblem.STATUS),
        (Answer(status=302, headers={"location": "/elsewhere"}), {}, FetchProblem.STATUS),
        (Answer(body=b"y" * 1001), {}, FetchProblem.TOO_LARGE),
        (Answer(delay=5), {"timeout_seconds": 0.2}, FetchProblem.TIMEOUT),
        (Answer(reset="at_once"), {}, FetchProblem.NETWORK),
        (Answer(reset="in_body"), {}, FetchProblem.NETWORK),
    ],
)
async def test_a_post_fails_as_a_read_does(
    session: aiohttp.ClientSession,
    api: ScriptedApi,
    answer: Answer,
    more: dict[str, Any],
    problem: FetchProblem,
) -> None:
    """One typed error, which holds neither key nor address; the key is not carried to another place."""
    api.script(answer, path="/look")
    with pytest.raises(FetchError) as caught:
        await send(session, api, **more)
    assert caught.value.problem is problem
    assert "made-up" not in "".join(traceback.format_exception(caught.value))
    assert api.base_url not in "".join(traceback.format_exception(caught.value))
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (Answer(200, b""), False),
        (Answer(404, b""), True),
        (Answer(403, b""), True),
        (Answer(410, b""), True),
        (Answer(429, b""), False),
        (Answer(500, b""), False),
        (Answer(302, b"", headers={"Location": "http://127.0.0.1:1/"}), False),
        (Answer(404, b"", delay=5), False),
        (Answer(reset="at_once"), False),
    ],
)
async def test_what_is_gone(
    session: aiohttp.ClientSession, api: ScriptedApi, answer: Answer, gone: bool
) -> None:
    """Only an answer that says so counts; the body is not asked for, and a slow server is not waited for."""
    api.script(answer, path="/a.png")
    reader = Reader(session, AllowedOrigins.of([api.base_url]), 1000, 10)
    seconds = 0.2 if answer.delay else 10
    assert await reader.is_gone(f"{api.base_url}/a.png", timeout_seconds=seconds) is gone
    assert {(one.method, one.path) for one in api.requests} == {("HEAD", "/a.png")}


async def test_only_allowed_addresses_are_asked(session: aiohttp.ClientSession, api: ScriptedApi) -> None:
    """What may not be read is not asked for either."""
    with pytest.raises(FetchError):
        await Reader(session, ALLOWED, 1000, 10).is_gone(f"{api.base_url}/a.png", timeout_seconds=0.2)
    assert api.requests == []
