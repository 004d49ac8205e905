"""Which commands Discord's client offers to a member in a channel, and through whose installation."""

from typing import TYPE_CHECKING

from bot.sandbox import commands as c
from bot.sandbox.errors import NotOffered
from bot.sandbox.permissions import ALL, Permission
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.places import Channel, Guild, User

_PLACES = ("in servers", "in direct messages", "in others' direct messages")
"""What Discord calls contexts 0, 1 and 2."""


def find(user: "User", channel: "Channel", name: str, kind: int = c.CHAT) -> Json:
    """Return the registered command of that name; raises NotOffered when the client would not show it."""
    world = user.world
    scopes = [channel.guild.id, None] if channel.guild else [None]
    there = [one for scope in scopes for one in world.commands.get(scope, {}).values() if one["type"] == kind]
    found = next((one for one in there if one["name"] == name), None)
    if found is None:
        names = ", ".join(sorted(one["name"] for one in there))
        raise NotOffered(f"no command {name}; there are {names or 'none: the bot has registered none'}")
    if not channel.permissions(user):
        raise NotOffered(f"{user.name} is not in this channel")
    if not _suits(found, channel.context):
        raise NotOffered(f"{name} is not offered {_PLACES[channel.context]}")
    if found["nsfw"] and not (channel.nsfw if channel.guild else user.adult_dms):
        raise NotOffered(f"{name} is age-restricted, and this place is not, or {user.name} takes none here")
    if not owners(user, channel, found):
        if channel.guild and world.bot.id not in channel.guild.members:
            raise NotOffered(f"the bot is not in this server, and {user.name} brings no {name}")
        raise NotOffered(f"{user.name} is not offered {name} here: not permitted, or not installed")
    return found


def _suits(command: Json, context: int) -> bool:
    contexts = command.get("contexts")
    if contexts is None:
        return context != 1 or bool(command.get("dm_permission"))
    return context in contexts


def owners(user: "User", channel: "Channel", command: Json) -> dict[str, str]:
    """Return through whose installation a command comes, as the interaction tells it; empty for nobody's.

    The server's own rules on who may use a command bind what comes by the server, not what a user brings.
    """
    kinds = command.get("integration_types") or [c.BY_GUILD]  # a server's own command has none
    by_user = c.BY_USER in kinds and user.installed and _may_bring(user, channel)
    found = {str(c.BY_USER): str(user.id)} if by_user else {}
    if c.BY_GUILD in kinds and _by_guild(user, channel, command, alone=not by_user):
        found[str(c.BY_GUILD)] = str(channel.guild.id if channel.guild else 0)
    return found


def _may_bring(user: "User", channel: "Channel") -> bool:
    return channel.allows(user, Permission.USE_APPLICATION_COMMANDS)


def _by_guild(user: "User", channel: "Channel", command: Json, *, alone: bool) -> bool:
    """Tell whether a server's installation brings the command; old direct messages keep theirs if `alone`."""
    if channel.guild is None:
        return channel.context == 1 and (alone or user.world.shares_guild(user))
    inside = user.world.bot.id in channel.guild.members
    return inside and _permitted(user, channel, channel.guild, command)


def _permitted(user: "User", channel: "Channel", guild: "Guild", command: Json) -> bool:
    """Ask the command's default permissions, unless an admin of the server has overridden them.

    An override for the member beats those for roles, of which one that allows is enough; one for the channel
    can only take away. Administrators may do everything (source: Discord's application command permissions).
    """
    bits = channel.permissions(user)
    overrides = guild.command_overrides.get(command["name"], {})
    if not bits & Permission.USE_APPLICATION_COMMANDS or bits == ALL:
        return bits == ALL
    if overrides.get(channel.id) is False:
        return False
    roles = [overrides[role.id] for role in guild.members[user.id].roles if role.id in overrides]
    everyone = overrides.get(guild.id, _by_default(bits, command["default_member_permissions"]))
    return overrides.get(user.id, any(roles) if roles else everyone)


def _by_default(bits: int, needed: str | None) -> bool:
    """Compare with the command's own permissions; "0" stands for administrators only."""
    return needed is None or (int(needed) != 0 and bits & int(needed) == int(needed))
