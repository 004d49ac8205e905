"""Forms (modals) as the bot opens them: Discord's rules, and what the member's client then shows."""

import copy

from bot.sandbox import controls as k
from bot.sandbox.components import ROW, TEXT, walk
from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.rules import check_count, check_length, wrong_type
from bot.sandbox.wire import Json, as_list, as_object

LABEL = 18
_LATER = {21, 22, 23}
"""Radio groups and checkboxes: Discord has them, the sandbox does not play them."""


def check_modal(data: Json, path: str = "data") -> None:
    """Raise InvalidForm for the first thing Discord would refuse in a form."""
    check_length(data, "custom_id", 1, 100, path)
    check_length(data, "title", 1, 45, path)
    components = as_list(data.get("components"))
    check_count(components, 1, 5, f"{path}.components")
    for index, one in enumerate(components):
        _check_part(one, f"{path}.components.{index}")
    ids = [one["custom_id"] for one in walk(components) if one.get("custom_id") is not None]
    k.check_unique(ids, f"{path}.components")


def _check_part(one: Json, path: str) -> None:
    kind = one.get("type")
    if kind == LABEL:
        k.check_known(one, {"label", "description", "component"}, path)
        check_length(one, "label", 1, 45, path)
        check_length(one, "description", 0, 100, path)
        _check_control(as_object(one.get("component")), f"{path}.component")
    elif kind == ROW:
        children = as_list(one.get("components"))
        check_count(children, 1, 1, f"{path}.components")
        if children[0].get("type") != k.TEXT_INPUT:
            raise wrong_type(f"{path}.components.0", {k.TEXT_INPUT})
        k.check_known(children[0], k.FIELDS[k.TEXT_INPUT], f"{path}.components.0")
        k.check_text_input(children[0], f"{path}.components.0", labelled=False)
    elif kind == TEXT:
        check_length(one, "content", 1, 4000, path)
    else:
        raise wrong_type(path, {ROW, TEXT, LABEL})


def _check_control(one: Json, path: str) -> None:
    kind = one.get("type")
    if kind in _LATER:
        raise NotPlayed(f"component type {kind} at {path}")
    if kind not in k.FIELDS:
        raise wrong_type(path, set(k.FIELDS) | _LATER)
    k.check_known(one, k.FIELDS[kind], path)
    if kind == k.TEXT_INPUT:
        k.check_text_input(one, path, labelled=True)
    elif kind == k.FILE_UPLOAD:
        k.check_upload(one, path)
    else:
        k.check_select(one, path)
        if one.get("disabled"):
            sentence = "A select in a modal cannot be disabled"
            raise InvalidForm(f"{path}.disabled", "COMPONENT_DISABLED_IN_MODAL", sentence)


def shown(data: Json) -> Json:
    """Return the form with an id for every component."""
    form: Json = copy.deepcopy(data)
    taken = {one["id"] for one in walk(form["components"]) if one.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)
    for one in walk(form["components"]):
        one["id"] = one.get("id") or next(free)
    return form
