"""Application commands as the bot registers them: Discord's rules, and the form it answers with."""

import re
from typing import Any

from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.rules import check_length
from bot.sandbox.wire import Json, as_list

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
"""Command types and option types (source: Discord's application commands reference)."""

BY_GUILD, BY_USER = INSTALLS = 0, 1
"""How the bot can be installed, as set up in the developer portal; a command has both unless it says less."""

_LIMITS = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_COMMAND_FIELDS = {
    "id", "name", "name_localizations", "description", "description_localizations", "options", "type", "nsfw",
    "default_member_permissions", "dm_permission", "contexts", "integration_types",
}  # fmt: skip
_OPTION_FIELDS = {
    "type", "name", "name_localizations", "description", "description_localizations", "required", "choices",
    "options", "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete",
}  # fmt: skip
LOCALES = {
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th",
    "tr", "uk", "vi", "zh-CN", "zh-TW",
}  # fmt: skip
"""Languages of Discord's client (source: Discord's locales reference)."""

_SLASH_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")


def known_locale(locale: str) -> str:
    """Return a locale; raises ValueError for one that Discord's client does not have."""
    if locale not in LOCALES:
        raise ValueError(f"{locale} is no locale of Discord's")
    return locale


def check_commands(commands: list[Json]) -> None:
    """Raise InvalidForm for the first thing Discord would refuse in a bulk overwrite."""
    for kind, limit in _LIMITS.items():
        if sum(1 for one in commands if (one.get("type") or CHAT) == kind) > limit:
            raise InvalidForm("", "APPLICATION_COMMANDS_LIMIT", f"At most {limit} commands of type {kind}")
    names = [(one.get("type") or CHAT, one.get("name")) for one in commands]
    if len(names) != len(set(names)):
        raise InvalidForm("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command names must be unique")
    for index, one in enumerate(commands):
        _check_command(one, str(index))


