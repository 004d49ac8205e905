"""The free look before paying: what is noticed, what is not, and that nothing it meets ever fails a swap."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image, ImageFilter

from bot import precheck
from bot.config import read_config
from bot.engine.assets import FOLDER
from bot.engine.child import EngineChild
from bot.engine.job import FACES_PATH
from bot.engine.nets import Nets
from bot.errors import EngineUnavailable, Role
from bot.fetch import open_session
from bot.precheck import NOTHING, Engine, Kind, Note, Precheck, open_precheck
from tests.engine.heads import head
from tests.engine.photos import CAT, COLLINS, HOPPER, ROCKET, file_of, group, photo
from tests.engine.served import KEY, Clock, running_engine

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("engine: precheck")]

_PORTRAIT = file_of(photo(HOPPER), "JPEG")
_WIDTHS = {COLLINS: 88, HOPPER: 172}
"""Pixels across the portraits' faces."""
_AUTO = read_config({"SEGMIND_BASE_URL": "http://127.0.0.1:9"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def eyes() -> AsyncIterator[Precheck]:
    """A precheck that asks a running engine."""
    async with running_engine("http://127.0.0.1:9", Clock()) as client, open_session() as session:
        yield Precheck(session, _at(str(client.make_url(FACES_PATH))))


def _at(url: str) -> Engine:
    async def engine() -> tuple[str, str]:
        return url, KEY

    return engine


def _blurred(name: str, share: float) -> Image.Image:
    return photo(name).filter(ImageFilter.GaussianBlur(share * _WIDTHS[name]))


def _wide(name: str, width: int) -> Image.Image:
    """The portrait at a size at which its face is so wide."""
    scale = width / _WIDTHS[name]
    size = round(photo(name).width * scale), round(photo(name).height * scale)
    return photo(name).resize(size, Image.Resampling.LANCZOS)


@dataclass(frozen=True)
class Case:
    """A picture made from a portrait, and what is noticed of it as a source and as a target."""

    make: Callable[[Nets, str], Image.Image]
    source: Kind | None = None
    target: Kind | None = None


_CASES = {
    "as it is": Case(lambda _, name: photo(name)),
    "large": Case(lambda _, name: photo(name, 3000)),
    "grey": Case(lambda _, name: photo(name).convert("L")),
    "dark": Case(lambda _, name: photo(name).point([v // 5 for v in range(256)] * 3)),
    "leaning": Case(lambda _, name: photo(name).rotate(20, expand=True)),
    "on its side": Case(lambda _, name: photo(name).rotate(90, expand=True)),
    "70 px": Case(lambda _, name: _wide(name, 70)),
    "57 px": Case(lambda _, name: _wide(name, 57), source=Kind.TOO_SMALL),
    "45 px": Case(lambda _, name: _wide(name, 45), source=Kind.TOO_SMALL),
    "35 px": Case(lambda _, name: _wide(name, 35), source=Kind.TOO_SMALL, target=Kind.TOO_SMALL),
    "blur 1 %": Case(lambda _, name: _blurred(name, 0.01)),
    "blur 3 %": Case(lambda _, name: _blurred(name, 0.03), source=Kind.BLURRED, target=Kind.BLURRED),
    "turned by 30": Case(lambda nets, name: head(nets, name, 30)),
    "turned by -30": Case(lambda nets, name: head(nets, name, -30)),
    "turned by 60": Case(
        lambda nets, name: head(nets, name, 60), source=Kind.TURNED_AWAY, target=Kind.TURNED_AWAY
    ),
}


@pytest.mark.parametrize("name", [COLLINS, HOPPER])
@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
async def test_what_is_noticed(eyes: Precheck, nets: Nets, case: Case, name: str) -> None:
    """The thresholds, on both portraits and in both places: no false alarm, and none missed."""
    data = file_of(case.make(nets, name), "JPEG", quality=90)
    sight = await eyes.look(data, data)
    assert (sight.looked, sight.source_faces, sight.target_faces) == (True, 1, 1)
    expected = ((Role.SOURCE, case.source), (Role.TARGET, case.target))
    assert sight.notes == tuple(Note(kind, role) for role, kind in expected if kind)


@pytest.mark.parametrize(
    ("source", "target", "notes", "faceless"),
    [
        (photo(CAT), photo(HOPPER), (Note(Kind.NO_FACE, Role.SOURCE, 0),), (Role.SOURCE,)),
        (
            photo(ROCKET),
            photo(CAT),
            (Note(Kind.NO_FACE, Role.SOURCE, 0), Note(Kind.NO_FACE, Role.TARGET, 0)),
            (Role.SOURCE, Role.TARGET),
        ),
        (photo(COLLINS), group(), (Note(Kind.SEVERAL_FACES, Role.TARGET, 3),), ()),
        (group(), photo(COLLINS), (Note(Kind.SEVERAL_FACES, Role.SOURCE, 3),), ()),
    ],
    ids=["cat", "rocket and cat", "group", "group as source"],
)
async def test_no_face_and_several(
    eyes: Precheck, source: Image.Image, target: Image.Image, notes: tuple[Note, ...], faceless: tuple[Role]
) -> None:
    """Which pictures show none, and how many there are."""
    sight = await eyes.look(file_of(source), file_of(target))
    assert sight.notes == notes
    assert sight.faceless == faceless


@pytest.mark.parametrize("data", [b"", b"text", _PORTRAIT[:9000], file_of(Image.new("1", (8000, 6000)))])
async def test_what_the_engine_cannot_open_is_not_looked_at(eyes: Precheck, data: bytes) -> None:
    """Nothing is seen and nothing is asked: whether the API takes it is the API's to say."""
    assert await eyes.look(_PORTRAIT, data) == NOTHING
    assert await eyes.look(data, _PORTRAIT) == NOTHING


@asynccontextmanager
async def _elsewhere(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncGenerator[Precheck]:
    """A precheck whose engine is a stand-in that answers as told."""
    app = web.Application(client_max_size=2**25)
    app.router.add_post(FACES_PATH, answer)
    async with TestServer(app) as server, open_session() as session:
        yield Precheck(session, _at(str(server.make_url(FACES_PATH))))


def _told(**face: object) -> bytes:
    return json.dumps({"faces": [{"pixels": 90, "sharpness": 0.2, "turn": 3, **face}]}).encode()


_ODD: dict[str, tuple[int, bytes]] = {
    "busy": (429, b"{}"),
    "broken": (500, _told()),
    "elsewhere": (307, b""),
    "no JSON": (200, b"<html>"),
    "no UTF-8": (200, b"\xff\xfe\xfd"),
    "deep": (200, b"[" * 60_000),
    "a list": (200, b"[1]"),
    "nothing": (200, b"null"),
    "no faces": (200, b"{}"),
    "a number of faces": (200, b'{"faces": 3}'),
    "faces by name": (200, b'{"faces": {"a": 1}}'),
    "a word for a number": (200, _told(turn="left")),
    "null for a number": (200, _told(pixels=None)),
    "too great a number": (200, _told(pixels=10**400)),
    "endless": (200, b" " * 100_000),
}


@pytest.mark.parametrize(("status", "body"), _ODD.values(), ids=_ODD)
async def test_an_odd_answer_means_nothing_was_seen(status: int, body: bytes) -> None:
    """Whatever stands where the engine should be."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, body=body, headers={"location": "/"})

    async with _elsewhere(answer) as eyes:
        assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING


async def test_a_dead_port_means_nothing_was_seen() -> None:
    """An engine that is gone is no error of the swap's."""
    async with open_session() as session:
        assert (
            await Precheck(session, _at("http://127.0.0.1:9/v1/faces")).look(_PORTRAIT, _PORTRAIT) == NOTHING
        )


@pytest.mark.parametrize("hangs", [False, True], ids=["slow", "hanging"])
async def test_a_slow_engine_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, hangs: bool) -> None:
    """Both looks together have one deadline, although each alone meets it; no answer is waited for."""
    monkeypatch.setattr(precheck, "_SECONDS", 0.3)
    over = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await (over.wait() if hangs else asyncio.sleep(0.2))
        return web.Response(body=_told())

    async with _elsewhere(answer) as eyes:
        assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING
        over.set()


async def test_who_comes_on_top_of_four_is_not_kept_waiting() -> None:
    """A rush of swaps does not queue for looks; when it is over, there are looks again."""
    go = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        await go.wait()
        return web.Response(body=_told())

    async with _elsewhere(answer) as eyes:
        first = [asyncio.create_task(eyes.look(_PORTRAIT, _PORTRAIT)) for _ in range(4)]
        await asyncio.sleep(0)
        assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING
        first.pop().cancel()
        go.set()
        assert all(sight.looked for sight in await asyncio.gather(*first))
        assert (await eyes.look(_PORTRAIT, _PORTRAIT)).looked


async def test_the_engine_starts_with_the_first_look_and_ends_with_the_bot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who never looks pays for no engine; who does has it until the end, also while it starts."""
    children: list[EngineChild] = []
    launch = EngineChild._launch  # pyright: ignore[reportPrivateUsage] - where a process is made

    async def noted(child: EngineChild) -> None:
        children.append(child)
        await launch(child)

    monkeypatch.setattr(EngineChild, "_launch", noted)
    monkeypatch.setattr(precheck, "_SECONDS", 20)
    async with open_precheck(_AUTO, None) as eyes:
        assert children == []
        sight = await eyes.look(_PORTRAIT, _PORTRAIT)
        assert (sight.looked, sight.notes) == (True, ())
        assert (await eyes.look(_PORTRAIT, file_of(photo(CAT)))).faceless == (Role.TARGET,)
    assert [child.running for child in children] == [False]
    monkeypatch.setattr(precheck, "_SECONDS", 0.01)
    async with open_precheck(_AUTO, None) as eyes:
        assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING
    assert [child.running for child in children] == [False, False]


async def test_a_look_that_gave_up_does_not_stop_the_engine_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first swap does not wait for it; a later one is looked at."""
    async with open_precheck(_AUTO, None) as eyes:
        with monkeypatch.context() as patch:
            patch.setattr(precheck, "_SECONDS", 0.01)
            assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING
        monkeypatch.setattr(precheck, "_SECONDS", 20)
        assert (await eyes.look(_PORTRAIT, _PORTRAIT)).looked


async def test_the_bots_own_engine_looks_where_there_is_one() -> None:
    """No second one is started beside it."""
    async with EngineChild.start((), FOLDER, workers=1) as child, open_precheck(_AUTO, child) as eyes:
        assert (await eyes.look(_PORTRAIT, _PORTRAIT)).looked


async def test_an_engine_that_cannot_start_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Said once; the swaps go on without looks."""

    async def broken(_: EngineChild) -> None:
        raise EngineUnavailable("It cannot.")

    monkeypatch.setattr(EngineChild, "_launch", broken)
    with caplog.at_level(logging.WARNING, "bot.precheck"):
        async with open_precheck(_AUTO, None) as eyes:
            for _ in range(2):
                assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING
    assert [record.getMessage() for record in caplog.records] == [
        "Pictures are not looked at before swaps: It cannot."
    ]


@pytest.mark.parametrize("reason", ["off", "no OpenCV", "no models"])
async def test_where_it_is_off_or_not_installed_nothing_is_looked_at(
    reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a look nor an engine, and no word of it."""
    config = _AUTO
    if reason == "off":
        config = read_config({"SEGMIND_BASE_URL": "http://127.0.0.1:9", "PRECHECK": "off"})
    elif reason == "no OpenCV":
        found: dict[str, object] = {"numpy": object()}
        monkeypatch.setattr("importlib.util.find_spec", found.get)
    else:
        monkeypatch.setattr(precheck, "FOLDER", tmp_path)

    async def never(_: EngineChild) -> None:
        pytest.fail("an engine was started")

    monkeypatch.setattr(EngineChild, "_launch", never)
    async with open_precheck(config, None) as eyes:
        assert await eyes.look(_PORTRAIT, _PORTRAIT) == NOTHING
