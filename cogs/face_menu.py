"""**Swap a face into this**: the menu of a message opens a form, and sending that begins a swap.

A form's id is too short for addresses, and where only the member has installed the bot, the message cannot be
read again. So what the form is about is in the store, until it is sent or expires.
"""

from collections.abc import Sequence
from itertools import chain
from urllib.parse import unquote, urlsplit

import discord
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.links import pictures_of
from bot.store import faces, forms
from bot.store.database import Transaction
from bot.store.faces import Face
from bot.trust_errors import NoPictures
from bot.words import faces as words
from cogs.begin import Wish, begin
from cogs.buttons import Click, Interaction, custom_id, route, unkept
from cogs.face_form import add_audience, add_face, face_of, is_private, labelled
from cogs.menus import everywhere

MENU = "Swap a face into this"

_CHOICES = 25
_LABEL_MAX = 100  # of an option; both by Discord's developer documentation

_PICTURE = "picture"


class FaceMenu(commands.Cog):
    """The command in the menu of a message."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._menu = everywhere(MENU, self._open)

    async def cog_load(self) -> None:
        """Add the command, which belongs to no cog for discord.py."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the command away."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the form when it is sent."""
        await route(interaction, {"face-form": self._sent})

    async def _open(self, interaction: Interaction, message: discord.Message) -> None:
        """Open the form for a message's pictures; raises NoPictures."""
        pictures = self._pictures(message)
        if not pictures:
            raise NoPictures
        user_id, now = interaction.user.id, self._services.now()

        def keep(db: Transaction) -> list[Face]:
            forms.keep(db, interaction.id, user_id, pictures, now)
            return faces.of_member(db, user_id)

        saved = await self._services.store.run(keep)
        await interaction.response.send_modal(unkept(_form(interaction.id, pictures, saved)))

    def _pictures(self, message: discord.Message) -> list[str]:
        """The addresses of what may be swapped into here: a message's pictures that Discord holds.

        Whatever a message's author does not consent to is to be left out here.
        """
        embeds = chain.from_iterable(part.embeds for part in (message, *message.message_snapshots))
        embedded = (url for embed in embeds for url in (embed.image.url, embed.thumbnail.url) if url)
        found = dict.fromkeys(chain(pictures_of(message), embedded))
        return [url for url in found if self._services.pictures.allows(url)][:_CHOICES]

    async def _sent(self, click: Click) -> None:
        """Begin the swap that a form asks for."""
        (form_id,) = (int(part) for part in click.state)
        interaction, store = click.interaction, self._services.store
        pictures = await store.run(
            forms.take, form_id, interaction.user.id, interaction.id, self._services.now()
        )
        try:
            (number,) = click.chosen.get(_PICTURE, ("0",))
            wish = Wish(
                source=await face_of(click),
                target=pictures[int(number)],
                private=is_private(click),
            )
            await begin(interaction, wish)
        finally:
            await store.run(forms.close, form_id)


def _form(form_id: int, pictures: Sequence[str], saved: Sequence[Face]) -> discord.ui.Modal:
    """The form: which picture, which face, who sees it; what there is no choice of is left out."""
    form = discord.ui.Modal(title=words.form_title(), custom_id=custom_id("face-form", form_id))
    if len(pictures) > 1:
        form.add_item(labelled(words.picture_label(), _PICTURE, _picture_options(pictures)))
    return add_audience(add_face(form, saved))


def _picture_options(pictures: Sequence[str]) -> list[discord.SelectOption]:
    """A choice for each picture by number and file name; the first is chosen already."""
    return [
        discord.SelectOption(
            label=f"{words.picture_option(number + 1)} · {unquote(urlsplit(url).path).rpartition('/')[2]}"[
                :_LABEL_MAX
            ],
            value=str(number),
            default=number == 0,
        )
        for number, url in enumerate(pictures)
    ]


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(FaceMenu(bot))
