"""Slash commands through the real client: answers, deferrals, edits, follow-ups, buttons."""

import pytest

from bot.sandbox import NotOffered, Sandbox, Upload
from bot.sandbox.places import Channel, Member
from tests.sandbox.client import PIXEL, Bot

A, B = Upload("a.png", PIXEL), Upload("b.jpg", PIXEL)


async def test_a_deferred_command_is_answered_with_a_file(bot: Bot, ada: Member, channel: Channel) -> None:
    """The member sees thinking first, then the text, the file's own bytes and the button."""
    played = await ada.slash(channel, "swap", source=A, target=B, quality=7)
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("DEFER", False)
    assert 0 < first.seconds < 3
    reply = await played.reply()
    assert reply.content == "b.jpg"
    assert [(one.filename, one.data, one.width) for one in reply.attachments] == [("a.png-7.png", PIXEL, 1)]
    assert [one["label"] for one in reply.buttons()] == ["Again"]
    assert [shown.thinking for shown in reply.history] == [True, False]
    assert bot.errors == []


async def test_a_button_edits_and_follows_up(bot: Bot, ada: Member, channel: Channel) -> None:
    """A press reaches the view; its edit keeps the file, and its follow-up is private."""
    reply = await (await ada.slash(channel, "swap", source=A, target=B)).reply()
    pressed = await reply.press("Again", by=ada)
    assert (await pressed.first_response()).kind == "UPDATE"
    assert (await pressed.reply()).content == "pressed"
    assert len(reply.attachments) == 1
    assert (await pressed.followup()).ephemeral
    assert bot.errors == []


@pytest.mark.usefixtures("bot")
async def test_an_ephemeral_answer_is_seen_by_one(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Another member's transcript and the channel itself do not hold it."""
    bea = channel.guild and channel.guild.join(sandbox.create_user("Bea"))
    assert bea is not None
    reply = await (await ada.slash(channel, "private", text="psst")).reply()
    assert reply.ephemeral
    assert channel.messages == {}
    assert any("psst" in line for line in sandbox.transcript(channel, ada))
    assert sandbox.transcript(channel, bea) == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("nothing", {}),
        ("swap", {"source": A}),
        ("swap", {"source": A, "target": B, "quality": 0}),
        ("swap", {"source": A, "target": B, "quality": "9"}),
        ("swap", {"source": A, "target": B, "format": "tiff"}),
        ("swap", {"source": A, "target": "b.jpg"}),
        ("private", {"text": "x", "other": 1}),
    ],
)
async def test_what_the_client_would_not_send_is_refused(
    ada: Member, channel: Channel, command: str, options: dict[str, object]
) -> None:
    """Unknown commands and options, missing ones, wrong types, ranges and choices never leave the client."""
    with pytest.raises(NotOffered):
        await ada.slash(channel, command, **options)
