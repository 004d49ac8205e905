"""Presses of the buttons under a result, by name, whoever may see them and however late."""

from typing import Any

from bot.client import FaceSwapBot
from bot.sandbox import Played, Reply
from bot.sandbox.places import Member, User
from bot.store import moderation
from bot.store.moderation import Actor, Change
from tests.e2e.clicks import press_late
from tests.e2e.conftest import Place


async def finished(place: Place, played: Played) -> Reply:
    """The picture that a press leads to."""
    reply = await played.reply(until=lambda reply: bool(reply.attachments))
    await place.idle()
    return reply


def press(reply: Reply, name: str, by: Member | User) -> Played:
    """Press the button of this name, also under a message that is gone."""
    return press_late(reply, _button(reply, name), by)


def swap_of(reply: Reply) -> int:
    """The swap that the buttons of a result stand for."""
    return int(_button(reply, "details")["custom_id"].split(":")[1])


async def told(played: Played) -> str:
    """What a press is told in private, at once."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    return first.reply.content


async def change(place: Place, bot: FaceSwapBot, changed: Change, *, interaction: int = 1) -> None:
    """Let a moderator change the server's settings."""
    actor = Actor(interaction, place.guild.id, 9, place.now())
    await bot.services.store.run(moderation.change_settings, actor, changed)


def public(place: Place) -> list[Reply]:
    """The messages of the channel that everybody sees."""
    return [Reply(message) for message in place.channel.messages.values()]


def _button(reply: Reply, name: str) -> dict[str, Any]:
    return next(one for one in reply.buttons() if one["custom_id"].startswith(f"{name}:"))
