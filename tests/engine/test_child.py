"""The engine as the bot's child: it starts, comes back, says why it cannot, and never outlives the bot."""

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bot.engine.assets import FOLDER
from bot.engine.child import EngineChild
from bot.errors import EngineUnavailable
from bot.fetch import open_session
from bot.segmind_wire import CREDITS_PATH

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_BOT = """
import asyncio
from bot.engine.child import EngineChild

async def main():
    async with EngineChild.start(["http://127.0.0.1:1"], workers=2) as child:
        print(child.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def _status(child: EngineChild, key: str) -> int | None:
    async with open_session() as session:
        try:
            async with session.get(child.base_url + CREDITS_PATH, headers={"x-api-key": key}) as answer:
                return answer.status
        except OSError:
            return None


async def test_it_serves_the_bot_alone_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    """Only the child's key is let in; a child that was killed is started again, with the same key."""
    with caplog.at_level(logging.ERROR, "bot.engine.child"):
        async with EngineChild.start(["http://127.0.0.1:1"], FOLDER, workers=1) as child:
            assert await _status(child, child.key) == 200
            assert await _status(child, "guess") == 401
            first = child.pid
            assert first is not None
            os.kill(first, _KILL)
            for _ in range(400):
                await asyncio.sleep(0.05)
                if child.pid != first and await _status(child, child.key) == 200:
                    break
            else:
                pytest.fail("it did not come back")
    assert "starting it again" in caplog.text
    assert child.key not in caplog.text
    assert await _status(child, child.key) is None


@pytest.mark.parametrize("victim", ["bot", "engine"])
async def test_a_killed_process_leaves_none_behind(victim: str) -> None:
    """Every process of the tree holds the same stderr, so its end is the end of the last of them."""
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", _BOT, stdout=PIPE, stderr=PIPE)
    assert bot.stdout is not None
    assert bot.stderr is not None
    engine = int(await bot.stdout.readline())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.stderr.read(1), 0.2)
    if victim == "engine":
        os.kill(engine, _KILL)
    bot.kill()
    async with asyncio.timeout(15):
        await bot.stderr.read()
    await bot.wait()


async def test_missing_models_are_one_sentence(tmp_path: Path) -> None:
    """The child's own sentence reaches the bot."""
    with pytest.raises(EngineUnavailable, match=r"^\S+ is missing from .*`make setup`.*\.$"):
        async with EngineChild.start([], tmp_path):
            pytest.fail("it started")


async def test_missing_opencv_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the optional packages the engine says which one and what to run."""
    (tmp_path / "cv2.py").write_text("raise ImportError(name='cv2')", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match=r"numpy and OpenCV \(cv2 cannot be imported\).*`make setup`"):
        async with EngineChild.start([], FOLDER):
            pytest.fail("it started")


async def test_importing_the_child_loads_nothing_heavy() -> None:
    """The bot does not pay for numpy and OpenCV."""
    code = "import sys, bot.engine.child, bot.engine.command; print({'cv2', 'numpy'} & set(sys.modules))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE)
    answer, _ = await process.communicate()
    assert answer.strip() == b"set()"
