"""What members do with commands: run one, ask for suggestions while typing it, pick one from a menu."""

from typing import TYPE_CHECKING, Any

from bot.sandbox import commands as c
from bot.sandbox import options
from bot.sandbox.errors import NotOffered
from bot.sandbox.offers import find, owners
from bot.sandbox.played import Played, Reply
from bot.sandbox.wire import Json, as_list

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from bot.sandbox.places import Channel, Member, User


async def slash(user: "User", channel: "Channel", command: str, given: dict[str, Any]) -> Played:
    """Run a slash command (`"faceswap"`, or `"credits show"`), as Discord's client would.

    Raises NotOffered for what that client would not let this user do: a command that is not there or not
    allowed here, an unknown or missing option, a value of the wrong type or out of range.
    """
    registered, wanted, frames = meant(user, channel, command)
    options.check(wanted, given)
    resolved: Json = {}
    values = [
        {"name": one["name"], "type": one["type"], "value": _value(user, channel, one, given, resolved)}
        for one in wanted
        if one["name"] in given
    ]
    data = _data(registered, frames, values)
    data |= {"resolved": resolved} if resolved else {}
    return Played(user.world.open_command(user, channel, data, owners(user, channel, registered)))


async def autocomplete(
    user: "User",
    channel: "Channel",
    command: str,
    given: dict[str, Any],
    *,
    option: str,
    typed: str | float,
    timeout_seconds: float,
) -> list[Json]:
    """Type into an option, with others `given`, and return the choices the bot suggests.

    Raises NotOffered when the option has no autocomplete, TimeoutError when the bot suggests nothing in time.
    """
    registered, wanted, frames = meant(user, channel, command)
    focused = next((one for one in wanted if one["name"] == option), None)
    if focused is None or not focused.get("autocomplete"):
        raise NotOffered(f"/{command} suggests nothing for {option}")
    options.check([one | {"required": False} for one in wanted if one is not focused], given)
    values: list[Json] = []
    for one in wanted:
        about = {"name": one["name"], "type": one["type"]}
        if one is focused:
            values.append(about | {"value": typed, "focused": True})
        elif one["name"] in given:
            values.append(about | {"value": _value(user, channel, one, given, {})})
    data = _data(registered, frames, values)
    raw = user.world.open_autocomplete(user, channel, data, owners(user, channel, registered))
    await user.world.watch.until(lambda: raw.response, timeout_seconds, f"suggestions for {option}")
    return as_list(raw.response_data.get("choices"))


async def use_menu(
    user: "User", channel: "Channel", name: str, on: "Message | Reply | User | Member"
) -> Played:
    """Pick a command from the menu of a message or of a person.

    Raises NotOffered for a command that is not there or not allowed here, and for a message that the user
    does not see here or that only they see: those have no menu of commands.
    """
    menu, (key, objects) = user.world.refer_target(user, channel, on.raw if isinstance(on, Reply) else on)
    registered = find(user, channel, name, menu)
    resolved = {group: {str(key): shown} for group, shown in objects.items()}
    data = _data(registered, [], []) | {"target_id": str(key), "resolved": resolved}
    return Played(user.world.open_command(user, channel, data, owners(user, channel, registered)))


def meant(user: "User", channel: "Channel", command: str) -> tuple[Json, list[Json], list[Json]]:
    """Return a command, the options of the sub-command meant, and the frames that lead to it.

    Raises NotOffered for one that is not there or not allowed here.
    """
    name, *path = command.split()
    registered = find(user, channel, name)
    return registered, *options.descend(registered, path)


def _data(registered: Json, frames: list[Json], values: list[Json]) -> Json:
    for frame in reversed(frames):
        values = [frame | {"options": values}]
    data: Json = {"id": registered["id"], "name": registered["name"], "type": registered["type"]}
    if values:
        data["options"] = values
    if "guild_id" in registered:
        data["guild_id"] = registered["guild_id"]
    return data


def _value(user: "User", channel: "Channel", option: Json, given: Json, resolved: Json) -> object:
    """Return an option's value as sent, adding what it refers to under `resolved`."""
    value = given[option["name"]]
    kind = option["type"]
    if kind in {c.STRING, c.INTEGER, c.BOOLEAN, c.NUMBER}:
        return value
    key, objects = user.world.refer(user, channel, kind, value, option.get("channel_types") or ())
    for group, shown in objects.items():
        resolved.setdefault(group, {})[str(key)] = shown
    return str(key)
