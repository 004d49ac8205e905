"""Presses of the buttons under a result, by name, whoever may see them and whatever the message shows."""

import io
from typing import Any

import discord

from bot.client import FaceSwapBot
from bot.controls import DELETE, POST, REROLL
from bot.sandbox import Played, Reply
from bot.sandbox.places import Member, User
from bot.store import inputs
from bot.store.inputs import Seen
from bot.store.swaps import Swap
from tests.e2e.clicks import press_late
from tests.e2e.conftest import Place
from tests.scripted_api import PNG


async def result(place: Place, bot: FaceSwapBot, **options: Any) -> Reply:
    """A finished swap of Ada's."""
    reply = await place.swap(**options)
    await remember(place, bot, reply)
    return reply


async def finished(place: Place, played: Played) -> Reply:
    """The picture that a press leads to."""
    reply = await played.reply()
    await place.idle()
    assert reply.attachments
    return reply


def swap_of(reply: Reply) -> int:
    """The swap whose result this is."""
    assert reply.raw.interaction is not None
    return reply.raw.interaction.id


def press(reply: Reply, name: str, by: Member | User, *, swap: int | None = None) -> Played:
    """Press the button of this name under a result of Ada's."""
    asked = reply.raw.interaction
    assert asked is not None
    custom_id = f"{name}:{swap or asked.id}:{asked.user.id}"
    return press_late(reply, {"custom_id": custom_id, "id": 1}, by)


async def told(played: Played) -> str:
    """What a press is told in private, at once."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    return first.reply.content


async def remember(place: Place, bot: FaceSwapBot, reply: Reply) -> None:
    """INTERIM until the pipeline keeps it: what the result was made from."""
    asked = reply.raw.interaction
    assert asked is not None
    if not asked.data.get("options"):
        return
    files = asked.data["resolved"]["attachments"]
    given = {one["name"]: one["value"] for one in asked.data["options"]}
    source, target = (files[given[name]]["url"].partition("?")[0] for name in ("source", "target"))
    swap = Swap(
        asked.id, 1, 0, 0, asked.user.id, False, 0, 0, "", "", "", str(given.get("prompt", "")), "png", 1, 1
    )
    await bot.services.store.run(inputs.keep, swap, Seen(source, target, str(asked.id), 1, 2), place.now())


async def dress(bot: FaceSwapBot, reply: Reply, *, swap: int | None = None) -> None:
    """INTERIM until results are containers: show this one as the private result of a swap of Ada's."""
    asked = reply.raw.interaction
    assert asked is not None
    file = discord.File(io.BytesIO(PNG), f"faceswap-{asked.id}.png")
    text = discord.ui.TextDisplay[Any](f"AI face swap for <@{asked.user.id}>")
    item = discord.MediaGalleryItem(f"attachment://{file.filename}", description="alt", spoiler=True)
    row = discord.ui.ActionRow[Any](
        *(
            discord.ui.Button[Any](label=name, custom_id=f"{name}:{swap or asked.id}:{asked.user.id}")
            for name in (REROLL, POST, DELETE)
        )
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container[Any](text, discord.ui.MediaGallery[Any](item), row))
    view.stop()
    webhook = discord.Webhook.partial(bot.application_id or 0, asked.token, client=bot)
    await webhook.edit_message(reply.raw.id, content=None, attachments=[file], view=view)
