"""The free look as the composed bot has it: by an engine beside another API, and never at start."""

import pytest

from bot.engine.child import EngineChild
from bot.errors import Role
from bot.precheck import NOTHING
from tests.e2e.conftest import Start
from tests.engine.photos import CAT, COLLINS, HOPPER, file_of, photo

_COLLINS, _HOPPER, _CAT = (file_of(photo(name), "JPEG") for name in (COLLINS, HOPPER, CAT))


async def test_an_engine_beside_the_api_looks_at_pictures(start: Start) -> None:
    """With the packages installed `auto` finds the faces, though swaps are made elsewhere."""
    async with start(PRECHECK="auto") as bot:
        look = bot.services.precheck.look
        while (sight := await look(_COLLINS, _HOPPER)) == NOTHING:
            pass  # it starts with the first look, which may give up on it after three seconds
        assert (sight.source_faces, sight.target_faces, sight.notes) == (1, 1, ())
        assert (await look(_CAT, _HOPPER)).faceless == (Role.SOURCE,)


async def test_off_means_no_engine(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started and nothing is seen."""

    async def never(_: EngineChild) -> None:
        pytest.fail("an engine was started")

    monkeypatch.setattr(EngineChild, "_launch", never)
    async with start(PRECHECK="off") as bot:
        assert await bot.services.precheck.look(_COLLINS, _HOPPER) == NOTHING
