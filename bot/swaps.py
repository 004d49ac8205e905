"""One swap from its hold to its end: send, make, deliver and settle, or refund. Knows no Discord.

A kill at any moment leaves a row that says what was done; whoever claims it takes it from there, so stopping
is no special case.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from bot.account import Account
from bot.delivery import Delivery, Reply
from bot.errors import (
    ApiError,
    ApiTimeout,
    Interrupted,
    JobFailed,
    NoFace,
    RateLimited,
    RecordExpired,
    ShuttingDown,
    SwapFailed,
    TokenExpired,
    Unexpected,
)
from bot.gate import Gate
from bot.leases import Leases
from bot.pictures import OutputFormat
from bot.policy import DefaultLimits, Place
from bot.segmind import SegmindClient, SwapRequest, SwapResult
from bot.segmind_queue import QueueClient, Ticket
from bot.store import swaps as rows
from bot.store.admission import Terms, admit
from bot.store.database import Store
from bot.store.swaps import OpenSwap, Picture, Swap
from bot.turns import Turns

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=15)
"""How long an interaction's answer can be edited (source: Discord's developer documentation)."""

RECORD_LIFE = timedelta(hours=1)
"""How long the queue remembers a job (source: Segmind's documentation)."""

LAST_MINUTE = timedelta(minutes=1)
"""No paid call is begun this close to the token's death: its picture could not be shown."""

_SHOWING = timedelta(seconds=15)
"""Kept back from a call's time for showing its picture."""

_FINAL = (JobFailed, NoFace, RecordExpired)
"""What ends a paid job of the queue for good; any other answer to asking for it may be another one later."""

_ASK_AGAIN_SECONDS = 5.0
_CLAIM_SECONDS = 1.0
_FALL_SECONDS = 5.0


@dataclass(frozen=True)
class Work:
    """A swap that a task carries to its end."""

    swap: Swap
    reply: Reply
    dies_at: datetime
    """When the interaction's token stops working."""


@dataclass(frozen=True)
class Called:
    """A paid call; a queued job that takes long comes back as its ticket alone."""

    sent_at: datetime
    result: SwapResult | None
    ticket: Ticket | None = None


class Swaps:
    """The use case. `turns` bounds the calls under way; each may take `timeout_seconds`."""

    def __init__(
        self,
        store: Store,
        api: SegmindClient,
        *,
        defaults: DefaultLimits,
        delivery: Delivery,
        account: Account,
        leases: Leases,
        turns: Turns,
        gate: Gate,
        timeout_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._api = api
        self._defaults = defaults
        self._delivery = delivery
        self._account = account
        self._leases = leases
        self._turns = turns
        self._gate = gate
        self._timeout_seconds = timeout_seconds
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._keepers: set[asyncio.Task[None]] = set()
        self._stopping = False

    @asynccontextmanager
    async def admitted(self, swap: Swap, place: Place) -> AsyncGenerator[None]:
        """Hold the swap's price around the acknowledgement; refund at once when that fails.

        Raises a Refusal, BadKey or NoCredits while paid calls are paused, or AlreadyHandled when the
        interaction is known.
        """
        if self._stopping:
            raise ShuttingDown
        self._account.check()
        await self._store.run(admit, swap, Terms(self._defaults, place), self._leases.new(), self._now())
        try:
            with self._leases.working(swap.id):
                yield
        except BaseException:
            await self._store.run(rows.refund, swap.id, "NotAcknowledged", self._now())
            raise

    def start(self, swap: Swap, reply: Reply) -> None:
        """Carry an acknowledged swap to its end in a task of its own."""
        work = Work(swap, reply, self._now() + TOKEN_LIFE)
        self._track(self._to_end(work, partial(self._make_and_deliver, work)))

    async def cancel(self, swap_id: int, user_id: int) -> bool:
        """Let a member take back a swap that is not sent yet; False when it is too late, or not theirs."""
        return await self._store.run(rows.cancel, swap_id, user_id, self._now())

    async def open(self, reply_to: Callable[[Swap], Reply]) -> None:
        """Begin to finish what other processes have left, now and from now on. Waits for no gateway."""
        await self._claim(reply_to)
        for keeper in (partial(self._claim_forever, reply_to), self._leases.keep, self._account.probe):
            self._keepers.add(asyncio.create_task(self._forever(keeper)))

    async def drain(self, grace_seconds: float) -> None:
        """Take no new work, wait for what is under way, and leave the rest to whoever claims it."""
        self._stopping = True
        if self._tasks:
            log.info("Waiting up to %g s for %d swaps", grace_seconds, len(self._tasks))
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        left = [*self._tasks, *self._keepers]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._leases.release()

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _track(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _claim_forever(self, reply_to: Callable[[Swap], Reply]) -> None:
        while True:
            await asyncio.sleep(_CLAIM_SECONDS)
            await self._claim(reply_to)

    async def _claim(self, reply_to: Callable[[Swap], Reply]) -> None:
        if self._stopping:
            return
        for swap_id in await self._leases.claim():
            log.info("Taking over swap %d", swap_id)
            self._track(self._resume(swap_id, reply_to))

    async def _forever(self, keeper: Callable[[], Awaitable[None]]) -> None:
        """Run what must never end; when the database fails under it, begin again a little later."""
        while True:
            await self._guarded(keeper, self._fallen)

    async def _fallen(self, _: SwapFailed) -> None:
        await asyncio.sleep(_FALL_SECONDS)

    async def _to_end(self, work: Work, steps: Callable[[], Awaitable[None]]) -> None:
        with self._leases.working(work.swap.id):
            await self._guarded(steps, partial(self._refund, work))

    async def _guarded(
        self, steps: Callable[[], Awaitable[None]], failed: Callable[[SwapFailed], Awaitable[None]]
    ) -> None:
        """Whatever goes wrong in `steps`, `failed` hears of it."""
        try:
            await steps()
        except SwapFailed as error:
            await failed(error)
        except Exception:  # the one broad handler: somebody's money is held
            log.exception("Something failed unexpectedly")
            await failed(Unexpected())

    async def _refund(self, work: Work, error: SwapFailed) -> None:
        log.warning("Swap %d failed: %s %s", work.swap.id, type(error).__name__, error)
        # The refund erases the token: after a kill in between nobody could be told any more.
        if await self._store.run(rows.is_worked_on, work.swap.id, self._leases.owner):
            await work.reply.fail(error)
            await self._store.run(rows.refund, work.swap.id, type(error).__name__, self._now())
        await self._account.failed(error)

    async def _make_and_deliver(self, work: Work) -> None:
        notes: list[asyncio.Task[None]] = []
        if not (self._turns.free and self._gate.is_open()):
            notes.append(asyncio.create_task(work.reply.queued()))
        try:
            called = await self._call(work, notes)
        finally:
            # An edit that comes late would cover the picture.
            await asyncio.gather(*notes, return_exceptions=True)
        if called is not None:
            result = called.result or await self._collect(called.ticket, work.dies_at - TOKEN_LIFE)
            await self._keep_and_deliver(work, result, called.sent_at)

    async def _call(self, work: Work, notes: list[asyncio.Task[None]]) -> Called | None:
        """Make the paid call once it is this swap's turn; None when it was taken back, or is another's."""
        latest = work.dies_at - LAST_MINUTE
        group = work.swap.guild_id or work.swap.user_id
        while True:
            async with self._turns.turn(group, (latest - self._now()).total_seconds()):
                if not await self._gate.opened(latest):
                    raise RateLimited(429, retry_at=self._gate.opens_at)
                sent_at = self._now()
                if not await self._store.run(rows.start_sending, work.swap.id, sent_at, self._leases.owner):
                    return None
                if notes:
                    notes.append(asyncio.create_task(_making(work.reply, notes[-1])))
                try:
                    return await self._send(work, sent_at)
                except RateLimited as error:
                    # Nothing was started: it waits like the others, if it can still be shown afterwards.
                    if error.retry_at is None or error.retry_at > latest:
                        raise
                    await self._store.run(rows.hold_again, work.swap.id)

    async def _send(self, work: Work, sent_at: datetime) -> Called:
        timeout = min(self._timeout_seconds, (work.dies_at - _SHOWING - sent_at).total_seconds())
        request = _request(work.swap)
        if not isinstance(self._api, QueueClient):
            return Called(sent_at, await self._api.swap(request, timeout_seconds=timeout))
        ticket = await self._api.submit(request, timeout_seconds=timeout)
        await self._store.run(rows.start_running, work.swap.id, ticket.request_id)
        try:
            return Called(sent_at, await self._api.collect(ticket, timeout_seconds=timeout), ticket)
        except _FINAL:
            raise
        except (ApiTimeout, ApiError) as error:
            await self._account.failed(error)
            return Called(sent_at, None, ticket)

    async def _collect(self, ticket: Ticket | None, begun_at: datetime) -> SwapResult:
        """Wait for a paid job as long as the queue remembers it, even while the API does not let us ask."""
        if ticket is None or not isinstance(self._api, QueueClient):
            raise ApiTimeout
        forgotten_at = begun_at + RECORD_LIFE
        while True:
            left = max(forgotten_at - self._now(), _SHOWING).total_seconds()
            try:
                return await self._api.collect(ticket, timeout_seconds=left)
            except _FINAL:
                raise
            except ApiError as error:
                await self._account.failed(error)
                if self._now() >= forgotten_at:
                    raise
                await asyncio.sleep(_ASK_AGAIN_SECONDS)

    async def _keep_and_deliver(self, work: Work, result: SwapResult, sent_at: datetime) -> None:
        picture = Picture(result.picture, result.request_id, result.cost_micros, result.seed)
        made_at = self._now()
        if not await self._store.run(rows.keep_picture, work.swap.id, picture, made_at):
            return  # another process has refunded it
        await self._account.balance(result.remaining_micros)
        await self._deliver(work, picture, made_at - sent_at)

    async def _deliver(self, work: Work, picture: Picture, taken: timedelta) -> None:
        message_id = await self._delivery.deliver(work.swap, picture, taken, work.reply, work.dies_at)
        if not await self._store.run(rows.settle, work.swap.id, self._now(), message_id):
            log.error("Swap %d was delivered, but had ended before", work.swap.id)

    async def _resume(self, swap_id: int, reply_to: Callable[[Swap], Reply]) -> None:
        found = await self._store.run(rows.load_open, swap_id)
        if found is not None:
            work = Work(found.swap, reply_to(found.swap), found.held_at + TOKEN_LIFE)
            await self._to_end(work, partial(self._carry_on, work, found))

    async def _carry_on(self, work: Work, found: OpenSwap) -> None:
        match found:
            case OpenSwap(state="held"):
                if work.dies_at - self._now() < LAST_MINUTE or not await work.reply.waiting():
                    raise TokenExpired
                await self._make_and_deliver(work)
            case OpenSwap(state="running", request_id=str(request_id), sent_at=datetime() as sent_at) if (
                isinstance(self._api, QueueClient)
            ):
                result = await self._collect(self._api.ticket(request_id), found.held_at)
                await self._keep_and_deliver(work, result, sent_at)
            case OpenSwap(
                state="made",
                picture=Picture() as picture,
                sent_at=datetime() as sent_at,
                made_at=datetime() as made_at,
            ):
                await self._deliver(work, picture, made_at - sent_at)
            case _:
                # The POST may have left: the picture may be paid for, but it cannot be had.
                raise Interrupted


async def _making(reply: Reply, waiting: asyncio.Task[None]) -> None:
    """Take the note that the swap waits, and its Cancel button, away again."""
    await asyncio.wait({waiting})
    await reply.making()


def _request(swap: Swap) -> SwapRequest:
    return SwapRequest(
        source_url=swap.source_url,
        target_url=swap.target_url,
        prompt=swap.prompt,
        image_format=cast("OutputFormat", swap.image_format),
        quality=swap.quality,
        seed=swap.seed,
    )
