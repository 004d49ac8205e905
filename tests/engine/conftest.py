"""The networks, loaded once."""

import pytest

from bot.engine.assets import FOLDER
from bot.engine.nets import Nets
from bot.engine.work import prepare


@pytest.fixture(scope="session")
def nets() -> Nets:
    """The three networks of a worker."""
    return prepare(FOLDER)
