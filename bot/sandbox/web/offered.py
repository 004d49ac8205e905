"""The commands that Discord's client would offer to a person in a channel, in that person's language."""

from collections.abc import Iterator

from bot.sandbox import commands as c
from bot.sandbox.errors import NotOffered
from bot.sandbox.offers import find
from bot.sandbox.places import Channel, User
from bot.sandbox.wire import Json, as_list, as_object

_SIBLINGS = {"en-GB": "en-US", "en-US": "en-GB", "es-419": "es-ES"}
"""Where Discord looks when a locale has no name of its own (source: its reference on localization)."""


def commands(user: User, channel: Channel) -> Json:
    """Return slash commands, sub-commands each for themselves, and those of both menus, by name."""
    world, locale = user.world, user.locale
    scopes = [channel.guild.id, None] if channel.guild else [None]
    there = [one for scope in scopes for one in world.commands.get(scope, {}).values()]
    offered = [one for one in there if _is_offered(user, channel, one)]
    slash = [leaf for one in offered if one["type"] == c.CHAT for leaf in _leaves(one, locale)]
    shown = {"slash": sorted(slash, key=lambda one: one["shown"])}
    for group, kind in (("message", c.MESSAGE_MENU), ("user", c.USER_MENU)):
        of_kind = [one for one in offered if one["type"] == kind]
        shown[group] = [{"name": one["name"], "shown": _localised(one, "name", locale)} for one in of_kind]
    return shown


def _is_offered(user: User, channel: Channel, command: Json) -> bool:
    try:
        return find(user, channel, command["name"], command["type"]) is command
    except NotOffered:
        return False


def _leaves(one: Json, locale: str, path: str = "", shown: str = "") -> Iterator[Json]:
    name, called = f"{path} {one['name']}".strip(), f"{shown} {_localised(one, 'name', locale)}".strip()
    options = as_list(one.get("options"))
    below = [option for option in options if option["type"] in {c.SUBCOMMAND, c.GROUP}]
    for option in below:
        yield from _leaves(option, locale, name, called)
    if not below:
        told = _localised(one, "description", locale)
        localised = [_option(option, locale) for option in options]
        yield {"name": name, "shown": called, "description": told, "options": localised}


def _option(one: Json, locale: str) -> Json:
    """Return an option as registered, with its words in the person's language."""
    told: Json = {
        "shown": _localised(one, "name", locale),
        "description": _localised(one, "description", locale),
    }
    if "choices" in one:
        told["choices"] = [each | {"shown": _localised(each, "name", locale)} for each in one["choices"]]
    return {key: value for key, value in one.items() if not key.endswith("_localizations")} | told


def _localised(one: Json, key: str, locale: str) -> str:
    there = as_object(one.get(f"{key}_localizations"))
    return there.get(locale) or there.get(_SIBLINGS.get(locale, "")) or one[key]
