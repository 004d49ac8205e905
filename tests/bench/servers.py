"""What a server costs in memory: the bot, in a process of its own, with few servers and with many."""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import Process
from pathlib import Path

import psutil

from bot.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
SERVERS = (0, 1250, 2500)
"""Discord asks for another shard at 2,500 servers."""
CHANNELS, ROLES = 30, 15
"""Of each server; a guess at a lively one."""
_QUIET_SECONDS = 2.0


def main() -> None:
    """Measure and print."""
    found = [asyncio.run(_memory(servers)) for servers in SERVERS]
    for servers, (memory, seconds) in zip(SERVERS, found, strict=True):
        print(f"{servers:5} servers: {memory / 1e6:6.1f} MB, {seconds:.1f} s of CPU until all are known")
    each = (found[-1][0] - found[0][0]) / SERVERS[-1]
    print(f"{each / 1000:.1f} kB a server with {CHANNELS} channels and {ROLES} roles")


async def _memory(servers: int) -> tuple[float, float]:
    """Bytes that the bot's process takes once it knows that many servers, and the seconds it has worked."""
    async with Sandbox.start() as sandbox:
        for number in range(servers):
            guild = sandbox.create_guild(f"Server {number}")
            for channel in range(CHANNELS):
                guild.create_channel(f"channel-{channel}")
            for role in range(ROLES):
                guild.create_role(f"Role {role}")
        with tempfile.TemporaryDirectory() as folder:
            process = await _bot(sandbox, Path(folder))
            try:
                await sandbox.wait_until_ready(timeout_seconds=60)
                return await _quiet(psutil.Process(process.pid))
            finally:
                process.terminate()
                await process.wait()


async def _bot(sandbox: Sandbox, folder: Path) -> Process:
    variables = {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_SANDBOX_URL": sandbox.base_url,
        "SEGMIND_BASE_URL": "http://127.0.0.1:9",
        "PRECHECK": "off",
        "DATABASE_URL": f"sqlite:///{folder}/store.sqlite3",
        "LOG_LEVEL": "error",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot"), cwd=ROOT, env={**os.environ, **variables}
    )


async def _quiet(process: psutil.Process) -> tuple[float, float]:
    """What it holds, and has worked, once it has nothing more to do."""
    while True:
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(_QUIET_SECONDS)
        worked = sum(process.cpu_times()[:2])
        if worked - before < _QUIET_SECONDS / 10:
            return process.memory_info().rss, worked


if __name__ == "__main__":
    main()
