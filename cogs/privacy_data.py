"""`/privacy export` and `/privacy delete`: what the bot knows of a member, and its end."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot import exports, privacy
from bot.answers import brief
from bot.client import FaceSwapBot
from bot.fetch import CONNECTION_ERRORS
from bot.store import erasure, faces
from bot.words import privacy as words
from cogs import confirming
from cogs.buttons import Click, Interaction, route

log = logging.getLogger(__name__)

_DELETE = "privacy-delete"


class PrivacyData(commands.Cog):
    """A member's own data; every answer is for them alone."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services

    @commands.Cog.listener("on_interaction")
    async def on_data_button(self, interaction: Interaction) -> None:
        """Answer the buttons of the question."""
        await route(interaction, {_DELETE: self._delete, confirming.KEEP: confirming.keep})

    @app_commands.command(description="Everything the bot knows of you, as a file")
    async def export(self, interaction: Interaction) -> None:
        """Send the member's data."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await exports.of_member(self._services.store, interaction.user.id, self._services.now())
        await confirming.send_data(interaction, data, "my-data.json", words.exported())

    @app_commands.command(description="Delete everything the bot knows of you")
    async def delete(self, interaction: Interaction) -> None:
        """Ask whether to."""
        now = self._services.now()
        await confirming.ask(interaction, words.ask_delete(), words.delete(), _DELETE, now)

    async def _delete(self, click: Click) -> None:
        """Forget the member; twice is once, and a kill leaves the rest to a chore."""
        now, store, interaction = self._services.now(), self._services.store, click.interaction
        confirming.confirmed(click, now)
        user_id = interaction.user.id
        await store.run(erasure.begin, user_id, interaction.id, now)
        await interaction.response.edit_message(content=words.deleting(), view=None)
        left = [
            face
            for face in await store.run(faces.forget_all, user_id)
            if not await _deleted(interaction, face)
        ]
        await privacy.forget(store, user_id, now)
        await interaction.edit_original_response(content=words.deleted(len(left)))


async def _deleted(interaction: Interaction, face: faces.Face) -> bool:
    """Delete the direct message that holds a face; False where Discord does not let us."""
    channel = interaction.client.get_partial_messageable(face.place.channel_id)
    try:
        await channel.get_partial_message(face.place.message_id).delete()
    except discord.NotFound:
        return True
    except (discord.HTTPException, *CONNECTION_ERRORS) as refused:
        log.warning("The picture of a face could not be deleted: %s", brief(refused))
        return False
    return True
