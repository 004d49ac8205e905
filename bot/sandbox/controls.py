"""Controls that a member fills in (selects, text inputs, file uploads): Discord's rules for offering them."""

from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.rules import check_count, check_length, check_range
from bot.sandbox.wire import Json, as_list

STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = range(3, 9)
FILE_UPLOAD = 19
"""Component types (source: Discord's component reference)."""

SELECTS = {STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT}
SHORT, PARAGRAPH = 1, 2

_SELECT = {"custom_id", "placeholder", "min_values", "max_values", "disabled", "required"}
FIELDS: dict[int, set[str]] = {
    STRING_SELECT: _SELECT | {"options"},
    USER_SELECT: _SELECT | {"default_values"},
    ROLE_SELECT: _SELECT | {"default_values"},
    MENTIONABLE_SELECT: _SELECT | {"default_values"},
    CHANNEL_SELECT: _SELECT | {"default_values", "channel_types"},
    TEXT_INPUT: {
        "custom_id", "style", "label", "value", "placeholder", "required", "min_length", "max_length",
    },
    FILE_UPLOAD: {"custom_id", "min_values", "max_values", "required"},
}  # fmt: skip
_DEFAULT_TYPES = {
    USER_SELECT: {"user"},
    ROLE_SELECT: {"role"},
    MENTIONABLE_SELECT: {"user", "role"},
    CHANNEL_SELECT: {"channel"},
}


def bounds(control: Json) -> tuple[int, int]:
    """Return how many values a select or an upload takes; absent, both are 1."""
    low, high = control.get("min_values"), control.get("max_values")
    return 1 if low is None else low, 1 if high is None else high


def check_known(one: Json, fields: set[str], path: str) -> None:
    """Raise NotPlayed for a field of a component that the sandbox does not know."""
    unknown = set(one) - fields - {"type", "id"}
    if unknown:
        raise NotPlayed(f"component field {sorted(unknown)} at {path}")


def check_unique(custom_ids: list[str], path: str) -> None:
    """Raise InvalidForm when two controls would answer to one custom_id."""
    if len(custom_ids) != len(set(custom_ids)):
        raise InvalidForm(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")


def check_select(one: Json, path: str) -> None:
    """Raise InvalidForm for a select that Discord would refuse, in a message or in a form."""
    check_length(one, "custom_id", 1, 100, path)
    check_length(one, "placeholder", 0, 150, path)
    _check_bounds(one, 25, path)
    if one["type"] == STRING_SELECT:
        _check_options(one, path)
    else:
        _check_defaults(one, path)


def _check_options(one: Json, path: str) -> None:
    options = as_list(one.get("options"))
    _, high = bounds(one)
    check_count(options, 1, 25, f"{path}.options")
    for index, option in enumerate(options):
        where = f"{path}.options.{index}"
        check_known(option, {"label", "value", "description", "emoji", "default"}, where)
        check_length(option, "label", 1, 100, where)
        check_length(option, "value", 1, 100, where)
        check_length(option, "description", 0, 100, where)
        if option["value"] in [earlier["value"] for earlier in options[:index]]:
            sentence = "The specified option value is already used"
            raise InvalidForm(where, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", sentence)
    if high > len(options):
        raise InvalidForm(f"{path}.options", "BASE_TYPE_MIN_LENGTH", f"Must be {high} or more in length.")
    if sum(1 for option in options if option.get("default")) > high:
        sentence = "There are more default values than max_values"
        raise InvalidForm(f"{path}.options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", sentence)


def _check_defaults(one: Json, path: str) -> None:
    defaults = as_list(one.get("default_values"))
    low, high = bounds(one)
    for index, default in enumerate(defaults):
        if default.get("type") not in _DEFAULT_TYPES[one["type"]]:
            listed = ", ".join(sorted(_DEFAULT_TYPES[one["type"]]))
            where = f"{path}.default_values.{index}.type"
            raise InvalidForm(where, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
    if defaults and not low <= len(defaults) <= high:
        sentence = f"Must be between {low} and {high} in length."
        raise InvalidForm(f"{path}.default_values", "BASE_TYPE_BAD_LENGTH", sentence)


def check_text_input(one: Json, path: str, *, labelled: bool) -> None:
    """Raise InvalidForm for a text input that Discord would refuse; `labelled` when a Label names it."""
    check_length(one, "custom_id", 1, 100, path)
    if one.get("style") not in {SHORT, PARAGRAPH}:
        raise InvalidForm(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    if not labelled:
        check_length(one, "label", 1, 45, path)
    elif one.get("label") is not None:
        raise NotPlayed(f"a text input inside a Label with a label of its own at {path}")
    check_length(one, "placeholder", 0, 100, path)
    check_length(one, "value", 0, 4000, path)
    check_range(one, ("min_length", "max_length"), (0, 4000), path)


def check_upload(one: Json, path: str) -> None:
    """Raise InvalidForm for a file upload that Discord would refuse."""
    check_length(one, "custom_id", 1, 100, path)
    _check_bounds(one, 10, path)


def _check_bounds(one: Json, most: int, path: str) -> None:
    names = ("min_values", "max_values")
    check_range(dict(zip(names, bounds(one), strict=True)), names, (0, most), path)
