"""`/faceswap-admin export` and `delete-data`: what the bot keeps for a server, for its owner."""

from discord import app_commands
from discord.ext import commands

from bot import exports
from bot.client import FaceSwapBot
from bot.store import departures, moderation
from bot.words import moderation as moderation_words
from bot.words import privacy as words
from cogs import confirming
from cogs.buttons import Click, Interaction, route
from cogs.moderators import owner, write_log

_DELETE = "server-delete"


class ServerData(commands.Cog):
    """What only the owner may have and delete."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services

    @commands.Cog.listener("on_interaction")
    async def on_data_button(self, interaction: Interaction) -> None:
        """Answer the button of the question; the one beside it is `/privacy`'s."""
        await route(interaction, {_DELETE: self._delete_data})

    @app_commands.command(description="Everything the bot keeps for this server, as a file, for its owner")
    async def export(self, interaction: Interaction) -> None:
        """Send the server's data."""
        actor = owner(interaction, self._services.now())
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await exports.of_server(self._services.store, actor.guild_id, actor.at)
        await confirming.send_data(interaction, data, "server-data.json", words.server_exported())

    @app_commands.command(
        name="delete-data", description="Delete what the bot keeps for this server; for its owner"
    )
    async def delete_data(self, interaction: Interaction) -> None:
        """Ask whether to."""
        actor = owner(interaction, self._services.now())
        await confirming.ask(interaction, words.ask_delete_server(), words.delete_server(), _DELETE, actor.at)

    async def _delete_data(self, click: Click) -> None:
        """Delete it; whoever reads the log channel learns of it, since the channel is forgotten too."""
        interaction, store = click.interaction, self._services.store
        actor = owner(interaction, self._services.now())
        confirming.confirmed(click, actor.at)
        rules = await store.run(moderation.rules, actor.guild_id, 0)
        await store.run(departures.delete_settings, actor)
        what = words.server_deleted()
        await interaction.response.edit_message(content=moderation_words.done(what), view=None)
        await write_log(interaction, rules.log_channel_id, moderation_words.logged(actor.user_id, what))
