"""One browser and one playground for all tests here; each test has a server and people of its own.

They last as long as this package's tests, which follow one another: their event loop stands still while other
tests run, and a bot whose loop stood still would lose its connection.

A page fails its test that logs an error, breaks its own content security policy, or asks for anything that is
not on this machine.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.playground.playground import Playground, open_playground
from bot.store import audit
from tests.browser.chromium import installed, launched
from tests.browser.stage import Stage
from tests.databases import SqliteDatabase, opened

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this hook too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is here on one event loop and, with several test processes, in one of them."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, or no test: elsewhere than in CI it need not be installed."""
    path = installed()
    if path is None:
        reason = "no Chromium is installed (on the path, or named by CHROMIUM)"
        if os.environ.get("BROWSER_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with launched(path) as browser:
        yield browser


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def playground(browser: Browser) -> AsyncIterator[Playground]:  # noqa: ARG001 - none without a browser
    """What `python -m bot sandbox` runs."""
    async with open_playground() as playground:
        yield playground
        assert playground.sandbox.complaints == []
        store = await opened(SqliteDatabase(playground.store))
        assert await store.run(audit.violations) == {}
        await store.close()


@pytest_asyncio.fixture(loop_scope="package")
async def stage(browser: Browser, playground: Playground) -> AsyncIterator[Stage]:
    """A server of this test's own, in which nothing goes wrong on purpose; the pages it opens are watched."""
    stage = Stage.build(playground, browser)
    yield stage
    await stage.close()
    await playground.console.do({"do": "clear-faults"})
    if not playground.bot.running:
        await playground.bot.start()
    assert stage.complaints == []
