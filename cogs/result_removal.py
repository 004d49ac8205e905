"""Delete: the result is gone, wherever it stands, and what it was made from is forgotten."""

from contextlib import suppress

import discord

from bot.fetch import CONNECTION_ERRORS
from bot.store import consent, moderation, results, swaps
from bot.store.moderation import Actor
from bot.store.results import Result
from bot.words import moderation as log_words
from bot.words import results as words
from cogs.buttons import Click, Interaction
from cogs.moderators import write_log
from cogs.result_state import owner_or_moderator, state

_UNKNOWN_MESSAGE = 10008
"""Discord's code for a message that is gone; other places are only closed to the bot."""


async def delete(click: Click) -> None:
    """Take a result away for its owner, whose avatar it has, or a moderator; its price stays booked."""
    swap_id, owner = state(click)
    interaction, services = click.interaction, click.interaction.client.services
    is_subject = await services.store.run(consent.subject_of, swap_id) == interaction.user.id
    actor = None if is_subject else owner_or_moderator(click, services.now())
    await interaction.response.defer()
    result = await services.store.run(results.result, swap_id)
    # First the store: after a kill in between, another press still finds the message.
    if actor is None:
        await services.store.run(swaps.remove, swap_id, services.now())
        notes = [words.deleted(result.price_micros if result else 0)]
    else:
        notes = await _remove_as(interaction, actor, swap_id, owner)
    with suppress(discord.NotFound):
        await interaction.delete_original_response()
    notes += await _delete_copy(interaction, result)
    await interaction.followup.send("\n".join(notes), ephemeral=True)


async def _remove_as(interaction: Interaction, actor: Actor, swap_id: int, owner: int) -> list[str]:
    """Remove a member's result, and write that down once."""
    store = interaction.client.services.store
    what = words.deleted_by_moderator(owner, swap_id)
    notes = [log_words.done(what)]
    if await store.run(results.remove_as, actor, swap_id):
        rules = await store.run(moderation.rules, actor.guild_id, 0)
        if not await write_log(interaction, rules.log_channel_id, log_words.logged(actor.user_id, what)):
            notes.append(log_words.log_failed())
    return notes


async def _delete_copy(interaction: Interaction, result: Result | None) -> list[str]:
    """Delete the message that shows the result to everybody, where another one's button was pressed."""
    pressed = interaction.message.id if interaction.message else None
    if result is None or result.message_id is None or result.message_id == pressed:
        return []
    channel = interaction.client.get_partial_messageable(result.channel_id, guild_id=interaction.guild_id)
    copy = channel.get_partial_message(result.message_id)
    try:
        await copy.delete()
    except (discord.HTTPException, *CONNECTION_ERRORS) as refused:
        if not isinstance(refused, discord.HTTPException) or refused.code != _UNKNOWN_MESSAGE:
            return [words.copy_left(copy.jump_url)]
    return []
