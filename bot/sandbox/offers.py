"""Which commands Discord's client offers to a member in a channel."""

from typing import TYPE_CHECKING

from bot.sandbox import commands as c
from bot.sandbox.errors import NotOffered
from bot.sandbox.permissions import ALL, Permission
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.places import Channel, Guild, User


def find(user: "User", channel: "Channel", name: str, kind: int = c.CHAT) -> Json:
    """Return the registered command of that name; raises NotOffered when the client would not show it."""
    world = user.world
    scopes = [channel.guild.id, None] if channel.guild else [None]
    there = [one for scope in scopes for one in world.commands.get(scope, {}).values() if one["type"] == kind]
    found = next((one for one in there if one["name"] == name), None)
    if found is None:
        raise NotOffered(f"no command {name}; there are {', '.join(sorted(one['name'] for one in there))}")
    contexts = found.get("contexts")
    if channel.guild is None:
        if not (found.get("dm_permission") if contexts is None else 1 in contexts):
            raise NotOffered(f"{name} is not offered in direct messages")
        if found["nsfw"] and not user.adult_dms:
            raise NotOffered(f"{name} is age-restricted, and {user.name} takes no such commands here")
        return found
    if contexts is not None and 0 not in contexts:
        raise NotOffered(f"{name} is not offered in servers")
    if found["nsfw"] and not channel.nsfw:
        raise NotOffered(f"{name} is offered in age-restricted channels only")
    if world.bot.id not in channel.guild.members:
        raise NotOffered("the bot is not in this server")
    if not _permitted(user, channel, channel.guild, found):
        raise NotOffered(f"{user.name} lacks the permission for {name} here")
    return found


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
