"""One swap from its hold to its end: send, make, deliver and settle, or refund. Knows no Discord.

A kill at any moment leaves a row that says what was done; `recover` takes it from there, so stopping is
no special case.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, cast

from bot import pictures
from bot.errors import (
    BotError,
    DeliveryDelayed,
    Interrupted,
    ShuttingDown,
    SwapFailed,
    TokenExpired,
    Unexpected,
    UploadRefused,
)
from bot.pictures import Kind, OutputFormat
from bot.policy import Limits
from bot.segmind import SwapRequest, SwapResult
from bot.store import ledger
from bot.store import swaps as rows
from bot.store.database import Store
from bot.store.swaps import OpenSwap, Picture, Swap
from bot.turns import Turns

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=15)
"""How long an interaction's answer can be edited (source: Discord's developer documentation)."""

LAST_MINUTE = timedelta(minutes=1)
"""No paid call is begun this close to the token's death: its picture could not be shown."""

_SHOWING = timedelta(seconds=15)
"""Kept back from a call's time for showing its picture."""

_LONGEST_PAUSE_SECONDS = 15.0


@dataclass(frozen=True)
class Receipt:
    """What a member is told beside the picture; money in micro-dollars, this swap included."""

    price_micros: int
    seed: int
    seconds: float
    today_micros: int
    ever_micros: int


class Reply(Protocol):
    """Where the answer to one swap goes."""

    async def waiting(self) -> bool:
        """Whether the member still sees the placeholder that the defer left."""
        ...

    async def show(self, data: bytes, kind: Kind, receipt: Receipt) -> None:
        """Replace the placeholder by the picture; doing so twice changes nothing.

        Raises TokenExpired, Undeliverable, UploadRefused or DeliveryDelayed.
        """
        ...

    async def fail(self, error: BotError) -> None:
        """Replace the placeholder by words; never raises for what Discord answers."""
        ...


class Api(Protocol):
    """The face-swap API."""

    async def swap(self, request: SwapRequest, *, timeout_seconds: float) -> SwapResult:
        """Make one picture; raises SwapFailed."""
        ...


