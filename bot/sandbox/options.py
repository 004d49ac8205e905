"""What a member types after a slash, checked as Discord's own client checks it before anything is sent."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox import commands as c
from bot.sandbox.errors import NotOffered
from bot.sandbox.wire import Json, as_list


def descend(command: Json, path: list[str]) -> tuple[list[Json], list[Json]]:
    """Follow sub-command names; returns the options of the last one and the frames that lead there."""
    options: list[Json] = command.get("options", [])
    frames: list[Json] = []
    for name in path:
        found = next((one for one in options if one["name"] == name and one["type"] in {1, 2}), None)
        if found is None:
            raise NotOffered(f"/{command['name']} has no sub-command {name}")
        frames.append({"name": name, "type": found["type"], "options": []})
        options = found.get("options", [])
    if any(one["type"] in {c.SUBCOMMAND, c.GROUP} for one in options):
        raise NotOffered(f"/{command['name']} needs a sub-command")
    return options, frames


def leaves(data: Json) -> Iterator[Json]:
    """Yield the options of an interaction that hold values, whatever sub-command they belong to."""
    for one in as_list(data.get("options")):
        if one["type"] in {c.SUBCOMMAND, c.GROUP}:
            yield from leaves(one)
        else:
            yield one


def path_of(data: Json) -> list[str]:
    """Return the names that an interaction's command was called by: its own, then those of sub-commands."""
    inner = [one for one in as_list(data.get("options")) if one["type"] in {c.SUBCOMMAND, c.GROUP}]
    return [data["name"], *(path_of(inner[0]) if inner else [])]


def check(options: list[Json], given: dict[str, object]) -> None:
    """Raise NotOffered for an unknown option, a missing one, or a value the client would not take."""
    names = {one["name"] for one in options}
    if unknown := sorted(set(given) - names):
        raise NotOffered(f"no option named {', '.join(unknown)}; there are {', '.join(sorted(names))}")
    for option in options:
        if option["name"] in given:
            _check_value(option, given[option["name"]])
        elif option.get("required"):
            raise NotOffered(f"the option {option['name']} is required")


_TYPES: dict[int, tuple[type, ...]] = {
    c.STRING: (str,),
    c.INTEGER: (int,),
    c.NUMBER: (int, float),
    c.BOOLEAN: (bool,),
}
_RANGES = {
    True: (("min_length", "max_length"), (0, 6000)),
    False: (("min_value", "max_value"), (-(2**53), 2**53)),
}
"""Of texts and of numbers: the fields that narrow what is taken, and what is taken at most (Discord's)."""


def _check_value(option: Json, value: object) -> None:
    name, kind = option["name"], option["type"]
    wanted = _TYPES.get(kind)
    if wanted is None:
        return  # people, places and files are checked where they are resolved
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != c.BOOLEAN):
        raise NotOffered(f"{name} takes {wanted[0].__name__}, not {value!r}")
    choices = [choice["value"] for choice in option.get("choices", [])]
    if choices and value not in choices:
        raise NotOffered(f"{name} is one of {choices}, not {value!r}")
    measured: Any = len(value) if isinstance(value, str) else value
    names, (low, high) = _RANGES[isinstance(value, str)]
    low, high = option.get(names[0], low), option.get(names[1], high)
    if not low <= measured <= high:
        raise NotOffered(f"{name} is between {low} and {high}, not {measured}")
