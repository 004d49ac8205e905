"""`/faceswap-admin`: what moderators set, grant, block and look up; changes go to the server's log."""

import asyncio
import io
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot import charts, tables
from bot.client import FaceSwapBot
from bot.policy import day_start
from bot.store import moderation, reports
from bot.store.database import Transaction
from bot.store.moderation import Actor
from bot.store.reports import Usage
from bot.words import moderation as words
from cogs.buttons import Interaction, route
from cogs.moderation_settings import SettingsPanel
from cogs.moderators import moderator, write_log
from cogs.server_data import ServerData

CHART_MEMBERS = 10
"""How many members a chart shows; the file has all of them."""


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class Moderation(
    ServerData,
    commands.GroupCog,
    group_name="faceswap-admin",
    group_description="Limits, budgets and who may swap faces",
):
    """What members with the permission Manage Server do. Discord's check is a hint; each act asks again."""

    def __init__(self, bot: FaceSwapBot) -> None:
        super().__init__(bot)
        self._panel = SettingsPanel(bot.services)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the panel and its forms."""
        await route(interaction, self._panel.handlers)

    @app_commands.command(
        name="settings", description="Limits, budgets, channels, roles, log channel and pause"
    )
    async def show_settings(self, interaction: Interaction) -> None:
        """Show the panel."""
        await self._panel.show(interaction)

    @app_commands.command(description="Give a member extra swaps, used once the allowance is")
    @app_commands.describe(
        member="Who gets them", units="How many swaps", days="In how many days they expire (never)"
    )
    async def grant(
        self,
        interaction: Interaction,
        member: discord.User,
        units: app_commands.Range[int, 1, 1000],
        days: app_commands.Range[int, 1, 365] | None = None,
    ) -> None:
        """Grant extra swaps."""
        actor = moderator(interaction, self._services.now())
        expires_at = None if days is None else actor.at + timedelta(days=days)
        await self._services.store.run(moderation.grant, actor, member.id, units, expires_at)
        await self._done(interaction, actor, words.granted(member.id, units, expires_at))

    @app_commands.command(description="Keep a member from swapping faces in this server")
    @app_commands.describe(member="Who may not swap any more")
    async def block(self, interaction: Interaction, member: discord.User) -> None:
        """Block a member."""
        actor = moderator(interaction, self._services.now())
        new = await self._services.store.run(moderation.block, actor, member.id)
        await self._done(interaction, actor, words.blocked(member.id, new=new))

    @app_commands.command(description="Let a blocked member swap faces again")
    @app_commands.describe(member="Who may swap again")
    async def unblock(self, interaction: Interaction, member: discord.User) -> None:
        """Unblock a member."""
        actor = moderator(interaction, self._services.now())
        was = await self._services.store.run(moderation.unblock, actor, member.id)
        await self._done(interaction, actor, words.unblocked(member.id, was=was))

    @app_commands.command(description="Who used how much: a chart and a table")
    @app_commands.describe(days="How many days to look back, today included (30)")
    async def usage(self, interaction: Interaction, days: app_commands.Range[int, 1, 365] = 30) -> None:
        """Show who used how much."""
        actor = moderator(interaction, self._services.now())
        await interaction.response.defer(ephemeral=True, thinking=True)
        since, until = day_start(actor.at) - timedelta(days=days - 1), actor.at + timedelta(seconds=1)

        def read(db: Transaction) -> tuple[list[Usage], dict[int, int]]:
            period = (actor.guild_id, since, until)
            return reports.usage(db, *period), reports.usage_by_day(db, *period)

        used, by_day = await self._services.store.run(read)
        files: list[discord.File] = []
        if used:
            columns = [by_day.get(day, 0) for day in range(days)]
            bars = [charts.Bar(str(n), one.micros or 0, words.bar(one)) for n, one in enumerate(used, 1)]
            picture = await asyncio.to_thread(
                charts.usage_chart, words.chart_title(), since.date(), columns, bars[:CHART_MEMBERS]
            )
            table = tables.as_csv(words.USAGE_HEADER, (words.usage_row(one) for one in used))
            files = [_file(picture, "usage.png"), _file(table, "usage.csv")]
        await interaction.edit_original_response(content=words.usage(used, days), attachments=files)

    async def _done(self, interaction: Interaction, actor: Actor, what: str) -> None:
        """Tell the moderator and the server's log what was done."""
        await interaction.response.send_message(words.done(what), ephemeral=True)
        rules = await self._services.store.run(moderation.rules, actor.guild_id, 0)
        if not await write_log(interaction, rules.log_channel_id, words.logged(actor.user_id, what)):
            await interaction.edit_original_response(content=f"{words.done(what)}\n{words.log_failed()}")


def _file(data: bytes, name: str) -> discord.File:
    return discord.File(io.BytesIO(data), name)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Moderation(bot))
