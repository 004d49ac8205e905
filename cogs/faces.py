"""`/face`: save faces under names, and swap with them; their pictures are kept in direct messages alone."""

import asyncio
import io
import logging
from contextlib import suppress

import discord
from discord import app_commands
from discord.ext import commands

from bot import segmind
from bot.answers import brief
from bot.client import FaceSwapBot
from bot.errors import PictureError, PictureUnusable, Role
from bot.face_names import NAME_MAX, face_name, suggested
from bot.fetch import CONNECTION_ERRORS
from bot.intake import read_picture
from bot.pictures import Kind, OutputFormat, rebuilt
from bot.references import InMessage
from bot.store import faces as rows
from bot.store.faces import Face
from bot.trust_errors import CannotWrite, FaceGone, NoSuchFace
from bot.words import faces as words
from cogs.begin import Wish, begin
from cogs.buttons import Click, Interaction, custom_id, only_for, route, unkept
from cogs.faceswap import OPTIONS, check_attachment

log = logging.getLogger(__name__)

LONGEST_SIDE = 2048
"""Sides of a saved picture, in pixels: far more than a face needs."""

_AT_ONCE = 2  # pictures decoded at the same time: each may take some 200 MB for a moment
_LOOK_SECONDS = 1.0  # of the three that Discord gives for an answer
_SUGGESTIONS = 25  # source: Discord's developer documentation

