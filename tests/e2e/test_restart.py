"""Killed at every boundary: a real process, SIGKILL, a new process, and nothing is lost or charged twice."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.sandbox import Played
from tests.databases import Database
from tests.e2e.conftest import KEY, Place
from tests.scripted_api import QUEUE_PATH, Answer, as_json, status_path
from tests.signing import pair_settings

Launch = Callable[[], Awaitable[Process]]

ROOT = Path(__file__).parent.parent.parent
EDIT = r"/messages/@original$"
CHARGED = [{"amount_micros": 50_000}]


@pytest.fixture(
    params=[
        ("v1", "sqlite"),
        pytest.param(("v2", "postgres"), marks=pytest.mark.soak),
        pytest.param(("v1", "postgres"), marks=pytest.mark.soak),
        pytest.param(("v2", "sqlite"), marks=pytest.mark.soak),
    ],
    ids="-".join,
)
def kind(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Version of the API and engine of the store."""
    return request.param


@pytest.fixture
def books(kind: tuple[str, str], request: pytest.FixtureRequest) -> Database:
    """A database of this run's engine."""
    return request.getfixturevalue(f"empty_{kind[1]}")


@pytest.fixture
async def launch(place: Place, kind: tuple[str, str]) -> AsyncIterator[Launch]:
    """Start `python -m bot` as a process of its own and wait until it takes commands."""
    processes: list[Process] = []
    place.settings.update(COOLDOWN_SECONDS="0", SWAPS_AT_ONCE="", API_CONCURRENCY="1", SHUTDOWN_GRACE="5")
    place.api.polls = 1
    place.settings.update(LEASE_SECONDS="1", SEGMIND_API_VERSION=kind[0])

    async def started() -> Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=ROOT,
            env={
                **os.environ,
                "DISCORD_TOKEN": place.sandbox.token,
                "DISCORD_SANDBOX_URL": place.sandbox.base_url,
                "SEGMIND_API_KEY": KEY,
                "SEGMIND_BASE_URL": place.api.base_url,
                "PRECHECK": "off",
                "DATABASE_URL": place.database.url,
                **pair_settings(),
                **place.settings,
            },
            stderr=PIPE,
        )
        processes.append(process)
        await place.sandbox.wait_until_ready()
        return process

    yield started
    for process in processes:
        if process.returncode is None:
            process.terminate()
        _, log = await process.communicate()
        assert process.returncode in (0, -signal.SIGKILL)
        for secret in (KEY, place.sandbox.token):
            assert secret.encode() not in log
        assert b"Traceback" not in log


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)


async def kill(process: Process, place: Place) -> None:
    """Kill without warning, and wait until the sandbox has noticed."""
    process.kill()
    await process.wait()
    await place.sandbox.wait_until_disconnected()


def hold(place: Place) -> asyncio.Event:
    """Let the next paid call, in either version, be answered only once this is set."""
    release = place.api.hold()
    place.api.jobs["job-slow"] = 0
    place.api.script(as_json({"request_id": "job-slow"}, release=release), path=QUEUE_PATH)
    return release


async def ended(place: Place, state: str) -> None:
    """Wait until every swap has ended so."""

    async def so() -> bool:
        return {row["state"] for row in await place.rows("SELECT state FROM swaps")} == {state}

    await eventually(so)


async def entries(place: Place) -> list[dict[str, object]]:
    """What is on the books."""
    return await place.rows("SELECT amount_micros FROM entries")


async def test_killed_before_the_acknowledgement(place: Place, launch: Launch) -> None:
    """Held but never acknowledged: nobody waits, so it is refunded and never sent."""
    process = await launch()
    fault = place.sandbox.faults.add("POST", r"/callback$", release=asyncio.Event())
    await place.faceswap()
    await fault.met.wait()
    await kill(process, place)
    await launch()
    await ended(place, "refunded")
    assert place.api.posts == []


async def test_killed_while_waiting_for_a_turn(place: Place, launch: Launch) -> None:
    """Acknowledged and held: the new process sends it, and the member gets the picture."""
    process = await launch()
    hold(place)
    first = await place.faceswap()
    await place.api.received.wait()
    second = await place.faceswap()
    await second.first_response()
    await kill(process, place)
    await launch()
    await second.reply(until=lambda reply: bool(reply.attachments))
    await first.reply(until=lambda reply: "The bot was restarted while your swap" in reply.text)
    assert len(place.api.posts) == 2

    async def charged() -> bool:
        return await entries(place) == CHARGED

    await eventually(charged)


