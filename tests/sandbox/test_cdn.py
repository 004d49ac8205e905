"""The CDN: signed addresses, what is declared and what is there, avatars."""

import io

import aiohttp
import discord
import pytest
from PIL import Image

from bot.sandbox import Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Rest


async def read(url: str) -> tuple[int, bytes]:
    """Download an address."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.read()


@pytest.fixture
def options() -> list[Json]:
    """The resolved attachments of each command that was run."""
    return []


@pytest.mark.usefixtures("bot")
async def test_option_files_are_where_the_interaction_says(
    sandbox: Sandbox, ada: Member, channel: Channel
) -> None:
    """The address works as given; changed or late it is 404."""
    played = await ada.slash(channel, "swap", source=Upload("a.png", PIXEL), target=Upload("b.png", b"x"))
    resolved: Json = played.raw.data["resolved"]["attachments"]
    source = next(one for one in resolved.values() if one["filename"] == "a.png")
    url: str = source["url"]
    assert "/cdn/ephemeral-attachments/" in url
    assert source["ephemeral"] is True
    assert await read(url) == (200, PIXEL)
    assert (await read(url.partition("?")[0]))[0] == 404
    assert (await read(url.replace("ex=", "ex=f")))[0] == 404
    assert (await read(url.replace("a.png", "b.png")))[0] == 404
    sandbox.clock.advance(25 * 3600)
    assert (await read(url))[0] == 404


@pytest.mark.usefixtures("bot")
async def test_an_upload_can_lie(ada: Member, channel: Channel) -> None:
    """Type and size are what the member's client declares; the bytes are what they are."""
    lie = Upload("a.txt", b"text", content_type="image/png", size=5)
    bare = Upload("b", b"text", content_type="")
    played = await ada.slash(channel, "swap", source=lie, target=bare)
    first, second = played.raw.data["resolved"]["attachments"].values()
    assert (first["content_type"], first["size"]) == ("image/png", 5)
    assert "content_type" not in second
    assert await read(first["url"]) == (200, b"text")


@pytest.mark.usefixtures("bot")
async def test_files_go_with_their_message(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """A replaced or deleted message's file is gone from the CDN."""
    upload = Upload("a.png", PIXEL)
    reply = await (await ada.slash(channel, "swap", source=upload, target=upload)).reply()
    url = sandbox.world.cdn.signed(reply.attachments[0].path)
    assert (await read(url))[0] == 200
    sandbox.world.delete(reply.raw)
    assert (await read(url))[0] == 404


async def test_a_replaced_file_is_gone(sandbox: Sandbox, bot: Bot, channel: Channel) -> None:
    """An edit that lists attachments drops the ones it does not list."""
    there = await bot.fetch_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    first = await there.send(file=discord.File(io.BytesIO(PIXEL), "a.png"))
    second = await first.edit(attachments=[discord.File(io.BytesIO(PIXEL), "b.png")])
    assert [one.filename for one in second.attachments] == ["b.png"]
    assert (await read(first.attachments[0].url))[0] == 404
    assert await second.attachments[0].read() == PIXEL
    assert sandbox.complaints == []


async def test_the_file_of_an_old_embed_may_go(bot: Bot, channel: Channel) -> None:
    """An edit may replace the file that an earlier embed shows; only what is new must find its file."""
    there = await bot.fetch_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    embed = discord.Embed(title="t").set_image(url="attachment://a.png")
    sent = await there.send(embed=embed, file=discord.File(io.BytesIO(PIXEL), "a.png"))
    edited = await sent.edit(attachments=[discord.File(io.BytesIO(PIXEL), "b.png")])
    assert [one.filename for one in edited.attachments] == ["b.png"]
    with pytest.raises(discord.HTTPException):
        await sent.edit(embed=embed)


async def test_avatars_come_from_the_sandbox(sandbox: Sandbox, bot: Bot) -> None:
    """discord.py's asset addresses are redirected too."""
    user = await bot.fetch_user(sandbox.create_user("Ada", avatar=PIXEL).id)
    assert user.avatar is not None
    assert user.avatar.url.startswith(sandbox.base_url)
    assert await user.avatar.read() == PIXEL
    plain = await bot.fetch_user(sandbox.create_user("Bea").id)
    assert (await plain.default_avatar.read()).startswith(b"\x89PNG")


@pytest.mark.usefixtures("bot")
async def test_avatars_of_every_kind(sandbox: Sandbox, ada: Member, guild: Guild, channel: Channel) -> None:
    """A moving one as a still picture too, one for a single server, the default of who has none."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    moving = sandbox.create_user("Mo", avatar=buffer.getvalue())
    local = guild.join(sandbox.create_user("Lo", avatar=PIXEL), avatar=PIXEL)
    assert (moving.avatar or "").startswith("a_")
    base = f"{sandbox.world.cdn.base_url}/avatars/{moving.id}/{moving.avatar}"
    still, moves = await read(f"{base}.png?size=1024"), await read(f"{base}.gif")
    assert (still[0], still[1][:4], moves) == (200, b"\x89PNG", (200, buffer.getvalue()))
    for who, part in ((local, f"/guilds/{guild.id}/users/"), (ada, "/embed/avatars/")):
        played = await ada.use_menu(channel, "Face", on=who)
        url = (await played.reply()).content
        assert part in url
        assert (await read(url))[0] == 200
    resolved: Json = (await ada.use_menu(channel, "Face", on=local)).raw.data["resolved"]
    assert resolved["users"][str(local.user.id)]["avatar"] == local.user.avatar
    assert resolved["members"][str(local.user.id)]["avatar"] == local.avatar


@pytest.mark.usefixtures("bot")
async def test_discord_forgets_option_files(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest
) -> None:
    """Files of commands go, those of messages stay; a fresh address of a removed one is 404 or none."""
    upload = Upload("a.png", PIXEL)
    played = await ada.slash(channel, "swap", source=upload, target=upload)
    reply = await played.reply()
    resolved: Json = played.raw.data["resolved"]["attachments"]
    url: str = next(iter(resolved.values()))["url"]
    kept = sandbox.world.cdn.signed(reply.attachments[0].path)

    async def fresh(old: str) -> str | None:
        _, answer = await rest("POST", "/attachments/refresh-urls", {"attachment_urls": [old]})
        return answer["refreshed_urls"][0]["refreshed"]

    bare = url.partition("?")[0]
    sandbox.clock.advance(25 * 3600)
    assert (await read(url), (await read(kept))[0]) == ((404, b"This content is no longer available."), 404)
    for old in (url, bare, kept):
        assert (await read(await fresh(old) or ""))[0] == 200
    sandbox.forget_ephemeral_attachments()
    assert [(await read(await fresh(one) or ""))[0] for one in (bare, kept)] == [404, 200]
    sandbox.forget_ephemeral_attachments(refreshed=False)
    assert (await fresh(url), (await read(await fresh(kept) or ""))[0]) == (None, 200)
