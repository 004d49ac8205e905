"""Hostile inputs over HTTP to the bot's own engine: a 400 that says why, from workers that stay alive."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.segmind_wire import SWAP_PATH
from tests.engine.served import Client, Clock, body_of, running_engine
from tests.hostile.test_inputs import READ, REFUSED, Made
from tests.scripted_api import Answer, ScriptedApi

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("hostile: engine"),
    pytest.mark.soak,  # decoding itself is measured in `test_inputs`; this is the way there
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cdn() -> AsyncIterator[ScriptedApi]:
    """Where the engine may read pictures."""
    async with ScriptedApi() as cdn:
        yield cdn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(cdn: ScriptedApi) -> AsyncIterator[Client]:
    """A client of a running engine with one worker."""
    async with running_engine(cdn.base_url, Clock()) as client:
        yield client


@pytest.mark.parametrize("make", [*REFUSED.values(), *READ.values()], ids=[*REFUSED, *READ])
async def test_the_engine_answers_and_lives(engine: Client, cdn: ScriptedApi, make: Made) -> None:
    """None of these shows a face: each is told so or refused, and none ends the worker."""
    for name in ("a", "b"):
        cdn.script(Answer(body=make(), content_type="image/png"), path=f"/{name}")
    async with engine.post(SWAP_PATH, json=body_of(cdn.base_url, "a", "b")) as answer:
        assert answer.status == 400
        assert "_image" in (await answer.json())["error"]
    for name in ("a", "b"):
        cdn.forget(f"/{name}")
