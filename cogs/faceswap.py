"""`/faceswap`: read the options, refuse early and privately, hold, acknowledge, hand over to the use case."""

from pathlib import PurePath

import discord
from discord import app_commands
from discord.ext import commands

from bot import replies, segmind
from bot.answers import ALREADY_ACKNOWLEDGED, CANCEL_CONTROL
from bot.client import FaceSwapBot
from bot.errors import AttachmentNotAPicture, AttachmentTooLarge, Role, TooManyPixels
from bot.fetch import CONNECTION_ERRORS
from bot.pictures import MAX_PIXELS, OutputFormat
from bot.store.swaps import Swap
from cogs.buttons import Click, only_for, route
from cogs.places import place_of

MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
"""Largest input, in bytes: what one request to Discord may hold."""

_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


class FaceSwap(commands.Cog):
    """The command that the bot is for."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services
        self._reply_to = bot.reply_to

    @app_commands.command(description="Put the face of one picture into another")
    @app_commands.describe(
        source="The face to use",
        target="The picture that receives it",
        prompt="What else the result should look like",
        image_format="File format of the result (png)",
        quality=f"Quality of the result ({segmind.QUALITY_DEFAULT})",
        seed="The same number gives the same result again",
        private="Only you see the result",
    )
    @app_commands.rename(image_format="format")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def faceswap(
        self,
        interaction: discord.Interaction[FaceSwapBot],
        *,
        source: discord.Attachment,
        target: discord.Attachment,
        prompt: app_commands.Range[str, 0, segmind.PROMPT_MAX] = "",
        image_format: OutputFormat = segmind.FORMAT_DEFAULT,
        quality: app_commands.Range[int, segmind.QUALITY_MIN, segmind.QUALITY_MAX] = segmind.QUALITY_DEFAULT,
        seed: app_commands.Range[int, segmind.SEED_MIN, segmind.SEED_MAX] = segmind.SEED_DEFAULT,
        private: bool = False,
    ) -> None:
        """Swap faces."""
        check_attachments(source, target)
        swap = Swap(
            id=interaction.id,
            application_id=interaction.application_id,
            guild_id=interaction.guild_id or 0,
            channel_id=interaction.channel_id or 0,
            user_id=interaction.user.id,
            private=private,
            upload_limit=interaction.filesize_limit,
            token=interaction.token,
            price_micros=self._services.price_micros,
            source_url=source.url,
            target_url=target.url,
            prompt=prompt,
            image_format=image_format,
            quality=quality,
            seed=seed,
        )
        await self._begin(interaction, swap)

    async def _begin(self, interaction: discord.Interaction[FaceSwapBot], swap: Swap) -> None:
        swaps, reply = self._services.swaps, self._reply_to(swap)
        async with swaps.admitted(swap, place_of(interaction)):
            try:
                await _acknowledge(interaction, swap)
            except discord.HTTPException as error:
                # Discord may have taken a first try and answered it with an error, or not at all: then the
                # placeholder is ours. Otherwise another process has answered, and this one stops.
                if error.code != ALREADY_ACKNOWLEDGED or not await reply.waiting():
                    raise
        swaps.start(swap, reply)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Answer the buttons under a swap."""
        await route(interaction, {CANCEL_CONTROL: self._cancel})

    async def _cancel(self, click: Click) -> None:
        swap_id, user_id = (int(part) for part in click.state)
        only_for(click, user_id)
        done = await self._services.swaps.cancel(swap_id, user_id)
        if done:
            await click.interaction.response.edit_message(content=replies.CANCELLED, view=None)
        else:
            await click.interaction.response.send_message(replies.TOO_LATE_TO_CANCEL, ephemeral=True)


async def _acknowledge(interaction: discord.Interaction[FaceSwapBot], swap: Swap) -> None:
    """Defer the answer; where the connection breaks, another try tells whether the one before was taken."""
    for last in (False, False, True):
        try:
            await interaction.response.defer(ephemeral=swap.private, thinking=True)
        except CONNECTION_ERRORS:
            if last:
                raise
        else:
            return


def check_attachments(source: discord.Attachment, target: discord.Attachment) -> None:
    """Refuse either picture as `check_attachment` does."""
    check_attachment(Role.SOURCE, source)
    check_attachment(Role.TARGET, target)


def check_attachment(role: Role, attachment: discord.Attachment) -> None:
    """Refuse what the payload alone shows to be unusable: the declared type, name, size and dimensions.

    These are the sender's words, not facts. Raises AttachmentNotAPicture, AttachmentTooLarge, TooManyPixels.
    """
    declared = (attachment.content_type or "").split(";")[0].strip().lower()
    suffix = PurePath(attachment.filename.lower()).suffix
    if declared not in _TYPES if declared else suffix not in _SUFFIXES:
        raise AttachmentNotAPicture(role)
    if attachment.size > MAX_ATTACHMENT_BYTES:
        raise AttachmentTooLarge(role, attachment.size, MAX_ATTACHMENT_BYTES)
    if (attachment.width or 0) * (attachment.height or 0) > MAX_PIXELS:
        raise TooManyPixels(role, MAX_PIXELS)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(FaceSwap(bot))
