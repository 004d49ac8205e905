"""Who may act for a server, and the record in its log channel."""

from datetime import datetime

import discord

from bot.errors import NotAllowed
from bot.fetch import CONNECTION_ERRORS
from bot.store.moderation import Actor
from bot.trust_errors import NotOwner
from cogs.buttons import Interaction


def moderator(interaction: Interaction, now: datetime) -> Actor:
    """The member who acts, by the permissions Discord sends with every interaction; raises NotAllowed.

    A command's own default permissions are only Discord's hint, and buttons have none. An administrator comes
    with every permission (source: Discord's permissions reference).
    """
    if interaction.guild_id is None or not interaction.permissions.manage_guild:
        raise NotAllowed
    return Actor(interaction.id, interaction.guild_id, interaction.user.id, now)


def owner(interaction: Interaction, now: datetime) -> Actor:
    """The server's owner, who acts; raises NotOwner."""
    if interaction.guild is None or interaction.guild.owner_id != interaction.user.id:
        raise NotOwner
    return Actor(interaction.id, interaction.guild.id, interaction.user.id, now)


async def write_log(interaction: Interaction, channel_id: int | None, text: str) -> bool:
    """Write to a server's log channel, if it has one; False when Discord does not let the bot."""
    if channel_id is None:
        return True
    channel = interaction.client.get_partial_messageable(channel_id, guild_id=interaction.guild_id)
    try:
        await channel.send(text)
    except (discord.HTTPException, *CONNECTION_ERRORS):
        return False
    return True
