"""What an option can refer to (people, roles, channels, files), as an interaction's `resolved` shows it."""

from typing import TYPE_CHECKING

from bot.sandbox import commands as c
from bot.sandbox import payloads
from bot.sandbox.errors import NotOffered
from bot.sandbox.places import Channel, Member, Role, User
from bot.sandbox.uploads import Upload, store_upload
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.world import World


def refer(world: "World", kind: int, value: object, channel: Channel) -> tuple[int, dict[str, Json]]:
    """Return the id an option sends for `value`, and the objects it resolves to by group.

    Raises NotOffered when the value is not what an option of that kind takes.
    """
    if kind == c.ATTACHMENT and isinstance(value, Upload):
        file = store_upload(world, value)
        return file.id, {"attachments": payloads.attachment(file, world.cdn)}
    if kind in {c.USER, c.MENTIONABLE} and isinstance(value, User | Member):
        return _person(value.account, channel)
    if kind in {c.ROLE, c.MENTIONABLE} and isinstance(value, Role):
        return value.id, {"roles": payloads.role(value)}
    if kind == c.CHANNEL and isinstance(value, Channel):
        bits = {"permissions": str(value.permissions(world.bot))}
        return value.id, {"channels": payloads.channel(value) | bits}
    raise NotOffered(f"an option of type {kind} does not take {value!r}")


def _person(user: User, channel: Channel) -> tuple[int, dict[str, Json]]:
    found = {"users": payloads.user(user)}
    if channel.guild is not None and user.id in channel.guild.members:
        shown = payloads.member(channel.guild.members[user.id], with_user=False)
        found["members"] = shown | {"permissions": str(channel.permissions(user))}
    return user.id, found
