"""Whatever a member attaches: downloaded and looked at, it is read or refused, and does nothing else."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

import aiohttp
import pytest
import pytest_asyncio

from bot.engine.decode import decode
from bot.errors import PictureError, PictureProblem
from bot.fetch import AllowedOrigins, fetch, open_session
from bot.pictures import Kind, sniff
from tests.hostile.bombs import HARMLESS
from tests.hostile.bombs import REFUSED as BOMBS
from tests.hostile.broken import BROKEN, ODD
from tests.hostile.conftest import Guard
from tests.hostile.forged import FORGED, SVG
from tests.hostile.making import (
    good_png,
    png_chunk,
    riff,
    segment,
    vp8l,
    vp8x,
    webp_chunk,
    with_segments,
    xmp,
)
from tests.hostile.measuring import MOST_BYTES, measured
from tests.hostile.sampling import sampled
from tests.scripted_api import Answer, ScriptedApi
from tests.verified import verify

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("hostile: inputs"),
    # Pillow's, about broken EXIF; `bot/pictures.py` silences them, which pytest undoes.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]

MOST_SECONDS = 3.0
MOST_INPUT_BYTES = 25 * 2**20

Made = Callable[[], bytes]


def made(table: Mapping[str, bytes]) -> dict[str, Made]:
    """Files that are at hand, as files that are made."""
    return {name: lambda data=data: data for name, data in table.items()}


REFUSED: dict[str, Made] = {**BOMBS, **made(BROKEN), **made(FORGED)}
READ: dict[str, Made] = {**HARMLESS, **made(ODD)}
NAMING: dict[str, Callable[[int], bytes]] = {
    "png": lambda port: good_png(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(port))),
    "jpeg": lambda port: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(port))),
    "webp": lambda port: riff(vp8x(16, 16, 4), vp8l(16, 16), webp_chunk(b"XMP ", xmp(port))),
    "svg": lambda port: SVG % port,
}
"""Files that name a server: where their credentials are, or the picture itself."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cdn() -> AsyncIterator[ScriptedApi]:
    """Where attachments are."""
    async with ScriptedApi() as cdn:
        yield cdn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The session of the bot's reader."""
    async with open_session() as session:
        yield session


class Attachment:
    """A file on the CDN, read and looked at by the bot's own code."""

    def __init__(
        self, cdn: ScriptedApi, session: aiohttp.ClientSession, guard: Guard, caplog: pytest.LogCaptureFixture
    ) -> None:
        self._cdn, self._session, self._guard, self._caplog = cdn, session, guard, caplog

    async def look(self, data: bytes) -> None:
        """Download it, and decode it as the bot does and as the engine does; raises PictureError."""
        pieces = (data[at : at + 2**16] for at in range(0, len(data), 2**16))
        self._cdn.script(Answer(body=pieces, content_type="image/png"), path="/a.png")
        url, allowed = f"{self._cdn.base_url}/a.png", AllowedOrigins.of([self._cdn.base_url])
        with measured() as fetching:
            read = await fetch(
                self._session, url, allowed=allowed, max_bytes=MOST_INPUT_BYTES, timeout_seconds=10
            )
        assert read == data
        costs = [fetching]
        try:
            for decoder in (_whole, _for_the_engine):
                with measured() as decoding:
                    costs.append(decoding)
                    decoder(read)
        finally:
            assert max(cost.bytes for cost in costs) < MOST_BYTES
            assert max(cost.seconds for cost in costs) < MOST_SECONDS
            assert [one for one in self._caplog.records if one.levelno >= logging.WARNING] == []
            self._guard.assert_only(self._cdn.base_url)


def _whole(data: bytes) -> None:
    if sniff(data) is not Kind.GIF:  # which is no result, and is only ever looked at as below
        verify(data)


def _for_the_engine(data: bytes) -> None:
    decode(data, 1024)


@pytest.fixture
def attachment(
    cdn: ScriptedApi, session: aiohttp.ClientSession, guard: Guard, caplog: pytest.LogCaptureFixture
) -> Attachment:
    """A file to attach."""
    caplog.set_level(logging.INFO)
    return Attachment(cdn, session, guard, caplog)


@pytest.mark.parametrize("make", sampled(REFUSED, 2))
async def test_a_hostile_file_is_refused(attachment: Attachment, make: Made) -> None:
    """One typed error; little memory and time; no word in the log and no other server spoken to."""
    with pytest.raises(PictureError) as refused:
        await attachment.look(make())
    assert refused.value.problem in PictureProblem


@pytest.mark.parametrize("make", sampled(READ, 2))
async def test_an_odd_file_is_read_or_refused(attachment: Attachment, make: Made) -> None:
    """Whichever it is, it costs no more than any other."""
    with suppress(PictureError):
        await attachment.look(make())


@pytest.mark.parametrize("make", NAMING.values(), ids=NAMING)
async def test_nothing_that_a_file_names_is_fetched(
    attachment: Attachment, canary: int, make: Callable[[int], bytes]
) -> None:
    """A file may say that its credentials are on a server: nobody goes there."""
    with suppress(PictureError):
        await attachment.look(make(canary))
