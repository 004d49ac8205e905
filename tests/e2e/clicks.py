"""Clicks that Discord's own client would not make: another member's, and one that arrives twice."""

from typing import Any

from bot.client import FaceSwapBot
from bot.sandbox import Played, Reply, payloads
from bot.sandbox.places import Member, User
from tests.e2e.conftest import Place


def press_as(reply: Reply, label: str, member: Member) -> Played:
    """Press a button, whoever may see it."""
    return press_late(reply, next(one for one in reply.buttons() if one["label"] == label), member)


def press_late(reply: Reply, button: dict[str, Any], member: Member | User) -> Played:
    """Press a button that may be gone by now, as a slow client does."""
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    return Played(reply.raw.author.world.open_component(member.account, reply.raw, data))


def remembered(bot: FaceSwapBot) -> dict[object, object]:
    """The views and forms that discord.py keeps in memory."""
    kept: Any = bot._connection._view_store  # pyright: ignore[reportPrivateUsage] - shown nowhere else
    return {**kept._views, **kept._modals}


def replay(place: Place, played: Played) -> None:
    """Send an interaction to the bot once more, as Discord does to a second process of it."""
    world = place.sandbox.world
    shown = payloads.interaction(played.raw, world.bot, world.cdn)
    guild = played.raw.channel.guild
    world._send("INTERACTION_CREATE", 0, guild.id if guild else None, shown)  # pyright: ignore[reportPrivateUsage] - the sandbox sends each once


def select_as(reply: Reply, custom_id: str, member: Member, value: int) -> Played:
    """Choose a value in a select, whoever may see it."""
    select = next(one for one in reply.selects() if one["custom_id"] == custom_id)
    data = {
        "custom_id": custom_id,
        "component_type": select["type"],
        "id": select["id"],
        "values": [str(value)],
    }
    return Played(reply.raw.author.world.open_component(member.account, reply.raw, data))
