"""The records of the queue: how a job ends, how long it is remembered, and what closing leaves."""

import asyncio
import time
import weakref
from collections.abc import AsyncIterator, Callable

import pytest

from bot.engine.queue import Failed, Queue, Record, State


class Clock:
    """Stands until a test moves it."""

    time = 1000.0

    def __call__(self) -> float:
        """Tell the time in seconds."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """The queue's clock."""
    return Clock()


@pytest.fixture
async def queue(clock: Clock) -> AsyncIterator[Queue]:
    """A queue that remembers five jobs and ten bytes for a minute."""
    queue = Queue(clock, life_seconds=60, records_max=5, pictures_max=10)
    yield queue
    await queue.aclose()


async def _made(queue: Queue, outcome: bytes | Exception) -> Record:
    """Run one job to its end."""

    async def work(_: Record) -> bytes:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    record = queue.submit("png", work)
    await _until(lambda: record.ended > 0)
    return record


async def _until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 - a record has no event to wait for
        await asyncio.sleep(0)


async def _forever(_: Record) -> bytes:
    await asyncio.Event().wait()
    return b""


def _known(queue: Queue, *records: Record) -> list[bool]:
    return [queue.get(record.request_id) is record for record in records]


async def test_a_job_ends_with_its_picture(queue: Queue, clock: Clock) -> None:
    """And is under way until then; how long it took is the clock's."""
    go = asyncio.Event()

    async def work(record: Record) -> bytes:
        record.state = State.PROCESSING
        await go.wait()
        return b"made"

    record = queue.submit("png", work)
    assert (record.state, queue.under_way) == (State.QUEUED, 1)
    await _until(lambda: record.state is State.PROCESSING)
    clock.time += 2.5
    go.set()
    await _until(lambda: queue.under_way == 0)
    assert (record.state, record.picture, record.seconds) == (State.COMPLETED, b"made", 2.5)
    assert _known(queue, record) == [True]


@pytest.mark.parametrize(
    ("error", "message", "logged"),
    [
        (Failed("No face."), "No face.", 0),
        (RuntimeError("secret"), "The swap failed inside the engine.", 1),
    ],
    ids=["foreseen", "defect"],
)
async def test_a_job_ends_with_its_error(
    queue: Queue, caplog: pytest.LogCaptureFixture, error: Exception, message: str, logged: int
) -> None:
    """A defect ends its job too; the log has it, the caller does not."""
    record = await _made(queue, error)
    assert (record.state, record.error, queue.under_way) == (State.FAILED, message, 0)
    assert len(caplog.records) == logged


async def test_a_record_lives_from_the_end_of_its_job(queue: Queue, clock: Clock) -> None:
    """One that has not ended is never forgotten."""
    go = asyncio.Event()

    async def work(_: Record) -> bytes:
        await go.wait()
        return b"1"

    running, first = queue.submit("png", _forever), queue.submit("png", work)
    clock.time += 100
    go.set()
    await _until(lambda: first.ended > 0)
    clock.time += 30
    second = await _made(queue, b"2")
    clock.time += 29.9
    assert _known(queue, running, first, second) == [True, True, True]
    clock.time += 0.1
    assert _known(queue, running, first, second) == [True, False, True]
    clock.time += 30
    assert _known(queue, running, first, second) == [True, False, False]


async def test_the_oldest_goes_when_there_are_too_many(queue: Queue) -> None:
    """Oldest by its end; what is under way does not count."""
    running = queue.submit("png", _forever)
    records = [await _made(queue, Failed("no")) for _ in range(6)]
    assert _known(queue, running, *records) == [True, False, True, True, True, True, True]


async def test_pictures_go_before_errors_when_there_are_too_many_bytes(queue: Queue) -> None:
    """No more of them than needed: ten bytes stay."""
    records = [await _made(queue, outcome) for outcome in (Failed("no"), b"1234", b"123456")]
    assert _known(queue, *records) == [True, True, True]
    records.append(await _made(queue, b"1234"))
    assert _known(queue, *records) == [True, False, True, True]
    records.append(await _made(queue, b"1234567890"))
    assert _known(queue, *records) == [True, False, False, False, True]


async def test_pictures_leave_memory_though_nobody_asks() -> None:
    """The queue itself sees to it, one record after the other."""
    queue = Queue(time.monotonic, life_seconds=0.02)
    first = weakref.ref(await _made(queue, b"1"))
    await asyncio.sleep(0.01)
    second = weakref.ref(await _made(queue, b"2"))
    async with asyncio.timeout(5):
        await _until(lambda: first() is None)
        await _until(lambda: second() is None)


async def test_closing_leaves_nothing(clock: Clock) -> None:
    """No task, no timer, no picture; a job that has not begun is not begun."""
    queue = Queue(clock)
    left = weakref.ref(queue), weakref.ref(await _made(queue, b"1"))
    queue.submit("png", _forever)
    await asyncio.sleep(0)
    queue.submit("png", _forever)
    await queue.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert queue.under_way == 0
    del queue
    assert [what() for what in left] == [None, None]
