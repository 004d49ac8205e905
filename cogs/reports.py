"""Reporting a result: by its button, which reaches its own message everywhere, or by the message's menu."""

import asyncio

import discord
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.controls import REPORT, REPORT_FORM
from bot.errors import AlreadyHandled, FetchError, PictureError
from bot.fetch import CONNECTION_ERRORS
from bot.fingerprints import fingerprint
from bot.links import pictures_of, swap_of
from bot.store import blocklist, cases, filing
from bot.store.cases import GRAVE, Case, Reason, Report
from bot.store.filing import Outcome
from bot.store.swaps import Swap
from bot.trust_errors import NothingToReport
from bot.words import reports as words
from cogs import report_views as views
from cogs.buttons import Click, Interaction, route
from cogs.case_log import CaseLog
from cogs.menus import everywhere
from cogs.report_cases import ReportCases

READ_SECONDS = 1.0
"""How long a picture may take to be read, to be kept: hiding it has priority, and must not wait longer."""

_GONE = 404


class Reports(commands.Cog):
    """What anybody may press; the picture is gone at once, moderators look at it afterwards."""

    def __init__(self, bot: FaceSwapBot, log: CaseLog) -> None:
        self._bot = bot
        self._services = bot.services
        self._log = log
        self._menu = everywhere("Report face swap", self._report_message)

    async def cog_load(self) -> None:
        """Offer the menu."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the button under results, and the form."""
        await route(interaction, {REPORT: self._open_form, REPORT_FORM: self._take})

    @commands.Cog.listener()
    async def on_picture_blocked(self, swap: Swap) -> None:
        """Write down that a swap was refused for a blocked picture (dispatched where its member is told)."""
        try:
            await self._services.store.run(blocklist.note_refusal, swap, self._services.now())
        except AlreadyHandled:
            return
        await self._log.say(swap.guild_id, words.log_refused(swap.user_id))

    async def _report_message(self, interaction: Interaction, message: discord.Message) -> None:
        ours = self._bot.user is not None and message.author.id == self._bot.user.id
        found = _swap_shown(message) if ours else None
        if found is None:
            raise NothingToReport
        await interaction.response.send_modal(views.form(found, message.channel.id, message.id))

    async def _open_form(self, click: Click) -> None:
        swap_id, _ = (int(part) for part in click.state)
        await click.interaction.response.send_modal(views.form(swap_id))

    async def _take(self, click: Click) -> None:
        """Take a report: record and block, hide, tell the moderators, thank the member."""
        interaction = click.interaction
        swap_id, *place = (int(part) for part in click.state)
        if place:
            await interaction.response.defer(ephemeral=True, thinking=True)
        channel_id, message_id = place or _place_of(interaction)
        report = Report(
            id=interaction.id,
            reporter_id=interaction.user.id,
            reason=Reason(click.chosen[views.REASON][0]),
            note=click.fields.get(views.NOTE, ""),
            channel_id=channel_id,
            message_id=message_id,
            at=self._services.now(),
        )
        picture, result_hash = await self._seen(interaction, swap_id, report)
        outcome, case = await self._services.store.run(filing.file, swap_id, report, picture, result_hash)
        hidden = False
        if outcome is not Outcome.RESTORED and place:
            hidden = await self._log.hide(case, channel_id, message_id)
        elif outcome is not Outcome.RESTORED:
            hidden = await _replace(interaction, case)
        if outcome is not Outcome.RESTORED and case.home not in (None, (channel_id, message_id)):
            await self._log.hide(case, *case.home)
        if case.state == "open":
            locale = interaction.guild_locale
            await self._log.publish(case.id, locale and locale.value)
        await _tell(interaction, words.filed(outcome, hidden=hidden))

    async def _seen(
        self, interaction: Interaction, swap_id: int, report: Report
    ) -> tuple[bytes | None, int | None]:
        """The picture as its message shows it, and its fingerprint where the store has none; None if not had.

        Where nothing may be kept, it is read only for the fingerprint.
        """
        known = await self._services.store.run(cases.result_hash_known, swap_id)
        if known and report.reason in GRAVE:
            return None, None
        try:
            async with asyncio.timeout(READ_SECONDS):
                url = await self._address(interaction, report)
                if url is None:
                    return None, None
                data = await self._services.pictures.read(url)
                return data, None if known else await asyncio.to_thread(fingerprint, data)
        except (FetchError, PictureError, discord.HTTPException, *CONNECTION_ERRORS):
            return None, None

    async def _address(self, interaction: Interaction, report: Report) -> str | None:
        if interaction.message is not None:
            return next(iter(pictures_of(interaction.message)), None)
        return await self._services.links.in_message(report.channel_id, report.message_id)


def _swap_shown(message: discord.Message) -> int | None:
    """The swap whose result a message of ours is: its button says so, else its file's name."""
    named = (_reported_by(component) for component in message.components)
    shown = (swap_of(url) for url in pictures_of(message))
    return next((one for one in (*named, *shown) if one is not None), None)


def _reported_by(component: object) -> int | None:
    name, *state = str(getattr(component, "custom_id", "")).split(":")
    if name == REPORT:
        return int(state[0])
    children: list[object] = getattr(component, "children", [])
    return next((one for one in map(_reported_by, children) if one is not None), None)


def _place_of(interaction: Interaction) -> tuple[int, int]:
    """The message whose button opened the form."""
    message = interaction.message
    return interaction.channel_id or 0, message.id if message else 0


async def _replace(interaction: Interaction, case: Case) -> bool:
    """Take the picture out of the message whose button was pressed, by the interaction's own token."""
    try:
        await interaction.response.edit_message(
            content=None, embeds=[], attachments=[], view=views.tombstone(case)
        )
    except discord.HTTPException as refused:
        if refused.status != _GONE or interaction.response.is_done():
            raise
    return True


async def _tell(interaction: Interaction, text: str) -> None:
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension: what members report, and what moderators decide."""
    log = CaseLog(bot)
    await bot.add_cog(Reports(bot, log))
    await bot.add_cog(ReportCases(bot, log))
