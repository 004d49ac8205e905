"""Where a member asks from, read off an interaction."""

import discord

from bot.client import FaceSwapBot
from bot.policy import Place


def server_of(interaction: discord.Interaction[FaceSwapBot]) -> int:
    """The server whose moderators and budget what is asked here concerns, or 0.

    That is direct messages, and wherever only the member has installed the bot.
    """
    return interaction.guild_id or 0 if interaction.is_guild_integration() else 0


def place_of(interaction: discord.Interaction[FaceSwapBot]) -> Place:
    """Where a member asks from, as far as a server's rules ask for it."""
    channel, user = interaction.channel, interaction.user
    parent = channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id
    return Place(
        channel_ids=frozenset(one for one in (interaction.channel_id, parent) if one),
        role_ids=frozenset(role.id for role in user.roles)
        if isinstance(user, discord.Member)
        else frozenset(),
        age_restricted=isinstance(channel, discord.abc.GuildChannel | discord.Thread) and channel.is_nsfw(),
    )
