"""Slash commands through the real client: answers, deferrals, edits, follow-ups, buttons."""

import pytest

from bot.sandbox import NotOffered, Reply, Sandbox, Upload
from bot.sandbox.places import Channel, Member
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest

A, B = Upload("a.png", PIXEL), Upload("b.jpg", PIXEL)


async def test_a_deferred_command_is_answered_with_a_file(bot: Bot, ada: Member, channel: Channel) -> None:
    """The member sees thinking first, then the text, the file's own bytes and the button."""
    played = await ada.slash(channel, "swap", source=A, target=B, quality=7)
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("DEFER", False)
    assert first.reply is not None
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


async def test_what_cannot_be_pressed(sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest) -> None:
    """No such button, a link, a disabled one, a message that others see or that is gone: never sent."""
    row = [
        {"type": 2, "style": 1, "label": "Off", "custom_id": "off", "disabled": True},
        {"type": 2, "style": 5, "label": "Link", "url": "http://127.0.0.1/"},
        {"type": 2, "style": 1, "label": "On", "custom_id": "on"},
    ]
    body = {"content": "x", "components": [{"type": 1, "components": row}]}
    _, sent = await rest("POST", f"/channels/{channel.id}/messages", body)
    reply = Reply(channel.messages[int(sent["id"])])
    for button, who in (("No", ada), ("Off", ada), ("Link", ada), ("On", sandbox.create_user("Zoe"))):
        with pytest.raises(NotOffered):
            await reply.press(button, by=who)
    await reply.press("On", by=ada)
    await rest("DELETE", f"/channels/{channel.id}/messages/{sent['id']}")
    with pytest.raises(NotOffered):
        await reply.press("On", by=ada)


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
