"""JSON as it comes over the wire: named shapes, and reading them without trusting them."""

from typing import Any, cast

Json = dict[str, Any]
"""A JSON object as Discord sends or takes it."""


def as_object(value: object) -> Json:
    """Return a JSON object, or an empty one for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Json]:
    """Return a JSON list of objects, or an empty one for anything else."""
    return cast("list[Json]", value) if isinstance(value, list) else []
