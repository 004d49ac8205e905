"""The buttons under a result: the same again, changed, compared, explained, posted, deleted."""

import asyncio
from datetime import timedelta

from discord.ext import commands

from bot.client import FaceSwapBot
from bot.controls import DELETE, DETAILS, EDIT, REROLL
from bot.errors import PictureGone, ResultGone, Role, Unexpected
from bot.store import results
from bot.store.inputs import Made
from bot.store.results import Press
from bot.words import results as words
from cogs import result_forms as forms
from cogs.begin import Wish, begin
from cogs.buttons import Click, Handler, Interaction, route
from cogs.credits import account
from cogs.result_copies import Copies
from cogs.result_removal import delete
from cogs.result_state import made_for_owner, owner_or_moderator, state

CHECK_SECONDS = 2.0
"""How long is looked whether Discord has the pictures: a form has to be shown within three seconds."""

DOUBLE_CLICK = timedelta(seconds=2)
"""Presses this close to each other are one."""


class Results(commands.Cog):
    """What members do with a result."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services
        self._handlers: dict[str, Handler] = {
            REROLL: self._reroll,
            forms.REROLL_FORM: self._reroll_with_uploads,
            EDIT: self._edit,
            forms.EDIT_FORM: self._edited,
            DETAILS: self._details,
            DELETE: delete,
            **Copies(bot.services).handlers,
        }

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the buttons and their forms."""
        await route(interaction, self._handlers)

    async def _reroll(self, click: Click) -> None:
        """Make the same again with another seed, or ask for what Discord has lost."""
        made = await made_for_owner(click)
        if missing := await self._missing(made):
            await click.interaction.response.send_modal(forms.reroll_form(made, missing))
        else:
            await self._again(click, made)

    async def _reroll_with_uploads(self, click: Click) -> None:
        await self._again(click, await made_for_owner(click))

    async def _again(self, click: Click, made: Made) -> None:
        interaction = click.interaction
        wish = forms.with_uploads(forms.wish(click, made, self._services.new_seed()), click)
        press = Press(interaction.id, made.swap_id, REROLL, interaction.created_at)
        if await self._services.store.run(results.press, press, DOUBLE_CLICK):
            await begin(interaction, wish)
        else:
            await interaction.response.defer()

    async def _edit(self, click: Click) -> None:
        """Open the form for the options, and for what Discord has lost."""
        made = await made_for_owner(click)
        missing = await self._missing(made)
        await click.interaction.response.send_modal(forms.edit_form(made, missing))

    async def _edited(self, click: Click) -> None:
        made = await made_for_owner(click)
        wish = forms.with_uploads(forms.wish(click, made, made.seed), click)
        changed = forms.with_options(wish, click, self._services.new_seed)
        if isinstance(changed, Wish):
            await begin(click.interaction, changed)
        else:
            await click.interaction.response.send_message(words.wrong_options(changed), ephemeral=True)

    async def _details(self, click: Click) -> None:
        """Tell what a result was made with; the owner also what is left and spent."""
        moderator = owner_or_moderator(click, self._services.now())
        result = await self._services.store.run(results.result, state(click)[0])
        if result is None:
            raise ResultGone
        text = words.details(result)
        if moderator is None:
            text = f"{text}\n\n{await account(click.interaction)}"
        await click.interaction.response.send_message(text, ephemeral=True)

    async def _missing(self, made: Made) -> list[Role]:
        """Which of the two pictures Discord certainly does not have any more."""
        references = {Role.SOURCE: made.source, Role.TARGET: made.target}
        lost = await asyncio.gather(*(self._is_gone(role, one) for role, one in references.items()))
        return [role for role, is_lost in zip(references, lost, strict=True) if is_lost]

    async def _is_gone(self, role: Role, reference: str) -> bool:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                url = await self._services.links.fresh(reference, role)
                return await self._services.pictures.is_gone(url, timeout_seconds=CHECK_SECONDS)
        except PictureGone:
            return True
        except (TimeoutError, Unexpected):
            return False  # the swap itself will tell, and be refunded


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Results(bot))
