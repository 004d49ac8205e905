"""One swap from its hold to its end: send, make, deliver and settle, or refund. Knows no Discord.

A kill at any moment leaves a row that says what was done; whoever claims it takes it from there, so stopping
is no special case.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.account import Account
from bot.calls import LAST_MINUTE, Calls
from bot.delivery import Delivery, Finished, Reply
from bot.errors import Interrupted, NotConfirmed, ShuttingDown, SwapFailed, TokenExpired, Unexpected
from bot.intake import Intake
from bot.language import speaking
from bot.leases import Leases
from bot.log import DURATION, bind
from bot.metrics import Metrics
from bot.policy import DefaultLimits, Place
from bot.progress import Following, Notes
from bot.segmind import SwapResult
from bot.store import showing
from bot.store import swaps as rows
from bot.store.admission import Terms, admit
from bot.store.database import Store, Transaction, patiently, promptly
from bot.store.inputs import Made
from bot.store.showing import Showing
from bot.store.swaps import Kept, OpenSwap, Picture, Swap
from bot.stored import StoredPicture
from bot.work import TOKEN_LIFE, Rooms, Work

log = logging.getLogger(__name__)

ANSWER_TIME = timedelta(minutes=2)
"""How long a member has to say that a swap shall be paid for although no face was seen."""

_LOOK_SECONDS = 1.0  # between two looks at whether the member has answered
_CLAIM_SECONDS = 1.0
_FALL_SECONDS = 5.0


class Swaps:
    """The use case."""

    def __init__(
        self,
        store: Store,
        *,
        defaults: DefaultLimits,
        intake: Intake,
        calls: Calls,
        delivery: Delivery,
        notes: Notes,
        account: Account,
        leases: Leases,
        now: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._defaults = defaults
        self._intake = intake
        self._calls = calls
        self._delivery = delivery
        self._notes = notes
        self._account = account
        self._leases = leases
        self._now = now
        self._metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()
        self._keepers: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._rooms = Rooms()

    @asynccontextmanager
    async def admitted(
        self, swap: Swap, place: Place, first: Callable[[Transaction], object] | None = None
    ) -> AsyncGenerator[None]:
        """Hold the swap's price around the acknowledgement; refund at once when that fails.

        What comes `first` is done in the same transaction. Raises what that does, a Refusal, BadKey or
        NoCredits while paid calls are paused, or AlreadyHandled when the interaction is known.
        """

        def hold(db: Transaction) -> None:
            if first:
                first(db)
            admit(db, swap, Terms(self._defaults, place), self._leases.new(), self._now())
            self._account.check(db)

        if self._stopping:
            raise ShuttingDown
        await self._store.run(hold)
        log.info("Held %d micro-dollars", swap.price_micros)
        try:
            with self._leases.working(swap.id):
                yield
        except BaseException:
            await self._give_back(swap, "NotAcknowledged")
            raise

    @property
    def in_flight(self) -> int:
        """How many swaps this process works on."""
        return len(self._tasks)

    def start(self, swap: Swap, reply: Reply) -> None:
        """Carry an acknowledged swap to its end in a task of its own."""
        work = self._rooms.work(swap, reply, self._now())
        self._track(self._to_end(work, partial(self._make_and_deliver, work)))

    async def cancel(self, swap_id: int, user_id: int) -> bool:
        """Let a member take back a swap that is not sent yet; False when it is too late, or not theirs."""
        return await self._store.run(rows.cancel, swap_id, user_id, self._now())

    async def confirm(self, swap_id: int, user_id: int) -> bool:
        """Let a member have a swap paid for in which no face was seen; False when too late, or not theirs."""
        return await self._store.run(rows.confirm, swap_id, user_id, self._now())

    async def open(self, reply_to: Callable[[Swap], Reply]) -> None:
        """Begin to finish what other processes have left, now and from now on. Waits for no gateway."""
        for seconds in await self._store.run(rows.last_calls_seconds):
            self._notes.estimate.learn(seconds)
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
        with patiently():
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
        swap = work.swap
        bind(swap_id=swap.id, guild_id=swap.guild_id or None, private=(swap.prompt,))
        with self._leases.working(swap.id), work.coming, work.shown:
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
            await self._give_back(work.swap, type(error).__name__)
        await self._account.failed(error)

    async def _give_back(self, swap: Swap, why: str) -> None:
        if await self._store.run(rows.refund, swap.id, why, self._now()):
            self._metrics.refunded(why)

    async def _make_and_deliver(self, work: Work, asked_at: datetime | None = None) -> None:
        # The answer itself comes after the notes, so that none of them covers it.
        async with self._notes.following(work.reply) as following:
            answer = await self._made(work, following, asked_at)
        await answer()

    async def _made(
        self, work: Work, following: Following, asked_at: datetime | None
    ) -> Callable[[], Awaitable[None]]:
        """Look at both pictures, ask where that is needed, make the paid call; returns what is left to do."""
        swap = work.swap
        taken = await self._intake.take(swap)
        earlier = taken.earlier
        fits = earlier and await self._delivery.fits(earlier, swap)
        if earlier and fits and (data := await self._intake.result_of(earlier)):
            return partial(self._show_again, work, earlier, data)
        following.hints = taken.hints
        # Who was asked is waited for, also where a restart finds nothing that could look again.
        if (taken.faceless or asked_at) and not await self._agreed(work, following, asked_at):
            return partial(self._say_cancelled, work)
        called = await self._calls.make(
            swap, taken, following, owner=self._leases.owner, dies_at=work.dies_at, share=work.coming
        )
        if called is None:
            return partial(self._say_cancelled, work)
        result = await self._calls.collect(called, work.dies_at - TOKEN_LIFE, work.coming)
        return await self._kept(work, result, called.sent_at, taken.hints)

    async def _show_again(self, work: Work, earlier: Made, data: bytes) -> None:
        """Answer with the result of the member's earlier swap of the same; nothing is paid or counted."""
        await self._delivery.show_again(earlier, data, work.reply)
        await self._give_back(work.swap, rows.REPEATED)

    async def _say_cancelled(self, work: Work) -> None:
        """Say so again, as a note that was sent late may have covered what the press had answered."""
        if await self._store.run(rows.was_cancelled, work.swap.id):
            self._metrics.refunded(rows.CANCELLED)
            await work.reply.cancelled()

    async def _agreed(self, work: Work, following: Following, asked_at: datetime | None) -> bool:
        """Ask whether to pay although no face was seen; False when the swap was taken back meanwhile.

        Raises NotConfirmed when no answer came in time. The answer is in the store: any process may get it.
        """
        async with following.silence:
            if asked_at is None:
                asked_at = await self._store.run(rows.ask, work.swap.id, self._now())
                await work.reply.ask(following.hints)
            while (answer := await self._store.run(rows.answer, work.swap.id)) is None:
                if self._now() - asked_at >= ANSWER_TIME:
                    raise NotConfirmed
                await asyncio.sleep(_LOOK_SECONDS)
        return answer

    async def _kept(
        self, work: Work, result: SwapResult, sent_at: datetime, hints: tuple[str, ...] = ()
    ) -> Callable[[], Awaitable[None]]:
        """Put the picture into the store, and leave the room it came in by; returns what is left to do."""
        picture = Picture(result.picture, result.request_id, result.cost_micros, result.seed)
        made_at, left = self._now(), result.remaining_micros

        def keep(db: Transaction) -> tuple[Showing | None, bool]:
            shown_by = showing.keep(db, work.swap, picture, result.fingerprint, made_at)
            return shown_by, self._account.turns_low(db, left)

        shown_by, is_low = await self._store.run(keep)
        about = Kept(len(picture.data), picture.seed)
        stored = StoredPicture(self._store, work.swap.id, about, work.shown, picture.data)
        work.coming.give_back()
        if left is not None and is_low:
            await self._account.warn(left)
        if shown_by is None:
            return _nothing  # another process has refunded it
        seconds = (made_at - sent_at).total_seconds()
        log.info("Made in %.2f s", seconds, extra={DURATION: seconds})
        self._metrics.made(seconds)
        finished = Finished(stored, result.fingerprint, shown_by, made_at - sent_at, hints)
        return partial(self._deliver, work, finished)

    async def _deliver(self, work: Work, result: Finished) -> None:
        began = self._now()
        await self._intake.check_result(await result.picture.data(), result.shown_by)
        message_id = await self._delivery.deliver(work.swap, result, work.reply, dies_at=work.dies_at)
        with promptly():  # its member may type the next one as soon as this one is seen
            settled = await self._store.run(
                rows.settle, work.swap.id, self._now(), message_id, result.fingerprint
            )
        if not settled:
            log.error("Swap %d was delivered, but had ended before", work.swap.id)
            return
        seconds = (self._now() - began).total_seconds()
        log.info("Delivered in %.2f s", seconds, extra={DURATION: seconds})
        self._metrics.shown(seconds)
        self._metrics.delivered(work.swap.price_micros)

    async def _resume(self, swap_id: int, reply_to: Callable[[Swap], Reply]) -> None:
        found = await self._store.run(rows.load_open, swap_id)
        if found is not None:
            work = self._rooms.work(found.swap, reply_to(found.swap), found.held_at)
            with speaking(found.swap.locale):
                await self._to_end(work, partial(self._carry_on, work, found))

    async def _carry_on(self, work: Work, found: OpenSwap) -> None:
        match found:
            case OpenSwap(state="held"):
                if not await work.reply.waiting():
                    # Never acknowledged, or a repeat that is shown already: words would cover it.
                    await self._give_back(work.swap, "NotAcknowledged")
                    return
                if work.dies_at - self._now() < LAST_MINUTE:
                    raise TokenExpired
                await self._make_and_deliver(work, found.asked_at)
            case OpenSwap(state="running", request_id=str(request_id), sent_at=datetime() as sent_at) if (
                called := self._calls.known(request_id, sent_at)
            ):
                result = await self._calls.collect(called, found.held_at, work.coming)
                await (await self._kept(work, result, sent_at))()
            case OpenSwap(
                state="made",
                kept=Kept() as kept,
                sent_at=datetime() as sent_at,
                made_at=datetime() as made_at,
            ):
                picture = StoredPicture(self._store, work.swap.id, kept, work.shown)
                seen = await self._intake.look_again(work.swap, await picture.data())
                await self._deliver(work, Finished(picture, *seen, made_at - sent_at))
            case _:
                # The POST may have left: the picture may be paid for, but it cannot be had.
                raise Interrupted


async def _nothing() -> None:
    """All is done."""
