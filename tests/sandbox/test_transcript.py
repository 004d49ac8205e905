"""The transcript: what one reader saw, in order."""

import pytest

from bot.sandbox import Permission, Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from tests.sandbox.client import PIXEL

UPLOAD = Upload("a.png", PIXEL)


@pytest.mark.usefixtures("bot")
async def test_it_tells_what_the_member_saw(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Commands with options, thinking, the answer with its file and buttons, presses, edits, deletion."""
    reply = await (await ada.slash(channel, "swap", source=UPLOAD, target=UPLOAD, quality=7)).reply()
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
async def test_it_tells_of_selects_and_forms(sandbox: Sandbox, guild: Guild, channel: Channel) -> None:
    """What could be chosen and what was, the form with its presets, and what was sent."""
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    panel = await (await mod.slash(channel, "settings", default=channel)).reply()
    await (await panel.select("Anyone", by=mod, values=[mod, guild.create_role("Crew")])).first_response()
    submitted = await (await panel.press("Numbers", by=mod)).submit(by=mod, size="l", face=[UPLOAD])
    await submitted.first_response()
    await mod.autocomplete(channel, "face use", option="name", typed="a")
    lines = [line[10:] for line in sandbox.transcript(channel, mod)]
    shown = [
        "▾ Channels",
        "▾ Roles",
        "▾ People",
        "▾ Anyone",
        "▾ Size: Small, Large (chosen: Small)",
        "[Numbers]",
    ]
    assert lines[:9] == [
        "Mo runs /settings default:#general",
        "Face Swap (only you see this) says:",
        "ready",
        "▾ Channels (chosen: #general)",
        *shown[1:],
    ]
    assert lines[9:12] == [
        "Mo chooses @Mo, @Crew in Anyone",
        "Face Swap (only you see this) edits:",
        "Member mo, Role Crew",
    ]
    assert lines[18:26] == [
        "Mo presses [Numbers]",
        'A form opens: "Limits"',
        "Swaps a day: 10",
        "Note:",
        "Size: Small",
        "Crew:",
        "Face:",
        'Mo submits "Limits" Swaps a day:10 Note: Size:Large Crew: Face:a.png',
    ]
    assert lines[28:] == shown


@pytest.mark.usefixtures("bot")
async def test_it_tells_of_menus(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Which command, and on what; a disabled select is marked."""
    message = sandbox.write(ada, channel, "look")
    await (await ada.use_menu(channel, "Who is this", on=ada)).reply()
    await (await ada.use_menu(channel, "Report face swap", on=message)).reply()
    lines = [line[10:] for line in sandbox.transcript(channel, ada)]
    assert lines[2] == 'Ada picks "Who is this" for @Ada'
    assert lines[5] == 'Ada picks "Report face swap" for a message of Ada'


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
