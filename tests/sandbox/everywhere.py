"""Commands of the test bot for every place: servers, direct messages, and places where only members are."""

import json
from typing import Any, cast

import discord
from discord import app_commands

Interaction = discord.Interaction[discord.Client]


def placed(interaction: Interaction) -> str:
    """Tell what the interaction says of where it is, and through whose installation."""
    context = interaction.context
    here = (context.guild, context.dm_channel, context.private_channel)
    return json.dumps(
        {
            "locale": interaction.locale.value,
            "guild_locale": interaction.guild_locale and interaction.guild_locale.value,
            "by": [interaction.is_guild_integration(), interaction.is_user_integration()],
            "context": here.index(True),
            "channel": type(interaction.channel).__name__,
            "user": type(interaction.user).__name__,
            "attaches": interaction.app_permissions.attach_files,
        }
    )


@app_commands.command()
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def place(interaction: Interaction) -> None:
    """Tell where this is."""
    await interaction.response.send_message(placed(interaction))


COMMANDS = cast("tuple[app_commands.Command[Any, ..., None], ...]", (place,))


def add_to(tree: app_commands.CommandTree) -> None:
    """Add all of it to a bot."""
    for command in COMMANDS:
        tree.add_command(command)
