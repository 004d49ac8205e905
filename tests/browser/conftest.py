"""One browser and one playground for all tests here; each test has a server and people of its own.

A page fails its test that logs an error, breaks its own content security policy, or asks for anything that is
not on this machine.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.playground.playground import Playground, open_playground
from tests.browser.stage import Stage

HERE = Path(__file__).parent
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is here on one event loop and, with several test processes, in one of them."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.xdist_group("browser"))


def chromium() -> str | None:
    """The installed browser: `CHROMIUM` names it, or it is on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, or no test: elsewhere than in CI it need not be installed."""
    path = chromium()
    if path is None:
        reason = "no Chromium is installed (on the path, or named by CHROMIUM)"
        if os.environ.get("BROWSER_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Its own sandbox does not start for root, which containers are.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playground(browser: Browser) -> AsyncIterator[Playground]:  # noqa: ARG001 - none without a browser
    """What `python -m bot sandbox` runs."""
    async with open_playground() as playground:
        yield playground
        assert playground.sandbox.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: Browser, playground: Playground) -> AsyncIterator[Stage]:
    """A server of this test's own, in which nothing goes wrong on purpose; the pages it opens are watched."""
    stage = Stage.build(playground, browser)
    yield stage
    await stage.close()
    await playground.console.do({"do": "clear-faults"})
    if not playground.bot.running:
        await playground.bot.start()
    assert stage.complaints == []
