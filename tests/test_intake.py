"""Both pictures are read before anything is paid; what is kept of them is worth nothing alone."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import intake
from bot.errors import PictureGone, PictureProblem, PictureUnreachable, PictureUnusable, Role, Unexpected
from bot.fetch import AllowedOrigins, Reader, open_session
from bot.filters import open_filter
from bot.intake import Intake
from bot.precheck import Precheck
from bot.store.admission import hold
from bot.store.database import Store
from bot.store.inputs import Made
from bot.store.swaps import Swap
from tests.databases import SqliteDatabase, opened
from tests.e2e.photos import bomb
from tests.scripted_api import PNG
from tests.stores import NO_LIMITS, START, a_swap

KEY = b"k" * 32


def digest_of(swap: Swap, source: bytes, target: bytes, key: bytes) -> str:
    """The digest of a swap of two files."""
    one, other = (hashlib.sha256(file).digest() for file in (source, target))
    return intake._digest(swap, one, other, key)  # pyright: ignore[reportPrivateUsage] - shown nowhere else


class Cdn:
    """What Discord's CDN has, by name; it counts who reads at the same time."""

    def __init__(self) -> None:
        self.files = {"source.png": (200, PNG), "target.png": (200, PNG)}
        self.reading = self.most = 0
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with a file."""
        self.reading += 1
        self.most = max(self.most, self.reading)
        await asyncio.sleep(0.01)
        self.reading -= 1
        status, body = self.files[request.path.lstrip("/")]
        return web.Response(status=status, body=body, headers={"location": "/source.png"})


class Straight:
    """Gives every address as it is; a picture that is named gone is gone."""

    gone: Role | None = None

    async def fresh(self, reference: str, role: Role) -> str:
        """The address itself."""
        if role is self.gone:
            raise PictureGone(role)
        return reference


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    """A running one."""
    cdn, app = Cdn(), web.Application()
    app.router.add_get("/{name}", cdn.serve)
    async with TestServer(app) as server:
        cdn.url = str(server.make_url("/")).rstrip("/")
        yield cdn


@pytest.fixture
async def books(sqlite: SqliteDatabase) -> AsyncIterator[Store]:
    """A store; what is SQL is tested on both engines elsewhere."""
    store = await opened(sqlite)
    yield store
    await store.close()


@pytest.fixture
def links() -> Straight:
    """Where addresses come from."""
    return Straight()


@pytest.fixture
async def looked(books: Store, cdn: Cdn, links: Straight) -> AsyncIterator[Intake]:
    """An intake that reads from this CDN alone."""
    async with open_session() as session:
        reader = Reader(session, AllowedOrigins.of([cdn.url]), 100_000, 2.0)
        with open_filter(None, 1.0) as content_filter:
            yield Intake(
                books,
                links,
                reader,
                precheck=Precheck(),
                content_filter=content_filter,
                now=lambda: datetime(2026, 5, 17, 12, tzinfo=UTC),
            )


async def take(looked: Intake, books: Store, cdn: Cdn, swap_id: int = 1) -> intake.Taken:
    """Hold a swap of the two pictures, and take it in."""
    swap = a_swap(
        swap_id, source_url=f"{cdn.url}/source.png?ex=1&hm=2", target_url=f"{cdn.url}/target.png?ex=1"
    )
    await books.run(hold, swap, NO_LIMITS, START)
    return await looked.take(swap)


async def test_what_is_kept_has_no_signature(looked: Intake, books: Store, cdn: Cdn) -> None:
    """The whole addresses go to the API, the bare ones into the store, with no byte of a picture."""
    taken = await take(looked, books, cdn)
    assert taken.source_url.endswith("?ex=1&hm=2")
    assert (taken.earlier, taken.hints, taken.faceless) == (None, (), False)
    (row,) = await books.run(lambda db: db.rows("SELECT * FROM inputs"))
    assert (row["source"], row["target"]) == (f"{cdn.url}/source.png", f"{cdn.url}/target.png")
    assert not any(isinstance(value, bytes) for value in row.values())
    assert "hm=" not in repr(taken)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("file", "error"),
    [
        ((404, b""), PictureGone),
        ((403, b""), PictureGone),
        ((410, b""), PictureGone),
        ((500, b""), PictureUnreachable),
        ((302, b""), PictureUnreachable),
        ((200, b"x" * 100_001), PictureUnusable),
        ((200, b"hello"), PictureUnusable),
        ((200, b""), PictureUnusable),
        ((200, PNG[:40]), PictureUnusable),
        ((200, bomb()), PictureUnusable),
    ],
    ids=["404", "403", "410", "500", "302", "too large", "text", "empty", "cut", "bomb"],
)
async def test_what_cannot_be_used_is_named(
    looked: Intake, books: Store, cdn: Cdn, *, role: Role, file: tuple[int, bytes], error: type[Exception]
) -> None:
    """Which picture, and why; nothing of the swap is kept."""
    cdn.files[f"{role}.png"] = file
    with pytest.raises(error) as caught:
        await take(looked, books, cdn)
    assert getattr(caught.value, "role", None) is role
    assert await books.run(lambda db: db.rows("SELECT 1 FROM inputs")) == []


async def test_too_large_is_told_as_that(looked: Intake, books: Store, cdn: Cdn) -> None:
    """Not as a picture that is broken."""
    cdn.files["target.png"] = (200, b"x" * 100_001)
    with pytest.raises(PictureUnusable) as caught:
        await take(looked, books, cdn)
    assert caught.value.problem is PictureProblem.TOO_LARGE


async def test_a_crowd_is_read_four_at_a_time(looked: Intake, books: Store, cdn: Cdn) -> None:
    """However many swaps begin at once: eight pictures at most are in memory."""
    await asyncio.gather(*(take(looked, books, cdn, number) for number in range(1, 30)))
    assert 2 <= cdn.most <= 8


@pytest.mark.parametrize("lost", ["no message", "gone", "404", "500", "elsewhere"])
async def test_a_result_that_cannot_be_had_is_none(
    looked: Intake, books: Store, cdn: Cdn, links: Straight, monkeypatch: pytest.MonkeyPatch, *, lost: str
) -> None:
    """Whatever is in the way of showing it again, the swap goes on as a new one."""
    made = await made_of(looked, books, cdn)
    if lost == "no message":
        made = replace(made, message_id=None)
    elif lost == "gone":
        links.gone = Role.TARGET
    elif lost in ("404", "500"):
        cdn.files["result.png"] = (int(lost), b"")

    async def fresh(reference: str, role: Role) -> str:
        if lost == "gone":
            raise PictureGone(role)
        if lost == "elsewhere":
            raise Unexpected
        assert reference == "message:200/555"
        return f"{cdn.url}/result.png"

    monkeypatch.setattr(links, "fresh", fresh)
    assert await looked.result_of(made) is None


async def made_of(looked: Intake, books: Store, cdn: Cdn) -> Made:
    """An earlier swap, as the store would give it."""
    await take(looked, books, cdn)
    return Made(
        swap_id=1,
        application_id=900,
        guild_id=100,
        channel_id=200,
        message_id=555,
        user_id=300,
        private=False,
        spoiler=False,
        source="",
        target="",
        prompt="",
        image_format="png",
        quality=95,
        seed=7,
        source_hash=0,
        target_hash=0,
        result_hash=0,
        removed=False,
    )


def test_the_digest_tells_swaps_apart() -> None:
    """Each picture, their order, the member and every option that changes the result; nothing else."""
    swap = a_swap(1, prompt="a hat")
    one = digest_of(swap, b"s", b"t", KEY)
    others = [
        digest_of(swap, b"x", b"t", KEY),
        digest_of(swap, b"s", b"x", KEY),
        digest_of(swap, b"t", b"s", KEY),
        digest_of(swap, b"st", b"", KEY),
        *(
            digest_of(replace(swap, **changed), b"s", b"t", KEY)  # pyright: ignore[reportArgumentType] - real fields
            for changed in (
                {"user_id": 301},
                {"prompt": ""},
                {"image_format": "webp"},
                {"quality": 94},
                {"seed": 8},
            )
        ),
    ]
    assert len({one, *others}) == 1 + len(others)
    elsewhere = replace(
        swap, id=9, guild_id=0, channel_id=1, private=True, spoiler=True, token="t", locale="de"
    )
    assert digest_of(elsewhere, b"s", b"t", KEY) == one


def test_a_digest_is_worth_nothing_without_the_key() -> None:
    """Who has a picture and the store's rows, but not its key, cannot find out who swapped it."""
    swap = a_swap()
    one = digest_of(swap, b"s", b"t", KEY)
    assert one != digest_of(swap, b"s", b"t", b"K" * 32)
    hashes = {hashlib.sha256(part).hexdigest() for part in (b"s", b"t", b"st", b"")}
    assert one not in hashes
    assert len(one) == 64
