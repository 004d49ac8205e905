"""Rules that many forms share, each refused by Discord's own name for it."""

from bot.sandbox.errors import InvalidForm
from bot.sandbox.wire import Json


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def check_length(one: Json, name: str, low: int, high: int, path: str) -> None:
    """Raise InvalidForm for a text of another length; with `low` above 0 it must be there."""
    text = one.get(name)
    if text is None and low == 0:
        return
    if text is None:
        raise InvalidForm(_at(path, name), "BASE_TYPE_REQUIRED", "This field is required")
    if not isinstance(text, str):
        raise InvalidForm(_at(path, name), "STRING_TYPE_CONVERT", f'Could not interpret "{text}" as string.')
    if low == 0 and len(text) > high:
        raise InvalidForm(_at(path, name), "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    if low and not low <= len(text) <= high:
        sentence = f"Must be between {low} and {high} in length."
        raise InvalidForm(_at(path, name), "BASE_TYPE_BAD_LENGTH", sentence)


def check_range(one: Json, names: tuple[str, str], limits: tuple[int, int], path: str) -> None:
    """Raise InvalidForm unless low ≥ limits[0], high ≥ 1, neither above limits[1], and low ≤ high.

    `names` are those of the lower and the upper field; an absent field breaks no rule.
    """
    lowest, highest = limits
    for name, least in zip(names, (lowest, 1), strict=True):
        value = one.get(name)
        if value is not None and value < least:
            sentence = f"int value should be greater than or equal to {least}."
            raise InvalidForm(_at(path, name), "NUMBER_TYPE_MIN", sentence)
        if value is not None and value > highest:
            sentence = f"int value should be less than or equal to {highest}."
            raise InvalidForm(_at(path, name), "NUMBER_TYPE_MAX", sentence)
    low, high = (one.get(name) for name in names)
    if low is not None and high is not None and low > high:
        sentence = f"{names[0]} must be equal to or less than {high}"
        raise InvalidForm(_at(path, names[0]), "NUMBER_TYPE_MAX", sentence)


def check_count(items: list[Json], low: int, high: int, path: str) -> None:
    """Raise InvalidForm for another number of items."""
    if not low <= len(items) <= high:
        raise InvalidForm(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def wrong_type(path: str, allowed: set[int]) -> InvalidForm:
    """Return what Discord says of a component that has no place there."""
    listed = ", ".join(map(str, sorted(allowed)))
    sentence = f'Value of field "type" must be one of ({listed}).'
    return InvalidForm(f"{path}.type", "UNION_TYPE_CHOICES", sentence)
