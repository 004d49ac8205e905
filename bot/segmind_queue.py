"""Segmind's queue (v2): a paid call is answered at once by a ticket, and its picture is collected by GETs.

A ticket that is stored before the first GET lets a restart collect what is paid for. The POST keeps to the
rules of v1: it is repeated only where nothing was started. The GETs are free and safe to repeat.

Sources: the shapes are those of Segmind's documentation and SDK; `output` and `metrics` are digests of it,
so they are read when present. Records live for an hour.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, cast

from yarl import URL

from bot.errors import (
    ApiAnswerUnreadable,
    ApiDisconnected,
    ApiError,
    ApiTimeout,
    ApiUnreachable,
    FetchError,
    JobFailed,
    NoFace,
    RecordExpired,
    SwapFailed,
)
from bot.fetch import AllowedOrigins, Reading
from bot.fingerprints import Verified
from bot.log import add
from bot.room import Share
from bot.segmind import SUCCESSES, TIMEOUT_SECONDS, TRIES, SegmindClient
from bot.segmind_errors import clean, read_error, read_failed_job
from bot.segmind_wire import (
    JOBS_PATH,
    QUEUE_PATH,
    Answer,
    SwapRequest,
    SwapResult,
    locate_picture,
    micros,
    millis,
    parse_object,
)

logger = logging.getLogger(__name__)

SUBMIT_TIMEOUT_SECONDS: Final = 60.0
"""For a submission, repeats included; the queue answers at once."""

_API_ORIGIN = "https://api.segmind.com"
_URL_MAX = 2048
_POLL_SECONDS = 1.0
_POLL_SECONDS_MAX = 5.0
_WAITED_PER_PAUSE = 15.0  # pauses grow to a fifteenth of what was waited, so they add little to any wait
_STATUS_SECONDS = 15.0  # for one GET
_RESPONSE_SECONDS = 60.0  # for one GET that may hold the picture itself


@dataclass(frozen=True)
class Ticket:
    """A job of the queue. Raises ValueError for an id that is not fit for a path.

    The id alone is worth storing: `from_request_id` makes the ticket again.
    """

    request_id: str
    status_url: str = field(repr=False)
    response_url: str = field(repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", self.request_id):
            raise ValueError("not the id of a job")

    @classmethod
    def from_request_id(cls, base_url: str, request_id: str) -> "Ticket":
        """Make the ticket of a job of the API at `base_url`, with the documented URLs."""
        response_url = f"{base_url.rstrip('/')}{JOBS_PATH}/{request_id}"
        return cls(request_id, f"{response_url}/status", response_url)

    def confined_to(self, base_url: str) -> "Ticket":
        """Replace each URL that leads elsewhere than to the API by the documented one.

        The key goes to these URLs, and they are what an answer says.
        """
        documented = Ticket.from_request_id(base_url, self.request_id)
        return Ticket(
            self.request_id,
            self.status_url if _leads_to_api(self.status_url, base_url) else documented.status_url,
            self.response_url if _leads_to_api(self.response_url, base_url) else documented.response_url,
        )


def _leads_to_api(url: str, base_url: str) -> bool:
    """Tell whether a URL has the origin of `base_url`, or Segmind's own."""
    try:
        AllowedOrigins.of((str(URL(base_url).origin()), _API_ORIGIN)).admit(url)
    except (ValueError, FetchError):
        return False
    return len(url) <= _URL_MAX


def read_ticket(answer: Answer, base_url: str, key: str | None) -> Ticket:
    """Read the answer to a submission. Raises ApiAnswerUnreadable where it names no job."""
    document = parse_object(answer.body)
    request_id, status_url, response_url = (
        value if isinstance(value := document.get(name), str) else ""
        for name in ("request_id", "status_url", "response_url")
    )
    try:
        if clean(request_id, key) == request_id:  # else it holds the key, and ids are stored and logged
            return Ticket(request_id, status_url, response_url).confined_to(base_url)
    except ValueError:
        pass
    raise ApiAnswerUnreadable("the answer names no job")


def read_progress(answer: Answer, job_id: str, key: str | None, now: datetime) -> Answer | SwapFailed | None:
    """Read the answer to either GET: itself once the job has completed, what came in the way, or None before.

    A body that names a terminal state counts whatever its HTTP status (a failed job comes under 422); states
    that are not known are not terminal.
    """
    state = parse_object(answer.body).get("status")
    match state.strip().upper() if isinstance(state, str) else None:
        case "COMPLETED":
            return answer
        case "FAILED":
            return read_failed_job(answer, job_id, key)
        case _ if answer.status in SUCCESSES:
            return answer if state is None and _names_picture(answer) else None
        case _:
            failure = read_error(answer, key, now)
            return RecordExpired(404, job_id, failure.message) if answer.status == 404 else failure


def _names_picture(answer: Answer) -> bool:
    try:
        return bool(locate_picture(answer))
    except ApiAnswerUnreadable:
        return False


