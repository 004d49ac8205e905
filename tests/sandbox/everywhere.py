"""Commands of the test bot for every place: servers, direct messages, and places where only members are."""

import io
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import discord
from discord import app_commands

Interaction = discord.Interaction[discord.Client]
T = TypeVar("T")


def everywhere(command: T) -> T:
    """Offer a command in every place, however the bot was installed."""
    contexts = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    both = app_commands.allowed_installs(guilds=True, users=True)
    return cast("Callable[[T], T]", contexts)(cast("Callable[[T], T]", both)(command))


def placed(interaction: Interaction) -> str:
    """Tell what the interaction says of where it is, and through whose installation."""
    context = interaction.context
    here = (context.guild, context.dm_channel, context.private_channel)
    return json.dumps(
        {
            "locale": interaction.locale.value,
            "guild_locale": interaction.guild_locale and interaction.guild_locale.value,
            "by": [interaction.is_guild_integration(), interaction.is_user_integration()],
            "context": here.index(True),
            "channel": type(interaction.channel).__name__,
            "user": type(interaction.user).__name__,
            "attaches": interaction.app_permissions.attach_files,
        }
    )


class Kept(discord.ui.View):
    """A message that its buttons edit and delete by their own tokens."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Hide", custom_id="hide")
    async def hide(self, interaction: Interaction, _button: discord.ui.Button["Kept"]) -> None:
        """Replace what is shown (an update, type 7)."""
        await interaction.response.edit_message(content=placed(interaction), view=Kept())

    @discord.ui.button(label="Delete", custom_id="delete")
    async def delete(self, interaction: Interaction, _button: discord.ui.Button["Kept"]) -> None:
        """Acknowledge (a deferred update, type 6), then delete."""
        await interaction.response.defer()
        await interaction.delete_original_response()


@everywhere
@app_commands.command()
async def place(interaction: Interaction) -> None:
    """Tell where this is."""
    await interaction.response.send_message(placed(interaction), view=Kept())


@everywhere
@app_commands.command()
async def chatter(interaction: Interaction, times: int) -> None:
    """Defer, then say something several times; the first of them fills the placeholder."""
    await interaction.response.defer()
    for number in range(times):
        await interaction.followup.send(str(number))


@app_commands.command()
@app_commands.allowed_installs(guilds=True, users=False)
async def ours(interaction: Interaction) -> None:
    """Answer in servers with the bot."""
    await interaction.response.send_message("ours")


class Album(discord.ui.LayoutView):
    """A container with pictures, words and a button."""

    def __init__(self, *names: str, words: str = "made") -> None:
        super().__init__(timeout=None)
        box = discord.ui.Container["Album"](
            discord.ui.TextDisplay["Album"](words), accent_colour=discord.Colour(0xABCDEF)
        )
        items = [
            discord.MediaGalleryItem(
                f"attachment://{name}", description=f"a face in {name}", spoiler=name > "b"
            )
            for name in names
        ]
        if items:
            box.add_item(discord.ui.MediaGallery["Album"](*items))
        button = discord.ui.Button["Album"](label="Hide", custom_id="hide-album")
        box.add_item(discord.ui.Section["Album"]("more words", accessory=button))
        self.add_item(box)


def pictures(*names: str) -> list[discord.File]:
    """Return one file a name."""
    return [discord.File(io.BytesIO(name.encode()), name) for name in names]


@everywhere
@app_commands.command()
async def album(interaction: Interaction) -> None:
    """Defer, then show two pictures."""
    await interaction.response.defer()
    names = ("a.png", "c.png")
    await interaction.edit_original_response(view=Album(*names), attachments=pictures(*names))


@everywhere
@app_commands.context_menu(name="Look")
async def look(interaction: Interaction, message: discord.Message) -> None:
    """Tell what came with the menu, forwarded messages too."""
    files = [one.filename for each in (message, *message.message_snapshots) for one in each.attachments]
    await interaction.response.send_message(f"{message.content} {files}", ephemeral=True)


@everywhere
@app_commands.context_menu(name="Face")
async def face(interaction: Interaction, user: discord.Member | discord.User) -> None:
    """Tell a person's picture."""
    await interaction.response.send_message(user.display_avatar.url)


COMMANDS = cast("tuple[app_commands.Command[Any, ..., None], ...]", (place, chatter, ours, album))


def add_to(tree: app_commands.CommandTree) -> None:
    """Add all of it to a bot."""
    for command in COMMANDS:
        tree.add_command(command)
    for menu in (look, face):
        tree.add_command(menu)
