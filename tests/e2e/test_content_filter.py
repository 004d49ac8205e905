"""The operator's content filter in the whole bot: before the paid call, and on the result."""

from typing import Any

import pytest

from bot.sandbox import Upload
from tests.content_filters import asked
from tests.e2e.conftest import Place, Start
from tests.hostile.making import good_png, png_chunk

NSFW = good_png(png_chunk(b"tEXt", b"Comment\0nsfw"))
MODULE = "tests.content_filters"


@pytest.mark.parametrize("role", ["source", "target"])
async def test_a_refused_input_is_never_sent_on(place: Place, start: Start, role: str) -> None:
    """The member reads which picture, not why; nothing was paid for."""
    async with start(CONTENT_FILTER=f"{MODULE}:refuse_nsfw"):
        options: dict[str, Any] = {role: Upload("a.png", NSFW)}
        reply = await (await place.faceswap(**options)).reply()
        await place.idle()
    assert f"content filter refused the {role} picture" in reply.text
    assert "nsfw" not in reply.text
    assert "You were not charged." in reply.text
    assert place.api.posts == []
    assert await place.rows("SELECT state FROM swaps") == [{"state": "refunded"}]


async def test_a_refused_result_is_never_shown(place: Place, start: Start) -> None:
    """The picture was made, and stays unseen; the member is not charged."""
    asked.clear()
    async with start(CONTENT_FILTER=f"{MODULE}:plain"):
        reply = await place.swap()
    assert "content filter refused the finished picture" in reply.text
    assert not reply.attachments
    assert [role for _, role, _ in asked] == ["source", "target", "result"]
    assert await place.rows("SELECT state FROM swaps") == [{"state": "refunded"}]
    assert await place.rows("SELECT id FROM entries") == []


@pytest.mark.parametrize("name", ["fails", "nothing"])
async def test_a_broken_filter_sends_nothing(place: Place, start: Start, name: str) -> None:
    """Without a verdict no picture is used."""
    async with start(CONTENT_FILTER=f"{MODULE}:{name}"):
        reply = await place.swap()
    assert "content filter could not check" in reply.text
    assert place.api.posts == []
