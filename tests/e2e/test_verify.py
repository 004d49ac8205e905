"""Verifying a message's pictures: what is told of each, to whom, and what is never read."""

import io

import discord
import pytest
from PIL import Image, ImageOps

from bot.client import FaceSwapBot
from bot.sandbox import Reply, Upload
from bot.sandbox.messages import Message
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Member, User
from tests.e2e.conftest import Place
from tests.e2e.moderating import refusal
from tests.engine.photos import file_of
from tests.stores import START

MENU = "Verify face swap"


def signed(bot: FaceSwapBot, swap_id: int) -> bytes:
    """A result as this bot posts it."""
    picture = file_of(Image.radial_gradient("L").convert("RGB"))
    marked = bot.services.marker.mark(
        picture, badge=False, limit_bytes=10_000_000, swap_id=swap_id, made_at=START
    )
    return marked.data


def altered(data: bytes) -> bytes:
    """Its pixels changed, its credentials left as they are."""
    cut = data.index(b"IDAT")
    mirrored = file_of(ImageOps.mirror(Image.open(io.BytesIO(data))))
    return data[: cut - 4] + mirrored[mirrored.index(b"IDAT") - 4 :]


async def verified(
    place: Place, by: Member | User, on: Message | Reply, channel: Channel | None = None
) -> list[str]:
    """What the menu tells, by lines."""
    reply = await (await by.use_menu(channel or place.channel, MENU, on=on)).reply()
    assert reply.ephemeral
    return reply.text.splitlines()


async def test_each_picture_is_told_of(place: Place, bot: FaceSwapBot) -> None:
    """Unaltered, altered, without credentials, and no picture at all: never genuine on doubt."""
    swap_id = 77
    ours = signed(bot, swap_id)
    stripped = file_of(Image.open(io.BytesIO(ours)))
    files = {
        "a.png": ours,
        "b.png": altered(ours),
        "c.png": stripped,
        "d.png": b"<svg/>",
        "e.png": ours[:-900],
    }
    message = place.sandbox.write(
        place.ada, place.channel, "", [Upload(name, data) for name, data in files.items()]
    )
    told = await verified(place, place.ada, message)
    assert [line.partition(": ")[2] for line in told[:4]] == [
        "an AI face swap, made here and unaltered since.",
        "it carries the credentials of an AI face swap made here, but it was altered since.",
        "no credentials of this bot.",
        "no PNG, JPEG or WebP that can be read.",
    ]
    assert "unaltered" not in told[4]
    assert "may still have been made here" in told[5]


async def test_moderators_see_which_swap(place: Place, bot: FaceSwapBot) -> None:
    """Who asked and where it is, for swaps of their own server alone."""
    result = await place.swap()
    (row,) = await place.rows("SELECT id FROM swaps")
    swap_id = int(str(row["id"]))
    message = place.sandbox.write(place.ada, place.channel, "", [Upload("a.png", signed(bot, swap_id))])
    grace = place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)
    assert len(await verified(place, place.ada, message)) == 1
    _, origin = await verified(place, grace, message)
    assert f"`{swap_id}`, made for <@{place.ada.account.id}>" in origin
    assert origin.endswith(f"/{place.guild.id}/{place.channel.id}/{result.raw.id}")
    other = place.sandbox.create_guild("Elsewhere")
    there = other.create_channel("general")
    mo = other.join(place.sandbox.create_user("Mo"), permissions=Permission.MANAGE_GUILD)
    message = place.sandbox.write(mo, there, "", [Upload("a.png", signed(bot, swap_id))])
    assert len(await verified(place, mo, message, there)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_message_without_a_picture(place: Place) -> None:
    """Says so, at once."""
    message = place.sandbox.write(place.ada, place.channel, "no picture here")
    assert "nothing to verify" in await refusal(await place.ada.use_menu(place.channel, MENU, on=message))


async def test_what_cannot_be_read_is_said(place: Place, bot: FaceSwapBot) -> None:
    """Gone from Discord, or larger than is ever read."""
    files = [Upload("gone.png", signed(bot, 1)), Upload("large.png", signed(bot, 1))]
    message = place.sandbox.write(place.ada, place.channel, "", files)
    gone, large = (one.path for one in message.attachments)
    place.sandbox.world.cdn.drop(gone)
    place.sandbox.world.cdn.put(large, signed(bot, 1) + bytes(25 * 1024 * 1024), "image/png")
    told = await verified(place, place.ada, message)
    assert [line.partition(": ")[2] for line in told] == [
        "Discord did not hand it out. Try again in a minute.",
        "too large to be looked at.",
    ]


async def test_it_works_where_the_bot_is_a_guest(place: Place, bot: FaceSwapBot) -> None:
    """Among people alone, for whoever has installed the bot."""
    cy = place.sandbox.create_user("Cy")
    group = place.sandbox.group(place.ada, cy, name="friends")
    cy.install()
    message = place.sandbox.write(place.ada, group, "", [Upload("a.png", signed(bot, 5))])
    (told,) = await verified(place, cy, message, group)
    assert "made here and unaltered" in told


@pytest.mark.parametrize("name", [MENU, "Report face swap"])
async def test_the_menus_are_offered_everywhere(bot: FaceSwapBot, name: str) -> None:
    """In servers, direct messages and groups, whoever has installed the bot."""
    menu = bot.tree.get_command(name, type=discord.AppCommandType.message)
    assert menu is not None
    payload = menu.to_dict(bot.tree)
    assert (payload["integration_types"], payload["contexts"]) == ([0, 1], [0, 1, 2])