_NOT_TAKEN = (discord.HTTPException, *CONNECTION_ERRORS)


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Faces(commands.GroupCog, group_name="face", group_description="Faces that you have saved"):
    """A member's saved faces."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the button under a saved face."""
        await route(interaction, {"face-delete": self._delete_here})

    @app_commands.command(description="Save a face under a name; its picture is sent to you as a message")
    @app_commands.describe(name="What to call it", picture="A picture with one clear face")
    async def save(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_MAX],
        picture: discord.Attachment,
    ) -> None:
        """Send the picture to the member, and keep under the name where it is."""
        name, member = face_name(name), interaction.user
        check_attachment(Role.SOURCE, picture)
        await self._services.store.run(rows.check_room, member.id, name, self._services.saved_faces)
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._turns:
            data, kind = await self._read(picture.url)
        face = Face(name, await _send(member, name, data, kind), self._services.now())
        replaced = await self._keep(member.id, face)
        await interaction.edit_original_response(content=words.saved(face, replaced=replaced is not None))

    @app_commands.command(name="list", description="The faces that you have saved")
    async def show(self, interaction: Interaction) -> None:
        """Show the member's faces."""
        saved = await self._services.store.run(rows.of_member, interaction.user.id)
        title = words.faces_title(len(saved), self._services.saved_faces)
        embed = discord.Embed(title=title, description=words.faces(saved))
        await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(description="Delete a face that you have saved, and its picture")
    @app_commands.describe(name="Which one")
    async def delete(self, interaction: Interaction, name: str) -> None:
        """Delete a face."""
        face = await self._services.store.run(rows.find, interaction.user.id, name)
        if face is None:
            raise NoSuchFace
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._forget(interaction.user.id, face.place)
        await interaction.edit_original_response(content=words.deleted(face.name))

    @app_commands.command(description="Put a face that you have saved into a picture")
    @app_commands.describe(
        name="Which of your saved faces",
        target="The picture that receives it",
        **OPTIONS,
    )
    @app_commands.rename(image_format="format")
    async def use(
        self,
        interaction: Interaction,
        *,
        name: str,
        target: discord.Attachment,
        prompt: app_commands.Range[str, 0, segmind.PROMPT_MAX] = "",
        image_format: OutputFormat = segmind.FORMAT_DEFAULT,
        quality: app_commands.Range[int, segmind.QUALITY_MIN, segmind.QUALITY_MAX] = segmind.QUALITY_DEFAULT,
        seed: app_commands.Range[int, segmind.SEED_MIN, segmind.SEED_MAX] = segmind.SEED_DEFAULT,
        private: bool = False,
        spoiler: bool = False,
    ) -> None:
        """Swap with a saved face."""
        check_attachment(Role.TARGET, target)
        wish = Wish(
            source=await saved_face(interaction, name),
            target=target.url,
            prompt=prompt,
            image_format=image_format,
            quality=quality,
            seed=seed,
            private=private,
            spoiler=spoiler,
        )
        await begin(interaction, wish)

    @use.autocomplete("name")
    @delete.autocomplete("name")
    async def _names(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest the member's own faces."""
        saved = await self._services.store.run(rows.of_member, interaction.user.id)
        names = suggested((face.name for face in saved), typed)[:_SUGGESTIONS]
        return [app_commands.Choice(name=name, value=name) for name in names]

    async def _read(self, url: str) -> tuple[bytes, Kind]:
        """The picture at an address, made anew without metadata.

        Raises PictureGone, PictureUnreachable or PictureUnusable.
        """
        data = await read_picture(self._services.pictures, url, Role.SOURCE)
        try:
            return await asyncio.to_thread(rebuilt, data, LONGEST_SIDE)
        except PictureError as error:
            raise PictureUnusable(Role.SOURCE, error.problem) from None

    async def _keep(self, user_id: int, face: Face) -> Face | None:
        """Keep where a picture is, or nothing of it; returns the face that it replaces."""
        try:
            replaced = await self._services.store.run(rows.save, user_id, face, self._services.saved_faces)
        except BaseException:
            await self._discard(face.place)
            raise
        if replaced:
            await self._discard(replaced.place)
        return replaced

    async def _discard(self, place: InMessage) -> None:
        """Delete a message that holds a picture, as far as Discord lets us."""
        try:
            await self._delete_message(place)
        except _NOT_TAKEN as refused:
            log.warning("The picture of a face could not be deleted: %s", brief(refused))

    async def _forget(self, user_id: int, place: InMessage) -> None:
        """Delete a face, its picture first: while that fails, the member can try again."""
        await self._delete_message(place)
        await self._services.store.run(rows.forget, user_id, place.message_id)

    async def _delete_message(self, place: InMessage) -> None:
        """Delete a message; one that is gone is fine."""
        channel = self._bot.get_partial_messageable(place.channel_id)
        with suppress(discord.NotFound):
            await channel.get_partial_message(place.message_id).delete()

    async def _delete_here(self, click: Click) -> None:
        """Delete the face whose button was pressed."""
        (user_id,) = (int(part) for part in click.state)
        only_for(click, user_id)
        await click.interaction.response.defer()
        if message := click.interaction.message:
            await self._forget(user_id, InMessage(message.channel.id, message.id))


async def saved_face(interaction: Interaction, name: str) -> str:
    """The reference to the picture of the member's face of this name.

    Raises NoSuchFace, or FaceGone when its message is gone, and with it the face. Where Discord does not say
    so at once, the swap itself will find out.
    """
    bot = interaction.client
    face = await bot.services.store.run(rows.find, interaction.user.id, name)
    if face is None:
        raise NoSuchFace
    with suppress(*_NOT_TAKEN):
        async with asyncio.timeout(_LOOK_SECONDS):
            there = await bot.services.links.in_message(face.place.channel_id, face.place.message_id)
        if there is None:
            await bot.services.store.run(rows.forget, interaction.user.id, face.place.message_id)
            raise FaceGone(face.name)
    return str(face.place)


async def _send(member: discord.User | discord.Member, name: str, data: bytes, kind: Kind) -> InMessage:
    """Send a face to its member; raises CannotWrite."""
    view = discord.ui.View(timeout=None)
    there = custom_id("face-delete", member.id)
    view.add_item(discord.ui.Button(label=words.delete(), custom_id=there, style=discord.ButtonStyle.danger))
    picture = discord.File(io.BytesIO(data), f"face.{kind.extension}", description=words.picture_of_face())
    try:
        message = await member.send(words.keeping(name), file=picture, view=unkept(view))
    except discord.Forbidden:
        raise CannotWrite from None
    return InMessage(message.channel.id, message.id)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Faces(bot))