async def test_killed_during_the_paid_call(place: Place, launch: Launch) -> None:
    """The call may have run: it is never made again, and the member is refunded and told."""
    process = await launch()
    hold(place)
    played = await place.faceswap()
    await place.api.received.wait()
    await kill(process, place)
    await launch()
    reply = await played.reply()
    assert "You were not charged" in reply.text
    await ended(place, "refunded")
    assert len(place.api.posts) == 1
    assert await entries(place) == []


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
async def test_killed_around_the_delivery(place: Place, launch: Launch, applied: bool) -> None:
    """Made, and perhaps shown: the new process shows it (again), and charges once."""
    process = await launch()
    fault = place.sandbox.faults.add("PATCH", EDIT, release=asyncio.Event(), applied=applied)
    played = await place.faceswap()
    await fault.met.wait()
    assert await entries(place) == []
    await kill(process, place)
    await launch()
    await ended(place, "delivered")
    reply = await played.reply()
    assert len(reply.attachments) == 1
    assert "**$0.05**" in reply.text
    assert await entries(place) == CHARGED
    assert len(place.api.posts) == 1


async def test_killed_after_everything(place: Place, launch: Launch) -> None:
    """A delivered swap is left alone."""
    process = await launch()
    played = await place.faceswap()
    await played.reply()
    await ended(place, "delivered")
    await kill(process, place)
    edits = len((await played.reply()).history)
    await launch()
    assert len((await played.reply()).history) == edits
    assert await entries(place) == CHARGED


async def test_killed_while_the_queue_works(place: Place, launch: Launch, kind: tuple[str, str]) -> None:
    """A job of the queue is paid for and known: the new process collects it, and pays no second time."""
    if kind[0] == "v1":
        return  # v1 has no queue: test_killed_during_the_paid_call
    process = await launch()
    place.api.script(*(Answer(delay=30) for _ in range(2)), path=status_path("job-1"))
    played = await place.faceswap()

    async def polled() -> bool:
        return status_path("job-1") in place.api.paths()

    await eventually(polled)
    await kill(process, place)
    place.api.forget(status_path("job-1"))
    await launch()
    assert (await played.reply()).attachments
    await ended(place, "delivered")
    assert len(place.api.posts) == 1
    assert await entries(place) == CHARGED


async def test_found_when_the_token_is_dead(place: Place, launch: Launch) -> None:
    """Made, killed, and started again only after 15 minutes: the picture comes as a message, charged once."""
    process = await launch()
    fault = place.sandbox.faults.add("PATCH", EDIT, release=asyncio.Event())
    await place.faceswap()
    await fault.met.wait()
    await kill(process, place)
    place.sandbox.clock.advance(15 * 60 + 1)
    await launch()
    await ended(place, "delivered")
    assert len(place.said()) == 1
    assert await entries(place) == CHARGED


async def test_asked_to_stop_it_finishes_what_is_under_way(place: Place, launch: Launch) -> None:
    """SIGTERM: the swap in flight is delivered, a new command is turned away in words, the exit is clean."""
    process = await launch()
    release = hold(place)
    played: Played = await place.faceswap()
    await place.api.received.wait()
    process.terminate()
    assert process.stderr
    await process.stderr.readuntil(b"Waiting up to 5 s for 1 swaps")
    late = await (await place.faceswap()).first_response()
    assert late.reply is not None
    assert "being restarted" in late.reply.text
    release.set()
    assert (await played.reply()).attachments
    assert await process.wait() == 0
    assert await entries(place) == CHARGED


async def test_asked_to_stop_it_still_answers_who_has_just_asked(place: Place, launch: Launch) -> None:
    """SIGTERM between a command and its answer: the member is answered, and the exit is clean."""
    process = await launch()
    fault = place.sandbox.faults.add("POST", r"/callback$", delay_seconds=0.5)
    played = await place.ada.slash(place.channel, "credits show")
    await fault.met.wait()
    process.terminate()
    assert (await played.first_response()).kind == "MESSAGE"
    assert await process.wait() == 0
