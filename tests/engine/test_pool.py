"""The pool: a worker that dies or hangs fails its own request, and is replaced."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.engine.assets import FOLDER
from bot.engine.job import Job, Problem, Refused
from bot.engine.pool import Pool, WorkerDied
from bot.errors import AssetError, Role
from tests.engine.photos import CAT, COLLINS, HOPPER, file_of, photo

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("engine: pool")]

_JOB = Job(file_of(photo(COLLINS)), file_of(photo(HOPPER)), "jpeg")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[Pool]:
    """One worker, so that requests queue; none is left afterwards."""
    async with Pool.open(FOLDER, 1) as pool:
        yield pool
    assert multiprocessing.active_children() == []


async def test_a_swap_and_a_refusal_come_back(pool: Pool) -> None:
    """Bytes and refusals cross between the processes."""
    answer = await pool.run(_JOB)
    assert isinstance(answer, bytes)
    assert answer.startswith(b"\xff\xd8\xff")
    cat = Job(file_of(photo(CAT)), _JOB.target)
    assert await pool.run(cat) == Refused(Problem.NO_FACE, Role.SOURCE)


async def test_a_dead_worker_fails_its_request_alone(pool: Pool) -> None:
    """The request under way fails at once, the one that waits is served by the next worker."""
    first, second = asyncio.create_task(pool.run(_JOB)), asyncio.create_task(pool.run(_JOB))
    await asyncio.sleep(0)
    for process in multiprocessing.active_children():
        process.kill()
    with pytest.raises(WorkerDied):
        await first
    assert isinstance(await second, bytes)


async def test_a_worker_that_died_idle_is_replaced(pool: Pool) -> None:
    """Death between two requests costs one request at most, and the pool lives on."""
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    for _ in range(2):
        try:
            answer = await pool.run(_JOB)
            break
        except WorkerDied:
            continue
    else:
        pytest.fail("the pool did not recover")
    assert isinstance(answer, bytes)


async def test_a_worker_that_takes_too_long_is_ended(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline fails the request and frees its place."""
    hung = multiprocessing.active_children()
    with monkeypatch.context() as patch:
        patch.setattr(pool, "_deadline", 0.01)
        with pytest.raises(TimeoutError):
            await pool.run(_JOB)
    await asyncio.to_thread(hung[0].join, 10)
    assert hung[0].exitcode is not None
    assert isinstance(await pool.run(_JOB), bytes)


async def test_a_caller_who_leaves_does_not_break_the_worker(pool: Pool) -> None:
    """A cancelled request frees its worker when the worker is done, not before."""
    leaving = asyncio.create_task(pool.run(_JOB))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert isinstance(await pool.run(_JOB), bytes)


async def test_missing_models_fail_the_start(tmp_path: Path) -> None:
    """A pool without models says so, and leaves no process."""
    before = set(multiprocessing.active_children())
    with pytest.raises(AssetError, match="make setup"):
        async with Pool.open(tmp_path, 1):
            pytest.fail("it opened")
    assert set(multiprocessing.active_children()) <= before
