"""Cases on Discord: what their messages show, and where moderators read of them."""

import asyncio
import io
import logging
from collections.abc import Awaitable
from weakref import WeakValueDictionary

import discord

from bot.answers import brief
from bot.client import FaceSwapBot
from bot.fetch import CONNECTION_ERRORS
from bot.language import ENGLISH, speaking
from bot.pictures import sniff
from bot.store import cases, moderation
from bot.store.cases import Case
from cogs import report_views as views

log = logging.getLogger(__name__)

_NOT_TAKEN = (discord.HTTPException, *CONNECTION_ERRORS)
_UNKNOWN_MESSAGE = 10008  # JSON error code (source: Discord's developer documentation)


class CaseLog:
    """Writes through one client, as the bot itself: that reaches only places where the bot is a member."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._publishing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def channel_of(self, guild_id: int) -> int | None:
        """Where moderators of a server read; for swaps without a server, where the operator does."""
        if not guild_id:
            return self._services.operator_channel_id
        return (await self._services.store.run(moderation.rules, guild_id, 0)).log_channel_id

    async def publish(self, case_id: int, guild_locale: str | None) -> None:
        """Show a case as it is now in the log channel, if there is one: one message a case. Never raises."""
        lock = self._publishing.setdefault(case_id, asyncio.Lock())
        async with lock:
            case = await self._services.store.run(cases.load, case_id)
            channel_id = case.log_channel_id or await self.channel_of(case.guild_id)
            if channel_id is None:
                return
            channel = self._channel(channel_id)
            with speaking(guild_locale or ENGLISH):
                view = views.one_case(case)
            try:
                if case.log_message_id is not None:
                    await channel.get_partial_message(case.log_message_id).edit(view=view)
                else:
                    sent = await channel.send(view=view)
                    await self._services.store.run(cases.note_log, case_id, channel_id, sent.id)
            except _NOT_TAKEN as refused:
                log.warning("Case %d cannot be written to its log channel: %s", case_id, brief(refused))

    async def say(self, guild_id: int, text: str) -> bool:
        """Write a line where moderators read; False when Discord does not let the bot, True without a log."""
        channel_id = await self.channel_of(guild_id)
        return channel_id is None or await _taken(self._channel(channel_id).send(text))

    async def tell_operator(self, case: Case) -> None:
        """Tell of what a server has had blocked in the whole bot."""
        if self._services.operator_channel_id is not None:
            with speaking(ENGLISH):
                view = views.spread(case)
            await _taken(self._channel(self._services.operator_channel_id).send(view=view))

    async def hide(self, case: Case, channel_id: int, message_id: int) -> bool:
        """Take the picture out of a message; True also when it is gone already, False when out of reach."""
        message = self._channel(channel_id).get_partial_message(message_id)
        try:
            await message.edit(content=None, embeds=[], attachments=[], view=views.tombstone(case))
        except discord.HTTPException as refused:
            return refused.code == _UNKNOWN_MESSAGE
        except CONNECTION_ERRORS:
            return False
        return True

    async def show_again(self, case: Case, picture: bytes | None) -> bool:
        """Put a picture back where it was reported, else into that channel; False when neither can be.

        A private result is put back where it was or nowhere.
        """
        kind = None if picture is None else sniff(picture)
        if picture is None or kind is None:
            return False
        name, shown = f"faceswap-{case.swap_id}.{kind.extension}", False
        for channel_id, message_id in case.places:
            file = discord.File(io.BytesIO(picture), name)
            message = self._channel(channel_id).get_partial_message(message_id)
            try:
                await message.edit(attachments=[file], view=views.restored(case, file))
                shown = True
            except _NOT_TAKEN as refused:
                log.warning("Case %d: its message cannot be restored: %s", case.id, brief(refused))
        if shown or case.private or not case.guild_id:
            return shown
        file = discord.File(io.BytesIO(picture), name)
        again = self._channel(case.places[0][0]).send(file=file, view=views.restored(case, file))
        return await _taken(again)

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel_id)


async def _taken(sending: Awaitable[object]) -> bool:
    """Whether Discord took what is sent."""
    try:
        await sending
    except _NOT_TAKEN as refused:
        log.warning("A message about a report was not taken: %s", brief(refused))
        return False
    return True
