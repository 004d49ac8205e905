"""Begins a swap, whatever it was asked with: hold, acknowledge, hand over to the use case."""

from dataclasses import dataclass, field
from functools import partial

import discord

from bot import segmind, views
from bot.answers import ALREADY_ACKNOWLEDGED
from bot.fetch import CONNECTION_ERRORS
from bot.pictures import OutputFormat
from bot.progress import Progress, Stage
from bot.references import avatar_owner
from bot.store import consent_requests
from bot.store.consent import Standing
from bot.store.consent_requests import Request, State
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


@dataclass(frozen=True)
class Approval:
    """What a click says of a request for one's avatar: yes, this once or from now on."""

    request: Request
    standing: Standing | None = None


async def begin(interaction: Interaction, wish: Wish, approval: Approval | None = None) -> None:
    """Hold the price, acknowledge with a placeholder of its own, and start.

    The interaction is a command, a click or a form that has no response yet; one that approves a request has
    its own message become the placeholder, and the swap is the asker's. Raises a Refusal, BadKey or NoCredits
    before anything is shown, or AlreadyHandled.
    """
    swaps, services = interaction.client.services.swaps, interaction.client.services
    swap = _asked_for(interaction, wish, approval.request if approval else None)
    if approval:
        place = approval.request.place
        first = partial(
            consent_requests.answer,
            request_id=approval.request.id,
            click_id=interaction.id,
            state=State.APPROVED,
            now=services.now(),
            standing=approval.standing,
        )
    else:
        place, first = place_of(interaction), partial(consent_requests.permit, swap=swap)
    reply = interaction.client.reply_to(swap)
    async with swaps.admitted(swap, place, first):
        try:
            await _acknowledge(interaction, swap, in_place=approval is not None)
        except discord.HTTPException as error:
            # Discord may have taken a first try and answered it with an error, or not at all: then the
            # placeholder is ours. Otherwise another process has answered, and this one stops.
            if error.code != ALREADY_ACKNOWLEDGED or not await reply.waiting():
                raise
    swaps.start(swap, reply)


def _asked_for(interaction: Interaction, wish: Wish, request: Request | None) -> Swap:
    """The swap that is wished for, by whoever interacts or has made the request."""
    user_id = request.asker_id if request else interaction.user.id
    subject_id = avatar_owner(wish.target)
    return Swap(
        id=interaction.id,
        application_id=interaction.application_id,
        guild_id=request.guild_id if request else server_of(interaction),
        channel_id=interaction.channel_id or 0,
        user_id=user_id,
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
        locale=request.locale if request else interaction.locale.value,
        subject_id=None if subject_id == user_id else subject_id,
    )


async def _acknowledge(interaction: Interaction, swap: Swap, *, in_place: bool) -> None:
    """Put a placeholder; where the connection breaks, another try tells whether the one before was taken."""
    for last in (False, False, True):
        try:
            if in_place:
                await interaction.response.edit_message(view=views.note(swap, Progress(Stage.CHECKING)))
            else:
                await interaction.response.defer(ephemeral=swap.private, thinking=True)
        except CONNECTION_ERRORS:
            if last:
                raise
        else:
            return
