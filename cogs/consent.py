"""A member asks another whether a face may go onto their avatar; the answer begins the swap, or ends it."""

from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands

from bot import views
from bot.client import FaceSwapBot
from bot.errors import Refusal, SwapFailed
from bot.language import speaking
from bot.references import unsigned
from bot.store import consent_requests
from bot.store.consent import Standing
from bot.store.consent_requests import Request, State
from bot.trust_errors import CannotAskHere, RequestAnswered, RequestEnded
from bot.words import consent as words
from bot.words.failures import failure
from cogs.begin import Approval, Wish, begin
from cogs.buttons import Click, Interaction, custom_id, only_for, route
from cogs.places import place_of, server_of

_APPROVE, _ALWAYS, _DENY, _NEVER = "consent-approve", "consent-always", "consent-deny", "consent-never"
_WITHDRAW = "consent-withdraw"


class Consent(commands.Cog):
    """The buttons under a request."""

    def __init__(self, bot: FaceSwapBot) -> None:
        self._services = bot.services

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer them; each is for the member whose id it holds."""
        handlers = {
            _APPROVE: partial(self._approve, standing=None),
            _ALWAYS: partial(self._approve, standing=Standing.ALWAYS),
            _DENY: partial(self._turn_down, standing=None),
            _NEVER: partial(self._turn_down, standing=Standing.NEVER),
            _WITHDRAW: self._withdraw,
        }
        await route(interaction, {name: partial(_pressed, act) for name, act in handlers.items()})

    async def _approve(self, click: Click, request_id: int, *, standing: Standing | None) -> None:
        """Begin the swap that was asked for, as the asker's; the request becomes its answer."""
        interaction = click.interaction
        request = await self._services.store.run(
            consent_requests.load, request_id, interaction.id, self._services.now()
        )
        wish = Wish(source=request.source, target=request.target)
        with speaking(request.locale):
            try:
                await begin(interaction, wish, Approval(request, standing))
            except (RequestEnded, RequestAnswered):
                raise
            except (Refusal, SwapFailed) as error:
                # It still waits: what is in the way may be gone within the day.
                await interaction.response.edit_message(view=_view(request, words.not_now(request, error)))
                return
        if standing:
            await interaction.followup.send(words.always_from_now(request.asker_id), ephemeral=True)

    async def _turn_down(self, click: Click, request_id: int, *, standing: Standing | None) -> None:
        """End a request with a no; the channel does not read whether that is for good."""
        request = await self._end(click, request_id, State.DENIED, standing)
        with speaking(request.locale):
            view = views.sentence(words.denied(request.asker_id))
        await click.interaction.response.edit_message(view=view)
        if standing:
            await click.interaction.followup.send(words.never_from_now(request.asker_id), ephemeral=True)

    async def _withdraw(self, click: Click, request_id: int) -> None:
        """End a request of one's own."""
        await self._end(click, request_id, State.WITHDRAWN)
        await click.interaction.response.edit_message(view=views.sentence(words.withdrawn()))

    async def _end(
        self, click: Click, request_id: int, state: State, standing: Standing | None = None
    ) -> Request:
        return await self._services.store.run(
            consent_requests.answer,
            request_id,
            click.interaction.id,
            state=state,
            now=self._services.now(),
            standing=standing,
        )


async def _pressed(act: Callable[[Click, int], Awaitable[None]], click: Click) -> None:
    """Let the one member whom a button is for press it; a request that has ended says so."""
    request_id, user_id = (int(part) for part in click.state)
    only_for(click, user_id)
    try:
        await act(click, request_id)
    except RequestEnded:
        await click.interaction.response.edit_message(view=views.sentence(words.ended()))


async def ask(interaction: Interaction, wish: Wish, owner_id: int) -> None:
    """Ask a member whether their avatar may be used; the message pings them, and nobody else.

    Nothing is held. Raises what `consent_requests.ask` does. Where Discord shows it to nobody but the asker,
    it becomes words that say so.
    """
    store = interaction.client.services.store
    request = Request(
        id=interaction.id,
        asker_id=interaction.user.id,
        owner_id=owner_id,
        guild_id=server_of(interaction),
        place=place_of(interaction),
        locale=interaction.locale.value,
        source=unsigned(wish.source),
        target=wish.target,
        asked_at=interaction.client.services.now(),
    )
    await store.run(consent_requests.ask, request)
    try:
        sent = await interaction.response.send_message(
            view=_view(request), allowed_mentions=discord.AllowedMentions(users=[discord.Object(owner_id)])
        )
    except BaseException:
        await store.run(consent_requests.drop, request.id)
        raise
    if sent.is_ephemeral():
        await store.run(consent_requests.drop, request.id)
        await interaction.edit_original_response(view=views.sentence(failure(CannotAskHere())))


def _view(request: Request, note: str = "") -> discord.ui.LayoutView:
    """The question with its buttons: four for whose avatar it is, one for the asker."""
    primary, grey, red = (
        discord.ButtonStyle.success,
        discord.ButtonStyle.secondary,
        discord.ButtonStyle.danger,
    )
    buttons = [
        (_APPROVE, words.approve(), primary, request.owner_id),
        (_ALWAYS, words.always(), grey, request.owner_id),
        (_DENY, words.deny(), red, request.owner_id),
        (_NEVER, words.never(), red, request.owner_id),
        (_WITHDRAW, words.withdraw(), grey, request.asker_id),
    ]
    return views.request(
        words.request(request, note),
        [
            discord.ui.Button(label=label, style=style, custom_id=custom_id(name, request.id, user_id))
            for name, label, style, user_id in buttons
        ],
    )


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Consent(bot))
