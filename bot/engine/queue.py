"""The jobs of the queue (v2): each runs in the background and is remembered for a while. Knows no HTTP."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import uuid4

from bot.pictures import OutputFormat

logger = logging.getLogger(__name__)

_LIFE_SECONDS = 3600
"""How long a record lives after its job has ended (source: Segmind's documentation of v2)."""
_RECORDS_MAX = 1000
_PICTURES_MAX = 128 * 1024 * 1024
"""In bytes; holds the results of all that may be under way at once."""
_DEFECT = "The swap failed inside the engine."


class Failed(Exception):
    """A job that cannot be done; the message is for the caller's eyes."""


class State(StrEnum):
    """How a job stands, in the API's words."""

    QUEUED = "QUEUED"  # its pictures are being read
    PROCESSING = "PROCESSING"  # the pool has it
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass
class Record:
    """What is known of a job: `picture` once it has COMPLETED, `error` once it has FAILED.

    Times are in seconds of the queue's clock.
    """

    request_id: str
    image_format: OutputFormat
    submitted: float
    state: State = State.QUEUED
    ended: float = 0.0
    picture: bytes = field(default=b"", repr=False)
    error: str = ""

    @property
    def seconds(self) -> float:
        """How long an ended job took, waiting included."""
        return self.ended - self.submitted


Work = Callable[[Record], Coroutine[Any, Any, bytes]]
"""Makes the picture of a record, or raises Failed; it tells the record when PROCESSING begins."""


class Queue:
    """Runs jobs and keeps their records, all on one event loop; `aclose` leaves no task and no timer.

    A record is forgotten `life_seconds` after its job ended. The oldest go early where there are more than
    `records_max` of ended jobs, and the oldest with a picture where pictures come to more than
    `pictures_max` bytes: without its picture a completed record would promise what cannot be had.
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        life_seconds: float = _LIFE_SECONDS,
        records_max: int = _RECORDS_MAX,
        pictures_max: int = _PICTURES_MAX,
    ) -> None:
        self._now = now
        self._life = life_seconds
        self._records_max = records_max
        self._pictures_max = pictures_max
        self._tasks: set[asyncio.Task[bytes]] = set()
        self._running: dict[str, Record] = {}
        self._ended: dict[str, Record] = {}  # the oldest first
        self._timer: asyncio.TimerHandle | None = None

    @property
    def under_way(self) -> int:
        """How many jobs have not ended."""
        return len(self._running)

    def submit(self, image_format: OutputFormat, work: Work) -> Record:
        """Begin a job; it goes on whether or not anybody asks for it."""
        record = Record(uuid4().hex, image_format, self._now())
        self._running[record.request_id] = record
        task = asyncio.create_task(work(record))
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, record))
        return record

    def get(self, request_id: str) -> Record | None:
        """Find a record, unless it is unknown or forgotten."""
        self._forget_old()
        return self._running.get(request_id) or self._ended.get(request_id)

    async def aclose(self) -> None:
        """Cancel every job and forget everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ended.clear()
        self._forget_old()

    def _end(self, record: Record, task: asyncio.Task[bytes]) -> None:
        self._tasks.discard(task)
        del self._running[record.request_id]
        if task.cancelled():
            return
        _settle(record, task)
        record.ended = self._now()
        self._ended[record.request_id] = record
        self._forget_surplus()
        self._forget_old()

    def _forget_surplus(self) -> None:
        if len(self._ended) > self._records_max:
            del self._ended[next(iter(self._ended))]
        made = [record for record in self._ended.values() if record.picture]
        surplus = sum(len(record.picture) for record in made) - self._pictures_max
        for record in made:
            if surplus <= 0:
                break
            surplus -= len(record.picture)
            del self._ended[record.request_id]

    def _forget_old(self) -> None:
        """Forget what is due, and come back for the next: faces do not stay where nobody asks any more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        while self._ended:
            oldest = next(iter(self._ended.values()))
            left = oldest.ended + self._life - self._now()
            if left > 0:
                self._timer = asyncio.get_running_loop().call_later(left, self._forget_old)
                break
            del self._ended[oldest.request_id]


def _settle(record: Record, task: asyncio.Task[bytes]) -> None:
    """Write into a record how its job ended."""
    error = task.exception()
    if error is None:
        record.state, record.picture = State.COMPLETED, task.result()
        return
    record.state, record.error = State.FAILED, _DEFECT
    if isinstance(error, Failed):
        record.error = str(error)
    else:
        logger.error("A job of the queue met a defect", exc_info=error)
