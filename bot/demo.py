"""One real `/faceswap`: the bot as in production, between a sandbox and the bot's own engine."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.compose import compose
from bot.config import Config, read_config
from bot.engine.assets import asset
from bot.errors import DemoError
from bot.run import serve
from bot.sandbox import Played, Reply, Sandbox, Upload
from bot.sandbox.doorway import redirected

_FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
_PATIENCE_SECONDS = 120.0


async def demo(source: Path | None, target: Path | None, suffix: str, say: Callable[[str], None]) -> bytes:
    """Swap `source` into `target` (two portraits when not given); returns the picture that was posted.

    `suffix` is the format as a file name's ending. Spends nothing whatever is configured: neither Discord,
    nor a key, nor the configured store is used. Raises DemoError when there is no picture in the end.
    """
    if suffix.lower() not in _FORMATS:
        raise DemoError(f"The picture's name has to end in one of {', '.join(_FORMATS)}.")
    options = {
        "source": _upload(source or asset("astronaut.png")),
        "target": _upload(target or asset("grace_hopper.jpg")),
        "format": _FORMATS[suffix.lower()],
    }
    with tempfile.TemporaryDirectory() as folder:
        config = read_config({"DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3"})
        return await _play(config, options, _Progress(say))


class _Progress:
    """Says what is being done, and how far into the run."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self._began = time.perf_counter()

    def __call__(self, text: str) -> None:
        self.say(f"{time.perf_counter() - self._began:5.1f} s  {text}")


async def _play(config: Config, options: Mapping[str, object], progress: _Progress) -> bytes:
    progress("starting a stand-in for Discord on this machine")
    async with Sandbox.start() as sandbox:
        guild = sandbox.create_guild("Demo")
        channel, ada = guild.create_channel("general"), guild.join(sandbox.create_user("Ada"))
        progress("starting the face-swap engine")
        with redirected(sandbox.base_url):
            async with compose(config, picture_origins=(sandbox.base_url,)) as bot:
                stop = asyncio.Event()
                running = asyncio.create_task(serve(bot, sandbox.token, stop, 0))
                try:
                    progress("connecting the bot")
                    await sandbox.wait_until_ready()
                    progress("Ada types /faceswap")
                    reply = await _answer(await ada.slash(channel, "faceswap", **options), progress)
                finally:
                    stop.set()
                    await running
        progress.say("\nWhat Ada saw:")
        for line in sandbox.transcript(channel, ada):
            progress.say(f"  {line}")
    if not reply.attachments:
        raise DemoError("There is no picture: see what the bot answered above.")
    return reply.attachments[0].data


async def _answer(played: Played, progress: _Progress) -> Reply:
    first = await played.first_response()
    progress(f"the bot acknowledged after {first.seconds * 1000:.0f} ms")
    if first.reply is not None and first.kind == "MESSAGE":
        return first.reply
    reply = await played.reply(_PATIENCE_SECONDS)
    progress("the bot answered")
    return reply


def _upload(path: Path) -> Upload:
    try:
        return Upload(path.name, path.read_bytes())
    except OSError as error:
        raise DemoError(f"{path} cannot be read: {error.strerror}.") from None
