"""The transcript: what one reader saw, in order."""

import pytest

from bot.sandbox import Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from tests.sandbox.client import PIXEL


@pytest.mark.usefixtures("bot")
async def test_it_tells_what_the_member_saw(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Commands with options, thinking, the answer with its file and buttons, presses, edits, deletion."""
    upload = Upload("a.png", PIXEL)
    reply = await (await ada.slash(channel, "swap", source=upload, target=upload, quality=7)).reply()
    await (await reply.press("Again", by=ada)).followup()
    sandbox.world.delete(reply.raw)
    lines = [line[10:] for line in sandbox.transcript(channel, ada)]
    assert lines == [
        "Ada runs /swap source:a.png target:a.png quality:7",
        "Face Swap is thinking…",
        "Face Swap says:",
        "a.png",
        "⧉ a.png-7.png (70 bytes, 1 by 1)",
        "[Again]",
        "Ada presses [Again]",
        "Face Swap edits:",
        "pressed",
        "⧉ a.png-7.png (70 bytes, 1 by 1)",
        "[Again]",
        "Face Swap (only you see this) says:",
        "noted",
        "Face Swap's message is deleted",
    ]


@pytest.mark.usefixtures("bot")
async def test_silence_is_told(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """After three seconds without a response Discord says so to the one who asked."""
    await ada.slash(channel, "boom")
    sandbox.clock.advance(4)
    assert sandbox.transcript(channel, ada)[-1].endswith("did not respond (only you see this)")


async def test_a_channel_one_cannot_see_is_empty(sandbox: Sandbox, guild: Guild, ada: Member) -> None:
    """Strangers read nothing."""
    channel = guild.create_channel("general")
    sandbox.write(ada, channel, "hello")
    assert len(sandbox.transcript(channel, ada)) == 2
    assert sandbox.transcript(channel, sandbox.create_user("Zoe")) == []
