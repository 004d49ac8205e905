"""Servers that the bot leaves and comes back to; an outage of Discord's is neither."""

import asyncio
from collections import defaultdict
from datetime import datetime

import discord
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.language import speaking
from bot.store import departures, swaps
from bot.trust_errors import LeftServer


class Servers(commands.Cog):
    """Starts and stops the clock after which a left server's data is deleted."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._listed: defaultdict[int, dict[int, discord.Guild]] = defaultdict(dict)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Notice that the bot was removed; discord.py tells an outage by another event."""
        self._listed[guild.shard_id].pop(guild.id, None)
        await self._left(guild.id, self._services.now())

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Notice that the bot is back."""
        self._listed[guild.shard_id][guild.id] = guild
        await self._services.store.run(departures.rejoin, guild.id)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Notice where the bot was removed or added while nobody listened.

        Discord lists every server of a shard when its session begins, those in an outage too. discord.py
        makes each of them anew, and keeps what an earlier session of the shard has listed.
        """
        known = {guild.id: guild for guild in self._bot.guilds if guild.shard_id == shard_id}
        before, self._listed[shard_id] = self._listed[shard_id], known
        present = [guild_id for guild_id, guild in known.items() if before.get(guild_id) is not guild]
        now, count = self._services.now(), self._bot.shard_count or 1
        for guild_id in await self._services.store.run(departures.missing, present, shard_id, count):
            await self._left(guild_id, now)

    async def _left(self, guild_id: int, now: datetime) -> None:
        """Start the clock, refund what is open, and tell who waits for it."""
        opened = await self._services.store.run(departures.leave, guild_id, now)
        await asyncio.gather(*(self._refund(swap_id, now) for swap_id in opened))

    async def _refund(self, swap_id: int, now: datetime) -> None:
        store, error = self._services.store, LeftServer()
        found = await store.run(swaps.load_open, swap_id)
        # The refund erases the token, so it is read before.
        if found and await store.run(swaps.refund, swap_id, type(error).__name__, now):
            with speaking(found.swap.locale):
                await self._bot.reply_to(found.swap).fail(error)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Servers(bot))
