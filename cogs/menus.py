"""Commands in the menus of messages and members."""

from collections.abc import Callable
from typing import Any

from discord import app_commands


def everywhere(name: str, callback: Callable[..., Any]) -> app_commands.ContextMenu:
    """A command in the menu of messages or members, wherever that is and however the bot was installed."""
    return app_commands.ContextMenu(
        name=name,
        callback=callback,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )
