"""Tests that share something dear stay in one process, where several run them."""

from typing import cast

import pytest


@pytest.mark.xdist_group("alone")
def test_groups_are_seen(request: pytest.FixtureRequest) -> None:
    """pytest-xdist knows a test's group by the end of its name, which not every pytest lets it write."""
    if not request.config.getoption("loadgroup", False):
        pytest.skip("all tests are run by one process, or by any")
    assert cast("pytest.Item", request.node).nodeid.endswith("@alone")
