"""What an operator sees of a bot at work: metrics, health, log lines, reports of defects."""

import asyncio
import io
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import discord
import pytest

from bot import health
from bot.compose import compose
from bot.error_reports import ErrorReports
from bot.errors import CannotServe
from bot.intake import Intake
from bot.log import ContextFilter, JsonFormatter
from bot.metrics import Metrics
from bot.sandbox import Upload
from bot.store import audit
from bot.store.swaps import Swap
from tests.e2e.conftest import KEY, Place, Start, another
from tests.monitoring import MONITORED, Monitoring
from tests.scripted_api import PNG, Answer, error
from tests.sentry_server import SentryServer

PROMPT = "a pirate on a burning ship"
PRIVATE = (PROMPT, "holiday-of-grace", "Ada")


@pytest.fixture
async def monitoring(start: Start, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Monitoring]:
    """The bot, running and monitored, with one call to the API at a time."""
    caplog.set_level(logging.INFO)
    async with start(COOLDOWN_SECONDS="0", SWAPS_AT_ONCE="", API_CONCURRENCY="1", **MONITORED):
        yield Monitoring.of(caplog)


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What the bot logs of swaps, of info and above, as it is written when no terminal is there."""
    stream, found = io.StringIO(), list[dict[str, Any]]()
    handler = logging.StreamHandler(stream)
    handler.addFilter(ContextFilter())
    handler.setFormatter(JsonFormatter([KEY]))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)

    def emit(record: logging.LogRecord) -> None:
        line = json.loads(handler.format(record))
        if line["logger"].startswith("bot.") and not line["message"].startswith("Ready as"):
            found.append(line)

    handler.emit = emit
    yield found
    root.removeHandler(handler)
    root.setLevel(before)


async def test_a_delivered_swap_is_counted(place: Place, monitoring: Monitoring) -> None:
    """Its outcome, its charge, the call, both durations, the acknowledgement, and nothing left open."""
    assert (await place.swap()).attachments
    found = await monitoring.metrics()
    expected = {
        'faceswap_swaps_total{outcome="delivered",reason=""}': 1,
        "faceswap_charged_dollars_total": 0.05,
        'faceswap_api_request_duration_seconds_count{endpoint="swap",outcome="2xx"}': 1,
        "faceswap_making_seconds_count": 1,
        "faceswap_showing_seconds_count": 1,
        'faceswap_acknowledgement_seconds_count{outcome="accepted"}': 1,
        "faceswap_open_holds": 0,
        "faceswap_held_dollars": 0,
        "faceswap_swaps_in_flight": 0,
        "faceswap_swaps_waiting": 0,
        "faceswap_account_paused": 0,
        "faceswap_rate_limited_until_timestamp_seconds": 0,
        "faceswap_servers": 1,
        'faceswap_gateway_connected{shard="0"}': 1,
        'faceswap_build_info{version="0.2.0"}': 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert 0 < found['faceswap_acknowledgement_seconds_sum{outcome="accepted"}'] < 3
    assert found['faceswap_store_transaction_seconds_count{outcome="committed"}'] > 5
    assert found['faceswap_gateway_latency_seconds{shard="0"}'] > 0
    assert found["process_cpu_seconds_total"] > 0


@pytest.mark.parametrize(
    ("answer", "reason", "outcome"),
    [
        (error(400, "No face found in target image."), "NoFace", "4xx"),
        (error(500, "boom"), "ServerError", "5xx"),
        (Answer(body=b"nonsense"), "ApiAnswerUnreadable", "2xx"),
        (Answer(reset="at_once"), "ApiDisconnected", "ApiDisconnected"),
    ],
    ids=["no face", "an error", "nonsense", "no answer"],
)
async def test_a_refunded_swap_is_counted_by_why(
    place: Place, monitoring: Monitoring, answer: Answer, reason: str, outcome: str
) -> None:
    """The error's own name is the reason; nothing was charged."""
    place.api.script(answer)
    assert not (await place.swap()).attachments
    found = await monitoring.metrics()
    assert found[f'faceswap_swaps_total{{outcome="refunded",reason="{reason}"}}'] == 1
    request = f'faceswap_api_request_duration_seconds_count{{endpoint="swap",outcome="{outcome}"}}'
    assert found[request] == 1
    assert found["faceswap_charged_dollars_total"] == 0


