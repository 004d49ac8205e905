"""The local engine as a child process of the bot: started on loopback, restarted, and never left behind.

The child and its workers end when its stdin closes, so a bot that is killed leaves none. The key goes over
that pipe: an argument or an environment variable could be read by others on the machine.
"""

import asyncio
import json
import logging
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import bot
from bot.engine.assets import FOLDER
from bot.engine.job import FACES_PATH
from bot.errors import EngineUnavailable
from bot.signals import end_child

_PROJECT = Path(bot.__file__).resolve().parent.parent
_START_SECONDS = 60
_STOP_SECONDS = 10
_RESTART_SECONDS = (0.2, 1, 5, 30)
"""Pauses before the tries at a restart; the last one goes on."""
_STEADY_SECONDS = 60
"""An engine that ran this long starts again with the shortest pause."""


class EngineChild:
    """A running engine. `base_url` changes when the engine had to be restarted, so read it for each call."""

    def __init__(
        self, allowed_origins: Iterable[str], assets: Path, workers: int, log: logging.Logger
    ) -> None:
        self.key = secrets.token_urlsafe(32)
        self._origins = [f"--allow-origin={origin}" for origin in allowed_origins]
        self._options = [f"--assets={assets.resolve()}", f"--workers={workers}"]
        self._log = log
        self._port = 0
        self._process: Process | None = None

    @property
    def base_url(self) -> str:
        """Where the engine listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def faces_url(self) -> str:
        """Where it looks at pictures."""
        return f"{self.base_url}{FACES_PATH}"

    @property
    def pid(self) -> int | None:
        """Process id of the engine that runs now."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.returncode is None

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        allowed_origins: Iterable[str],
        assets: Path = FOLDER,
        *,
        workers: int = 2,
        log: logging.Logger | None = None,
    ) -> AsyncGenerator["EngineChild"]:
        """Start the engine and keep it running; raises EngineUnavailable when it cannot start."""
        child = cls(allowed_origins, assets, workers, log or logging.getLogger(__name__))
        keeper: asyncio.Task[None] | None = None
        try:
            await child._launch()
            keeper = asyncio.create_task(child._keep_running())
            yield child
        finally:
            if keeper:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
            await child._stop()

    async def _launch(self) -> None:
        command = [
            sys.executable,
            "-m",
            "bot",
            "engine",
            "--child",
            "--port=0",
            *self._options,
            *self._origins,
        ]
        # Its stderr is ours: the child's log lines belong beside the bot's own.
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, cwd=_PROJECT
            )
        except OSError as error:
            raise EngineUnavailable(f"The local engine cannot be started: {error.strerror}.") from None
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise EngineUnavailable("The local engine started without its pipes.")
        stdin.write(f"{self.key}\n".encode())
        try:
            async with asyncio.timeout(_START_SECONDS):
                answer = _answer(await stdout.readline())
        except TimeoutError:
            answer = {"error": f"The local engine was not ready within {_START_SECONDS} seconds."}
        if "port" not in answer:
            await self._stop()
            raise EngineUnavailable(str(answer.get("error") or "The local engine ended before it was ready."))
        self._port = int(answer["port"])

    async def _keep_running(self) -> None:
        tries, clock = 0, asyncio.get_running_loop().time
        while process := self._process:
            began = clock()
            status = await process.wait()
            tries = 1 if clock() - began > _STEADY_SECONDS else tries + 1
            pause = _RESTART_SECONDS[min(tries, len(_RESTART_SECONDS)) - 1]
            self._log.error(
                "The local engine ended with status %s; starting it again in %s s.", status, pause
            )
            await asyncio.sleep(pause)
            try:
                await self._launch()
            except EngineUnavailable as error:
                self._log.error("The local engine could not be started again: %s", error)

    async def _stop(self) -> None:
        """Close the pipe, which asks the engine to end; after a while, end it."""
        if self._process is not None:
            await end_child(self._process, _STOP_SECONDS)


def _answer(line: bytes) -> dict[str, Any]:
    """Read the child's one line: `{"port": …}` or `{"error": …}`."""
    try:
        answer: Any = json.loads(line)
    except ValueError:
        return {}
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