class Swaps:
    """The use case. `concurrency` calls at most are under way at once, each for `timeout_seconds` at most."""

    def __init__(
        self,
        store: Store,
        api: Api,
        *,
        concurrency: int,
        timeout_seconds: float,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._api = api
        self._turns = Turns(concurrency)
        self._timeout_seconds = timeout_seconds
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    @asynccontextmanager
    async def admitted(self, swap: Swap, limits: Limits) -> AsyncGenerator[None]:
        """Hold the swap's price around the acknowledgement; refund at once when that fails.

        Raises LimitReached, ShuttingDown, or AlreadyHandled when the interaction is known.
        """
        if self._stopping:
            raise ShuttingDown
        await self._store.run(rows.hold, swap, limits, self._now())
        try:
            yield
        except BaseException:
            await self._store.run(rows.refund, swap.id, "NotAcknowledged", self._now())
            raise

    def start(self, swap: Swap, reply: Reply) -> asyncio.Task[None]:
        """Carry an acknowledged swap to its end in a task of its own."""
        dies_at = self._now() + TOKEN_LIFE
        return self._track(self._to_end(swap, reply, partial(self._make_and_deliver, swap, reply, dies_at)))

    async def recover(self, reply_to: Callable[[Swap], Reply]) -> None:
        """Begin to finish what an earlier process left open; call before new work is taken."""
        left = await self._store.run(rows.open_swaps)
        for swap_id in left:
            self._track(self._resume(swap_id, reply_to))
        if left:
            log.info("Recovering %d open swaps", len(left))

    async def drain(self, grace_seconds: float) -> None:
        """Take no new work, wait for what is under way, and leave the rest to the next start."""
        self._stopping = True
        if not self._tasks:
            return
        log.info("Waiting up to %g s for %d swaps", grace_seconds, len(self._tasks))
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _track(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _to_end(self, swap: Swap, reply: Reply, work: Callable[[], Awaitable[None]]) -> None:
        """Whatever goes wrong, the hold is refunded and the member is told."""
        try:
            await work()
        except SwapFailed as error:
            log.warning("Swap %d failed: %s %s", swap.id, type(error).__name__, error)
            await self._refund(swap, error, reply)
        except Exception:  # the one broad handler: somebody's money is held
            log.exception("Swap %d failed unexpectedly", swap.id)
            await self._refund(swap, Unexpected(), reply)

    async def _refund(self, swap: Swap, error: SwapFailed, reply: Reply) -> None:
        if await self._store.run(rows.refund, swap.id, type(error).__name__, self._now()):
            await reply.fail(error)

    async def _make_and_deliver(self, swap: Swap, reply: Reply, dies_at: datetime) -> None:
        sent_at, picture = await self._make(swap, dies_at)
        made_at = self._now()
        if not await self._store.run(rows.keep_picture, swap.id, picture, made_at):
            raise Interrupted
        await self._deliver(swap, picture, (made_at - sent_at).total_seconds(), reply, dies_at)

    async def _make(self, swap: Swap, dies_at: datetime) -> tuple[datetime, Picture]:
        patience = (dies_at - LAST_MINUTE - self._now()).total_seconds()
        async with self._turns.turn(swap.guild_id or swap.user_id, patience):
            return await self._send(swap, dies_at)

    async def _send(self, swap: Swap, dies_at: datetime) -> tuple[datetime, Picture]:
        sent_at = self._now()
        if not await self._store.run(rows.start_sending, swap.id, sent_at):
            raise Interrupted
        in_time = (dies_at - _SHOWING - sent_at).total_seconds()
        result = await self._api.swap(_request(swap), timeout_seconds=min(self._timeout_seconds, in_time))
        return sent_at, Picture(result.picture, result.request_id, result.cost_micros, result.seed)

    async def _deliver(
        self, swap: Swap, picture: Picture, seconds: float, reply: Reply, dies_at: datetime
    ) -> None:
        spent = await self._store.run(ledger.spend, swap.user_id, self._now())
        receipt = Receipt(
            price_micros=swap.price_micros,
            seed=swap.seed if picture.seed is None else picture.seed,
            seconds=seconds,
            today_micros=spent.today_micros + swap.price_micros,
            ever_micros=spent.ever_micros + swap.price_micros,
        )
        limit, pause = swap.upload_limit, 1.0
        while True:
            data, kind = await asyncio.to_thread(pictures.fit, picture.data, limit)
            try:
                await reply.show(data, kind, receipt)
            except UploadRefused:
                # The stated limit was not the real one; smaller until `fit` has nothing left to try.
                limit = min(limit, len(data)) * 3 // 4
            except DeliveryDelayed as delay:
                wait = max(delay.retry_after_seconds, pause * (0.5 + self._jitter() / 2))
                if self._now() + timedelta(seconds=wait) >= dies_at:
                    raise TokenExpired from None
                await self._sleep(wait)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                break
        if not await self._store.run(rows.settle, swap.id, self._now()):
            log.error("Swap %d was delivered, but had ended before", swap.id)

    async def _resume(self, swap_id: int, reply_to: Callable[[Swap], Reply]) -> None:
        found = await self._store.run(rows.load_open, swap_id)
        if found is not None:
            reply = reply_to(found.swap)
            await self._to_end(found.swap, reply, partial(self._carry_on, found, reply))

    async def _carry_on(self, found: OpenSwap, reply: Reply) -> None:
        dies_at = found.held_at + TOKEN_LIFE
        match found.state:
            case "held":
                if dies_at - self._now() < LAST_MINUTE or not await reply.waiting():
                    raise TokenExpired
                await self._make_and_deliver(found.swap, reply, dies_at)
            case "made" if found.picture and found.sent_at and found.made_at:
                seconds = (found.made_at - found.sent_at).total_seconds()
                await self._deliver(found.swap, found.picture, seconds, reply, dies_at)
            case _:
                # The POST may have left: the picture may be paid for, but it cannot be had.
                raise Interrupted


def _request(swap: Swap) -> SwapRequest:
    return SwapRequest(
        source_url=swap.source_url,
        target_url=swap.target_url,
        prompt=swap.prompt,
        image_format=cast("OutputFormat", swap.image_format),
        quality=swap.quality,
        seed=swap.seed,
    )
