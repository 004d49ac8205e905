"""**Swap onto this avatar**: the menu of a member opens a form; whoever is not oneself is asked first."""

import discord
from discord.ext import commands

from bot.client import FaceSwapBot
from bot.references import avatar_owner
from bot.store import consent_requests, faces, forms
from bot.store.database import Transaction
from bot.store.faces import Face
from bot.trust_errors import BotAvatar, CannotAskHere, NoAvatar
from bot.words import consent as words
from cogs.begin import Wish, begin
from cogs.buttons import Click, Interaction, custom_id, route, unkept
from cogs.consent import ask
from cogs.face_form import add_audience, add_face, face_of, is_private
from cogs.menus import everywhere

MENU = "Swap onto this avatar"

_SIDE = 1024  # pixels; Discord makes them of its powers of two alone


class AvatarMenu(commands.Cog):
    """The command in the menu of a member."""

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
        await route(interaction, {"avatar-form": self._sent})

    async def _open(self, interaction: Interaction, member: discord.Member | discord.User) -> None:
        """Open the form, unless it is plain already that it would come to nothing."""
        avatar = avatar_of(member)
        asker_id, now, reachable = interaction.user.id, self._services.now(), sees(interaction, member)

        def keep(db: Transaction) -> list[Face]:
            if not consent_requests.is_allowed(db, asker_id, member.id):
                if not reachable:
                    raise CannotAskHere
                consent_requests.check(db, asker_id, member.id, now)
            forms.keep(db, interaction.id, asker_id, [avatar], now)
            return faces.of_member(db, asker_id)

        saved = await self._services.store.run(keep)
        there = custom_id("avatar-form", interaction.id, int(reachable))
        form = add_face(discord.ui.Modal(title=words.form_title(), custom_id=there), saved)
        await interaction.response.send_modal(unkept(add_audience(form) if member.id == asker_id else form))

    async def _sent(self, click: Click) -> None:
        """Begin the swap, or ask whose avatar it is."""
        form_id, reachable = (int(part) for part in click.state)
        interaction, store = click.interaction, self._services.store
        user_id = interaction.user.id
        (avatar,) = await store.run(forms.take, form_id, user_id, interaction.id, self._services.now())
        try:
            wish = Wish(source=await face_of(click), target=avatar, private=is_private(click))
            owner_id = avatar_owner(avatar) or user_id
            if await store.run(consent_requests.is_allowed, user_id, owner_id):
                await begin(interaction, wish)
            elif reachable:
                await ask(interaction, wish, owner_id)
            else:
                raise CannotAskHere
        finally:
            await store.run(forms.close, form_id)


def avatar_of(member: discord.Member | discord.User) -> str:
    """The address of what a member looks like here, as a still picture; raises BotAvatar or NoAvatar."""
    if member.bot:
        raise BotAvatar
    avatar = (member.guild_avatar if isinstance(member, discord.Member) else None) or member.avatar
    if avatar is None:
        raise NoAvatar
    return avatar.replace(size=_SIDE, format="png", static_format="png").url


def sees(interaction: Interaction, member: discord.Member | discord.User) -> bool:
    """Whether a member would see what the bot posts here, and Discord lets it post."""
    if interaction.guild_id:
        posts = interaction.is_guild_integration() or interaction.permissions.use_external_apps
        permissions = member.resolved_permissions if isinstance(member, discord.Member) else None
        return posts and permissions is not None and permissions.view_channel
    company = getattr(interaction.channel, "recipients", ())
    return any(one.id == member.id for one in company)


async def setup(bot: FaceSwapBot) -> None:
    """Load the extension."""
    await bot.add_cog(AvatarMenu(bot))
