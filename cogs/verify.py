"""Verifying a message's pictures: whether they were made here, and are unaltered."""

import asyncio
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.errors import FetchError
from bot.links import pictures_of
from bot.provenance import verify
from bot.store import roots, swaps
from bot.words import verify as words
from bot.words.verify import UNREAD, Looked, Unread
from cogs.buttons import Interaction, unkept
from cogs.menus import everywhere

MOST = 10
"""How many pictures of a message are looked at; Discord lets a message have ten files."""

_AT_ONCE = 2  # pictures in memory
_READ_SECONDS = 10.0


class Verify(commands.Cog):
    """Reads pictures off Discord alone, and nothing that a picture names."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._menu = everywhere("Verify face swap", self._verify_message)

    async def cog_load(self) -> None:
        """Offer the menu."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def _verify_message(self, interaction: Interaction, message: discord.Message) -> None:
        pictures = pictures_of(message)[:MOST]
        if not pictures:
            await interaction.response.send_message(words.no_picture(), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        chains = await self._services.store.run(roots.known)
        looked = [await self._look(interaction, url, chains) for url in pictures]
        shown: ui.Container[Any] = ui.Container(ui.TextDisplay(words.told(looked)))
        view = ui.LayoutView(timeout=None)
        view.add_item(shown)
        await interaction.edit_original_response(view=unkept(view))

    async def _look(self, interaction: Interaction, url: str, chains: tuple[str, ...]) -> Looked:
        async with self._room:
            try:
                data = await self._services.pictures.read(url)
            except FetchError as error:
                return Looked(UNREAD.get(error.problem, Unread.UNREACHABLE))
            verdict = await asyncio.to_thread(verify, data, chains)
        origin = None
        if verdict.swap_id is not None and interaction.permissions.manage_guild:
            origin = await self._services.store.run(swaps.origin, verdict.swap_id)
        # What was made elsewhere is no business of this server's moderators.
        concerned = origin is not None and origin.guild_id == interaction.guild_id
        return Looked(verdict.finding, verdict.swap_id, origin if concerned else None)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Verify(bot))