async def test_other_ends_are_counted_too(place: Place, monitoring: Monitoring) -> None:
    """A free repeat, and a swap that its member takes back while it waits for a turn."""
    pictures: dict[str, Any] = {
        "source": Upload("source.png", another()),
        "target": Upload("target.png", PNG),
    }
    await place.swap(**pictures)
    await place.swap(**pictures)
    release = place.api.hold()
    await place.faceswap()
    waiting = await (await place.faceswap()).reply(until=lambda reply: bool(reply.buttons()))
    await (await waiting.press("Cancel", by=place.ada)).first_response()
    release.set()
    await place.idle()
    found = await monitoring.metrics()
    ends = {name: count for name, count in found.items() if name.startswith("faceswap_swaps_total")}
    assert ends == {
        'faceswap_swaps_total{outcome="delivered",reason=""}': 2,
        'faceswap_swaps_total{outcome="repeated",reason=""}': 1,
        'faceswap_swaps_total{outcome="cancelled",reason=""}': 1,
    }


async def test_a_refusal_is_counted(place: Place, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """What a limit refuses is no swap; it is counted by the name of the refusal."""
    caplog.set_level(logging.INFO)
    async with start(DAILY_SWAPS_PER_MEMBER="0", **MONITORED):
        assert (await (await place.faceswap()).reply()).ephemeral
        found = await Monitoring.of(caplog).metrics()
    assert found['faceswap_refusals_total{reason="LimitReached"}'] == 1
    assert 'faceswap_acknowledgement_seconds_count{outcome="accepted"}' in found


async def test_what_is_under_way_is_seen(place: Place, monitoring: Monitoring) -> None:
    """One swap at the API, one waiting for its turn, two holds in the store, the oldest with its time."""
    release = place.api.hold()
    for _ in range(2):
        await place.faceswap()
    async with asyncio.timeout(5):
        while (found := await monitoring.metrics()).get("faceswap_swaps_waiting") != 1:  # noqa: ASYNC110 - a scrape
            await asyncio.sleep(0.02)
    assert found["faceswap_swaps_in_flight"] == 2
    assert found["faceswap_open_holds"] in (1, 2)  # what the store said is up to two seconds old
    assert found["faceswap_held_dollars"] in (0.05, 0.1)
    assert found["faceswap_oldest_hold_timestamp_seconds"] == pytest.approx(place.now().timestamp(), abs=30)
    release.set()
    await place.idle()


async def test_the_queue_is_measured_by_its_endpoints(
    place: Place, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """A job's id is no label: each request for it counts as one for a job."""
    caplog.set_level(logging.INFO)
    place.api.polls = 1
    async with start(SEGMIND_API_VERSION="v2", **MONITORED):
        assert (await place.swap()).attachments
        found = await Monitoring.of(caplog).metrics()
    name = "faceswap_api_request_duration_seconds_count"
    assert found[f'{name}{{endpoint="submit",outcome="2xx"}}'] == 1
    assert found[f'{name}{{endpoint="job",outcome="2xx"}}'] >= 2
    assert not [sample for sample in found if "job-1" in sample]


async def test_nothing_of_anybody_is_a_label(place: Place, monitoring: Monitoring) -> None:
    """No id, no name, no prompt, no key, no token in what a monitor reads, in either format."""
    swap = await place.faceswap(prompt=PROMPT)
    await swap.reply()
    await place.idle()
    interaction = next(iter(place.sandbox.world.interactions.values()))
    forbidden = (
        *PRIVATE,
        KEY,
        place.sandbox.token,
        str(interaction.id),
        str(place.guild.id),
        str(place.ada.user.id),
    )
    for accept in ("", "application/openmetrics-text; version=1.0.0"):
        text = await monitoring.text(accept)
        assert [one for one in forbidden if one in text] == []
    assert text.endswith("# EOF\n")


async def test_a_healthy_bot_says_so(monitoring: Monitoring) -> None:
    """200, and no reasons."""
    assert await monitoring.health() == (200, {"status": "ok", "reasons": []})


async def test_a_lost_gateway_is_a_reason(
    place: Place, monitoring: Monitoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 while Discord does not greet us, 200 once it does again."""
    gateway, greet = place.sandbox.gateway, asyncio.Event()
    converse = gateway._converse  # pyright: ignore[reportPrivateUsage] - held up, not used

    async def later(socket: Any) -> None:
        await greet.wait()
        await converse(socket)

    monkeypatch.setattr(gateway, "_converse", later)
    gateway.drop()
    reason = "Shard 0 is not connected to Discord."
    assert await health_until(monitoring, 503) == {"status": "failing", "reasons": [reason]}
    greet.set()
    assert await health_until(monitoring, 200) == {"status": "ok", "reasons": []}


async def health_until(monitoring: Monitoring, status: int) -> object:
    """The first answer with this status."""
    async with asyncio.timeout(10):
        while True:
            seen, answer = await monitoring.health()
            if seen == status:
                return answer
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("fails", [True, False], ids=["fails", "hangs"])
async def test_a_store_without_an_answer_is_a_reason(
    monitoring: Monitoring, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    """A probe is answered although the store fails or hangs, many probes ask it once, metrics still come."""
    asked, hanging = list[object](), threading.Event()

    def holds(db: object, _account: str) -> None:
        asked.append(db)
        if fails:
            raise RuntimeError
        hanging.wait(10)

    monkeypatch.setattr(audit, "holds", holds)
    monkeypatch.setattr(health, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(health, "_FRESH_SECONDS", 60)
    try:
        async with asyncio.timeout(5):
            answers = await asyncio.gather(*(monitoring.health() for _ in range(20)))
            found = await monitoring.metrics()
    finally:
        hanging.set()
    assert {status for status, _ in answers} == {503}
    assert answers[0][1]["reasons"] == ["The store does not answer."]
    assert len(asked) == 1
    assert "faceswap_open_holds" not in found


async def test_a_stalled_loop_is_a_reason(monitoring: Monitoring, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds up the loop is measured, and is a reason while it was too long for Discord."""
    monkeypatch.setattr(health, "_SAMPLE_SECONDS", 0.02)
    monkeypatch.setattr(health, "_STALLED_SECONDS", 0.1)
    await asyncio.sleep(0.6)  # the sample of the usual length ends
    time.sleep(0.3)  # noqa: ASYNC251 - what must never be done
    answer = await health_until(monitoring, 503)
    assert "The event loop was held up for 0." in str(answer)
    found = await monitoring.metrics()
    assert found["faceswap_event_loop_lag_seconds_sum"] >= 0.2


async def test_a_port_that_is_taken_is_said(place: Place) -> None:
    """One sentence that names the variable; no bot is left half open."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place.settings["METRICS_PORT"] = str(taken.getsockname()[1])
        with pytest.raises(CannotServe, match=r"METRICS_PORT: .* Set another port"):
            async with compose(place.config(), now=place.now):
                pass


async def test_without_a_port_nothing_is_served(place: Place, start: Start) -> None:
    """No server, and the library that counts is not used."""
    async with start() as bot:
        assert type(bot.services.metrics) is Metrics
        assert (await place.swap()).attachments


async def test_every_shard_is_seen(place: Place, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """Each has samples of its own, and the process is healthy once all are connected."""
    caplog.set_level(logging.INFO)
    place.sandbox.world.starts.max_concurrency = 2
    async with start(SHARD_COUNT="2", **MONITORED):
        monitoring = Monitoring.of(caplog)
        await health_until(monitoring, 200)
        assert (await place.swap()).attachments
        found = await monitoring.metrics()
    assert [found[f'faceswap_gateway_connected{{shard="{shard}"}}'] for shard in (0, 1)] == [1, 1]


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_every_line_of_a_swap_says_whose_it_is(
    place: Place, start: Start, lines: list[dict[str, Any]], version: str
) -> None:
    """Four lines tell of a swap that goes well, each with its ids; two with how long something took."""
    place.api.polls = 1
    place.api.script(Answer(headers={"x-request-id": "req-7"}))
    async with start(SEGMIND_API_VERSION=version):
        lines.clear()
        picture = Upload("holiday-of-grace.png", another())
        await (await place.faceswap(prompt=PROMPT, source=picture)).reply()
        await place.idle()
        told = list(lines)
    messages = [line["message"] for line in told]
    assert messages[:2] == ["Held 50000 micro-dollars", "Sent to the API"]
    assert [message.split()[0] for message in messages[2:]] == ["Made", "Delivered"]
    (interaction,) = place.sandbox.world.interactions.values()
    assert {line["swap_id"] for line in told} == {str(interaction.id)}
    assert {line["guild_id"] for line in told} == {str(place.guild.id)}
    request_id = "req-7" if version == "v1" else "job-1"
    assert [line.get("request_id") for line in told] == [None, None, request_id, request_id]
    assert [type(line.get("duration_seconds")) for line in told[2:]] == [float, float]


async def test_a_line_of_a_failing_swap_says_whose_it_is_and_nothing_private(
    place: Place, start: Start, lines: list[dict[str, Any]]
) -> None:
    """Each try has a request id of its own; nothing that the API repeats of the prompt is logged."""
    again = error(503, "not now", headers={"x-request-id": "req-1"})
    place.api.script(again, error(400, f"bad prompt: {PROMPT}!", headers={"x-request-id": "req-2"}))
    async with start():
        lines.clear()
        await place.swap(prompt=PROMPT, source=Upload("holiday-of-grace.png", another()))
        told = list(lines)
    assert [line.get("request_id") for line in told] == [None, None, "req-1", "req-2"]
    assert told[-1]["message"].rstrip().endswith("failed: InvalidParameters")
    assert len({line["swap_id"] for line in told}) == 1
    assert [one for one in PRIVATE if one in json.dumps(told)] == []


async def test_a_swap_that_is_taken_over_says_whose_it_is(
    place: Place, start: Start, lines: list[dict[str, Any]]
) -> None:
    """What an earlier process has left is logged with the swap's ids."""
    place.api.script(Answer(delay=30))
    async with start():
        await place.faceswap(prompt=PROMPT)
        await place.sandbox.until(lambda: place.api.posts or None, 5, "the call")
    lines.clear()
    async with start():
        await place.idle()
        told = [line for line in lines if "failed: Interrupted" in line["message"]]
    assert [bool(line["swap_id"] and line["guild_id"]) for line in told] == [True]


async def test_a_defect_is_reported_without_what_is_private(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of Discord's client, which keeps its response and so the token, leaves with its ids alone."""
    async with SentryServer() as sentry, start() as bot:
        reports = ErrorReports(sentry.dsn, [KEY, place.sandbox.token])

        async def take(_: Intake, swap: Swap) -> None:
            about = f"{swap.prompt} {swap.source_url.partition('?')[0]} Ada"
            webhook = discord.Webhook.partial(swap.application_id, swap.token, client=bot)
            try:
                await webhook.fetch_message(1)
            except discord.HTTPException as error:
                raise RuntimeError(about) from error

        monkeypatch.setattr(Intake, "take", take)
        logging.getLogger().addHandler(reports)
        try:
            await place.swap(prompt=PROMPT, source=Upload("holiday-of-grace.png", another()))
        finally:
            logging.getLogger().removeHandler(reports)
            await asyncio.to_thread(reports.close)
        (event,) = sentry.events
    (interaction,) = place.sandbox.world.interactions.values()
    ids = {"swap_id": str(interaction.id), "guild_id": str(place.guild.id), "shard_id": "0"}
    assert event["tags"] == ids
    assert [one["type"] for one in event["exception"]["values"]] == ["NotFound", "RuntimeError"]
    assert event["exception"]["values"][-1]["value"].startswith("[private] http://")
    forbidden = (*PRIVATE, KEY, place.sandbox.token, interaction.token)
    assert [one for one in forbidden if one in sentry.text] == []