def _check_command(one: Json, path: str) -> None:
    unknown = sorted(set(one) - _COMMAND_FIELDS)
    if unknown:
        raise NotPlayed(f"unknown body field {', '.join(unknown)} in a command")
    kind = one.get("type") or CHAT
    if kind not in _LIMITS:
        raise NotPlayed(f"command type {kind}")
    _check_names(one, path, slash=kind == CHAT)
    if kind != CHAT and (one.get("description") or one.get("options")):
        sentence = "Context menu commands cannot have a description or options"
        raise InvalidForm(path, "APPLICATION_COMMAND_INVALID_NAME", sentence)
    if kind == CHAT:
        _check_options(one.get("options") or [], f"{path}.options", depth=0)
        if _characters(one) > 8000:
            raise InvalidForm(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_names(one: Json, path: str, *, slash: bool) -> None:
    names = {"name": one.get("name")} | _locales(one, "name_localizations", path)
    for key, name in names.items():
        if not isinstance(name, str) or not 1 <= len(name) <= 32:
            raise InvalidForm(f"{path}.{key}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
        if slash and (not _SLASH_NAME.fullmatch(name) or name != name.lower()):
            raise InvalidForm(f"{path}.{key}", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if not slash:
        return
    descriptions = {"description": one.get("description")} | _locales(one, "description_localizations", path)
    for key, text in descriptions.items():
        if not isinstance(text, str) or not 1 <= len(text) <= 100:
            raise InvalidForm(f"{path}.{key}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def _locales(one: Json, key: str, path: str) -> Json:
    found: Json = one.get(key) or {}
    for locale in found:
        if locale not in LOCALES:
            raise InvalidForm(f"{path}.{key}", "BASE_TYPE_CHOICES", f"{locale} is no locale of Discord's")
    return {f"{key}.{locale}": text for locale, text in found.items()}


def _check_options(options: list[Json], path: str, *, depth: int) -> None:
    if len(options) > 25:
        raise InvalidForm(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names = [one.get("name") for one in options]
    if len(names) != len(set(names)):
        raise InvalidForm(path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    nested = [one.get("type") in {SUBCOMMAND, GROUP} for one in options]
    if any(nested) and not all(nested):
        raise InvalidForm(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands cannot be mixed")
    required = [bool(one.get("required")) for one in options]
    if required != sorted(required, reverse=True):
        sentence = "Required options must be placed before non-required options"
        raise InvalidForm(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", sentence)
    for index, one in enumerate(options):
        _check_option(one, f"{path}.{index}", depth)


def _check_option(one: Json, path: str, depth: int) -> None:
    unknown = sorted(set(one) - _OPTION_FIELDS)
    if unknown:
        raise NotPlayed(f"unknown body field {', '.join(unknown)} in a command option")
    kind: int = one.get("type") or 0
    if kind not in range(SUBCOMMAND, ATTACHMENT + 1):
        raise InvalidForm(f"{path}.type", "BASE_TYPE_CHOICES", "Not an option type")
    _check_names(one, path, slash=True)
    deepest = 1 if kind == GROUP else 2
    if kind in {SUBCOMMAND, GROUP}:
        if depth >= deepest:
            raise InvalidForm(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands nest too deep")
        _check_options(one.get("options") or [], f"{path}.options", depth=depth + 1 if kind == GROUP else 2)
    elif one.get("options"):
        raise InvalidForm(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only sub-commands have options")
    check_choices(one.get("choices") or [], kind, f"{path}.choices")
    low, high = one.get("min_value"), one.get("max_value")
    if low is not None and high is not None and low > high:
        raise InvalidForm(f"{path}.min_value", "NUMBER_TYPE_MAX", "min_value is over max_value")


def check_choices(choices: list[Json], kind: int, path: str) -> None:
    """Raise InvalidForm for choices that an option of that type cannot have."""
    if len(choices) > 25:
        raise InvalidForm(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, choice in enumerate(choices):
        wanted: Any = {STRING: str, INTEGER: int, NUMBER: (int, float)}.get(kind)
        if wanted is None or not isinstance(choice.get("value"), wanted):
            raise InvalidForm(f"{path}.{index}", "BASE_TYPE_CHOICES", "Not a value of the option's type")
        check_length(choice, "name", 1, 100, f"{path}.{index}")
        if kind == STRING:
            check_length(choice, "value", 0, 100, f"{path}.{index}")


def _characters(one: Json) -> int:
    """Count what Discord's 8000 limit counts: names, descriptions and choice values, nested ones too."""
    own = sum(len(one.get(key) or "") for key in ("name", "description"))
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in as_list(one.get("choices")))
    return own + sum(_characters(option) for option in as_list(one.get("options")))


def stored(one: Json, key: int, application: int, version: int, guild: int | None) -> Json:
    """Return a registered command as Discord shows it."""
    kind = one.get("type") or CHAT
    bits = one.get("default_member_permissions")
    shown: Json = {
        "id": str(key),
        "application_id": str(application),
        "version": str(version),
        "type": kind,
        "name": one["name"],
        "name_localizations": one.get("name_localizations"),
        "description": one.get("description") or "",
        "description_localizations": one.get("description_localizations"),
        "default_member_permissions": None if bits is None else str(bits),
        "nsfw": bool(one.get("nsfw")),
    }
    if one.get("options"):
        shown["options"] = [_shown_option(option) for option in one["options"]]
    if guild is not None:
        return shown | {"guild_id": str(guild)}
    shown["contexts"] = one.get("contexts")
    shown["integration_types"] = one.get("integration_types") or list(INSTALLS)
    allowed = one.get("dm_permission", True) if one.get("contexts") is None else 1 in one["contexts"]
    return shown | {"dm_permission": allowed is not False}


def _shown_option(option: Json) -> Json:
    shown = {key: value for key, value in option.items() if value is not None}
    if shown.get("required") is False:
        del shown["required"]
    if "options" in shown:
        shown["options"] = [_shown_option(one) for one in shown["options"]]
    return shown
