"""Message components: Discord's rules for them, and what they look like once sent."""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from bot.sandbox import controls as k
from bot.sandbox.cdn import Cdn
from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.rules import check_count, check_length, wrong_type
from bot.sandbox.wire import Json, as_list, as_object

if TYPE_CHECKING:
    from bot.sandbox.messages import Attachment

ROW, BUTTON = 1, 2
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
"""Component types (source: Discord's component reference)."""

_FIELDS: dict[int, set[str]] = {
    ROW: {"components"},
    BUTTON: {"style", "label", "custom_id", "url", "disabled", "emoji"},
    SECTION: {"components", "accessory"},
    TEXT: {"content"},
    THUMBNAIL: {"media", "description", "spoiler"},
    GALLERY: {"items"},
    FILE: {"file", "spoiler"},
    SEPARATOR: {"divider", "spacing"},
    CONTAINER: {"components", "accent_color", "spoiler"},
} | {kind: k.FIELDS[kind] for kind in k.SELECTS}
_INSIDE: dict[int, set[int]] = {
    ROW: {BUTTON, *k.SELECTS},
    SECTION: {TEXT},
    CONTAINER: {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR},
}
_TOP_V2 = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}
_COUNTS = {ROW: (1, 5), SECTION: (1, 3), CONTAINER: (1, 40)}
LINK, PREMIUM = 5, 6


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component, outermost first."""
    for one in components:
        yield one
        yield from walk(one.get("components", []))
        yield from walk([one[key] for key in ("accessory", "component") if key in one])


def check_components(components: list[Json], *, v2: bool, path: str) -> None:
    """Raise InvalidForm where Discord would refuse; `v2` tells which rules hold."""
    limit = 40 if v2 else 5
    if len(list(walk(components)) if v2 else components) > limit:
        raise InvalidForm(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {limit} in length.")
    for index, one in enumerate(components):
        _check(one, _TOP_V2 if v2 else {ROW}, f"{path}.{index}")
    k.check_unique([one["custom_id"] for one in walk(components) if one.get("custom_id") is not None], path)
    if sum(len(one["content"]) for one in walk(components) if one["type"] == TEXT) > 4000:
        raise InvalidForm(path, "COMPONENT_MAX_TEXT_LENGTH", "Text displays hold at most 4000 in all.")


def _check(one: Json, allowed: set[int], path: str) -> None:
    kind = one.get("type")
    if kind not in _FIELDS:
        raise NotPlayed(f"component type {kind} at {path}")
    if kind not in allowed:
        raise wrong_type(path, allowed)
    k.check_known(one, _FIELDS[kind], path)
    if kind in _COUNTS:
        low, high = _COUNTS[kind]
        if not low <= len(one.get("components", [])) <= high:
            sentence = f"Must be between {low} and {high} in length."
            raise InvalidForm(f"{path}.components", "BASE_TYPE_BAD_LENGTH", sentence)
    for index, child in enumerate(one.get("components", [])):
        _check(child, _INSIDE[kind], f"{path}.components.{index}")
        if kind == ROW and child["type"] in k.SELECTS and len(one["components"]) > 1:
            sentence = "The specified component exceeds the maximum width"
            raise InvalidForm(f"{path}.components.{index}", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", sentence)
    if kind == SECTION:
        _check(one.get("accessory", {}), {BUTTON, THUMBNAIL}, f"{path}.accessory")
    _check_leaf(one, kind, path)


def _check_leaf(one: Json, kind: int, path: str) -> None:
    if kind == BUTTON:
        _check_button(one, path)
    elif kind in k.SELECTS:
        k.check_select(one, path)
    elif kind == TEXT and not one.get("content"):
        raise InvalidForm(f"{path}.content", "BASE_TYPE_REQUIRED", "This field is required")
    elif kind == GALLERY:
        check_count(as_list(one.get("items")), 1, 10, f"{path}.items")
        for index, item in enumerate(one["items"]):
            k.check_known(item, _FIELDS[THUMBNAIL], f"{path}.items.{index}")
            _check_media(item, "media", ("attachment", "http", "https"), f"{path}.items.{index}")
    elif kind == THUMBNAIL:
        _check_media(one, "media", ("attachment", "http", "https"), path)
    elif kind == FILE:
        _check_media(one, "file", ("attachment",), path)
    elif kind == CONTAINER and not 0 <= (one.get("accent_color") or 0) <= 0xFFFFFF:
        raise InvalidForm(f"{path}.accent_color", "NUMBER_TYPE_MAX", "Must be a colour of 24 bits.")


def _check_media(one: Json, name: str, schemes: tuple[str, ...], path: str) -> None:
    url: str = as_object(one.get(name)).get("url") or ""
    if not url:
        raise InvalidForm(f"{path}.{name}.url", "BASE_TYPE_REQUIRED", "This field is required")
    if url.partition("://")[0] not in schemes:
        sentence = f"Scheme must be one of {schemes}."
        raise InvalidForm(f"{path}.{name}.url", "URL_TYPE_INVALID_SCHEME", sentence)
    check_length({"url": url}, "url", 1, 2048, f"{path}.{name}")
    if one.get("description") is not None:
        check_length(one, "description", 1, 1024, path)


def _check_button(one: Json, path: str) -> None:
    style, custom_id = one.get("style"), one.get("custom_id")
    if style not in {1, 2, 3, 4, LINK}:
        raise NotPlayed(f"button style {style} at {path}")
    if not one.get("label") and not one.get("emoji"):
        raise InvalidForm(path, "BUTTON_COMPONENT_INVALID_LABEL", "A label or emoji must be specified")
    if len(one.get("label") or "") > 80:
        raise InvalidForm(f"{path}.label", "BASE_TYPE_MAX_LENGTH", "Must be 80 or fewer in length.")
    if style == LINK:
        if custom_id is not None or not one.get("url"):
            raise InvalidForm(path, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required, a custom id is not")
    elif custom_id is None or one.get("url") is not None:
        raise InvalidForm(path, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id required")
    elif not 1 <= len(custom_id) <= 100:
        raise InvalidForm(f"{path}.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def check_references(parts: list[Json], attachments: "list[Attachment]", path: str) -> None:
    """Raise InvalidForm when `attachment://name` names no file of the message."""
    names = {one.filename for one in attachments}
    for reference in _references(parts):
        name = reference["url"].removeprefix("attachment://")
        if name not in names:
            raise InvalidForm(path, "REFERENCED_ATTACHMENT_NOT_FOUND", f"No attachment is named {name}")


def _references(part: object) -> Iterator[Json]:
    for one in as_list(part):
        yield from _references(one)
    shown = as_object(part)
    if str(shown.get("url", "")).startswith("attachment://"):
        yield shown
    for one in shown.values():
        yield from _references(one)


def numbered(components: list[Json]) -> list[Json]:
    """Fill in what Discord adds to sent components: an id each, and the defaults that answers show."""
    taken = {one["id"] for one in walk(components) if one.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)
    return [_numbered(one, free) for one in components]


_DEFAULTS: dict[int, Json] = {
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"name": None, "size": None, "spoiler": False},
    SEPARATOR: {"divider": True, "spacing": 1},
    CONTAINER: {"accent_color": None, "spoiler": False},
} | {kind: {"min_values": 1, "max_values": 1} for kind in k.SELECTS}


def _numbered(one: Json, free: Iterator[int]) -> Json:
    full = _DEFAULTS.get(one["type"], {}) | _present(one)
    full["id"] = one.get("id") or next(free)
    if "components" in one:
        full["components"] = [_numbered(child, free) for child in one["components"]]
    if "accessory" in one:
        full["accessory"] = _numbered(one["accessory"], free)
    if one["type"] in k.SELECTS:
        full.pop("required", None)  # means something in forms only; a message does not show it
    if one["type"] == k.STRING_SELECT:
        full["options"] = [_present(option) for option in one["options"]]
    if "default_values" in full:  # ids may be sent as numbers; they are shown as text
        full["default_values"] = [each | {"id": str(each["id"])} for each in full["default_values"]]
    if one["type"] == GALLERY:
        full["items"] = [{"description": None, "spoiler": False} | item for item in one["items"]]
    return full


def _present(one: Json) -> Json:
    return {key: value for key, value in one.items() if value is not None}


def resolve(parts: list[Json], attachments: "list[Attachment]", cdn: Cdn, used: set[int]) -> list[Json]:
    """Turn `attachment://name` into signed addresses, noting which attachments are `used`."""
    by_name = {one.filename: one for one in attachments}

    def shown(part: object, key: str = "") -> object:
        if isinstance(part, list):
            return [shown(one) for one in as_list(cast("object", part))]
        if not isinstance(part, dict):
            return part
        filled: Json = {name: shown(one, name) for name, one in as_object(cast("object", part)).items()}
        url = str(filled.get("url", ""))
        file = by_name.get(url.removeprefix("attachment://")) if url.startswith("attachment://") else None
        if file is not None:
            used.add(file.id)
            filled |= _media(file, cdn, unfurled=key in {"media", "file"})
        elif url and key == "media":
            # A link to elsewhere: Discord gives it an id and a proxy of its own.
            filled |= {"id": str(zlib.crc32(url.encode())), "proxy_url": url}
        return filled

    return as_list(shown(parts))


def _media(file: "Attachment", cdn: Cdn, *, unfurled: bool) -> Json:
    url = cdn.signed(file.path)
    shown: Json = {"url": url, "proxy_url": url, "content_type": file.content_type or ""}
    if file.width is not None:
        shown |= {"width": file.width, "height": file.height}
    return shown | {"id": str(file.id), "attachment_id": str(file.id)} if unfurled else shown
