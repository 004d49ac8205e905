"""Which result a button stands under, and who may press it."""

from datetime import datetime

from bot.errors import NotYours, ResultGone
from bot.links import pictures_of
from bot.store import inputs
from bot.store.inputs import Made
from bot.store.moderation import Actor
from cogs.buttons import Click, Interaction, only_for


def state(click: Click) -> tuple[int, int]:
    """The swap's id, and its owner's."""
    swap_id, owner = (int(part) for part in click.state)
    return swap_id, owner


async def made_for_owner(click: Click) -> Made:
    """What the result was made from, for its owner alone; raises NotYours or ResultGone."""
    swap_id, owner = state(click)
    only_for(click, owner)
    made = await click.interaction.client.services.store.run(inputs.made, swap_id)
    if made is None:
        raise ResultGone
    return made


def owner_or_moderator(click: Click, now: datetime) -> Actor | None:
    """None for the owner of a result, else the moderator who acts here; raises NotYours for others."""
    interaction, (_, owner) = click.interaction, state(click)
    if interaction.user.id == owner:
        return None
    may = interaction.permissions
    if interaction.guild_id is None or not (may.manage_guild or may.manage_messages):
        raise NotYours
    return Actor(interaction.id, interaction.guild_id, interaction.user.id, now)


def shown(interaction: Interaction) -> str:
    """The address of the picture in the message whose button was pressed, as fresh as the press."""
    found = pictures_of(interaction.message) if interaction.message else []
    if not found:
        raise ResultGone
    return found[0]
