"""How a swap is answered on Discord: the interaction's own response, then a message of its own."""

import asyncio
import io
import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

import discord

from bot import views
from bot.delivery import Receipt
from bot.errors import BotError, DeliveryDelayed, TokenExpired, Undeliverable, UploadRefused
from bot.fetch import CONNECTION_ERRORS
from bot.links import pictures_of, swap_of
from bot.pictures import Kind
from bot.progress import Progress
from bot.store.swaps import Swap
from bot.trust_errors import PictureBlocked
from bot.words import swaps as words
from bot.words.failures import failure

log = logging.getLogger(__name__)

# Discord's JSON error codes (source: its developer documentation, "Opcodes and status codes").
ALREADY_ACKNOWLEDGED = 40060
GIVEN_UP = (10015, 10062, 50027)
"""Nothing can answer the interaction any more: there is no such webhook, interaction or token."""
_TOO_LARGE = 40005
_GONE = (10008, *GIVEN_UP)  # the message itself, or the interaction

# The route takes this word where discord.py's signature knows only numbers.
_ORIGINAL = cast("int", "@original")

_LOOKED_THROUGH = 100  # messages of a channel's history

_PAUSES = (0.5, 2.0)  # seconds before words are sent again
_LONGEST_PAUSE = 10.0

_LATE_NOTE_PAUSES = (1.0, 4.0, 10.0)
"""Seconds between looks for a note that Discord carries out late."""

_NOT_TAKEN = (discord.HTTPException, *CONNECTION_ERRORS)


