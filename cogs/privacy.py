"""`/privacy`: what members decide about themselves."""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.store import consent
from bot.store.consent import Consent
from bot.store.database import Transaction
from bot.words import consent as words
from cogs.buttons import Interaction
from cogs.privacy_data import PrivacyData


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Privacy(
    PrivacyData, commands.GroupCog, group_name="privacy", group_description="Your face and your data"
):
    """A member's own choices; every answer is for them alone."""

    @app_commands.command(description="Whether your avatar and saved faces may be used at all")
    @app_commands.describe(state="on: never use them; off: ask you; leave it out to see how it is")
    async def optout(self, interaction: Interaction, state: Literal["on", "off"] | None = None) -> None:
        """Opt out, opt in, or show which."""
        user_id, now = interaction.user.id, self._services.now()

        def change(db: Transaction) -> bool:
            if state == "on":
                consent.opt_out(db, user_id, now)
            elif state == "off":
                consent.opt_in(db, user_id)
            return consent.opted_out(db, user_id)

        out = await self._services.store.run(change)
        await interaction.response.send_message(words.opt_out_state(out=out), ephemeral=True)

    @app_commands.command(name="consent", description="Who may always, or never, use your avatar")
    async def show_consents(self, interaction: Interaction) -> None:
        """Show the member's standing answers."""
        user_id = interaction.user.id

        def read(db: Transaction) -> tuple[list[Consent], bool]:
            return consent.given(db, user_id), consent.opted_out(db, user_id)

        given, out = await self._services.store.run(read)
        await interaction.response.send_message(words.consents(given, out=out), ephemeral=True)

    @app_commands.command(description="Take back that somebody may always, or never, use your avatar")
    @app_commands.describe(member="Whom you gave the answer")
    async def revoke(self, interaction: Interaction, member: discord.User) -> None:
        """Forget a standing answer."""
        before = await self._services.store.run(consent.revoke, interaction.user.id, member.id)
        await interaction.response.send_message(words.revoked(member.id, before), ephemeral=True)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(Privacy(bot))
