"""What a member picks in a select, or types and uploads in a form, checked as Discord's own client does."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.sandbox import commands as c
from bot.sandbox import controls as k
from bot.sandbox.errors import NotOffered
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.places import Channel, User

_REFERS = {
    k.USER_SELECT: c.USER,
    k.ROLE_SELECT: c.ROLE,
    k.MENTIONABLE_SELECT: c.MENTIONABLE,
    k.CHANNEL_SELECT: c.CHANNEL,
    k.FILE_UPLOAD: c.ATTACHMENT,
}
"""The option type that takes what a control takes."""


def pick(
    user: "User",
    channel: "Channel",
    control: Json,
    values: Iterable[object],
    resolved: Json,
    *,
    least: int = 0,
) -> list[str]:
    """Return the values a select or an upload sends, adding what they refer to under `resolved`.

    At least `least` are needed, whatever the control itself says.
    Raises NotOffered for too few or too many, for one picked twice, and for what is not on the list.
    """
    given = list(values)
    low, high = k.bounds(control)
    if not max(low, least) <= len(given) <= high:
        raise NotOffered(f"{control['custom_id']} takes {low} to {high} values, not {len(given)}")
    if control["type"] == k.STRING_SELECT:
        sent = [_option(control, value) for value in given]
    else:
        sent = [_reference(user, channel, control, value, resolved) for value in given]
    if len(sent) != len(set(sent)):
        raise NotOffered(f"{control['custom_id']} takes each value once")
    return sent


def _option(control: Json, value: object) -> str:
    for option in control["options"]:
        if value in {option["value"], option["label"]}:
            return option["value"]
    offered = ", ".join(option["value"] for option in control["options"])
    raise NotOffered(f"{control['custom_id']} offers {offered}, not {value!r}")


def _reference(user: "User", channel: "Channel", control: Json, value: object, resolved: Json) -> str:
    kinds = control.get("channel_types") or ()
    key, objects = user.world.refer(user, channel, _REFERS[control["type"]], value, kinds)
    if "users" in objects:
        _check_here(user.world.users[key], channel)
    for group, shown in objects.items():
        resolved.setdefault(group, {})[str(key)] = shown
    return str(key)


def _check_here(user: "User", channel: "Channel") -> None:
    """A select lists who is here; unlike an option it takes no stranger's id."""
    here = channel.guild.members if channel.guild else {one.id for one in channel.company}
    if user.id not in here and user is not user.world.bot:
        raise NotOffered(f"{user.name} is not here")


def typed(control: Json, value: object) -> str:
    """Return a text as it is sent; raises NotOffered when the client would not let it be."""
    name = control["custom_id"]
    if not isinstance(value, str):
        raise NotOffered(f"{name} takes text, not {value!r}")
    if "\n" in value and control["style"] == k.SHORT:
        raise NotOffered(f"{name} takes a single line")
    if not value and control.get("required") is False:
        return value
    low, high = control.get("min_length") or 0, control.get("max_length") or 4000
    if not max(low, int(is_required(control))) <= len(value) <= high:
        raise NotOffered(f"{name} takes {low} to {high} characters, not {len(value)}")
    return value


def is_required(control: Json) -> bool:
    """Tell whether a form cannot be sent without this control."""
    return control.get("required") is not False


def preset(user: "User", channel: "Channel", control: Json) -> object:
    """Return what a control holds before the member touches it."""
    if control["type"] == k.TEXT_INPUT:
        return control.get("value") or ""
    if control["type"] == k.STRING_SELECT:
        return [option["value"] for option in control["options"] if option.get("default")]
    roles = channel.guild.roles if channel.guild else {}
    known: dict[int, object] = {**user.world.users, **user.world.channels, **roles}
    defaults = [int(one["id"]) for one in control.get("default_values", [])]
    return [known[key] for key in defaults if key in known]
