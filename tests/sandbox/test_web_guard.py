"""Who may use the page, what it never says, and what it does with requests that it never makes itself."""

import io
import json
import math
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import yarl

from bot.sandbox import Permission, Sandbox
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.web import Page, Sample, incoming
from bot.sandbox.wire import Json
from tests.sandbox.browser import opened
from tests.sandbox.client import PIXEL, Bot

STATIC = ("index.html", "app.js", "style.css")


@pytest.fixture
def page() -> Page:
    """A page with one sample."""
    return Page(samples={"cat.png": Sample("cat.png", "Cat", "A cat.", PIXEL)})


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """Plain requests to the sandbox."""
    async with aiohttp.ClientSession(sandbox.base_url) as session:
        yield session


def form(act: object) -> aiohttp.FormData:
    """An act as a form."""
    data = aiohttp.FormData(default_to_multipart=True)
    raw = act if isinstance(act, bytes) else json.dumps(act).encode()
    data.add_field("act", io.BytesIO(raw), content_type="application/json")
    return data


async def test_every_answer_is_locked_down(
    http: aiohttp.ClientSession, channel: Channel, ada: Member
) -> None:
    """The page, its files, samples, what is read and what is refused: all carry the policy and the rest."""
    query = f"as={ada.user.id}&channel={channel.id}"
    for path, status in (
        ("/", 200),
        *((f"/static/{name}", 200) for name in STATIC),
        ("/static/none.js", 404),
        ("/sandbox/samples/cat.png", 200),
        ("/sandbox/state", 200),
        (f"/sandbox/messages?{query}", 200),
        (f"/sandbox/commands?{query}", 200),
        (f"/sandbox/stream?{query}", 200),
        ("/sandbox/messages", 400),
        ("/sandbox/console", 404),
    ):
        async with http.get(path) as response:
            assert response.status == status, path
            policy = response.headers["Content-Security-Policy"]
            assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(
                policy.split("; ")
            )
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert not [name for name in response.headers if name.startswith("Access-Control")]


async def test_types_are_right(http: aiohttp.ClientSession) -> None:
    """With nosniff a browser runs and shows only what is named as what it is."""
    for path, expected in (
        ("/", "text/html; charset=utf-8"),
        ("/static/app.js", "text/javascript; charset=utf-8"),
        ("/static/style.css", "text/css; charset=utf-8"),
        ("/sandbox/samples/cat.png", "image/png"),
    ):
        async with http.get(path) as response:
            assert response.headers["Content-Type"] == expected


