"""How a swap is answered on Discord: the interaction's own response, then a message of its own."""

import asyncio
import io
import logging
from typing import cast

import discord

from bot.delivery import Receipt
from bot.errors import BotError, DeliveryDelayed, TokenExpired, Undeliverable, UploadRefused
from bot.fetch import CONNECTION_ERRORS
from bot.language import everywhere
from bot.pictures import Kind
from bot.store.swaps import Swap
from bot.words import swaps as words
from bot.words.failures import failure

log = logging.getLogger(__name__)

# Discord's JSON error codes (source: its developer documentation, "Opcodes and status codes").
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
_TOO_LARGE = 40005
_GONE = (10008, 10015, UNKNOWN_INTERACTION, 50027)  # message, webhook, interaction, or its token

# The route takes this word where discord.py's signature knows only numbers.
_ORIGINAL = cast("int", "@original")

CANCEL_CONTROL = "cancel"
"""Name of the control that takes a waiting swap back; its state is the swap's and the member's id."""

_LOOKED_THROUGH = 100  # messages of a channel's history

_PAUSES = (0.5, 2.0)  # seconds before words are sent again

_NOT_TAKEN = (discord.HTTPException, *CONNECTION_ERRORS)


def _cancel_view(swap: Swap) -> discord.ui.View:
    """The one button under a swap that waits; its state is in its id, so any process can serve it."""
    view = discord.ui.View(timeout=None)
    there = f"{CANCEL_CONTROL}:{swap.id}:{swap.user_id}"
    view.add_item(discord.ui.Button(label=words.cancel(), custom_id=there))
    # discord.py would keep it in memory for ever; a press is read off its own event.
    view.stop()
    return view


class Answer:
    """The answer to one interaction. Edits by its token need no gateway and work after a restart."""

    def __init__(self, client: discord.Client, swap: Swap) -> None:
        self._client = client
        self._webhook = discord.Webhook.partial(swap.application_id, swap.token, client=client)
        self._swap = swap

    async def waiting(self) -> bool:
        """Whether the member still sees the placeholder that the defer left."""
        try:
            message = await self._webhook.fetch_message(_ORIGINAL)
        except discord.NotFound:
            return False
        # Discord's placeholder or one of our notes; anything else is an answer, perhaps another process's.
        noted = message.content in everywhere(words.queued) | everywhere(words.making)
        return message.flags.loading or noted or not (message.content or message.attachments)

    async def queued(self) -> None:
        """Say in the placeholder that the swap waits for its turn, and offer to cancel; never raises."""
        await self._note(words.queued(), _cancel_view(self._swap))

    async def making(self) -> None:
        """Say in the placeholder that the picture is being made, which cannot be cancelled; never raises."""
        await self._note(words.making(), None)

    async def _note(self, text: str, view: discord.ui.View | None) -> None:
        try:
            await self._webhook.edit_message(_ORIGINAL, content=text, view=view)
        except _NOT_TAKEN as refused:
            log.warning("Swap %d: its placeholder cannot be changed: %s", self._swap.id, brief(refused))

    async def show(self, data: bytes, kind: Kind, receipt: Receipt) -> int:
        """Replace the placeholder by the picture, and return the message's id; twice changes nothing.

        Raises TokenExpired, Undeliverable, UploadRefused or DeliveryDelayed.
        """
        text = words.result(self._swap.user_id, receipt)
        try:
            message = await self._webhook.edit_message(
                _ORIGINAL, content=text, attachments=[self._file(data, kind)], view=None
            )
        except discord.HTTPException as error:
            raise _why_not(error, (404,)) from None
        except CONNECTION_ERRORS:
            raise DeliveryDelayed from None
        return message.id

    async def show_late(self, data: bytes, kind: Kind, receipt: Receipt) -> int:
        """Send the picture as a message of its own; its nonce makes two of them one for a few minutes.

        Raises Undeliverable, UploadRefused or DeliveryDelayed.
        """
        try:
            place = await self._place()
            message = await place.send(
                words.late(self._swap.user_id, receipt), file=self._file(data, kind), nonce=self._swap.id
            )
        except discord.HTTPException as error:
            raise _why_not(error) from None
        except CONNECTION_ERRORS:
            raise DeliveryDelayed from None
        return message.id

    async def find_shown(self) -> int | None:
        """The id of the message that an earlier `show` or `show_late` left, if there is one.

        Discord shows a message's nonce to nobody later, so the file's name tells. Raises DeliveryDelayed.
        """
        mark = self._file_name(Kind.PNG).removesuffix("png")
        try:
            place = await self._place()
            async for message in place.history(limit=_LOOKED_THROUGH):
                if any(file.filename.startswith(mark) for file in message.attachments):
                    return message.id
        except discord.HTTPException as error:
            if isinstance(_why_not(error), DeliveryDelayed):
                raise DeliveryDelayed from None
        except CONNECTION_ERRORS:
            raise DeliveryDelayed from None
        return None

    async def fail(self, error: BotError) -> None:
        """Replace the placeholder by words; never raises for what Discord answers."""
        for pause in (*_PAUSES, None):
            try:
                await self._webhook.edit_message(_ORIGINAL, content=failure(error), attachments=[], view=None)
            except _NOT_TAKEN as refused:
                log.warning("Swap %d: the member could not be told: %s", self._swap.id, brief(refused))
                # Where Discord gave an answer, discord.py has tried again where that was worth it.
                if pause is not None and not isinstance(refused, discord.HTTPException):
                    await asyncio.sleep(pause)
                    continue
            return

    async def _place(self) -> discord.abc.Messageable:
        """Where a late result goes: the channel, or to the member alone."""
        if self._swap.guild_id and not self._swap.private:
            return self._client.get_partial_messageable(self._swap.channel_id, guild_id=self._swap.guild_id)
        return await self._client.create_dm(discord.Object(self._swap.user_id))

    def _file(self, data: bytes, kind: Kind) -> discord.File:
        return discord.File(io.BytesIO(data), self._file_name(kind), description=words.alt_text())

    def _file_name(self, kind: Kind) -> str:
        return f"faceswap-{self._swap.id}.{kind.extension}"


def brief(error: BaseException) -> str:
    """An error without its text from outside: a client error's holds the URL, and so the token."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__


def _why_not(error: discord.HTTPException, gone: tuple[int, ...] = ()) -> BotError:
    """What Discord's refusal of a picture means for the swap; `gone` are statuses of a dead token."""
    if error.status == 413 or error.code == _TOO_LARGE:
        return UploadRefused()
    if error.status == 429 or error.status >= 500:
        return DeliveryDelayed(_retry_after(error))
    if error.code in _GONE or error.status in gone:
        return TokenExpired()
    log.error("Discord refused a result: %s", brief(error))
    return Undeliverable()


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0