class Answer:
    """The answer to one interaction. Edits by its token need no gateway and work after a restart."""

    def __init__(self, client: discord.Client, swap: Swap) -> None:
        self._client = client
        self._webhook = discord.Webhook.partial(swap.application_id, swap.token, client=client)
        self._webhook.type = discord.WebhookType.application  # what answers privately
        self._swap = swap
        self._note_in_doubt = False

    async def waiting(self) -> bool:
        """Whether the member still sees the placeholder that the defer left."""
        try:
            message = await self._webhook.fetch_message(_ORIGINAL)
        except discord.HTTPException as error:
            if error.status == 404 or error.code in _GONE:
                return False
            raise
        # Discord's placeholder or one of our notes; anything else is an answer, perhaps another process's.
        noted = any(getattr(component, "id", None) == views.NOTE for component in message.components)
        return message.flags.loading or noted or not (message.components or message.content)

    async def note(self, progress: Progress) -> None:
        """Say in the placeholder how far the swap is; never raises."""
        await self._note(views.note(self._swap, progress))

    async def ask(self, hints: Sequence[str]) -> None:
        """Ask the member, mostly alone, whether to pay although no face was seen; never raises."""
        if self._swap.subject_id is not None:
            # What is private is seen by whose token it is: perhaps the member who has allowed the swap.
            await self._note(views.question(self._swap, hints))
            return
        # The first follow-up would take the place, and the visibility, of a placeholder never edited.
        await self._note(views.asked(hints))
        try:
            await self._webhook.send(view=views.question(self._swap, hints), ephemeral=True, wait=True)
        except _NOT_TAKEN as refused:
            log.warning("Swap %d: the member cannot be asked: %s", self._swap.id, brief(refused))

    async def cancelled(self) -> None:
        """Say in the placeholder that the swap was taken back; never raises."""
        await self._note(views.sentence(words.cancelled()))

    async def _note(self, view: discord.ui.LayoutView) -> None:
        self._note_in_doubt = True  # a connection that breaks, or is given up, leaves it open
        try:
            await self._webhook.edit_message(_ORIGINAL, view=view)
        except CONNECTION_ERRORS as broken:
            log.warning("Swap %d: its placeholder may be unchanged: %s", self._swap.id, brief(broken))
            return
        except discord.HTTPException as refused:
            log.warning("Swap %d: its placeholder cannot be changed: %s", self._swap.id, brief(refused))
        self._note_in_doubt = False

    async def _covered(self) -> bool:
        """Whether a note came after what ended the swap; only one whose fate is unknown can."""
        if not self._note_in_doubt:
            return False
        self._note_in_doubt = False
        for pause in _LATE_NOTE_PAUSES:
            await asyncio.sleep(pause)
            with suppress(*_NOT_TAKEN):
                if await self.waiting():
                    return True
        return False

    async def show(self, data: bytes, kind: Kind, receipt: Receipt) -> int:
        """Replace the placeholder by the picture, and return the message's id; twice changes nothing.

        Raises TokenExpired, Undeliverable, UploadRefused or DeliveryDelayed.
        """
        message_id = await self._show(data, kind, receipt)
        return await self._show(data, kind, receipt) if await self._covered() else message_id

    async def _show(self, data: bytes, kind: Kind, receipt: Receipt) -> int:
        try:
            with self._file(data, kind, receipt) as file:
                view = views.result(self._swap, receipt, file.filename)
                message = await self._webhook.edit_message(_ORIGINAL, attachments=[file], view=view)
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
            with self._file(data, kind, receipt) as file:
                view = views.result(self._swap, receipt, file.filename, late=True)
                message = await place.send(view=view, file=file, nonce=self._swap.id)
        except discord.HTTPException as error:
            raise _why_not(error) from None
        except CONNECTION_ERRORS:
            raise DeliveryDelayed from None
        return message.id

    async def find_shown(self) -> int | None:
        """The id of the message that an earlier `show` or `show_late` left, if there is one.

        Discord shows a message's nonce to nobody later, so the file's name tells. Raises DeliveryDelayed.
        """
        try:
            place = await self._place()
            async for message in place.history(limit=_LOOKED_THROUGH):
                if any(swap_of(url) == self._swap.id for url in pictures_of(message)):
                    return message.id
        except discord.HTTPException as error:
            if isinstance(_why_not(error), DeliveryDelayed):
                raise DeliveryDelayed from None
        except CONNECTION_ERRORS:
            raise DeliveryDelayed from None
        return None

    async def fail(self, error: BotError) -> None:
        """Replace the placeholder by words; never raises for what Discord answers."""
        if isinstance(error, PictureBlocked):
            self._client.dispatch("picture_blocked", self._swap)
        view = views.sentence(failure(error), failed=True)
        await self._say(view)
        if await self._covered():
            await self._say(view)

    async def _say(self, view: discord.ui.LayoutView) -> None:
        for pause in (*_PAUSES, None):
            try:
                await self._webhook.edit_message(_ORIGINAL, attachments=[], view=view)
            except _NOT_TAKEN as refused:
                log.warning("Swap %d: the member could not be told: %s", self._swap.id, brief(refused))
                delay = _why_not(refused) if isinstance(refused, discord.HTTPException) else DeliveryDelayed()
                if pause is not None and isinstance(delay, DeliveryDelayed):
                    await asyncio.sleep(max(pause, min(delay.retry_after_seconds, _LONGEST_PAUSE)))
                    continue
            return

    async def _place(self) -> discord.abc.Messageable:
        """Where a late result goes: the channel, or to the member alone."""
        if self._swap.guild_id and not self._swap.private:
            return self._client.get_partial_messageable(self._swap.channel_id, guild_id=self._swap.guild_id)
        return await self._client.create_dm(discord.Object(self._swap.user_id))

    @contextmanager
    def _file(self, data: bytes, kind: Kind, receipt: Receipt) -> Generator[discord.File]:
        """The picture as it is sent, which lets go of its bytes at once.

        discord.py leaves the stream in a cycle with itself (`File.close`): unclosed it would stay in memory
        until the garbage collector's last generation comes by, dozens of pictures later.
        """
        name = f"faceswap-{receipt.swap_id}.{kind.extension}"
        with _Upload(data) as stream:
            yield discord.File(stream, name, description=words.alt_text())


class _Upload(io.BytesIO):
    """Bytes as a file. Whoever asks a BytesIO for its buffer, like aiohttp for its length, gets a copy."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._data = data

    def getbuffer(self) -> memoryview:
        """The bytes themselves."""
        return memoryview(self._data)

    def close(self) -> None:
        """Let go of them."""
        self._data = b""
        super().close()


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
