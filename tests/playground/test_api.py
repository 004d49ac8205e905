"""The pretend API in front of the engine: every fault is the error that the bot's client knows it as."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot import errors
from bot.errors import NoFace, RateLimited, Role
from bot.fetch import AllowedOrigins, open_session
from bot.playground.api import API_FAULTS, PRICE_USD, RATE_LIMIT_SECONDS, SLOW_SECONDS, Api, serve_api
from bot.playground.record import Recorder
from bot.segmind import SegmindClient
from tests.clocked_client import REQUEST, Clock
from tests.scripted_api import PNG, SWAP_PATH, Answer, ScriptedApi

MEANT = {
    "silent": errors.ApiDisconnected,  # the fault gives up as well, and no time passes here
    "cut": errors.ApiDisconnected,
    "no-face-source": errors.NoFace,
    "no-face-target": errors.NoFace,
    "bad-request": errors.InvalidParameters,
    "bad-key": errors.BadKey,
    "no-credits": errors.NoCredits,
    "forbidden": errors.Forbidden,
    "not-found": errors.EndpointNotFound,
    "not-acceptable": errors.NotAcceptable,
    "rate-limited": errors.RateLimited,
    "server-error": errors.ServerError,
    "bad-gateway": errors.BadGateway,
    "gateway-timeout": errors.GatewayTimeout,
    "not-a-picture": errors.ApiAnswerUnreadable,
    "half-picture": errors.ApiAnswerUnreadable,
    "truncated": errors.ApiAnswerUnreadable,
    "no-picture": errors.ApiAnswerUnreadable,
}
"""Every fault but the slow one, which is no error."""

TRIES = 4


@dataclass
class Stand:
    """The API between a scripted engine and the bot's own client."""

    engine: ScriptedApi
    api: Api
    client: SegmindClient
    recorder: Recorder
    waited: list[float]


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """An API in which no time passes."""
    clock, waited = Clock(), list[float]()

    def now() -> float:
        return clock.now().timestamp()

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    recorder = Recorder(now, ())
    async with (
        ScriptedApi() as engine,
        serve_api(lambda: engine.base_url, "engine-key", recorder, now=now, sleep=sleep) as api,
        open_session() as session,
    ):
        client = SegmindClient(
            session,
            base_url=api.base_url,
            key=api.key,
            results=AllowedOrigins.of([]),
            now=clock.now,
            sleep=clock.sleep,
        )
        yield Stand(engine, api, client, recorder, waited)


def test_every_fault_is_meant() -> None:
    """The table below and the switches are the same."""
    assert {one.id for one in API_FAULTS} == {*MEANT, "slow"}


@pytest.mark.parametrize("fault", MEANT)
async def test_a_fault_is_the_error_it_names(stand: Stand, fault: str) -> None:
    """The bot's client, which tries again where that is safe, ends with it; the next call succeeds."""
    stand.api.arm(fault, TRIES if fault in ("rate-limited", "bad-gateway") else 1)
    with pytest.raises(MEANT[fault]) as caught:
        await stand.client.swap(REQUEST)
    assert type(caught.value) is MEANT[fault]
    if isinstance(caught.value, NoFace):
        assert caught.value.role is Role(fault.removeprefix("no-face-"))
    if isinstance(caught.value, RateLimited):
        reset = caught.value.retry_at
        assert reset is not None
        assert (
            0 < (reset - datetime.fromtimestamp(stand.api.now(), UTC)).total_seconds() <= RATE_LIMIT_SECONDS
        )
    assert (await stand.client.swap(REQUEST)).picture == PNG
    assert not stand.api.armed


async def test_a_slow_answer_is_the_true_one(stand: Stand) -> None:
    """It comes after its time, whole."""
    stand.api.arm("slow", 1)
    assert (await stand.client.swap(REQUEST)).picture == PNG
    assert stand.waited == [SLOW_SECONDS]


async def test_faults_come_in_the_order_they_were_armed(stand: Stand) -> None:
    """Each for as many calls as was asked for."""
    stand.api.arm("bad-request", 2)
    stand.api.arm("server-error", 1)
    met: list[str] = []
    for _ in range(3):
        with pytest.raises(errors.ApiError) as caught:
            await stand.client.swap(REQUEST)
        met.append(type(caught.value).__name__)
    assert met == ["InvalidParameters", "InvalidParameters", "ServerError"]


async def test_swaps_cost_pretend_money(stand: Stand) -> None:
    """The answer says what it cost and what is left, and the account says the same; refusals are free."""
    before = (await stand.client.credits()).total_micros
    stand.engine.script(Answer(400, b'{"error": "No face was found in source_image."}', "application/json"))
    with pytest.raises(NoFace):
        await stand.client.swap(REQUEST)
    result = await stand.client.swap(REQUEST)
    left = (await stand.client.credits()).total_micros
    assert result.cost_micros == before - left == PRICE_USD * 1_000_000
    assert result.remaining_micros == left


async def test_only_the_bot_may_call_it(stand: Stand) -> None:
    """Without its key nothing is swapped, and nothing is told."""
    stand.api.key = "another"
    with pytest.raises(errors.BadKey):
        await stand.client.swap(REQUEST)
    with pytest.raises(errors.BadKey):
        await stand.client.credits()
    assert stand.engine.requests == []


async def test_calls_are_recorded_without_signatures(stand: Stand) -> None:
    """The console shows what was asked and answered; an address in it opens nothing."""
    await stand.client.swap(REQUEST)
    (entry,) = stand.recorder.exchanges.list()
    assert (entry["method"], entry["path"], entry["status"], entry["fault"]) == (
        "POST",
        SWAP_PATH,
        200,
        False,
    )
    assert entry["body"]["additional_prompt"] == REQUEST.prompt
    shown = json.dumps(entry)
    assert "/[picture]" in shown
    assert "5e7d" not in shown
