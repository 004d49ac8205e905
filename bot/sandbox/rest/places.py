"""Servers, channels, roles and members, for reading."""

from bot.sandbox import payloads
from bot.sandbox.errors import ApiError
from bot.sandbox.places import Channel, Guild
from bot.sandbox.rest.call import Answer, Call, Router


def find_guild(call: Call) -> Guild:
    """Return the server of the path that the bot is in; raises 10004."""
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or call.world.bot.id not in guild.members:
        raise ApiError(10004)
    return guild


def find_channel(call: Call) -> Channel:
    """Return the channel of the path; raises 10003, or 50001 when the bot may not see it."""
    channel = call.world.channels.get(call.id("channel_id"))
    if channel is None:
        raise ApiError(10003)
    if not channel.permissions(call.world.bot):
        raise ApiError(50001)
    return channel


def guild(call: Call) -> Answer:
    """GET /guilds/{guild_id}."""
    return payloads.guild(find_guild(call))


def guild_channels(call: Call) -> Answer:
    """GET /guilds/{guild_id}/channels."""
    return [payloads.channel(one) for one in find_guild(call).channels.values()]


def roles(call: Call) -> Answer:
    """GET /guilds/{guild_id}/roles."""
    return [payloads.role(one) for one in find_guild(call).roles.values()]


def role(call: Call) -> Answer:
    """GET /guilds/{guild_id}/roles/{role_id}."""
    found = find_guild(call).roles.get(call.id("role_id"))
    if found is None:
        raise ApiError(10011)
    return payloads.role(found)


def member(call: Call) -> Answer:
    """GET /guilds/{guild_id}/members/{user_id}."""
    found = find_guild(call).members.get(call.id("user_id"))
    if found is None:
        raise ApiError(10007 if call.id("user_id") in call.world.users else 10013)
    return payloads.member(found)


def channel(call: Call) -> Answer:
    """GET /channels/{channel_id}."""
    return payloads.channel(find_channel(call))


def register(router: Router) -> None:
    """Add this module's routes."""
    router.add("GET", "/guilds/{guild_id}", guild, query="with_counts")
    router.add("GET", "/guilds/{guild_id}/channels", guild_channels)
    router.add("GET", "/guilds/{guild_id}/roles", roles)
    router.add("GET", "/guilds/{guild_id}/roles/{role_id}", role)
    router.add("GET", "/guilds/{guild_id}/members/{user_id}", member)
    router.add("GET", "/channels/{channel_id}", channel)
