"""What an API that was taken over, or a proxy before it, could answer a paid call with.

Every one is a function of the canary's port: an address that must never be asked for anything.
"""

import base64
import gzip
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from tests.e2e.conftest import KEY
from tests.hostile.bombs import REFUSED as BOMBS
from tests.hostile.forged import FORGED, HTML, SVG
from tests.hostile.making import riff, vp8l
from tests.scripted_api import PNG, Answer, as_json, error, result_path

MEGA = 2**20
Made = Callable[[int], Answer]


@cache
def _deflated(wbits: int) -> bytes:
    """100 MB of zeros, packed."""
    squeeze = zlib.compressobj(1, wbits=wbits)
    return b"".join(squeeze.compress(bytes(MEGA)) for _ in range(100)) + squeeze.flush()


def _coded(coding: str, body: Callable[[], bytes], content_type: str = "image/png") -> Made:
    return lambda _: Answer(body=body(), content_type=content_type, headers={"Content-Encoding": coding})


def _json(body: bytes, content_type: str = "application/json") -> Made:
    return lambda _: Answer(body=body, content_type=content_type)


def _as(content_type: str, body: bytes) -> Made:
    return lambda _: Answer(body=body, content_type=content_type)


def _redirect(status: int) -> Made:
    return lambda port: Answer(status, b"", headers={"Location": f"http://127.0.0.1:{port}/"})


def _lied(length: str, *more: str) -> Made:
    """Send a whole picture under headers that say another length."""
    return lambda _: Answer(body=[PNG], headers={"Content-Length": "\r\n".join([length, *more])})


def _dribble() -> Iterator[bytes]:
    """Bytes that come one at a time, for ever."""
    return itertools.chain((bytes([byte]) for byte in PNG[:20]), itertools.repeat(b""))


def _fields(count: int) -> bytes:
    return b"{" + b",".join(b'"%d":0' % n for n in range(count)) + b"}"


def _base64_of(data: bytes, prefix: str = "") -> Made:
    return lambda _: as_json({"image": prefix + base64.b64encode(data).decode()})


def _in_pieces(answer: Answer) -> Answer:
    """Send a large body so that the server, which is in this process too, keeps no second copy of it."""
    body = answer.body
    assert isinstance(body, bytes)
    pieces = (body[at : at + 2**16] for at in range(0, len(body), 2**16))
    return replace(answer, body=pieces)


_ADDRESSES = (
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:{port}/x.png",
    "http://localhost:{port}/x.png",
    "http://LOCALHOST.:{port}/x.png",
    "http://[::1]:{port}/x.png",
    "http://[::ffff:127.0.0.1]:{port}/x.png",
    "http://2130706433:{port}/x.png",
    "http://0x7f000001:{port}/x.png",
    "http://0177.0.0.1:{port}/x.png",
    "http://127.1:{port}/x.png",
    "http://0:{port}/x.png",
    "http://segmind.com@127.0.0.1:{port}/x.png",
    "https://images.segmind.com:443@127.0.0.1:{port}/x.png",
    "http://127.0.0.1:{port}#@images.segmind.com/x.png",
    "http://127.0.0.1:{port}\\@images.segmind.com/x.png",
    "https://images.segmind.com.evil.example/x.png",
    "http://images.segmind.com/x.png",
    "https://images.segmind.com:8443/x.png",
    "https://metadata.google.internal/computeMetadata/v1/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "ftp://127.0.0.1:{port}/x.png",
    "dict://127.0.0.1:{port}/d:x",
    "jar:http://127.0.0.1:{port}/x.jar!/x.png",
    "//127.0.0.1:{port}/x.png",
    "\\\\127.0.0.1\\share\\x.png",
    "http:127.0.0.1:{port}/x.png",
    "http:///127.0.0.1:{port}/x.png",
    "javascript:fetch('http://127.0.0.1:{port}/')",
    "http://127.0.0.1:{port}/\r\nx-api-key: stolen",
    "http://\ud800.segmind.com/x.png",
)


def _named(address: str) -> Made:
    return lambda port: as_json({"output": address.replace("{port}", str(port))})


def _bomb(name: str, content_type: str) -> Made:
    return lambda _: _in_pieces(Answer(body=BOMBS[name](), content_type=content_type))


