"""The real bot as a process of its own: started, killed without warning, started again."""

import asyncio
import json
import logging
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import bot
from bot.errors import CannotServe
from bot.sandbox import Sandbox
from bot.signals import end_child

log = logging.getLogger(__name__)

_PROJECT = Path(bot.__file__).resolve().parent.parent
_START_SECONDS = 30
_STOP_SECONDS = 10
_TOLD_SECONDS = 5


class BotProcess:
    """At most one process at a time, configured by `variables`, whose clock goes with the sandbox's."""

    def __init__(self, sandbox: Sandbox, variables: Mapping[str, str]) -> None:
        self._sandbox = sandbox
        self._variables = dict(variables)
        self._process: Process | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it and wait until it takes commands; raises CannotServe."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "sandbox", "--bot"),
                stdin=PIPE,
                stdout=PIPE,
                cwd=_PROJECT,
                start_new_session=True,  # Ctrl-C is for its parent, which ends it in good order
            )
        except OSError as error:
            raise CannotServe(f"The bot cannot be started: {error.strerror}.") from None
        self._process = process
        self._say({"variables": self._variables, "offset": self._offset()})
        self._watching = asyncio.create_task(self._watch(process))
        ready = asyncio.create_task(self._sandbox.wait_until_ready(timeout_seconds=_START_SECONDS))
        try:
            await asyncio.wait({ready, self._watching}, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                raise CannotServe("The bot ended before it was ready; the terminal says why.")
            ready.result()
        except TimeoutError:
            raise CannotServe(f"The bot was not ready within {_START_SECONDS} seconds.") from None
        finally:
            ready.cancel()

    async def kill(self) -> None:
        """End it without warning, and wait until Discord has noticed."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await self._sandbox.wait_until_disconnected()

    async def stop(self) -> None:
        """Ask it to end, by closing its stdin; after a while, end it."""
        process, self._process = self._process, None
        if process is not None:
            await end_child(process, _STOP_SECONDS)

    async def tell_time(self) -> None:
        """Let the bot's clock follow a jump of the sandbox's, and wait until it has."""
        process = self._process
        if process is None or process.stdout is None or not self.running:
            return
        self._say({"offset": self._offset()})
        with suppress(TimeoutError):  # one that hangs takes its time
            async with asyncio.timeout(_TOLD_SECONDS):
                await process.stdout.readline()

    def _offset(self) -> float:
        return self._sandbox.clock.now() - time.time()

    def _say(self, what: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def _watch(self, process: Process) -> None:
        status = await process.wait()
        if process is self._process:
            log.error("The bot ended by itself, with status %s; the page's console starts it again.", status)
