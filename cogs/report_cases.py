"""What moderators decide on reports, in the log channel or in their own list, and whose reports they take."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.controls import CONFIRM_CASE, NARROW_CASE, RESTORE_CASE
from bot.errors import NotAllowed
from bot.store import cases, filing
from bot.store.cases import Case
from bot.store.moderation import Actor
from bot.trust_errors import CaseClosed
from bot.words import reports as words
from bot.words.moderation import done, log_failed, logged
from cogs import report_views as views
from cogs.buttons import Click, Handler, Interaction, route
from cogs.case_log import CaseLog
from cogs.moderators import moderator

GROUP = "faceswap-admin"


class ReportCases(commands.Cog):
    """The moderators' side of reports. A case without a server is decided on in the operator's channel."""

    def __init__(self, bot: FaceSwapBot, log: CaseLog) -> None:
        self._bot = bot
        self._services = bot.services
        self._log = log
        self._handlers: Mapping[str, Handler] = {
            RESTORE_CASE: self._restore,
            CONFIRM_CASE: self._confirm,
            NARROW_CASE: self._narrow,
        }

    async def cog_load(self) -> None:
        """Put the commands beside the moderators' other ones."""
        group = cast("app_commands.Group", self._bot.tree.get_command(GROUP))
        beside: list[tuple[str, str, Callable[..., Any]]] = [
            ("reports", "Reported pictures that wait for a decision", self.reports),
            ("bar-reporter", "Take no more reports from a member", self.bar_reporter),
            ("unbar-reporter", "Take a member's reports again", self.unbar_reporter),
        ]
        for name, description, callback in beside:
            group.add_command(app_commands.Command(name=name, description=description, callback=callback))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the buttons of cases."""
        await route(interaction, self._handlers)

    async def reports(self, interaction: Interaction) -> None:
        """List the undecided cases."""
        actor = moderator(interaction, self._services.now())
        view = views.case_list(await self._undecided(interaction, actor))
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.describe(member="Whose reports are not taken any more")
    async def bar_reporter(self, interaction: Interaction, member: discord.User) -> None:
        """Bar a reporter."""
        actor = moderator(interaction, self._services.now())
        new = await self._services.store.run(filing.bar, actor, member.id)
        await self._done(interaction, actor, words.barred(member.id, new=new))

    @app_commands.describe(member="Whose reports are taken again")
    async def unbar_reporter(self, interaction: Interaction, member: discord.User) -> None:
        """Unbar a reporter."""
        actor = moderator(interaction, self._services.now())
        was = await self._services.store.run(filing.unbar, actor, member.id)
        await self._done(interaction, actor, words.unbarred(member.id, was=was))

    async def _restore(self, click: Click) -> None:
        case, actor = await self._case(click)
        try:
            case, picture = await self._services.store.run(cases.restore, actor, case.id)
        except CaseClosed:
            await self._refresh(click, case.id)
            return
        await self._refresh(click, case.id)
        shown = await self._log.show_again(case, picture)
        await click.interaction.followup.send(words.restored(case, shown=shown), ephemeral=True)
        await self._decided(click, case, actor, words.log_restored(case))

    async def _confirm(self, click: Click) -> None:
        case, actor = await self._case(click)
        try:
            case = await self._services.store.run(cases.confirm, actor, case.id)
        except CaseClosed:
            await self._refresh(click, case.id)
            return
        await self._refresh(click, case.id)
        await self._decided(click, case, actor, words.log_confirmed(case))
        if case.grave and case.guild_id:
            await self._log.tell_operator(case)

    async def _narrow(self, click: Click) -> None:
        """The operator's alone."""
        interaction = click.interaction
        actor = moderator(interaction, self._services.now())
        if not self._is_operators(interaction):
            raise NotAllowed
        case = await self._services.store.run(cases.load, int(click.state[0]))
        await self._services.store.run(cases.narrow, actor, case.id)
        await interaction.response.edit_message(view=views.narrowed(case, actor.user_id))

    async def _case(self, click: Click) -> tuple[Case, Actor]:
        """The case a button is for, and who acts for its place; raises NotAllowed."""
        interaction = click.interaction
        actor = moderator(interaction, self._services.now())
        case = await self._services.store.run(cases.load, int(click.state[0]))
        if not case.guild_id and self._is_operators(interaction):
            actor = Actor(actor.interaction_id, 0, actor.user_id, actor.at)
        if case.guild_id != actor.guild_id:
            raise NotAllowed
        return case, actor

    async def _refresh(self, click: Click, case_id: int) -> None:
        """Show in the pressed message what became of the case."""
        interaction = click.interaction
        if click.state[1:] == (views.IN_LIST,):
            actor = moderator(interaction, self._services.now())
            view = views.case_list(await self._undecided(interaction, actor))
        else:
            view = views.one_case(await self._services.store.run(cases.load, case_id))
        await interaction.response.edit_message(view=view)

    async def _undecided(self, interaction: Interaction, actor: Actor) -> list[Case]:
        found = await self._services.store.run(cases.undecided, actor.guild_id)
        if self._is_operators(interaction):
            found += await self._services.store.run(cases.undecided, 0)
        return found

    def _is_operators(self, interaction: Interaction) -> bool:
        operators = self._services.operator_channel_id
        return operators is not None and interaction.channel_id == operators

    async def _decided(self, click: Click, case: Case, actor: Actor, what: str) -> None:
        """Tell the log what was decided, and show it in the case's own message."""
        interaction, locale = click.interaction, click.interaction.guild_locale
        if interaction.message is None or interaction.message.id != case.log_message_id:
            await self._log.publish(case.id, locale and locale.value)
        if not await self._log.say(actor.guild_id, logged(actor.user_id, what)):
            await interaction.followup.send(log_failed(), ephemeral=True)

    async def _done(self, interaction: Interaction, actor: Actor, what: str) -> None:
        """Tell the moderator and the server's log what was done."""
        await interaction.response.send_message(done(what), ephemeral=True)
        if not await self._log.say(actor.guild_id, logged(actor.user_id, what)):
            await interaction.edit_original_response(content=f"{done(what)}\n{log_failed()}")
