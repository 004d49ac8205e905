"""What members do, and what they see come back: the sandbox's Python interface for tests and the demo."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox import commands as c
from bot.sandbox import options
from bot.sandbox.components import walk
from bot.sandbox.errors import NotOffered
from bot.sandbox.permissions import Permission
from bot.sandbox.transcript import words
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.interactions import Interaction
    from bot.sandbox.messages import Attachment, Message, Snapshot
    from bot.sandbox.places import Channel, Member, User

THINKING, LINK_STYLE = 1 << 7, 5


async def slash(user: "User", channel: "Channel", command: str, given: dict[str, Any]) -> "Played":
    """Run a slash command (`"faceswap"`, or `"credits show"`), as Discord's client would.

    Raises NotOffered for what that client would not let this user do: a command that is not there or not
    allowed here, an unknown or missing option, a value of the wrong type or out of range.
    """
    name, *path = command.split()
    registered = _find(user, channel, name)
    wanted, frames = options.descend(registered, path)
    options.check(wanted, given)
    resolved: Json = {}
    values = [
        {"name": one["name"], "type": one["type"], "value": _value(user, channel, one, given, resolved)}
        for one in wanted
        if one["name"] in given
    ]
    for frame in reversed(frames):
        frame["options"] = values
        values = [frame]
    data: Json = {"id": registered["id"], "name": name, "type": c.CHAT}
    if values:
        data["options"] = values
    if resolved:
        data["resolved"] = resolved
    if "guild_id" in registered:
        data["guild_id"] = registered["guild_id"]
    world = user.world
    return Played(world.open_command(user, channel, data))


def _find(user: "User", channel: "Channel", name: str) -> Json:
    world = user.world
    scopes = [channel.guild.id, None] if channel.guild else [None]
    offered = [
        one for scope in scopes for one in world.commands.get(scope, {}).values() if one["type"] == c.CHAT
    ]
    found = next((one for one in offered if one["name"] == name), None)
    if found is None:
        raise NotOffered(f"no command /{name}; there are {', '.join(sorted(one['name'] for one in offered))}")
    if channel.guild is None:
        contexts = found.get("contexts")
        if not (found.get("dm_permission") if contexts is None else 1 in contexts):
            raise NotOffered(f"/{name} is not offered in direct messages")
        return found
    if found.get("contexts") is not None and 0 not in found["contexts"]:
        raise NotOffered(f"/{name} is not offered in servers")
    if found["nsfw"] and not channel.nsfw:
        raise NotOffered(f"/{name} is offered in age-restricted channels only")
    if world.bot.id not in channel.guild.members:
        raise NotOffered("the bot is not in this server")
    needed = int(found["default_member_permissions"] or 0) | Permission.USE_APPLICATION_COMMANDS
    if not channel.allows(user, needed):
        raise NotOffered(f"{user.name} lacks the permission for /{name} here")
    return found


def _value(user: "User", channel: "Channel", option: Json, given: Json, resolved: Json) -> object:
    """Return an option's value as sent, adding what it refers to under `resolved`."""
    value = given[option["name"]]
    kind = option["type"]
    if kind in {c.STRING, c.INTEGER, c.BOOLEAN, c.NUMBER}:
        return value
    key, objects = user.world.refer(kind, value, channel)
    for group, shown in objects.items():
        resolved.setdefault(group, {})[str(key)] = shown
    return str(key)


@dataclass(frozen=True)
class FirstResponse:
    """What the member saw first, `seconds` after asking; `kind` names Discord's callback type."""

    kind: str
    seconds: float
    ephemeral: bool
    reply: "Reply | None" = None


@dataclass(frozen=True)
class Played:
    """An interaction that a member began; everything that waits does so without polling."""

    raw: "Interaction" = field(repr=False)

    async def first_response(self, timeout_seconds: float = 10) -> FirstResponse:
        """Wait for the first response; raises TimeoutError."""
        raw, world = self.raw, self.raw.user.world
        what = f"a first response to {raw.kind.name}"
        kind = await world.watch.until(lambda: raw.response, timeout_seconds, what)
        ephemeral = raw.original is not None and raw.original.only_for is not None
        reply = None if raw.original is None else Reply(raw.original)
        return FirstResponse(kind.name, (raw.responded_at or 0) - raw.created_at, ephemeral, reply)

    async def reply(
        self, timeout_seconds: float = 10, *, until: "Callable[[Reply], bool] | None" = None
    ) -> "Reply":
        """Wait until the answer no longer thinks and `until` holds; raises TimeoutError."""

        def there() -> "Reply | None":
            message = self.raw.original
            if message is None or message.flags & THINKING or message.deleted:
                return None
            reply = Reply(message)
            return reply if until is None or until(reply) else None

        world = self.raw.user.world
        return await world.watch.until(there, timeout_seconds, f"the reply to {self.raw.kind.name}")

    async def followup(self, number: int = 1, timeout_seconds: float = 10) -> "Reply":
        """Wait for the follow-up message of that number, counted from 1; raises TimeoutError."""
        found, world = self.raw.followups, self.raw.user.world

        def there() -> "Reply | None":
            return Reply(found[number - 1]) if len(found) >= number else None

        return await world.watch.until(there, timeout_seconds, f"follow-up {number}")

    @property
    def modal(self) -> Json | None:
        """The form the bot opened, if it did."""
        return self.raw.response_data if self.raw.response == 9 else None


@dataclass(frozen=True)
class Reply:
    """A message as its reader sees it; live: a later edit shows."""

    raw: "Message" = field(repr=False)

    @property
    def content(self) -> str:
        """The text."""
        return self.raw.content

    @property
    def embeds(self) -> list[Json]:
        """The embeds, as sent."""
        return self.raw.embeds

    @property
    def components(self) -> list[Json]:
        """The components, as sent, with ids."""
        return self.raw.components

    @property
    def attachments(self) -> "list[Attachment]":
        """All files, those shown inside embeds or components too; `data` holds the bytes."""
        return self.raw.attachments

    @property
    def ephemeral(self) -> bool:
        """Whether only one member sees it."""
        return self.raw.only_for is not None

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self.raw.deleted

    @property
    def history(self) -> "list[Snapshot]":
        """What it showed, oldest first; the last is what it shows now."""
        return self.raw.history

    @property
    def text(self) -> str:
        """Every word in it: text, embeds and text displays, by lines."""
        return "\n".join(words(self.raw))

    def buttons(self) -> list[Json]:
        """Return its buttons, in order."""
        return [one for one in walk(self.raw.components) if one["type"] == 2]

    async def press(self, button: str, *, by: "User | Member") -> Played:
        """Press a button, named by its custom_id or its label.

        Raises NotOffered when the reader sees no such button, or cannot press it.
        """
        user = by.account
        message = self.raw
        world = message.author.world
        if message.deleted or not world.sees(user, message):
            raise NotOffered(f"{user.name} does not see this message")
        named = (one for one in self.buttons() if button in {one.get("custom_id"), one.get("label")})
        found = next(named, None)
        if found is None or found["style"] == LINK_STYLE:
            raise NotOffered(f"no button {button} among {[one.get('label') for one in self.buttons()]}")
        if found.get("disabled"):
            raise NotOffered(f"the button {button} is disabled")
        data = {"custom_id": found["custom_id"], "component_type": 2, "id": found["id"]}
        return Played(world.open_component(user, message, data))
