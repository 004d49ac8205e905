"""What the bot adds to the API's own time: the real bot between the sandbox and an API that answers at once.

Everything runs in one process, so the sandbox's and the API's work is counted against the bot.
"""
# ruff: noqa: T201 - a benchmark prints

import asyncio
import io
import random
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from bot.compose import compose
from bot.config import read_config
from bot.run import serve
from bot.sandbox import Sandbox, Upload
from bot.sandbox.doorway import redirected
from bot.store.moderation import Actor, Change, change_settings
from tests.scripted_api import PNG, SWAP_PATH, Answer, ScriptedApi

RUNS = 30
AT_ONCE = 200


def main() -> None:
    """Measure and print."""
    asyncio.run(_measure())


async def _measure() -> None:
    async with Sandbox.start() as sandbox, ScriptedApi() as api:
        guild = sandbox.create_guild("Bench")
        channel = guild.create_channel("general")
        with tempfile.TemporaryDirectory() as folder, redirected(sandbox.base_url):
            config = read_config(
                {
                    "SEGMIND_API_KEY": "key",
                    "SEGMIND_BASE_URL": api.base_url,
                    "PRECHECK": "off",
                    "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
                    "COOLDOWN_SECONDS": "",
                    "DAILY_SWAPS_PER_MEMBER": "",
                    "SERVER_DAILY_BUDGET_USD": "",
                    "SERVER_MONTHLY_BUDGET_USD": "",
                    "BOT_DAILY_BUDGET_USD": "",
                }
            )
            async with compose(config, picture_origins=(sandbox.base_url,)) as bot:
                stop = asyncio.Event()
                running = asyncio.create_task(serve(bot, sandbox.token, stop, 0))
                await sandbox.wait_until_ready()
                pictures = {"source": Upload("a.png", PNG), "target": Upload("b.png", PNG)}
                picture = _picture()
                api.defaults[SWAP_PATH] = Answer(body=picture)
                ada = guild.join(sandbox.create_user("Ada"))
                acknowledged: list[float] = []

                async def swaps(seeds: Iterable[int]) -> list[float]:
                    waits: list[float] = []
                    for seed in seeds:
                        began = time.perf_counter()
                        played = await ada.slash(channel, "faceswap", **pictures, seed=seed)
                        await played.reply()
                        waits.append(time.perf_counter() - began)
                        acknowledged.append((await played.first_response()).seconds)
                        await bot.services.swaps.idle()
                    return waits

                what = f"whole swap, {len(picture) / 1e6:.2f} MB result, API answers at once"
                _print(f"{what}, with the badge", await swaps(range(RUNS)))
                actor = Actor(1, guild.id, 1, datetime.now(UTC))
                await bot.services.store.run(change_settings, actor, Change(caption_only=True))
                _print(f"{what}, caption only", await swaps(range(RUNS, 2 * RUNS)))
                _print("the same again, which is free", await swaps(range(RUNS)))
                _print("acknowledged", acknowledged)
                members = [guild.join(sandbox.create_user(f"Member {n}")) for n in range(AT_ONCE)]
                played = [await member.slash(channel, "faceswap", **pictures) for member in members]
                burst = [(await one.first_response(60)).seconds for one in played]
                _print(f"acknowledged, {AT_ONCE} commands at once", burst)
                stop.set()
                await running


def _picture() -> bytes:
    """Noise of about a megabyte as PNG."""
    file = io.BytesIO()
    side = 590
    pixels = random.Random(1).randbytes(side * side * 3)  # noqa: S311 - noise, not a secret
    Image.frombytes("RGB", (side, side), pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _print(what: str, seconds: list[float]) -> None:
    p50, worst = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"{what}: median {p50:.0f} ms, worst {worst:.0f} ms of {len(seconds)}")


if __name__ == "__main__":
    main()
