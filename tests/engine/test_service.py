"""The engine as a service, not for the bot alone: results as files, health, a stop that loses nothing."""

import asyncio
import io
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.fetch import SEGMIND_RESULTS, AllowedOrigins, open_session
from bot.segmind_queue import QueueClient
from bot.segmind_wire import JOBS_PATH, QUEUE_PATH, SWAP_PATH, SwapRequest
from tests.engine.photos import HOPPER, photo
from tests.engine.served import KEY, Cdn, body_of

ROOT = Path(__file__).parent.parent.parent
HEADERS = {"x-api-key": KEY}


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    """A small CDN with the photographs."""
    cdn = Cdn()
    async with cdn.server:
        yield cdn


@asynccontextmanager
async def service(cdn: Cdn, *options: str) -> AsyncGenerator[tuple[str, Process]]:
    """`python -m bot engine` with one worker, as an operator runs it: its address, and the process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "engine", "--port=0", "--workers=1"),
        *(f"--allow-origin={cdn.origin}", *options),
        cwd=ROOT,
        env={**os.environ, "ENGINE_API_KEY": KEY},
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().split()[-1], process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def health(session: aiohttp.ClientSession, origin: str) -> tuple[int, dict[str, Any]]:
    """What a probe without a key is told."""
    async with session.get(f"{origin}/healthz") as answer:
        return answer.status, await answer.json()


async def test_results_are_files_that_every_client_can_read(cdn: Cdn) -> None:
    """A plain client follows the addresses in the answers; the bot's own client takes the result as well."""
    async with service(cdn, "--queue=3") as (origin, _), open_session() as session:
        assert await health(session, origin) == (
            200,
            {"status": "ok", "workers": 1, "taken": 0, "places": 4},
        )
        async with session.post(
            origin + QUEUE_PATH, json=body_of(cdn.origin, image_format="webp"), headers=HEADERS
        ) as answer:
            job = await answer.json()
        status: dict[str, Any] = {}
        while status.get("status") != "COMPLETED":
            async with session.get(job["status_url"], headers=HEADERS) as answer:
                status = await answer.json()
            await asyncio.sleep(0.01)
        async with session.get(job["response_url"], headers=HEADERS) as answer:
            output = (await answer.json())["output"]
        assert output == f"{origin}/v1/results/{job['request_id']}.webp"
        async with session.get(output) as answer:
            assert answer.content_type == "image/webp"
            assert Image.open(io.BytesIO(await answer.read())).size == photo(HOPPER).size
        for wrong in (output.replace(".webp", ".png"), output.replace("results/", "results/0")):
            async with session.get(wrong) as answer:
                assert answer.status == 404
        allowed = AllowedOrigins.of(SEGMIND_RESULTS).with_origin_of(origin)
        client = QueueClient(
            session, base_url=origin, key=KEY, results=allowed, sleep=lambda _: asyncio.sleep(0.01)
        )
        request = SwapRequest(f"{cdn.origin}/collins", f"{cdn.origin}/hopper", image_format="jpeg", seed=7)
        assert (await client.swap(request)).kind == "jpeg"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
async def test_a_stop_finishes_what_is_under_way(cdn: Cdn) -> None:
    """After SIGTERM a probe and new requests hear so, the swap under way is answered, then it ends."""
    cdn.let_go.clear()
    async with service(cdn) as (origin, process), open_session() as session:
        body = body_of(cdn.origin, "late")
        under_way = asyncio.create_task(session.post(origin + SWAP_PATH, json=body, headers=HEADERS))
        await cdn.asked.acquire()
        process.send_signal(signal.SIGTERM)
        for _ in range(500):
            if (await health(session, origin))[0] != 200:
                break
            await asyncio.sleep(0.01)
        assert await health(session, origin) == (
            503,
            {"status": "stopping", "workers": 1, "taken": 1, "places": 17},
        )
        async with session.post(origin + SWAP_PATH, json=body, headers=HEADERS) as answer:
            assert answer.status == 503
        cdn.let_go.set()
        async with await under_way as answer:
            assert answer.status == 200
            assert Image.open(io.BytesIO(await answer.read())).size == photo(HOPPER).size
        assert await process.wait() == 0


async def test_addresses_are_those_of_the_proxy_in_front(cdn: Cdn) -> None:
    """Behind a proxy the callers' address is what the operator says."""
    options = ("--public-url=https://engine.example.com/",)
    async with service(cdn, *options) as (origin, _), open_session() as session:
        async with session.post(origin + QUEUE_PATH, json=body_of(cdn.origin), headers=HEADERS) as answer:
            job = await answer.json()
        assert job["response_url"] == f"https://engine.example.com{JOBS_PATH}/{job['request_id']}"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--host=0.0.0.0"], "set ENGINE_API_KEY"),
        (["--port=1", "--host=127.0.0.2", "--assets=nowhere"], "is missing from nowhere"),
    ],
)
async def test_it_does_not_start_without_what_it_needs(options: list[str], sentence: str) -> None:
    """One sentence, exit status 1."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "engine", *options),
        cwd=ROOT,
        env={**os.environ, "ENGINE_API_KEY": KEY if "nowhere" in sentence else ""},
        stderr=PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert sentence in said.decode()
    assert "Traceback" not in said.decode()
