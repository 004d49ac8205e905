"""Which cases of a large table run by default; all of them do in `make soak`."""

from collections.abc import Mapping
from typing import Any

import pytest


def sampled(cases: Mapping[str, object], every: int) -> list[Any]:
    """One case in `every`, spread over the table, and the others where the full matrices run."""
    return [
        pytest.param(case, id=name, marks=() if number % every == 0 else pytest.mark.soak)
        for number, (name, case) in enumerate(cases.items())
    ]
