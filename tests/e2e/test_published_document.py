"""What the bot says to Discord, held against Discord's own published document."""

import pytest

from bot.sandbox import Upload
from tests.e2e.conftest import Place
from tests.openapi import WITHOUT, Document
from tests.scripted_api import error

pytestmark = pytest.mark.usefixtures("bot")


async def test_everything_the_bot_sends_is_in_the_document(place: Place) -> None:
    """A picture, a private one, a refusal and a failure: every request and answer is as Discord says."""
    document = Document.from_environment()
    if document is None:
        pytest.skip(WITHOUT)
    await place.swap()
    await place.swap(private=True)
    await (await place.faceswap(source=Upload("notes.txt", b"hello"))).first_response()
    place.api.script(error(500, "boom"))
    await place.swap()
    kinds = {(exchange.method, exchange.template) for exchange in place.sandbox.exchanges}
    assert len(kinds) >= 5
    assert document.check_all(place.sandbox.exchanges) == []
