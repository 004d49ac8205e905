"""What one person sees: messages, places and people, in Discord's own shapes."""

from collections.abc import Iterable

from bot.sandbox import payloads
from bot.sandbox.commands import CHAT, USER_MENU
from bot.sandbox.kinds import Kind
from bot.sandbox.messages import LOADING, Message
from bot.sandbox.options import path_of
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Guild, Member, User
from bot.sandbox.wire import Json
from bot.sandbox.world import World

KEPT = 100
"""How many messages of a channel are shown."""


def view(of: Message, reader: User) -> Json:
    """Show a message to somebody who sees it."""
    world = reader.world
    shown = payloads.message(of, world.cdn)
    if of.reply_to is not None and not world.sees(reader, of.reply_to):
        shown["referenced_message"] = None  # an answer for all to what only one person sees
    snapshots: list[Json] = shown.get("message_snapshots", [])
    return {
        "message": shown,
        "ephemeral": of.only_for is not None,
        "forced_private": of.forced_private,
        "thinking": of.has(LOADING),
        "deleted": of.deleted,
        "pings_me": reader.id in of.pings,
        "bot": of.author.bot,
        "command": _command(of),
        "forwarded": snapshots[0]["message"] if snapshots else None,
    }


def _command(of: Message) -> Json | None:
    """Name the command that a message answers first, and who used it."""
    source = of.interaction
    if source is None or source.kind is not Kind.COMMAND or source.original is not of:
        return None
    kind = {CHAT: "slash", USER_MENU: "user"}.get(source.data["type"], "message")
    return {"kind": kind, "name": " ".join(path_of(source.data)), "user": payloads.user(source.user)}


def is_shown(of: Message, reader: User) -> bool:
    """Tell whether somebody has a message on their screen."""
    return reader.world.sees(reader, of) and not of.deleted and not of.dismissed


def messages(reader: User, channel: Channel) -> list[Json]:
    """Show the last messages of a channel that somebody sees, oldest first."""
    world = reader.world
    there = [one for one in world.messages.values() if one.channel is channel and is_shown(one, reader)]
    seen = sorted(there, key=lambda one: one.id)
    return [view(one, reader) for one in seen[-KEPT:]]


def places(reader: User) -> Json:
    """Show the servers and the direct messages somebody is in, and everybody there is to be."""
    world = reader.world
    people = [one for one in world.users.values() if not one.bot]
    return {
        "me": payloads.user(reader) | {"locale": reader.locale},
        "people": [_person(one) for one in people if one is reader or _guilds(one) or _direct(one)],
        "guilds": [_guild(one, reader) for one in _guilds(reader)],
        "dms": [_conversation(one, reader) for one in _direct(reader)],
    }


def someone(world: World) -> User | None:
    """Return who the page begins as: the first person who is anywhere."""
    people = (one for one in world.users.values() if not one.bot)
    return next((one for one in people if _guilds(one) or _direct(one)), None)


def _person(of: User) -> Json:
    there = [str(guild.id) for guild in _guilds(of)]
    return {"user": payloads.user(of), "about": of.about, "place_ids": there}


def _guilds(of: User) -> list[Guild]:
    return [guild for guild in of.world.guilds.values() if of.id in guild.members]


def _direct(of: User) -> list[Channel]:
    return [one for one in of.world.channels.values() if one.guild is None and of in one.company]


def _guild(of: Guild, reader: User) -> Json:
    channels = [one for one in of.channels.values() if one.permissions(reader)]
    return {
        "id": str(of.id),
        "name": of.name,
        "locale": of.locale,
        "owner_id": str(of.owner_id),
        "members": [_member(one) for one in of.members.values()],
        "roles": [payloads.role(one) for one in of.roles.values()],
        "channels": [_channel(one, reader) for one in sorted(channels, key=lambda one: one.position)],
    }


def _member(of: Member) -> Json:
    return {"member": payloads.member(of), "roles": [payloads.role(one) for one in of.roles]}


def _channel(of: Channel, reader: User) -> Json:
    return payloads.channel(of) | {
        "can_see": True,
        "can_write": of.allows(reader, Permission.SEND_MESSAGES),
        "can_manage": of.guild is not None and of.allows(reader, Permission.MANAGE_MESSAGES),
    }


def _conversation(of: Channel, reader: User) -> Json:
    """Show direct messages as one of those in them does: with whom they are."""
    others: Iterable[User] = [one for one in of.company if one is not reader]
    if of.recipient is not None:
        others = [reader.world.bot]
    return _channel(of, reader) | {"recipients": [payloads.user(one) for one in others]}