def make_queued_result(answer: Answer, picture: Verified, request_id: str) -> SwapResult:
    """Put the verified picture together with what the result's `metrics` say of it."""
    metrics = parse_object(answer.body).get("metrics")
    said = cast("dict[str, object]", metrics) if isinstance(metrics, dict) else {}
    return SwapResult(
        picture=picture.data,
        kind=picture.kind,
        fingerprint=picture.fingerprint,
        cost_micros=micros(said.get("cost")),
        seed=None,
        request_id=request_id,
        remaining_micros=micros(said.get("remaining_credits")),
        generation_ms=millis(said.get("inference_time")),
    )


class QueueClient(SegmindClient):
    """A SegmindClient that swaps by v2: made like it, and `swap` does the same in two steps."""

    async def swap(
        self, request: SwapRequest, *, timeout_seconds: float = TIMEOUT_SECONDS, share: Share | None = None
    ) -> SwapResult:
        """Submit and collect, all within `timeout_seconds`; raises what these do."""
        deadline = self._now() + timedelta(seconds=timeout_seconds)
        ticket = await self.submit(request, timeout_seconds=timeout_seconds)
        left = (deadline - self._now()).total_seconds()
        return await self.collect(ticket, timeout_seconds=left, share=share)

    async def submit(
        self, request: SwapRequest, *, timeout_seconds: float = SUBMIT_TIMEOUT_SECONDS
    ) -> Ticket:
        """Make the paid call. The ticket is worth storing before anything else is done.

        Raises SwapFailed as v1's `swap` does: when the call may have been billed, ApiTimeout,
        ApiDisconnected, ApiAnswerUnreadable, GatewayTimeout or ServerError.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                answer = await self._pay(QUEUE_PATH, request, timeout_seconds)
        except TimeoutError:
            raise ApiTimeout from None
        return read_ticket(answer, self._address(), self._key)

    def ticket(self, request_id: str) -> Ticket:
        """Make the ticket of a job that was submitted earlier. Raises ValueError for what is no id."""
        return Ticket.from_request_id(self._address(), request_id)

    async def collect(
        self, ticket: Ticket, *, timeout_seconds: float = TIMEOUT_SECONDS, share: Share | None = None
    ) -> SwapResult:
        """Wait for the job, at most `timeout_seconds`, and get its picture; may be called again at will.

        The picture is read with a `share` of what room there is. Raises SwapFailed, for good: JobFailed or
        NoFace, RecordExpired, ApiAnswerUnreadable when the job has completed and no picture can be had.
        Raises ApiTimeout when the job may yet complete, and another ApiError, such as BadKey, when the API
        does not let us ask.
        """
        add(request_id=ticket.request_id)
        deadline = self._now() + timedelta(seconds=timeout_seconds)
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._completed(ticket, lambda its: its.status_url, _STATUS_SECONDS, deadline)
                answer = await self._completed(
                    ticket, lambda its: its.response_url, _RESPONSE_SECONDS, deadline, share
                )
        except TimeoutError:
            raise ApiTimeout from None
        picture = await self._picture(answer, deadline, share)
        return await asyncio.to_thread(make_queued_result, answer, picture, ticket.request_id)

    async def _completed(
        self,
        ticket: Ticket,
        url: Callable[[Ticket], str],
        seconds: float,
        deadline: datetime,
        share: Share | None = None,
    ) -> Answer:
        """Ask one of the ticket's URLs until the job has completed."""
        began, last, in_a_row = self._now(), None, 0
        while True:
            outcome = await self._ask(ticket, url, seconds, share)
            if isinstance(outcome, Answer):
                return outcome
            waited = (self._now() - began).total_seconds()
            pause = min(_POLL_SECONDS_MAX, max(_POLL_SECONDS, waited / _WAITED_PER_PAUSE))
            in_a_row = in_a_row + 1 if type(outcome) is last else 1
            last = type(outcome)
            if outcome:
                if not _passing(outcome, in_a_row):
                    raise outcome
                pause += self._delay(outcome, in_a_row)
                logger.warning("Segmind: %s on asking for a job", type(outcome).__name__)
            if pause > (deadline - self._now()).total_seconds():
                raise ApiTimeout
            if share:
                share.give_back()
            await self._sleep(pause)

    async def _ask(
        self, ticket: Ticket, url: Callable[[Ticket], str], seconds: float, share: Share | None
    ) -> Answer | SwapFailed | None:
        """Ask once: a completed job's answer, what came in the way, or None while the job is under way."""
        # Confined anew each time: the ticket may be anyone's, and a restarted local engine has a new port.
        confined = ticket.confined_to(self._address())
        try:
            async with asyncio.timeout(seconds) as limit:
                answer = await self._try("GET", url(confined), reading=Reading(share, limit))
        except TimeoutError:
            return ApiTimeout()
        if isinstance(answer, SwapFailed):
            return answer
        return await asyncio.to_thread(read_progress, answer, ticket.request_id, self._key, self._now())


def _passing(failure: SwapFailed, in_a_row: int) -> bool:
    """Tell whether asking again may go better; a missing record or a broken answer is believed in the end."""
    match failure:
        case JobFailed() | NoFace():
            return False
        case RecordExpired() | ApiAnswerUnreadable():
            return in_a_row < TRIES
        case ApiError(status=status):
            return status == 429 or status >= 500
        case _:
            return isinstance(failure, (ApiTimeout, ApiUnreachable, ApiDisconnected))
