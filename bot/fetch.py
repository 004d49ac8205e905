"""The one reader of foreign URLs: allowed origins, a byte cap, a deadline, no redirects.

Which origins are allowed is decided by the composition root; nothing a member, a request or an upstream
answer says can add one.
"""

import asyncio
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from bot.errors import FetchError, FetchProblem
from bot.room import Share

DISCORD_CDN = ("https://cdn.discordapp.com", "https://media.discordapp.net")
"""Where Discord serves attachments (source: Discord's developer documentation)."""

SEGMIND_RESULTS = (
    "https://segmind.com",
    "https://**.segmind.com",
    "https://segmind-*.s3.amazonaws.com",
    "https://segmind-*.s3.us-east-1.amazonaws.com",
)
"""Where Segmind serves results that it names by URL."""

CONNECTION_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)
"""What a broken connection raises, for callers that use another client built on aiohttp."""

Session = aiohttp.ClientSession
"""What `open_session` opens, by a name for modules that use no client themselves."""

Trace = aiohttp.TraceConfig
"""What `answers_heard` makes, by a name of that kind."""

READ_AHEAD = 16 * 1024
"""Bytes of a body that are read before anybody asks for them, besides what comes with the headers."""

_SMALL = 64 * 1024  # what needs no room of its own: about that much is read ahead anyway
_GONE = (403, 404, 410)
_LABEL = r"[a-z0-9-]"


@dataclass(frozen=True)
class AllowedOrigins:
    """Origins that may be read, as patterns `scheme://host[:port]`.

    `*` stands for part of one host label and `**.` for one or more whole labels; scheme and port are exact.
    """

    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, origins: Iterable[str]) -> "AllowedOrigins":
        """Compile the origins; raises ValueError for one that is not `scheme://host[:port]`."""
        return cls(tuple(_compile(origin) for origin in origins))

    def with_origin_of(self, url: str) -> "AllowedOrigins":
        """Allow one more origin, that of an address the operator has configured."""
        return AllowedOrigins(self.patterns + self.of((str(URL(url).origin()),)).patterns)

    def admit(self, url: str) -> URL:
        """Return the parsed URL, or raise FetchError(NOT_ALLOWED). Resolves no name."""
        parsed = _parse(url)
        if parsed is None:
            raise FetchError(FetchProblem.NOT_ALLOWED)
        origin = f"{parsed.scheme}://{(parsed.raw_host or '').lower()}:{parsed.port}"
        if not any(pattern.fullmatch(origin) for pattern in self.patterns):
            raise FetchError(FetchProblem.NOT_ALLOWED)
        return parsed


def _parse(url: str) -> URL | None:
    """Parse a URL that needs no repair; None for one with userinfo, blanks, control signs or backslashes.

    Parsers disagree on those, and what is checked must be what is connected to.
    """
    if re.search(r"[\x00-\x20\x7f\\]", url) or "@" in url.partition("://")[2].partition("/")[0]:
        return None
    try:
        parsed = URL(url, encoded=True)
        whole = parsed.raw_host and parsed.raw_host.isascii() and parsed.port
    except ValueError:  # from `port`, too
        return None
    return parsed if whole else None


def _compile(origin: str) -> re.Pattern[str]:
    match = re.fullmatch(r"(https?)://([a-z0-9.*-]+|\[[0-9a-f:]+\])(?::(\d+))?", origin)
    if match is None:
        raise ValueError(f"not an origin: {origin}")
    scheme, host, port = match[1], match[2].strip("[]"), match[3]
    pattern = re.escape(host).replace(r"\*\*\.", rf"(?:{_LABEL}+\.)+").replace(r"\*", rf"{_LABEL}*")
    return re.compile(rf"{scheme}://{pattern}:{port or (443 if scheme == 'https' else 80)}")


