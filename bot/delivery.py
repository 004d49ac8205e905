"""Showing a finished picture: by its interaction's token while that lives, then as a message of its own."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot import pictures
from bot.errors import BotError, DeliveredInDoubt, DeliveryDelayed, TokenExpired, Undeliverable, UploadRefused
from bot.pictures import Kind
from bot.policy import DefaultLimits, Rules, badge_for
from bot.progress import Progress
from bot.store import moderation
from bot.store import swaps as rows
from bot.store.database import Store
from bot.store.inputs import Made
from bot.store.showing import Showing
from bot.store.swaps import Swap
from bot.stored import StoredPicture

if TYPE_CHECKING:
    from bot.marker import Marker  # the signer takes a tenth of a second to load, which `open_marker` pays

NONCE_LIFE = timedelta(minutes=2)
"""How long a repeated message is sure to be recognised by its nonce (Discord: "a few minutes")."""

_GIVE_UP = timedelta(hours=24)
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 15.0


@dataclass(frozen=True)
class Receipt:
    """What a member is told beside a picture."""

    swap_id: int
    """The swap that made it, which a repeated one is not."""
    price_micros: int
    seed: int
    seconds: float
    left_today: int | None
    """Swaps of the member's allowance; None where there is no limit."""
    resets_at: datetime | None
    repeated: bool = False
    hints: tuple[str, ...] = ()
    """What was seen in the pictures, in words."""


@dataclass(frozen=True)
class Finished:
    """A picture that is kept, to be shown."""

    picture: StoredPicture
    fingerprint: int
    """Its perceptual hash."""
    shown_by: Showing
    taken: timedelta
    """From the paid call to the picture."""
    hints: tuple[str, ...] = ()
    """What was seen in the pictures it was made from, in words."""


class Reply(Protocol):
    """Where the answer to one swap goes."""

    async def waiting(self) -> bool:
        """Whether the member still sees the placeholder that the defer left."""
        ...

    async def note(self, progress: Progress) -> None:
        """Say in the placeholder how far the swap is; never raises."""
        ...

    async def ask(self, hints: Sequence[str]) -> None:
        """Ask the member alone whether to pay although no face was seen; never raises."""
        ...

    async def cancelled(self) -> None:
        """Say in the placeholder that the swap was taken back; never raises."""
        ...

    async def show(self, data: bytes, kind: Kind, receipt: Receipt) -> int:
        """Replace the placeholder by the picture, and return the message's id; twice changes nothing.

        Raises TokenExpired, Undeliverable, UploadRefused or DeliveryDelayed.
        """
        ...

    async def show_late(self, data: bytes, kind: Kind, receipt: Receipt) -> int:
        """Send the picture as a message of its own; within `NONCE_LIFE`, twice sends one.

        A private result, and one from a place where the bot is no member, goes to the member alone.
        Raises Undeliverable, UploadRefused or DeliveryDelayed.
        """
        ...

    async def find_shown(self) -> int | None:
        """The id of the message that an earlier try left, if there is one; raises DeliveryDelayed."""
        ...

    async def fail(self, error: BotError) -> None:
        """Replace the placeholder by words; never raises for what Discord answers."""
        ...


class Delivery:
    """Shows pictures, again and again where Discord does not take them at once."""

    def __init__(
        self,
        store: Store,
        marker: "Marker",
        defaults: DefaultLimits,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._marker = marker
        self._defaults = defaults
        self._now = now
        self._sleep = sleep
        self._jitter = jitter

    async def deliver(self, swap: Swap, result: Finished, reply: Reply, *, dies_at: datetime) -> int:
        """Show the picture and return its message's id; raises SwapFailed when nobody can be shown it."""
        picture, left = result.picture, result.shown_by.allowance
        receipt = Receipt(
            swap_id=swap.id,
            price_micros=swap.price_micros,
            seed=swap.seed if picture.seed is None else picture.seed,
            seconds=result.taken.total_seconds(),
            left_today=left and left.left,
            resets_at=left and left.resets_at,
            hints=result.hints,
        )

        async def show(data: bytes, kind: Kind) -> int:
            return await reply.show(data, kind, receipt)

        try:
            return await self._repeatedly(swap, picture, result.shown_by.rules, dies_at, show)
        except TokenExpired:
            return await self._late(swap, picture, receipt, reply)

    async def fits(self, made: Made, swap: Swap) -> bool:
        """Whether an earlier result may be shown where this swap is: not where it would lack the badge."""
        rules = [await self._store.run(moderation.rules, one, 0) for one in (made.guild_id, swap.guild_id)]
        allowed = self._defaults.caption_only_allowed
        there, here = (badge_for(one, caption_only_allowed=allowed) for one in rules)
        return there or not here

    async def show_again(self, made: Made, data: bytes, reply: Reply) -> None:
        """Show the result of an earlier swap of the same; it was marked when it was made.

        Raises SwapFailed when that does not work at once: the member may ask again.
        """
        kind = pictures.sniff(data)
        if kind is None:
            raise Undeliverable
        receipt = Receipt(
            swap_id=made.swap_id,
            price_micros=0,
            seed=made.seed,
            seconds=0,
            left_today=None,
            resets_at=None,
            repeated=True,
        )
        try:
            await reply.show(data, kind, receipt)
        except (UploadRefused, DeliveryDelayed):
            raise Undeliverable from None

    async def _late(self, swap: Swap, picture: StoredPicture, receipt: Receipt, reply: Reply) -> int:
        """Send it as a message; never twice, however often it is tried."""
        first_tried_at = await self._store.run(rows.note_late, swap.id, self._now())

        async def send(data: bytes, kind: Kind) -> int:
            # An edit whose answer was lost may have shown it just before the token died.
            if message_id := await reply.find_shown():
                return message_id
            if self._now() - first_tried_at >= NONCE_LIFE:
                raise DeliveredInDoubt
            return await reply.show_late(data, kind, receipt)

        try:
            rules = await self._store.run(moderation.rules, swap.guild_id, 0)
            return await self._repeatedly(swap, picture, rules, self._now() + _GIVE_UP, send)
        except TokenExpired:
            raise Undeliverable from None

    async def _repeatedly(
        self,
        swap: Swap,
        picture: StoredPicture,
        rules: Rules,
        until: datetime,
        show: Callable[[bytes, Kind], Awaitable[int]],
    ) -> int:
        """Show it, smaller where too large, later where Discord is busy; raises TokenExpired at `until`."""
        limit, pause = swap.upload_limit, _PAUSE_SECONDS
        mark = partial(
            self._marker.mark,
            badge=badge_for(rules, caption_only_allowed=self._defaults.caption_only_allowed),
            swap_id=swap.id,
            made_at=self._now(),
        )
        while True:
            marked = await asyncio.to_thread(mark, await picture.data(), limit_bytes=limit)
            try:
                return await show(marked.data, marked.kind)
            except UploadRefused:
                # The stated limit was not the real one; smaller until `fit` has nothing left to try.
                limit = min(limit, len(marked.data)) * 3 // 4
            except DeliveryDelayed as delay:
                wait = max(delay.retry_after_seconds, pause * (0.5 + self._jitter() / 2))
                if self._now() + timedelta(seconds=wait) >= until:
                    raise TokenExpired from None
                del marked
                picture.put_away()  # others may be shown meanwhile
                await self._sleep(wait)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
