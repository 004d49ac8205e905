"""A small bot with the real discord.py: one slash command per way of answering, and a button."""

import asyncio
import io
from typing import Any, cast

import discord
from discord import app_commands

from tests.sandbox import everywhere, panel

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
"""The smallest PNG."""


class Again(discord.ui.View):
    """A view with one button, which edits its message and adds a private follow-up."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Again", custom_id="again")
    async def again(self, interaction: discord.Interaction, _button: discord.ui.Button["Again"]) -> None:
        """Edit in place, then follow up."""
        await interaction.response.edit_message(content="pressed")
        await interaction.followup.send("noted", ephemeral=True)


class Bot(discord.Client):
    """Registers its commands when it logs in; identifies again without discord.py's five-second pause."""

    def __init__(self, *, extra_intents: int = 0) -> None:
        intents = discord.Intents(guilds=True)
        intents.value |= extra_intents
        super().__init__(
            intents=intents,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=0,
        )
        self.tree = app_commands.CommandTree(self)
        self.errors: list[Exception] = []
        self.failed = asyncio.Event()
        self.events: list[str] = []
        self.tree.error(self.on_tree_error)
        for command in COMMANDS:
            self.tree.add_command(command)
        panel.add_to(self.tree)
        everywhere.add_to(self.tree)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""

    async def setup_hook(self) -> None:
        """Sync, and let the button work after a restart."""
        self.add_view(Again())
        self.add_view(everywhere.Kept())
        await self.tree.sync()

    async def on_socket_event_type(self, name: str) -> None:
        """Note what came through the gateway."""
        self.events.append(name)

    async def on_tree_error(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Keep what went wrong, for the test to look at."""
        self.errors.append(getattr(error, "original", error))
        self.failed.set()


@app_commands.command()
@app_commands.describe(source="A face", target="A picture", quality="1 to 100")
@app_commands.choices(format=[app_commands.Choice(name="PNG", value="png")])
async def swap(
    interaction: discord.Interaction,
    source: discord.Attachment,
    target: discord.Attachment,
    quality: app_commands.Range[int, 1, 100] = 90,
    format: str = "png",  # noqa: A002  # the option's name
) -> None:
    """Defer, then answer with a file."""
    await interaction.response.defer()
    file = discord.File(io.BytesIO(PIXEL), f"{source.filename}-{quality}.{format}")
    await interaction.edit_original_response(content=target.filename, attachments=[file], view=Again())


@app_commands.command()
async def private(interaction: discord.Interaction, text: str) -> None:
    """Answer privately, at once."""
    await interaction.response.send_message(text, ephemeral=True)


@app_commands.command()
async def echo(interaction: discord.Interaction, text: str, user: discord.User | None = None) -> None:
    """Answer publicly, then follow up."""
    await interaction.response.send_message(text if user is None else f"{user.mention} {text}")
    await interaction.followup.send("and more", file=discord.File(io.BytesIO(PIXEL), "more.png"))


@app_commands.command()
async def where(interaction: discord.Interaction) -> None:
    """Tell what the interaction carries."""
    limit, context = interaction.filesize_limit, interaction.context
    bits = interaction.app_permissions.attach_files
    await interaction.response.send_message(f"{limit} {bits} dm={context.dm_channel} guild={context.guild}")


@app_commands.command()
async def boom(_: discord.Interaction) -> None:
    """Answer nothing at all."""


COMMANDS = cast("tuple[app_commands.Command[Any, ..., None], ...]", (swap, private, echo, where, boom))
