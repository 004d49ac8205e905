"""Before/after, which its owner alone sees, and Post to channel, which makes a private result public."""

import asyncio
import io

import discord
from discord import ui

from bot import pictures
from bot.client import Services
from bot.compare import side_by_side
from bot.controls import COMPARE, POST
from bot.errors import BotError, FetchError, PictureError, PictureGone, ResultGone, Role, Unexpected
from bot.pictures import Kind
from bot.store import results
from bot.store.inputs import Made
from bot.store.results import Press
from bot.swaps import TOKEN_LIFE
from bot.words import results as words
from cogs.buttons import Click, Handler, Interaction, only_for, unkept
from cogs.places import place_of
from cogs.result_state import made_for_owner, shown, state

_AT_ONCE = 2  # comparisons and posts whose pictures are in memory
_READ_SECONDS = 30.0


class Copies:
    """What shows a result once more."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._room = asyncio.Semaphore(_AT_ONCE)
        self.handlers: dict[str, Handler] = {COMPARE: self._compare, POST: self._post}

    async def _compare(self, click: Click) -> None:
        """Show target and result side by side, to the owner alone: the target is the owner's picture."""
        made = await made_for_owner(click)
        interaction = click.interaction
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._room:
            data, kind = await self._compared(interaction, made)
        name = f"compared-{made.swap_id}.{kind.extension}"
        file = discord.File(io.BytesIO(data), name, description=words.comparison_alt_text())
        await interaction.edit_original_response(content=words.comparison(), attachments=[file])

    async def _compared(self, interaction: Interaction, made: Made) -> tuple[bytes, Kind]:
        try:
            target = await self._services.links.fresh(made.target, Role.TARGET)
            before, after = await self._read(target), await self._read(shown(interaction))
            labels = words.before(), words.after()
            both = await asyncio.to_thread(side_by_side, before, after, labels)
        except (PictureGone, PictureError):
            raise ResultGone from None
        marked = await asyncio.to_thread(
            self._services.marker.mark,
            both,
            badge=False,  # its right half has one, if the server wants any
            limit_bytes=interaction.filesize_limit,
            swap_id=made.swap_id,
            made_at=self._services.now(),
        )
        return marked.data, marked.kind

    async def _post(self, click: Click) -> None:
        """Post a private result for everybody in the channel, once.

        A kill between the post and its note leaves the button dead for as long as the press's token lives.
        """
        swap_id, owner = state(click)
        only_for(click, owner)
        interaction, store = click.interaction, self._services.store
        press = Press(interaction.id, swap_id, POST, interaction.created_at)
        await interaction.response.defer()
        if not await store.run(results.press_to_post, press, place_of(interaction), TOKEN_LIFE):
            await interaction.followup.send(words.not_posted(), ephemeral=True)
            return
        try:
            async with self._room:
                message = await self._publish(interaction, swap_id)
        except (BotError, discord.HTTPException):
            await store.run(results.unpress, press)
            raise
        if message.flags.ephemeral:
            await store.run(results.unpress, press)
            await interaction.followup.send(words.not_shown(), ephemeral=True)
        elif not await store.run(results.posted, swap_id, message.id):
            await message.delete()  # the result was deleted meanwhile

    async def _publish(self, interaction: Interaction, swap_id: int) -> discord.WebhookMessage:
        """Send what the private message shows, byte for byte, without the button that posts it."""
        data = await self._read(shown(interaction))
        kind = pictures.sniff(data)
        if kind is None or interaction.message is None:
            raise ResultGone
        name = f"faceswap-{swap_id}.{kind.extension}"
        view, file = _public_view(interaction.message, name), discord.File(io.BytesIO(data), name)
        return await interaction.followup.send(view=view, file=file, wait=True)

    async def _read(self, url: str) -> bytes:
        """A picture that Discord has; raises ResultGone where it has it no more."""
        reader = self._services.pictures
        try:
            return await reader.read(url)
        except FetchError as error:
            if error.status is not None:
                raise ResultGone from None
            raise Unexpected from None


def _public_view(message: discord.Message, name: str) -> ui.LayoutView:
    view = ui.LayoutView.from_message(message, timeout=None)
    for item in list(view.walk_children()):
        if isinstance(item, ui.MediaGallery):
            for one in item.items:
                one.media = f"attachment://{name}"
        elif isinstance(item, ui.ActionRow):
            for button in list(item.children):
                if isinstance(button, ui.Button) and (button.custom_id or "").startswith(f"{POST}:"):
                    item.remove_item(button)
    return unkept(view)
