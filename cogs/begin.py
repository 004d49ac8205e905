"""Begins a swap, whatever it was asked with: hold, acknowledge, hand over to the use case."""

from dataclasses import dataclass, field

import discord

from bot import segmind
from bot.answers import ALREADY_ACKNOWLEDGED
from bot.fetch import CONNECTION_ERRORS
from bot.pictures import OutputFormat
from bot.store.swaps import Swap
from cogs.buttons import Interaction
from cogs.places import place_of, server_of


@dataclass(frozen=True)
class Wish:
    """What a member wants swapped. A picture is an address on Discord's CDN, or a `references.InMessage`."""

    source: str = field(repr=False)
    target: str = field(repr=False)
    prompt: str = field(default="", repr=False)
    image_format: OutputFormat = segmind.FORMAT_DEFAULT
    quality: int = segmind.QUALITY_DEFAULT
    seed: int = segmind.SEED_DEFAULT
    private: bool = False
    spoiler: bool = False


async def begin(interaction: Interaction, wish: Wish) -> None:
    """Hold the price, acknowledge with a placeholder of its own, and start.

    The interaction is a command, a click or a form that has no response yet. Raises a Refusal, BadKey or
    NoCredits before anything is shown, or AlreadyHandled.
    """
    swap = Swap(
        id=interaction.id,
        application_id=interaction.application_id,
        guild_id=server_of(interaction),
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        private=wish.private,
        upload_limit=interaction.filesize_limit,
        token=interaction.token,
        price_micros=interaction.client.services.price_micros,
        source_url=wish.source,
        target_url=wish.target,
        prompt=wish.prompt,
        image_format=wish.image_format,
        quality=wish.quality,
        seed=wish.seed,
        spoiler=wish.spoiler,
        locale=interaction.locale.value,
    )
    swaps, reply = interaction.client.services.swaps, interaction.client.reply_to(swap)
    async with swaps.admitted(swap, place_of(interaction)):
        try:
            await _acknowledge(interaction, swap)
        except discord.HTTPException as error:
            # Discord may have taken a first try and answered it with an error, or not at all: then the
            # placeholder is ours. Otherwise another process has answered, and this one stops.
            if error.code != ALREADY_ACKNOWLEDGED or not await reply.waiting():
                raise
    swaps.start(swap, reply)


async def _acknowledge(interaction: Interaction, swap: Swap) -> None:
    """Defer the answer; where the connection breaks, another try tells whether the one before was taken."""
    for last in (False, False, True):
        try:
            await interaction.response.defer(ephemeral=swap.private, thinking=True)
        except CONNECTION_ERRORS:
            if last:
                raise
        else:
            return
