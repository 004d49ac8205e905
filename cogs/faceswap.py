"""`/faceswap`: read the options, refuse early and privately, hold, acknowledge, hand over to the use case."""

from collections.abc import Mapping
from pathlib import PurePath

import discord
from discord import app_commands
from discord.ext import commands

from bot import controls, segmind, views
from bot.client import FaceSwapBot
from bot.errors import AttachmentNotAPicture, AttachmentTooLarge, Role, TooManyPixels
from bot.intake import MAX_INPUT_BYTES
from bot.pictures import MAX_PIXELS, OutputFormat
from bot.words import swaps as words
from cogs.begin import Wish, begin
from cogs.buttons import Attached, Click, only_for, route

_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


OPTIONS: Mapping[str, str] = {
    "prompt": "What else the result should look like",
    "image_format": "File format of the result (png)",
    "quality": f"Quality of the result ({segmind.QUALITY_DEFAULT})",
    "seed": "The same number gives the same result again",
    "private": "Only you see the result",
    "spoiler": "Hide the result until it is clicked",
}
"""What Discord says of the options that every command with a swap has."""


class FaceSwap(commands.Cog):
    """The command that the bot is for."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services

    @app_commands.command(description="Put the face of one picture into another")
    @app_commands.describe(
        source="The face to use",
        target="The picture that receives it",
        **OPTIONS,
    )
    @app_commands.rename(image_format="format")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
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
        spoiler: bool = False,
    ) -> None:
        """Swap faces."""
        check_attachments(source, target)
        wish = Wish(
            source=source.url,
            target=target.url,
            prompt=prompt,
            image_format=image_format,
            quality=quality,
            seed=seed,
            private=private,
            spoiler=spoiler,
        )
        await begin(interaction, wish)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Answer the buttons under a swap."""
        await route(interaction, {controls.CANCEL: self._cancel, controls.CONFIRM: self._confirm})

    async def _cancel(self, click: Click) -> None:
        swap_id, user_id = (int(part) for part in click.state)
        only_for(click, user_id)
        done = await self._services.swaps.cancel(swap_id, user_id)
        if done:
            await click.interaction.response.edit_message(view=views.sentence(words.cancelled()))
        else:
            await click.interaction.response.send_message(words.too_late_to_cancel(), ephemeral=True)

    async def _confirm(self, click: Click) -> None:
        swap_id, user_id = (int(part) for part in click.state)
        only_for(click, user_id)
        done = await self._services.swaps.confirm(swap_id, user_id)
        text = words.going_on() if done else words.too_late_to_answer()
        await click.interaction.response.edit_message(view=views.sentence(text))


def check_attachments(source: discord.Attachment, target: discord.Attachment) -> None:
    """Refuse either picture as `check_attachment` does."""
    check_attachment(Role.SOURCE, source)
    check_attachment(Role.TARGET, target)


def check_attachment(role: Role, attachment: discord.Attachment | Attached) -> None:
    """Refuse what the payload alone shows to be unusable: the declared type, name, size and dimensions.

    These are the sender's words, not facts. Raises AttachmentNotAPicture, AttachmentTooLarge, TooManyPixels.
    """
    declared = (attachment.content_type or "").split(";")[0].strip().lower()
    suffix = PurePath(attachment.filename.lower()).suffix
    if declared not in _TYPES if declared else suffix not in _SUFFIXES:
        raise AttachmentNotAPicture(role)
    if attachment.size > MAX_INPUT_BYTES:
        raise AttachmentTooLarge(role, attachment.size, MAX_INPUT_BYTES)
    if (attachment.width or 0) * (attachment.height or 0) > MAX_PIXELS:
        raise TooManyPixels(role, MAX_PIXELS)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(FaceSwap(bot))