def open_session(connections: int = 100) -> aiohttp.ClientSession:
    """A client session that keeps no cookies; the default TLS context honours SSL_CERT_FILE.

    It opens at most so many `connections` at once, 0 for any number.
    """
    connector = aiohttp.TCPConnector(limit=connections)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    *,
    allowed: AllowedOrigins,
    max_bytes: int,
    timeout_seconds: float,
    share: Share | None = None,
) -> bytes:
    """Read one URL whole, in memory, with a `share` of what room there is.

    Raises FetchError: NOT_ALLOWED before anything is resolved, STATUS for anything but 200, TOO_LARGE once
    the body (after decompression) passes `max_bytes`, TIMEOUT after `timeout_seconds` in all, in which
    waiting for room does not count, else NETWORK.
    """
    target = allowed.admit(url)
    try:
        async with asyncio.timeout(timeout_seconds) as limit:
            async with session.get(target, allow_redirects=False, read_bufsize=READ_AHEAD) as response:
                if response.status != 200:
                    raise FetchError(FetchProblem.STATUS, response.status)
                await make_room(response, max_bytes, Reading(share, limit))
                return await read_capped(response, max_bytes)
    except TimeoutError:
        problem = FetchProblem.TIMEOUT
    except aiohttp.ClientError:
        problem = FetchProblem.NETWORK
    # Raised out here on purpose: a client error holds the URL, which may be signed, and would come along
    # as the context of an error raised inside the block.
    raise FetchError(problem)


@dataclass(frozen=True)
class Reader:
    """Reads pictures from certain origins, through one session."""

    session: aiohttp.ClientSession = field(repr=False)
    allowed: AllowedOrigins
    max_bytes: int
    timeout_seconds: float

    def allows(self, url: str) -> bool:
        """Whether this address may be read."""
        try:
            self.allowed.admit(url)
        except FetchError:
            return False
        return True

    async def read(self, url: str) -> bytes:
        """Read a picture whole; raises FetchError as `fetch` does."""
        return await fetch(
            self.session,
            url,
            allowed=self.allowed,
            max_bytes=self.max_bytes,
            timeout_seconds=self.timeout_seconds,
        )

    async def is_gone(self, url: str, *, timeout_seconds: float) -> bool:
        """Whether a picture is certainly not there any more; False where that cannot be told in time.

        Raises FetchError(NOT_ALLOWED).
        """
        target = self.allowed.admit(url)
        try:
            async with asyncio.timeout(timeout_seconds):
                async with self.session.head(target, allow_redirects=False) as response:
                    return response.status in _GONE
        except CONNECTION_ERRORS:
            return False


def answers_heard(hear: Callable[[str, int], None]) -> Trace:
    """Tell `hear` the path and the status of each answer that another client built on aiohttp gets."""

    async def end(_: object, __: object, ended: aiohttp.TraceRequestEndParams) -> None:
        hear(ended.url.raw_path, ended.response.status)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(end)
    return trace


async def post(
    session: aiohttp.ClientSession,
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    max_bytes: int,
    timeout_seconds: float,
) -> bytes:
    """Send bytes to an address of the bot's own and read what is answered; raises FetchError as `fetch`.

    The address is not checked: it must never come from outside.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            # As a file: aiohttp would hold up the loop to send large bytes.
            async with session.post(
                url, data=io.BytesIO(body), headers=headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise FetchError(FetchProblem.STATUS, response.status)
                return await read_capped(response, max_bytes)
    except TimeoutError:
        problem = FetchProblem.TIMEOUT
    except (aiohttp.ClientError, OSError):
        problem = FetchProblem.NETWORK
    raise FetchError(problem)


@dataclass(frozen=True)
class Reading:
    """How a body that may be a picture is read: with a share of what room there is, within a time limit."""

    share: Share | None
    limit: asyncio.Timeout


async def make_room(response: aiohttp.ClientResponse, max_bytes: int, reading: Reading | None) -> None:
    """Wait until there is room for a body; its sender is held up meanwhile, and the limit stands still.

    A body that does not say how long it is, or that is compressed, may become as large as any.
    """
    said = None if "content-encoding" in response.headers else response.content_length
    length = max_bytes if said is None else min(said, max_bytes)
    if reading is None or reading.share is None or length <= _SMALL:
        return
    loop, until = asyncio.get_running_loop(), reading.limit.when()
    began = loop.time()
    reading.limit.reschedule(None)
    await reading.share.take(length)
    reading.limit.reschedule(until and until + loop.time() - began)


async def read_capped(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read a body of at most `max_bytes` after decompression; raises FetchError(TOO_LARGE) beyond."""
    if (response.content_length or 0) > max_bytes:
        raise FetchError(FetchProblem.TOO_LARGE)
    chunks: list[bytes] = []  # a buffer that grows would hold itself twice, also on the way to a refusal
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > max_bytes:
            raise FetchError(FetchProblem.TOO_LARGE)
        chunks.append(chunk)
    return b"".join(chunks)
