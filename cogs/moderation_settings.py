"""What the panel's controls do: each change is checked, saved, shown in the panel and written to the log."""

from collections.abc import Mapping

from bot import settings
from bot.client import Services
from bot.policy import Rules, Setting
from bot.store import moderation
from bot.store.database import Transaction
from bot.store.moderation import Change
from bot.words import settings as words
from bot.words.moderation import log_failed, logged
from cogs import moderation_panel as panels
from cogs.buttons import Click, Handler, Interaction
from cogs.moderators import moderator, write_log


class SettingsPanel:
    """The settings of every server. Nothing is kept here: a click says what it is for, the store the rest."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.handlers: Mapping[str, Handler] = {
            panels.NUMBERS: self._open_numbers,
            panels.NUMBERS_FORM: self._take_numbers,
            panels.SWITCH_PAUSED: self._switch_paused,
            panels.SWITCH_AGE: self._switch_age,
            panels.SWITCH_BADGE: self._switch_badge,
            panels.SET_CHANNELS: self._set_channels,
            panels.SET_ROLES: self._set_roles,
            panels.SET_LOG: self._set_log,
            panels.GIVE_ROLE: self._open_role,
            panels.ROLE_FORM: self._take_role,
            panels.DROP_ROLE: self._drop_role,
        }

    async def show(self, interaction: Interaction) -> None:
        """Show the panel to a moderator alone; raises NotAllowed."""
        rules = await self._rules(interaction)
        panel = panels.panel(interaction.guild, rules, self._services.limits)
        await interaction.response.send_message(view=panel, ephemeral=True)

    async def _rules(self, interaction: Interaction) -> Rules:
        actor = moderator(interaction, self._services.now())
        return await self._services.store.run(moderation.rules, actor.guild_id, 0)

    async def _open_numbers(self, click: Click) -> None:
        form = panels.numbers_form(await self._rules(click.interaction), self._services.limits)
        await click.interaction.response.send_modal(form)

    async def _take_numbers(self, click: Click) -> None:
        change, wrong = settings.form_change(click.fields, await self._rules(click.interaction))
        if wrong:
            await _refuse(click, words.wrong_numbers(wrong))
        else:
            await self._apply(click, change)

    async def _switch_paused(self, click: Click) -> None:
        await self._apply(click, Change(paused=click.state == ("1",)))

    async def _switch_age(self, click: Click) -> None:
        await self._apply(click, Change(age_restricted_only=click.state == ("1",)))

    async def _switch_badge(self, click: Click) -> None:
        # An old panel may offer what the operator has forbidden since.
        wanted = click.state == ("1",) and self._services.limits.caption_only_allowed
        await self._apply(click, Change(caption_only=wanted))

    async def _set_channels(self, click: Click) -> None:
        await self._apply(click, Change(channels=frozenset(map(int, click.values))))

    async def _set_roles(self, click: Click) -> None:
        await self._apply(click, Change(roles=frozenset(map(int, click.values))))

    async def _set_log(self, click: Click) -> None:
        channel = next(map(int, click.values), None)
        await self._apply(click, Change(log_channel_id=channel, no_log_channel=channel is None))

    async def _open_role(self, click: Click) -> None:
        rules, (role_id,) = await self._rules(click.interaction), map(int, click.values)
        if len(rules.role_daily) >= panels.MOST and role_id not in rules.role_daily:
            await _refuse(click, words.too_many_roles())
        else:
            await click.interaction.response.send_modal(panels.role_form(role_id, rules))

    async def _take_role(self, click: Click) -> None:
        (role_id,), text = map(int, click.state), click.fields[Setting.DAILY]
        try:
            daily = settings.parse(Setting.DAILY, text) if text.strip() else None
        except ValueError:
            await _refuse(click, words.wrong_numbers([Setting.DAILY]))
            return
        drop = not text.strip()
        await self._apply(
            click, Change(drop_roles=frozenset({role_id})) if drop else Change(role_daily={role_id: daily})
        )

    async def _drop_role(self, click: Click) -> None:
        await self._apply(click, Change(drop_roles=frozenset(map(int, click.values))))

    async def _apply(self, click: Click, change: Change) -> None:
        """Save a change, show it, then log it; raises NotAllowed, or AlreadyHandled for a replayed click."""
        interaction, defaults = click.interaction, self._services.limits
        actor = moderator(interaction, self._services.now())

        def save(db: Transaction) -> tuple[Rules, Rules]:
            return moderation.rules(db, actor.guild_id, 0), moderation.change_settings(db, actor, change)

        before, after = await self._services.store.run(save)
        await interaction.response.edit_message(view=panels.panel(interaction.guild, after, defaults))
        if before == after:
            return
        text = logged(actor.user_id, words.changed(before, after, defaults))
        # Where the log is switched off, its end is the last thing it says.
        if not await write_log(interaction, after.log_channel_id or before.log_channel_id, text):
            panel = panels.panel(interaction.guild, after, defaults, log_failed())
            await interaction.edit_original_response(view=panel)


async def _refuse(click: Click, text: str) -> None:
    await click.interaction.response.send_message(text, ephemeral=True)
