"""Who asks, and where: what an interaction says of both."""

import json

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.played import Reply
from bot.sandbox.wire import Json


def told(reply: Reply) -> Json:
    """Read what the test bot's `/place` answered."""
    return json.loads(reply.content)


@pytest.mark.usefixtures("bot")
async def test_the_interaction_tells_both_languages(sandbox: Sandbox) -> None:
    """The member's own, and the server's; in direct messages there is no server's."""
    guild = sandbox.create_guild("Hafen", locale="fr")
    channel = guild.create_channel("general")
    bea = guild.join(sandbox.create_user("Bea", locale="de"))
    here = await (await bea.slash(channel, "place")).reply()
    there = await (await bea.slash(sandbox.dm(bea.user), "place")).reply()
    assert (told(here)["locale"], told(here)["guild_locale"]) == ("de", "fr")
    assert (told(there)["locale"], told(there)["guild_locale"]) == ("de", None)


def test_a_language_that_discord_lacks(sandbox: Sandbox) -> None:
    """A slip in a test does not pass for a language."""
    for make in (sandbox.create_user, sandbox.create_guild):
        with pytest.raises(ValueError, match="klingon"):
            make("x", locale="klingon")