async def test_other_names_and_other_sites_are_turned_away(
    sandbox: Sandbox, http: aiohttp.ClientSession, channel: Channel, ada: Member
) -> None:
    """A rebound name, another site's script, a form without the header: none reads or does anything."""
    origin = sandbox.base_url
    port = origin.rpartition(":")[2]
    act = {"as": str(ada.user.id), "channel": str(channel.id), "kind": "write", "content": "x"}
    mine = {"X-Sandbox": "1"}
    cases: tuple[tuple[str, str, dict[str, str], int], ...] = (
        ("GET", "/", {"Host": f"evil.test:{port}"}, 421),
        ("GET", "/static/app.js", {"Host": f"evil.test:{port}"}, 421),
        ("GET", "/sandbox/state", {"Host": f"evil.test:{port}"}, 421),
        ("GET", "/sandbox/state", {"Host": "127.0.0.1:1"}, 421),
        ("GET", "/sandbox/state", {"Host": f"localhost:{port}"}, 421),
        ("POST", "/sandbox/acts", mine | {"Host": f"localhost:{port}"}, 421),
        ("GET", "/", {"Host": "localhost:1"}, 421),
        ("POST", "/sandbox/acts", mine | {"Host": f"evil.test:{port}"}, 421),
        ("POST", "/sandbox/acts", {}, 403),
        ("POST", "/sandbox/acts", {"X-Sandbox": "2"}, 403),
        ("POST", "/sandbox/console", {}, 403),
        ("POST", "/sandbox/acts", mine | {"Origin": "http://evil.test"}, 403),
        ("POST", "/sandbox/acts", mine | {"Origin": "null"}, 403),
        ("POST", "/sandbox/acts", mine | {"Origin": f"http://localhost:{port}"}, 403),
        ("GET", "/sandbox/state", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("GET", "/sandbox/state", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("GET", "/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ("POST", "/sandbox/acts", mine | {"Origin": origin, "Sec-Fetch-Site": "same-origin"}, 200),
        ("POST", "/sandbox/acts", mine, 200),
        ("OPTIONS", "/sandbox/acts", {"Origin": "http://evil.test"}, 405),
    )
    for method, path, headers, status in cases:
        data = form(act) if method == "POST" else None
        async with http.request(method, path, headers=headers, data=data) as response:
            assert response.status == status, (method, path, headers)
    assert len(channel.messages) == 2


async def test_who_types_localhost_gets_there(http: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    """The page has one address, and the name that people know for it leads there."""
    port = sandbox.base_url.rpartition(":")[2]
    async with http.get("/", headers={"Host": f"localhost:{port}"}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (307, f"{sandbox.base_url}/")


async def test_nothing_climbs_out_of_its_folder(http: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    """Static files and samples are names in one list: no path leads anywhere else."""
    for path in (
        "/static/../page.py",
        "/static/..%2Fpage.py",
        "/static/%2e%2e/page.py",
        "/static/..\\page.py",
        "/static//etc/passwd",
        "/static/%2Fetc%2Fpasswd",
        "/static/.",
        "/static/index.html%00.js",
        "/sandbox/samples/..%2F..%2Fpyproject.toml",
        "/sandbox/samples/../state",
        "/sandbox/samples/astronaut.png",
    ):
        async with http.get(yarl.URL(f"{sandbox.base_url}{path}", encoded=True)) as response:
            assert response.status == 404, path


async def test_what_people_upload_cannot_run(
    sandbox: Sandbox, http: aiohttp.ClientSession, ada: Member, channel: Channel
) -> None:
    """A web page and a drawing with a script, opened by their addresses, are sandboxed and never sniffed."""
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for name, data in (("a.html", b"<script>alert(1)</script>"), ("a.svg", script), ("a.png", script)):
        async with opened(sandbox, ada) as at:
            body: dict[str, Any] = {"content": "", "files": [{"file": "f"}]}
            assert (await at.act(channel, "write", parts={"f": (name, data)}, **body))[0] == 200
            shown = (await at.messages(channel))[-1]["message"]["attachments"][0]
        async with http.get(shown["url"]) as response:
            assert response.status == 200
            policy = response.headers["Content-Security-Policy"].split("; ")
            assert {"default-src 'none'", "sandbox"} <= set(policy)
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_token_is_in_any_answer(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member, bot: Bot
) -> None:
    """Neither the bot's nor an interaction's, in anything that is read, done or heard."""
    assert bot
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    told: list[object] = []
    async with opened(sandbox, mod) as at, at.stream() as events:
        acts: tuple[tuple[str, Json], ...] = (
            ("slash", {"command": "settings"}),
            ("slash", {"command": "form"}),
            ("slash", {"command": "place"}),
            ("slash", {"command": "nothing"}),
            ("menu", {"menu": "user", "name": "Who is this", "target": str(ada.user.id)}),
        )
        for kind, more in acts:
            told.append(await at.act(channel, kind, **more))
        told += [await events.next() for _ in range(9)]
        told += [await at.get("state"), await at.get("messages", channel=channel)]
        told += [await at.get("commands", channel=channel), await at.get("console")]
    said = json.dumps(told)
    assert "settings" in said
    assert len(sandbox.world.interactions) == 4
    assert [one for one in (sandbox.token, *sandbox.world.interactions) if one in said] == []


_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def malformed(me: str, here: str, message: str, bot: str) -> tuple[Json | bytes, ...]:
    """What the page never sends."""
    base: Json = {"as": me, "channel": here}
    return (
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        json.dumps(base | {"kind": "write", "content": "x", "more": math.nan}).encode(),
        b"[" * 100_000,
        {},
        {"kind": "write"},
        base,
        base | {"kind": "dance"},
        base | {"kind": ["write"]},
        base | {"kind": "write"},
        base | {"kind": "write", "content": 7},
        base | {"kind": "write", "content": "x", "files": {}},
        base | {"kind": "write", "content": "x", "files": [{"file": "none"}]},
        base | {"kind": "write", "content": "x", "files": ["none"]},
        base | {"kind": "write", "content": "x", "files": [{"sample": "../x"}]},
        base | {"kind": "write", "content": "x", "as": bot},
        base | {"kind": "write", "content": "x", "as": 7},
        base | {"kind": "write", "content": "x", "as": me.translate(_ARABIC)},
        base | {"kind": "write", "content": "x", "as": "9" * 5000},
        base | {"kind": "write", "content": "x", "channel": None},
        base | {"kind": "write", "content": "x", "channel": "1"},
        base | {"kind": "slash"},
        base | {"kind": "slash", "command": "  "},
        base | {"kind": "slash", "command": {"a": 1}},
        base | {"kind": "menu", "menu": "user", "name": "x", "target": "1"},
        base | {"kind": "press", "message": message},
        base | {"kind": "press", "message": {}, "custom_id": "x"},
        base | {"kind": "select", "message": message, "custom_id": "x", "values": "x"},
        base | {"kind": "select", "message": message, "custom_id": "x", "values": [{}]},
        base | {"kind": "submit", "interaction": 5},
        base | {"kind": "delete"},
        base | {"kind": "autocomplete", "command": "", "option": "x", "typed": "x"},
    )


async def test_malformed_acts_are_told_so(
    sandbox: Sandbox, http: aiohttp.ClientSession, channel: Channel, ada: Member
) -> None:
    """400 and a sentence, whatever is sent; nothing of it reaches the bot or a log of errors."""
    sandbox.write(ada, channel, "here")
    message = str(next(iter(channel.messages)))
    for act in malformed(str(ada.user.id), str(channel.id), message, str(sandbox.world.bot.id)):
        async with http.post("/sandbox/acts", data=form(act), headers={"X-Sandbox": "1"}) as response:
            told = await response.json()
            assert response.status == 400, (act, told)
            assert told["message"].endswith(".")
    assert (len(channel.messages), sandbox.world.interactions) == (1, {})


async def test_options_of_the_wrong_kind_are_refused(
    sandbox: Sandbox, channel: Channel, ada: Member, bot: Bot
) -> None:
    """Values that no field of the page gives end in a sentence too, before the bot hears of them."""
    assert bot
    async with opened(sandbox, ada) as at:
        tries: tuple[tuple[str, Any], ...] = (
            ("chatter", {"times": [1]}),
            ("chatter", {"times": {"a": 1}}),
            ("chatter", {"times": None}),
            ("chatter", {"times": True}),
            ("echo", {"text": ["x"]}),
            ("echo", {"text": "x", "user": 5}),
            ("echo", {"text": "x", "user": "1"}),
            ("echo", {"text": "x", "user": {"file": "f0"}}),
            ("swap", {"source": "x", "target": "y"}),
            ("swap", {"source": {"file": "f9"}, "target": {"file": "f9"}}),
            ("swap", ["source"]),
        )
        for command, options in tries:
            status, told = await at.act(channel, "slash", command=command, options=options)
            assert status in {400, 422}, (command, options)
            assert set(told) <= {"message", "refused"}
    assert sandbox.world.interactions == {}


async def test_requests_are_bounded(
    http: aiohttp.ClientSession,
    channel: Channel,
    ada: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Acts, files, their number and their sum; said or unsaid, too much is 413 and is not kept."""
    base = {"as": str(ada.user.id), "channel": str(channel.id), "kind": "write"}
    monkeypatch.setattr(incoming, "FILE_BYTES", 1000)
    monkeypatch.setattr(incoming, "TOTAL_BYTES", 5000)

    def parts(count: int, size: int) -> aiohttp.FormData:
        data = form(base | {"content": "x"})
        for number in range(count):
            data.add_field(f"f{number}", io.BytesIO(bytes(size)), filename="a.png")
        return data

    long = form(base | {"content": "x" * (incoming.ACT_BYTES + 1)})
    for data in (long, parts(1, 1001), parts(11, 1), parts(9, 700)):
        async with http.post("/sandbox/acts", data=data, headers={"X-Sandbox": "1"}) as response:
            assert response.status == 413

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(9):
            head = f'--x\r\nContent-Disposition: form-data; name="f{number}"; filename="a.png"\r\n\r\n'
            yield head.encode() + bytes(700) + b"\r\n"
        yield b"--x--\r\n"

    headers = {"X-Sandbox": "1", "Content-Type": "multipart/form-data; boundary=x"}
    async with http.post("/sandbox/acts", data=chunks(), headers=headers) as response:
        assert response.status == 413
    async with http.post("/sandbox/acts", data=b"x", headers={"X-Sandbox": "1"}) as response:
        assert response.status == 400
    async with http.post("/sandbox/acts", data=b"nonsense", headers=headers) as response:
        assert response.status == 400
    assert not channel.messages


async def test_without_a_page_there_is_none(ada: Member) -> None:
    """Tests and demos serve Discord alone."""
    assert ada
    async with Sandbox.start() as bare, aiohttp.ClientSession(bare.base_url) as session:
        for path in ("/", "/static/app.js", "/sandbox/state"):
            async with session.get(path) as response:
                assert response.status == 404
