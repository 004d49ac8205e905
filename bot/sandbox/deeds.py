"""What members did, and what they could have done, in words for the transcript."""

from typing import TYPE_CHECKING

from bot.sandbox import controls as k
from bot.sandbox.components import BUTTON, TEXT, walk
from bot.sandbox.wire import Json, as_list, as_object

if TYPE_CHECKING:
    from bot.sandbox.interactions import Interaction
    from bot.sandbox.places import Channel


def deed(of: "Interaction") -> str:
    """Say what the member did."""
    data = of.data
    if of.trigger is not None:
        return _submits(of.trigger.response_data, data)
    if "custom_id" in data:
        return _uses(as_list(of.source.components if of.source else None), data)
    if "target_id" in data:
        return f'picks "{data["name"]}" for {_target(data)}'
    return f"runs /{data['name']}{_arguments(as_list(data.get('options')), as_object(data.get('resolved')))}"


def _uses(shown: list[Json], data: Json) -> str:
    control = as_object(next((one for one in walk(shown) if one.get("custom_id") == data["custom_id"]), None))
    if data["component_type"] == BUTTON:
        return f"presses [{control.get('label') or data['custom_id']}]"
    chosen = _chosen(control, data, as_object(data.get("resolved")))
    return f"chooses {chosen or 'nothing'} in {control.get('placeholder') or data['custom_id']}"


def _submits(form: Json, data: Json) -> str:
    """Say what was sent, each control by the words beside it."""
    resolved = as_object(data.get("resolved"))
    sent = {one["custom_id"]: one for one in walk(data["components"]) if "custom_id" in one}
    told = f'submits "{form["title"]}"'
    for one in walk(form["components"]):
        control = as_object(one.get("component", one))
        if one.get("label"):
            told += f" {one['label']}:{_chosen(control, sent[control['custom_id']], resolved)}"
    return told


def _chosen(control: Json, sent: Json, resolved: Json) -> str:
    labels = {one["value"]: one["label"] for one in as_list(control.get("options"))}
    values: list[str] = sent.get("values", [sent.get("value")])
    return ", ".join(labels.get(one) or _name(one, resolved) for one in values)


def _target(data: Json) -> str:
    resolved = data["resolved"]
    if data["target_id"] in resolved.get("messages", {}):
        return f"a message of {resolved['messages'][data['target_id']]['author']['global_name']}"
    return _name(data["target_id"], resolved)


def _arguments(options: list[Json], resolved: Json) -> str:
    told = ""
    for one in options:
        if "options" in one:
            told += f" {one['name']}{_arguments(one['options'], resolved)}"
        else:
            told += f" {one['name']}:{_name(one.get('value'), resolved)}"
    return told


def _name(value: object, resolved: Json) -> str:
    """Return the name of what an id stands for, or the value itself."""
    key = str(value)
    if key in resolved.get("users", {}):
        return f"@{resolved['users'][key]['global_name'] or resolved['users'][key]['username']}"
    if key in resolved.get("attachments", {}):
        return resolved["attachments"][key]["filename"]
    for group, sign in (("roles", "@"), ("channels", "#")):
        if key in resolved.get(group, {}):
            return f"{sign}{resolved[group][key]['name']}"
    return key


def form_lines(of: "Interaction") -> list[str]:
    """Say what form a member was shown."""
    lines = [f'A form opens: "{of.response_data["title"]}"']
    for one in walk(of.response_data["components"]):
        if one["type"] == TEXT:
            lines += one["content"].splitlines()
        elif one.get("label"):
            control = one.get("component", one)
            lines.append(f"{one['label']}: {_preset(of.channel, control)}".rstrip())
    return lines


def select_line(channel: "Channel", one: Json) -> str:
    """Say what a select offers, and what is chosen in it."""
    offered = ", ".join(option["label"] for option in one.get("options", []))
    name = one.get("placeholder") or one["custom_id"]
    chosen = _preset(channel, one)
    told = f"▾ {name}" + (f": {offered}" if offered else "")
    return told + (f" (chosen: {chosen})" if chosen else "") + (" (disabled)" if one.get("disabled") else "")


def _preset(channel: "Channel", control: Json) -> str:
    if control["type"] == k.TEXT_INPUT:
        return control.get("value") or ""
    chosen = [option["label"] for option in control.get("options", []) if option.get("default")]
    chosen += [_known(channel, int(default["id"])) for default in as_list(control.get("default_values"))]
    return ", ".join(chosen)


def _known(channel: "Channel", key: int) -> str:
    guild = channel.guild
    if guild is None:
        return str(key)
    if key in guild.channels:
        return f"#{guild.channels[key].name}"
    if key in guild.roles:
        return f"@{guild.roles[key].name}"
    return f"@{guild.members[key].user.name}" if key in guild.members else str(key)
