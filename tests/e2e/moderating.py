"""What tests of moderators' commands share."""

from bot.client import FaceSwapBot
from bot.policy import Rules
from bot.sandbox import Played, Reply
from bot.sandbox.places import Member
from bot.store import moderation
from tests.e2e.conftest import Place


async def admin(place: Place, by: Member, command: str, **options: object) -> Reply:
    """Run a moderator's command to its private answer."""
    reply = await (await by.slash(place.channel, f"faceswap-admin {command}", **options)).reply()
    assert reply.ephemeral
    return reply


async def rules(bot: FaceSwapBot, place: Place) -> Rules:
    """What the store holds for the server, as far as Ada is concerned."""
    return await bot.services.store.run(moderation.rules, place.guild.id, place.ada.account.id)


async def answered(played: Played) -> Played:
    """Wait for the first response to a click."""
    await played.first_response()
    return played


async def refusal(played: Played) -> str:
    """What a click that was refused is told, in private."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    return first.reply.text


async def type_numbers(panel: Reply, by: Member, **typed: str) -> Played:
    """Open the form for the numbers and send it."""
    opened = await panel.press("Change numbers", by=by)
    return await opened.submit({**typed}, by=by)
