"""`/credits`: what a member may still swap, has spent, and where the results are."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot import tables
from bot.client import FaceSwapBot
from bot.policy import Rules, barred, limits_for
from bot.store import extras, moderation, reports
from bot.store.database import Transaction
from bot.store.reports import Delivered
from bot.words import credits as words
from cogs.buttons import Click, Interaction, custom_id, only_for, route, unkept
from cogs.places import place_of, server_of

PAGE_ROWS = 10

FILE_ROWS = 10_000
"""Most rows of a history's file: about 1.5 MB, well under every upload limit."""

_ROWS_AT_ONCE = 500
"""A file is read in transactions of this many rows, so that a long history keeps nobody waiting."""


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Credits(
    commands.GroupCog,
    group_name="credits",
    group_description="What you may still swap, and what you have spent",
):
    """What a member has, and had."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the buttons under a history."""
        await route(interaction, {"history": self._turn, "history-csv": self._send_file})

    @app_commands.command(description="Your swaps of today, your extra swaps, and what you have spent")
    async def show(self, interaction: Interaction) -> None:
        """Show what the member may still swap and has spent."""
        await interaction.response.send_message(await account(interaction), ephemeral=True)

    @app_commands.command(description="Your swaps, newest first, with links to the results")
    async def history(self, interaction: Interaction) -> None:
        """Show the first page."""
        text, view = await self._page(interaction.user.id, 0)
        await interaction.response.send_message(text, view=view, ephemeral=True)

    async def _turn(self, click: Click) -> None:
        """Show another page in place of the one whose button was pressed."""
        user_id, page = (int(part) for part in click.state)
        only_for(click, user_id)
        text, view = await self._page(user_id, page)
        await click.interaction.response.edit_message(content=text, view=view)

    async def _page(self, user_id: int, page: int) -> tuple[str, discord.ui.View]:
        def read(db: Transaction) -> tuple[int, list[Delivered]]:
            rows = reports.history(db, user_id, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
            return reports.delivered_count(db, user_id), rows

        total, rows = await self._services.store.run(read)
        pages = max(1, -(-total // PAGE_ROWS))
        text = words.history(rows, page, pages, total) if total else words.no_history()
        return text, _buttons(user_id, page, pages if total else 0)

    async def _send_file(self, click: Click) -> None:
        """Send the whole history as a file."""
        (user_id,) = (int(part) for part in click.state)
        only_for(click, user_id)
        await click.interaction.response.defer(ephemeral=True, thinking=True)
        rows: dict[int, Delivered] = {}  # by swap: a new one moves what was read to the next page
        total = await self._services.store.run(reports.delivered_count, user_id)
        for offset in range(0, min(total, FILE_ROWS), _ROWS_AT_ONCE):
            page = await self._services.store.run(
                reports.history, user_id, limit=_ROWS_AT_ONCE, offset=offset
            )
            rows |= {row.swap_id: row for row in page}
        data = tables.as_csv(words.HISTORY_HEADER, (words.history_row(row) for row in rows.values()))
        await click.interaction.edit_original_response(
            content=words.history_file(len(rows), total),
            attachments=[discord.File(io.BytesIO(data), "swaps.csv")],
        )


async def account(interaction: Interaction) -> str:
    """What the member may still swap here and has spent, in words."""
    services = interaction.client.services
    now, guild, user = services.now(), server_of(interaction), interaction.user.id

    def read(db: Transaction) -> tuple[Rules, reports.Statement, list[extras.Extra]]:
        return (
            moderation.rules(db, guild, user),
            reports.statement(db, guild, user, now),
            extras.extras(db, guild, user, now),
        )

    rules, statement, left = await services.store.run(read)
    place = place_of(interaction)
    limits = limits_for(services.limits, in_server=guild != 0, rules=rules, place=place)
    return words.account(statement, limits.daily, left, in_server=guild != 0, barred=barred(rules, place))


def _buttons(user_id: int, page: int, pages: int) -> discord.ui.View:
    """The buttons under a page; none under an empty history."""
    view = discord.ui.View(timeout=None)
    for label, target in ((words.previous_page(), page - 1), (words.next_page(), page + 1)):
        if pages > 1:
            there = custom_id("history", user_id, target)
            view.add_item(discord.ui.Button(label=label, custom_id=there, disabled=not 0 <= target < pages))
    if pages:
        view.add_item(discord.ui.Button(label=words.as_csv(), custom_id=custom_id("history-csv", user_id)))
    return unkept(view)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Credits(bot))
