"""The operator's content filter: found at start, asked about each picture, and never trusted when broken."""

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.compose import compose
from bot.config import read_config
from bot.errors import ConfigError, SwapFailed
from bot.filters import Verdict, open_filter, refuse
from bot.log import ContextFilter, bind
from bot.trust_errors import Filtered, FilterFailed, PictureRole
from tests import content_filters
from tests.content_filters import asked, release

MODULE = "tests.content_filters"


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Nothing was asked yet, and no thread is left waiting."""
    asked.clear()
    release.clear()
    yield
    release.set()


async def check(name: str, data: bytes = b"fine", role: PictureRole = PictureRole.SOURCE) -> None:
    """Ask one filter, which has a fifth of a second."""
    with open_filter(f"{MODULE}:{name}", 0.2) as content_filter:
        await content_filter.check(data, role)


async def test_without_a_filter_everything_passes() -> None:
    """Nothing is configured, so nobody is asked."""
    with open_filter(None, 10) as content_filter:
        await content_filter.check(b"", PictureRole.SOURCE)


@pytest.mark.parametrize("name", ["refuse_nsfw", "plain", "an_object"])
async def test_a_filter_is_asked_and_may_allow(name: str) -> None:
    """It gets the bytes and the role; async ones on the loop, plain ones in a thread."""
    await check(name, b"fine", PictureRole.TARGET)
    assert asked == [(b"fine", PictureRole.TARGET, name != "plain")]


async def test_what_a_filter_logs_is_known_to_be_of_the_swap(caplog: pytest.LogCaptureFixture) -> None:
    """Also from a thread of its own."""
    by_id = ContextFilter()
    caplog.handler.addFilter(by_id)
    bind(swap_id=7)
    await check("logs")
    caplog.handler.removeFilter(by_id)
    assert [record.__dict__["swap_id"] for record in caplog.records] == ["7"]


@pytest.mark.parametrize(
    ("name", "role", "category"),
    [
        ("refuse_nsfw", PictureRole.SOURCE, "nsfw"),
        ("an_object", PictureRole.TARGET, "nsfw"),
        ("plain", PictureRole.RESULT, "results"),
    ],
)
async def test_a_refusal_is_typed(
    caplog: pytest.LogCaptureFixture, name: str, role: PictureRole, category: str
) -> None:
    """It names the role, and the category, which the log has as well."""
    with pytest.raises(Filtered) as refused:
        await check(name, b"nsfw", role)
    assert (refused.value.role, refused.value.category) == (role, category)
    assert isinstance(refused.value, SwapFailed)
    assert f"refused a {role} picture: {category}" in caplog.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fails", "MemoryError: of its own"),
        ("fails_async", "KeyError: 'model'"),
        ("cancels", "failed on a source picture"),
        ("nothing", "no Verdict on a source picture, but NoneType"),
        ("true", "no Verdict on a source picture, but bool"),
        ("chatty", "one word"),
        ("hang", "within 0.2 s"),
        ("stubborn", "within 0.2 s"),
    ],
)
async def test_a_broken_filter_lets_nothing_through(
    caplog: pytest.LogCaptureFixture, name: str, words: str
) -> None:
    """It raises, answers nonsense or takes too long: the picture is not used, and the log says why."""
    began = time.monotonic()
    with pytest.raises(FilterFailed) as failed:
        await check(name)
    assert time.monotonic() - began < 1
    assert failed.value.role is PictureRole.SOURCE
    assert words in caplog.text
    await asyncio.sleep(0.4 if name == "stubborn" else 0)
    assert "never retrieved" not in caplog.text


async def test_a_filter_that_hangs_takes_no_thread_of_others(caplog: pytest.LogCaptureFixture) -> None:
    """More hanging calls than any pool has threads: all fail in time, and other work still finds a thread."""
    caplog.set_level(logging.CRITICAL)
    with open_filter(f"{MODULE}:hang", 0.2) as content_filter:
        asks = [content_filter.check(b"", PictureRole.SOURCE) for _ in range(50)]
        failed = await asyncio.gather(*asks, return_exceptions=True)
        assert [type(one) for one in failed] == [FilterFailed] * 50
        async with asyncio.timeout(1):
            assert await asyncio.to_thread(lambda: 1) == 1


async def test_who_stops_waiting_stops_the_filter() -> None:
    """A swap that is cancelled leaves no question behind."""
    with open_filter(f"{MODULE}:stubborn", 5) as content_filter:
        before = asyncio.all_tasks()
        check = asyncio.create_task(content_filter.check(b"", PictureRole.SOURCE))
        await asyncio.sleep(0.05)
        check.cancel()
        async with asyncio.timeout(5):
            while asyncio.all_tasks() != before:  # noqa: ASYNC110 - its last step is nobody's event
                await asyncio.sleep(0.01)
        assert check.cancelled()


@pytest.mark.parametrize("category", ["", "two words", "UPPER", "x" * 41, "a\nb", "-a", "<@1>"])
def test_a_category_is_one_plain_word(category: str) -> None:
    """Nothing out of a picture can be written into the log or the store through it."""
    with pytest.raises(ValueError, match="one word"):
        refuse(category)
    assert Verdict("ok_1-a").category == "ok_1-a"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no_such_module_here:check", "no_such_module_here cannot be imported (No module named"),
        (f"{MODULE}:no_such", "has no function no_such"),
        (f"{MODULE}:not_callable", "has no function not_callable"),
        (f"{MODULE}:Any", "has no function Any"),
        ("check", "set where the function is"),
        (f"{MODULE}:", "set where the function is"),
        (f"{MODULE}:a.b", "set where the function is"),
        ("../filter.py:check", "set where the function is"),
    ],
)
async def test_a_wrong_path_is_a_sentence_at_start(tmp_path: Path, path: str, words: str) -> None:
    """The bot does not start, and says which variable is wrong and how."""
    variables = {
        "SEGMIND_BASE_URL": "http://127.0.0.1:9",
        "DATABASE_URL": f"sqlite:///{tmp_path}/store.sqlite3",
        "CONTENT_FILTER": path,
    }
    with pytest.raises(ConfigError, match="CONTENT_FILTER: ") as refused:
        async with compose(read_config(variables)):
            pass
    assert words in str(refused.value)
    assert asked == []
    assert callable(content_filters.plain)
