"""Worker processes that swap or look. One that dies fails the request it served, and is replaced."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from bot.engine.job import Job, Refused, Scan, Task
from bot.errors import EngineUnavailable

_does: dict[type[Task[Any]], Callable[[Any], Any]] = {}  # what this worker does, with its own models

T = TypeVar("T")

_FIRST_SECONDS = 0.3
_WEIGHT = 0.2
"""What one task takes before any was done, and how much each one counts from then on."""


class WorkerDied(Exception):
    """The process that served this request ended under it."""


class Worker:
    """One process behind an executor of its own: when it breaks, it breaks alone."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(1, mp_context=context, initializer=_settle)
        self.loaded: Future[int] = self._executor.submit(_load, folder)
        """Its process id; raises AssetError or EngineUnavailable."""

    @property
    def pid(self) -> int | None:
        """Its process id, once it is warm."""
        return self.loaded.result() if self.loaded.done() and not self.loaded.exception() else None

    def submit(self, task: Task[T]) -> "Future[T | Refused]":
        """Start one task; raises BrokenProcessPool, at once or from the future, when the process has died."""
        return self._executor.submit(_work, task)

    def kill(self) -> None:
        """End the process now, whatever it does."""
        for process in multiprocessing.active_children():
            if process.pid == self.pid:
                process.kill()

    def close(self) -> None:
        """End the process and wait until it is gone."""
        self._executor.shutdown(wait=True, cancel_futures=True)


class Pool:
    """A fixed number of workers, each serving one job at a time. Use `Pool.open`."""

    def __init__(self, folder: Path, deadline_seconds: float) -> None:
        self._folder = folder
        self._deadline = deadline_seconds
        self._loop = asyncio.get_running_loop()
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._workers: set[Worker] = set()
        self._closing = False
        self.seconds = _FIRST_SECONDS
        """How long a task takes in a worker, as a mean in which the latest count most."""

    @property
    def ready(self) -> int:
        """How many workers are there and warm."""
        alive = {process.pid for process in multiprocessing.active_children()}
        return sum(worker.pid in alive for worker in self._workers)

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, workers: int, deadline_seconds: float = 60) -> AsyncGenerator["Pool"]:
        """Start the workers and wait until each is warm; raises AssetError or EngineUnavailable."""
        pool = cls(folder, deadline_seconds)
        try:
            started = await asyncio.gather(*(asyncio.to_thread(pool._add) for _ in range(workers)))
            for worker in started:
                await _loaded(worker)
                pool._idle.put_nowait(worker)
            yield pool
        finally:
            await pool._close()

    async def run(self, task: Task[T]) -> T | Refused:
        """Have it done by the next idle worker; raises WorkerDied, or TimeoutError past the deadline."""
        async with asyncio.timeout(self._deadline):
            worker, future = await self._begin(task)
        # Not in a `finally`: a caller that goes away does not make its worker idle.
        future.add_done_callback(lambda done: self._release(worker, done))
        began = self._loop.time()
        try:
            async with asyncio.timeout(self._deadline):
                answer = await asyncio.wrap_future(future)
        except BrokenProcessPool:
            raise WorkerDied from None
        except TimeoutError:
            worker.kill()
            raise
        self.seconds += _WEIGHT * (self._loop.time() - began - self.seconds)
        return answer

    async def _begin(self, task: Task[T]) -> tuple[Worker, "Future[T | Refused]"]:
        while True:
            worker = await self._idle.get()
            try:
                return worker, worker.submit(task)
            except BrokenProcessPool:  # it died idle, and served nobody: the next one takes the task
                await asyncio.to_thread(self._replace, worker)

    def _release(self, worker: Worker, done: "Future[T | Refused]") -> None:
        """Runs in the executor's own thread: starting a process there holds nobody up."""
        if not done.cancelled() and isinstance(done.exception(), BrokenProcessPool):
            self._replace(worker)
        else:
            self._offer(worker)

    def _replace(self, worker: Worker) -> None:
        self._workers.discard(worker)
        if not self._closing:
            # Its models load before its first job: they wait in the same queue.
            self._offer(self._add())

    def _offer(self, worker: Worker) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._idle.put_nowait, worker)

    def _add(self) -> Worker:
        worker = Worker(self._folder)
        self._workers.add(worker)
        return worker

    async def _close(self) -> None:
        self._closing = True
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*(asyncio.to_thread(worker.close) for worker in self._workers))


async def _loaded(worker: Worker) -> None:
    try:
        await asyncio.wrap_future(worker.loaded)
    except BrokenProcessPool:
        raise EngineUnavailable("A worker of the local engine ended before it was ready.") from None


def _settle() -> None:
    """Leave signals to the whole group to the parent, and end when the parent does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # returns also when the parent was killed: it is a pipe that closes
        os._exit(0)


def _load(folder: Path) -> int:
    try:
        from bot.engine.work import look, perform, prepare  # noqa: PLC0415 - numpy and OpenCV belong in workers only
    except ImportError as error:
        raise EngineUnavailable(
            f"The local engine needs numpy and OpenCV ({error.name} cannot be imported): run `make setup`."
        ) from None
    nets = prepare(folder)
    _does.update({Job: partial(perform, nets=nets), Scan: partial(look, nets=nets)})
    return os.getpid()


def _work(task: Task[T]) -> T | Refused:
    return cast("T | Refused", _does[type(task)](task))
