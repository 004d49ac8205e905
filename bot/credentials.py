"""What the operator does with signatures at the command line: make a pair, and look at a picture's."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot import provenance
from bot.compose import open_store
from bot.config import Config
from bot.errors import StoreError
from bot.keyring import make_pair, write_pair
from bot.store import roots
from bot.verdict import Finding
from bot.words import operator as words

_STATUS = {Finding.GENUINE: 0, Finding.NOT_A_PICTURE: 2}


async def verify(config: Config, path: Path, say: Callable[[str], None]) -> int:
    """Say whether a picture was made by this bot and is unaltered; the exit status.

    0 for made here and unaltered, 2 for what cannot be read as a picture, else 1. Raises StoreError.
    """
    if isinstance(config.database, Path) and not config.database.exists():
        raise StoreError(
            f"There is no store at {config.database}, so it is not known what this bot signs with. "
            "Start it where the bot runs, or set DATABASE_URL as it is there."
        )
    try:
        data = await asyncio.to_thread(_start_of, path)
    except OSError as error:
        say(f"{path} cannot be read: {error.strerror}.")
        return _STATUS[Finding.NOT_A_PICTURE]
    store = await open_store(config)
    try:
        chains = await store.run(roots.known)
    finally:
        await store.close()
    verdict = await asyncio.to_thread(provenance.verify, data, chains)
    say(words.verdict(verdict))
    return _STATUS.get(verdict.finding, 1)


def certificate(folder: Path | None, now: datetime, say: Callable[[str], None]) -> None:
    """Make a pair: into two files of a folder, or as the two lines of .env; raises OSError."""
    pair = make_pair(now)
    if folder is None:
        for name, text in (("C2PA_CERT", str(pair.chain)), ("C2PA_KEY", pair.key)):
            say(f'{name}="{text.strip()}"'.replace("\n", "\\n"))
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_pair(folder, pair)
    say(f"C2PA_CERT={folder.resolve() / 'certificate.pem'}\nC2PA_KEY={folder.resolve() / 'key.pem'}")


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(provenance.MAX_BYTES + 1)
