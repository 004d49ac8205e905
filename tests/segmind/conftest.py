"""A scripted server, and a session and a clock for the client that calls it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.fetch import open_session
from tests.clocked_client import Clock
from tests.scripted_api import ScriptedApi


@pytest.fixture
def clock() -> Clock:
    """Time that stands until someone sleeps."""
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session as the bot makes it."""
    async with open_session() as session:
        yield session


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    """The scripted server."""
    async with ScriptedApi() as api:
        yield api
