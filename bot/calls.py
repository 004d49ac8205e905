"""The paid call of one swap: its turn, the gate, a POST that is never repeated blindly, the queue."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from bot.account import Account
from bot.errors import ApiError, ApiTimeout, JobFailed, NoFace, RateLimited, RecordExpired
from bot.gate import Gate
from bot.intake import Taken
from bot.pictures import OutputFormat
from bot.progress import Following, Stage
from bot.room import Share
from bot.segmind import SegmindClient, SwapRequest, SwapResult
from bot.segmind_queue import QueueClient, Ticket
from bot.store import swaps as rows
from bot.store.database import Store, Transaction
from bot.store.swaps import Swap
from bot.turns import Turns

log = logging.getLogger(__name__)

RECORD_LIFE = timedelta(hours=1)
"""How long the queue remembers a job (source: Segmind's documentation)."""

LAST_MINUTE = timedelta(minutes=1)
"""No paid call is begun this close to the token's death: its picture could not be shown."""

_SHOWING = timedelta(seconds=15)
"""Kept back from a call's time for showing its picture."""

_FINAL = (JobFailed, NoFace, RecordExpired)
"""What ends a paid job of the queue for good; any other answer to asking for it may be another one later."""

_ASK_AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Called:
    """A paid call; a queued job that takes long comes back as its ticket alone."""

    sent_at: datetime
    result: SwapResult | None
    ticket: Ticket | None = None


class Calls:
    """Paid calls. `turns` bounds those under way; each may take `timeout_seconds`."""

    def __init__(
        self,
        store: Store,
        api: SegmindClient,
        *,
        account: Account,
        turns: Turns,
        gate: Gate,
        timeout_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._api = api
        self._account = account
        self._turns = turns
        self._gate = gate
        self._timeout_seconds = timeout_seconds
        self._now = now

    async def make(
        self, swap: Swap, taken: Taken, following: Following, *, owner: str, dies_at: datetime, share: Share
    ) -> Called | None:
        """Make the call once it is this swap's turn; None when it was taken back, or is another owner's.

        The picture is read once `share` has room for it. Raises SwapFailed.
        """
        latest = dies_at - LAST_MINUTE

        def waits(position: Callable[[], int]) -> None:
            following.position = position
            following.enter(Stage.WAITING)

        while True:
            left = (latest - self._now()).total_seconds()
            async with self._turns.turn(swap.guild_id or swap.user_id, left, waits):
                sent_at = await self._leave(swap.id, owner, following, latest)
                if sent_at is None:
                    return None
                log.info("Sent to the API")
                following.enter(Stage.MAKING)
                try:
                    called = await self._send(swap, taken, sent_at, dies_at, share)
                except RateLimited as error:
                    # Nothing was started: it waits like the others, if it can still be shown afterwards.
                    if error.retry_at is None or error.retry_at > latest:
                        raise
                    await self._store.run(rows.hold_again, swap.id)
                else:
                    if called.result is not None:
                        following.made()
                    return called

    async def collect(self, called: Called, begun_at: datetime, share: Share) -> SwapResult:
        """The result of a call, as long as the queue remembers it, even while the API does not let us ask.

        `begun_at` is when the swap was held. Raises SwapFailed.
        """
        if called.result is not None:
            return called.result
        if called.ticket is None or not isinstance(self._api, QueueClient):
            raise ApiTimeout
        forgotten_at = begun_at + RECORD_LIFE
        while True:
            left = max(forgotten_at - self._now(), _SHOWING).total_seconds()
            try:
                return await self._api.collect(called.ticket, timeout_seconds=left, share=share)
            except _FINAL:
                raise
            except ApiError as error:
                share.give_back()
                await self._account.failed(error)
                if self._now() >= forgotten_at:
                    raise
                await asyncio.sleep(_ASK_AGAIN_SECONDS)

    def known(self, request_id: str, sent_at: datetime) -> Called | None:
        """A call that an earlier process made, by the id the queue knows it by; None without the queue."""
        if not isinstance(self._api, QueueClient):
            return None
        return Called(sent_at, None, self._api.ticket(request_id))

    async def _leave(
        self, swap_id: int, owner: str, following: Following, latest: datetime
    ) -> datetime | None:
        """Note that the call leaves, once the gate is open; returns when, or None as `make` does."""

        def start(db: Transaction, now: datetime) -> bool | datetime:
            if rows.start_sending(db, swap_id, now, owner, self._gate.account):
                return True
            opens_at = self._gate.seen_in(db)
            return opens_at if opens_at > now else False

        while True:
            if not self._gate.is_open():
                following.enter(Stage.WAITING)
            if not await self._gate.opened(latest):
                raise RateLimited(429, retry_at=self._gate.opens_at)
            sent_at = self._now()
            started = await self._store.run(start, sent_at)
            if not isinstance(started, datetime):
                return sent_at if started else None
            self._gate.learn(started)  # another process was told to wait

    async def _send(
        self, swap: Swap, taken: Taken, sent_at: datetime, dies_at: datetime, share: Share
    ) -> Called:
        timeout = min(self._timeout_seconds, (dies_at - _SHOWING - sent_at).total_seconds())
        request = SwapRequest(
            source_url=taken.source_url,
            target_url=taken.target_url,
            prompt=swap.prompt,
            image_format=cast("OutputFormat", taken.image_format),
            quality=swap.quality,
            seed=swap.seed,
        )
        if not isinstance(self._api, QueueClient):
            return Called(sent_at, await self._api.swap(request, timeout_seconds=timeout, share=share))
        ticket = await self._api.submit(request, timeout_seconds=timeout)
        await self._store.run(rows.start_running, swap.id, ticket.request_id)
        try:
            result = await self._api.collect(ticket, timeout_seconds=timeout, share=share)
        except _FINAL:
            raise
        except (ApiTimeout, ApiError) as error:
            share.give_back()
            await self._account.failed(error)
            return Called(sent_at, None, ticket)
        return Called(sent_at, result, ticket)
