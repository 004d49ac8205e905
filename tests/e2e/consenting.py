"""What the tests of consent share: faces, people with avatars, and a request that stands in a channel."""

import io

from PIL import Image

from bot.sandbox import Played, Reply, Upload
from bot.sandbox.places import Channel, Member, User
from cogs.avatar_menu import MENU
from tests.e2e.conftest import Place
from tests.scripted_api import PNG

FACE = Upload("face.png", PNG)
APPROVE, ALWAYS, DENY, NEVER, WITHDRAW = "Approve", "Always allow", "Deny", "Never", "Withdraw"
REQUESTS = "SELECT asker_id, owner_id, state, source, target FROM consent_requests ORDER BY asked_at, id"
SWAPS = "SELECT user_id, subject_id, state FROM swaps ORDER BY id"
ENTRIES = "SELECT user_id, amount_micros FROM entries ORDER BY swap_id"


def avatar(colour: str = "blue") -> bytes:
    """A picture that somebody has as their avatar."""
    out = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(out, "PNG")
    return out.getvalue()


def bea(place: Place, name: str = "Bea", locale: str = "en-US") -> Member:
    """Somebody with an avatar."""
    return place.guild.join(place.sandbox.create_user(name, avatar=avatar(), locale=locale))


async def menu(
    place: Place, owner: Member | User, *, by: Member | User | None = None, at: Channel | None = None
) -> Played:
    """Pick the command from the menu of a member."""
    return await (by or place.ada).use_menu(at or place.channel, MENU, on=owner)


async def send(
    place: Place, owner: Member | User, *, by: Member | User | None = None, at: Channel | None = None
) -> Played:
    """Fill in the form for a member's avatar, and send it."""
    opened = await menu(place, owner, by=by, at=at)
    return await opened.submit({"upload": FACE}, by=by or place.ada)


async def asked(
    place: Place, owner: Member | User, *, by: Member | User | None = None, at: Channel | None = None
) -> Reply:
    """Ask a member, and see the request."""
    first = await (await send(place, owner, by=by, at=at)).first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", False)
    assert first.reply is not None
    return first.reply


async def told(played: Played) -> str:
    """What a member is told, in private, in place of a form, a request or a swap."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    assert first.reply.pings == set()
    return first.reply.text


async def pressed(place: Place, reply: Reply, button: str, *, by: Member | User) -> Reply:
    """Press a button of a request, and see what became of the message."""
    played = await reply.press(button, by=by)
    await played.first_response()
    await settled(place)
    return reply


async def settled(place: Place) -> None:
    """Wait until presses are answered, and what they began has ended."""
    for bot in place.bots:
        await bot.attended()
    await place.idle()


def pings(place: Place) -> list[set[int]]:
    """Whom each message of the bot's has notified, of those that notified anybody."""
    messages = place.sandbox.world.messages.values()
    return [one.pings for one in messages if one.author is place.sandbox.world.bot and one.pings]