REFUSED: Mapping[str, Made] = {
    # too much
    "an endless picture": lambda _: Answer(body=itertools.repeat(bytes(2**16))),
    "endless JSON": lambda _: Answer(
        body=itertools.repeat(b'{"a":[' * 10_000), content_type="application/json"
    ),
    "100 MB in gzip": _coded("gzip", lambda: _deflated(31)),
    "100 MB in deflate": _coded("deflate", lambda: _deflated(15)),
    "100 MB in raw deflate": _coded("deflate", lambda: _deflated(-15)),
    "100 MB of JSON in gzip": _coded("gzip", lambda: _deflated(31), "application/json"),
    "gzip in gzip": _coded("gzip", lambda: gzip.compress(_deflated(31))),
    "gzip that is none": _coded("gzip", lambda: PNG),
    "gzip that breaks off": _coded("gzip", lambda: gzip.compress(PNG)[:-9]),
    "brotli that is none": _coded("br", lambda: PNG),
    "zstandard that is none": _coded("zstd", lambda: PNG),
    "12 MB of base64": lambda _: _in_pieces(as_json({"image": "A" * 4 * 3_000_000})),
    "20 MB of base64": lambda _: _in_pieces(as_json({"image": "A" * 4 * 5_000_000})),
    "12 MB of base64 with line ends": lambda _: _in_pieces(as_json({"image": ("A" * 76 + "\n") * 156_000})),
    "30 MB of base64 with line ends": lambda _: _in_pieces(as_json({"image": ("A" * 76 + "\n") * 400_000})),
    "a million fields": lambda _: Answer(body=_fields(1_000_000), content_type="application/json"),
    "a million pictures": _json(b'{"images":[' + b"{}," * 1_000_000 + b"{}]}"),
    # something else
    "HTML as PNG": _as("image/png", HTML),
    "HTML as HTML": _as("text/html", HTML),
    "SVG as PNG": lambda port: Answer(body=SVG % port),
    "SVG as SVG": lambda port: Answer(body=SVG % port, content_type="image/svg+xml"),
    "a program as JPEG": _as("image/jpeg", FORGED["windows program"]),
    "a film as WebP": _as("image/webp", FORGED["mp4"]),
    "nothing as PNG": _as("image/png", b""),
    "a picture that breaks off": _as("image/png", PNG[:50]),
    "268 megapixels in 50 bytes": _bomb("webp: 268 real megapixels in 50 bytes", "image/webp"),
    "36 megapixels in 50 bytes": _bomb("webp: 36 real megapixels in 50 bytes", "image/png"),
    "20,000 scans": _bomb("jpeg: 20,000 scans", "image/jpeg"),
    "two million chunks": _bomb("png: two million empty chunks", "image/png"),
    "a text of 100 MB": _bomb("png: zTXt of 100 MB", "image/png"),
    "no type, and no picture": lambda _: Answer(body=b"\0" * 1000, content_type=None),
    # elsewhere
    **{f"redirect {status} to another port": _redirect(status) for status in (301, 302, 303, 307, 308)},
    **{f"names {address[:40]!a}": _named(address) for address in _ADDRESSES},
    # nonsense in HTTP
    "shorter than its length says": _lied("100000"),
    "a length that is no number": _lied("many"),
    "a negative length": _lied("-1"),
    "two lengths": _lied("5", "Content-Length: 50"),
    "a length and chunks": _lied("5", "Transfer-Encoding: chunked"),
    "a header of 100 KB": lambda _: Answer(headers={"x-cost": "1" * 100_000}),
    "a header without a colon": lambda _: Answer(headers={"x-a": "1\r\nnonsense"}),
    "a NUL in a header": lambda _: Answer(headers={"x-request-id": "a\0b"}),
    "another protocol": lambda _: Answer(before=b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a status of four digits": lambda _: Answer(2000),
    "a switch of protocols": lambda _: Answer(
        101, b"", headers={"Upgrade": "websocket", "Connection": "Upgrade"}
    ),
    # nonsense in JSON
    "100,000 lists deep": _json(b'{"output":' + b"[" * 100_000),
    "100,000 objects deep": _json(b'{"output":' * 100_000),
    "a number of a million digits": _json(b'{"output":' + b"9" * MEGA + b"}"),
    "infinity": _json(b'{"output": 1e999, "image": NaN}'),
    "NUL bytes": _json(b'{"output":"\0\0\0"}'),
    "a lone surrogate": _json(b'{"output":"\\ud800\\udfff\\ud800"}'),
    "half a UTF-8 sign": _json(b'{"output":"\xc3"}'),
    "another charset": _json(b'{"output":"+AGg-ttp"}', "application/json; charset=utf-7"),
    "an unknown charset": _json(b'{"output":""}', "application/json; charset=\xff"),
    "the wrong shapes": _json(
        json.dumps({"output": {"url": [1]}, "images": [[["x"]]], "data": "!"}).encode()
    ),
    "a list": _json(b'["http://127.0.0.1/"]'),
    "base64 of HTML": _base64_of(HTML, "data:image/png;base64,"),
    "base64 of 36 megapixels": _base64_of(riff(vp8l(6000, 6000))),
    "a data URI that is not base64": lambda _: as_json({"output": "data:image/svg+xml,<svg/>"}),
    # errors that tell too much
    "the key, in an error": lambda _: error(400, f"invalid: {KEY}"),
    "the key, in HTML": lambda _: Answer(500, f"<pre>x-api-key: {KEY}</pre>".encode(), "text/html"),
    "the key, in base64": lambda _: error(500, base64.b64encode(KEY.encode()).decode()),
    "the key, cut short": lambda _: error(500, f"Authorization failed for {KEY[:-4]}"),
    "a ping and markup": lambda _: error(400, "@everyone <@&1> [x](http://evil.example) \u202e"),
    "an endless error": lambda _: Answer(500, itertools.repeat(b"no " * 10_000), "text/plain"),
    "an error of 100 MB in gzip": lambda _: Answer(
        500, _deflated(31), "application/json", {"Content-Encoding": "gzip"}
    ),
}
"""Refunded, with words, after exactly one call."""

SLOW: Mapping[str, Made] = {
    "one byte at a time": lambda _: Answer(body=_dribble()),
    "one informational answer after the other": lambda _: Answer(
        before=itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)
    ),
}
"""Refunded when their time is over."""

