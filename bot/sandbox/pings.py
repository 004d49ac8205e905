"""Whom a message mentions, as far as `allowed_mentions` lets it, and whom that notifies."""

import re

from bot.sandbox.components import TEXT, walk
from bot.sandbox.errors import InvalidForm
from bot.sandbox.messages import Message
from bot.sandbox.permissions import Permission
from bot.sandbox.places import User
from bot.sandbox.wire import Json

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_EVERYTHING: Json = {"parse": ["users", "roles", "everyone"], "replied_user": True}


def check_allowed(allowed: Json, path: str) -> None:
    """Raise InvalidForm where Discord would refuse: a list of ids beside leave for all of that kind."""
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or []) and allowed.get(kind):
            sentence = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            raise InvalidForm(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", sentence)


def mention(message: Message, allowed: Json | None) -> None:
    """Read a message's mentions from its text and text displays; embeds and code mention nobody.

    Only a message that is created with its mentions notifies. An edit changes what is mentioned and notifies
    nobody, and so does what fills the placeholder of a deferral (source: reports to discord.js, issue 9482,
    and to interactions.py, issue 175).
    """
    rules = _EVERYTHING if allowed is None else allowed
    told = [message.content, *(one["content"] for one in walk(message.components) if one["type"] == TEXT)]
    text = _CODE.sub("", "\n".join(told))
    world, guild = message.author.world, message.channel.guild
    users = _allowed(rules, "users", set(map(int, re.findall(r"<@!?(\d+)>", text))))
    if message.reply_to is not None and message.interaction is None and rules.get("replied_user"):
        users.add(message.reply_to.author.id)
    roles = _allowed(rules, "roles", set(map(int, re.findall(r"<@&(\d+)>", text))))
    loud = message.channel.allows(message.author, Permission.MENTION_EVERYONE)
    message.mentions = [world.users[one] for one in sorted(users) if one in world.users]
    message.mention_roles = sorted(one for one in roles if guild and one in guild.roles)
    wanted = "everyone" in (rules.get("parse") or []) and re.search("@everyone|@here", text)
    message.mention_everyone = bool(guild and loud and wanted)
    if not message.history:
        message.pings = {one.id for one in _notified(message, loud=loud) if world.sees(one, message)}


def _allowed(rules: Json, kind: str, found: set[int]) -> set[int]:
    """Keep the ids that may be mentioned: all of a kind that is parsed, else those that are listed."""
    if kind in (rules.get("parse") or []):
        return found
    listed: list[int | str] = rules.get(kind) or []
    return found & {int(one) for one in listed}


def _notified(message: Message, *, loud: bool) -> list[User]:
    """Return everybody behind the mentions; a role that is not mentionable takes Mention Everyone."""
    guild = message.channel.guild
    found = [one for one in message.mentions if one is not message.author]
    if guild is None:
        return found
    roles = set(message.mention_roles) if loud else set[int]()
    everyone, members = message.mention_everyone, guild.members.values()
    found += [one.user for one in members if everyone or roles & {role.id for role in one.roles}]
    return [one for one in found if one is not message.author]
