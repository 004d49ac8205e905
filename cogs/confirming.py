"""A question with two buttons, for one person and a few minutes; and files with data, for one person."""

import asyncio
import io
from datetime import datetime, timedelta
from typing import Final

import discord

from bot import exports
from bot.store.database import from_ms, to_ms
from bot.trust_errors import QuestionExpired
from bot.words import privacy as words
from cogs.buttons import Click, Interaction, custom_id, only_for, unkept

KEEP: Final = "keep-data"

ANSWER_TIME: Final = timedelta(minutes=15)
"""How long a question can be answered; an old one must not delete what has come since."""


async def ask(interaction: Interaction, text: str, yes: str, handler: str, now: datetime) -> None:
    """Ask the member alone; the handler of this name hears a yes."""
    view = discord.ui.View(timeout=None)
    state = (interaction.user.id, to_ms(now))
    style = discord.ButtonStyle.danger
    view.add_item(discord.ui.Button(label=yes, custom_id=custom_id(handler, *state), style=style))
    view.add_item(discord.ui.Button(label=words.keep(), custom_id=custom_id(KEEP, *state)))
    await interaction.response.send_message(text, view=unkept(view), ephemeral=True)


def confirmed(click: Click, now: datetime) -> None:
    """Hold a yes against its question; raises NotYours or QuestionExpired."""
    user_id, asked_ms = (int(part) for part in click.state)
    only_for(click, user_id)
    if now - from_ms(asked_ms) > ANSWER_TIME:
        raise QuestionExpired


async def keep(click: Click) -> None:
    """Take the question away."""
    only_for(click, int(click.state[0]))
    await click.interaction.response.edit_message(content=words.kept(), view=None)


async def send_data(interaction: Interaction, data: bytes, name: str, text: str) -> None:
    """Answer with a file, to the member alone; the answer is deferred already."""
    data, name = await asyncio.to_thread(exports.fitting, data, name, interaction.filesize_limit)
    if len(data) > interaction.filesize_limit:
        await interaction.edit_original_response(content=words.too_large())
        return
    file = discord.File(io.BytesIO(data), name)
    await interaction.edit_original_response(content=text, attachments=[file])