SHOWN: Mapping[str, Made] = {
    "10,000 informational answers": lambda _: Answer(before=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10_000),
    "a picture as text": _as("text/plain", PNG),
    "a picture as nothing": lambda _: Answer(content_type=None),
    "costs and seeds out of this world": lambda _: Answer(
        headers={
            "x-cost": "1e999",
            "x-seed-value": "9" * 4000,
            "x-remaining-credits": "NaN",
            "x-generation-time": "-1e308",
        }
    ),
    "a negative cost": lambda _: Answer(
        headers={"x-cost": "-5", "x-seed-value": "-1", "x-generation-time": "0x7"}
    ),
    "the key as a request id": lambda _: Answer(headers={"x-request-id": KEY}),
    "the same header twice": lambda _: Answer(headers={"x-cost": "1\r\nx-cost: 2"}),
    "a picture in base64 with blanks": lambda _: as_json(
        {"image": " " + base64.b64encode(PNG).decode() + "\n"}
    ),
    "the same field twice": _json(b'{"output":"file:///etc/passwd","output":"%b"}' % base64.b64encode(PNG)),
    "a picture with a zip behind it": _as("image/png", PNG + FORGED["zip"]),
    "its own length, and more": _lied(str(len(PNG)), "Connection: close\r\nX-More: 1"),
}
"""Odd, yet there is a picture in it."""

RESULTS: Mapping[str, Made] = {
    **{f"result: redirect {status}": _redirect(status) for status in (302, 307, 308)},
    "result: endless": lambda _: Answer(body=itertools.repeat(bytes(2**16))),
    "result: 100 MB in gzip": _coded("gzip", lambda: _deflated(31)),
    "result: HTML as PNG": _as("image/png", HTML),
    "result: 36 megapixels": _bomb("webp: 36 real megapixels in 50 bytes", "image/png"),
    "result: JSON that names another": _named("http://127.0.0.1:{port}/x.png"),
    "result: forbidden": lambda _: error(403, f"signature of {KEY}"),
}
"""The answer names an address that is allowed, `RESULT`; this is what comes from there."""

RESULT = result_path()
