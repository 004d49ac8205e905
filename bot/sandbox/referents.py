"""What a member can refer to (people, roles, channels, files), as an interaction's `resolved` shows it."""

from collections.abc import Collection

from bot.sandbox import commands as c
from bot.sandbox import payloads
from bot.sandbox.errors import NotOffered
from bot.sandbox.messages import Message
from bot.sandbox.places import Channel, Member, Role, User
from bot.sandbox.uploads import Upload, store_upload
from bot.sandbox.wire import Json

Found = tuple[int, dict[str, Json]]
"""An id, and the objects it stands for by their group in `resolved`."""


def refer(user: User, channel: Channel, kind: int, value: object, kinds: Collection[int] = ()) -> Found:
    """Return the id that `user` sends for `value` from `channel`, and the objects it resolves to.

    `kind` is an option type; `kinds` are the channel types that are taken, all when empty. Raises NotOffered
    when the value is not what the client would offer there.
    """
    world = user.world
    if kind == c.ATTACHMENT and isinstance(value, Upload):
        file = store_upload(world, value)
        return file.id, {"attachments": payloads.attachment(file, world.cdn)}
    if kind in {c.USER, c.MENTIONABLE} and isinstance(value, User | Member):
        return person(value.account, channel)
    if kind in {c.ROLE, c.MENTIONABLE} and isinstance(value, Role):
        if channel.guild is None or value.id not in channel.guild.roles:
            raise NotOffered(f"there is no role {value.name} here")
        return value.id, {"roles": payloads.role(value)}
    if kind == c.CHANNEL and isinstance(value, Channel):
        return value.id, {"channels": _channel(user, channel, value, kinds)}
    raise NotOffered(f"an option of type {kind} does not take {value!r}")


def person(user: User, channel: Channel) -> Found:
    """Return a person, as a member too where that is so."""
    found = {"users": payloads.user(user)}
    if channel.guild is not None and user.id in channel.guild.members:
        shown = payloads.member(channel.guild.members[user.id], with_user=False)
        found["members"] = shown | {"permissions": str(channel.permissions(user))}
    return user.id, found


def target(user: User, channel: Channel, on: Message | User | Member) -> tuple[int, Found]:
    """Return the type of commands that the menu of a message or a person holds, and what it is opened on.

    A message is resolved whole: its content and files are there without the intent for content. Raises
    NotOffered for one that `user` does not see in `channel`, and for a private one, which has no such menu.
    """
    if not isinstance(on, Message):
        return c.USER_MENU, person(on.account, channel)
    if on.channel is not channel or on.deleted or not user.world.sees(user, on):
        raise NotOffered(f"{user.name} does not see this message here")
    if on.only_for is not None:
        raise NotOffered("a private message has no menu of commands")
    return c.MESSAGE_MENU, (on.id, {"messages": payloads.message(on, user.world.cdn)})


def _channel(user: User, here: Channel, value: Channel, kinds: Collection[int]) -> Json:
    if value.guild is not here.guild or not value.permissions(user):
        raise NotOffered(f"{user.name} sees no channel {value.name} here")
    if kinds and value.kind not in kinds:
        raise NotOffered(f"#{value.name} is of type {value.kind}, not one of {sorted(kinds)}")
    return payloads.channel(value) | {"permissions": str(value.permissions(user))}
