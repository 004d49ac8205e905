"""The test bot's panel, forms, menus and suggestions: everything interactive that discord.py 2.7 has."""

from typing import Any, cast

import discord
from discord import app_commands

Interaction = discord.Interaction[discord.Client]
NAMES = ("Ada", "Alan", "Grace")


def told(values: list[object]) -> str:
    """Name values with the type that discord.py gave them."""
    return ", ".join(f"{type(value).__name__} {value}" for value in values) or "nothing"


async def tell(interaction: Interaction, values: list[object]) -> None:
    """Show on the panel itself what was chosen (an update, type 7)."""
    await interaction.response.edit_message(view=Panel(told(values)))


class Channels(discord.ui.ChannelSelect["Panel"]):
    """Text and announcement channels, none to two."""

    async def callback(self, interaction: Interaction) -> None:
        """Show them."""
        await tell(interaction, [*self.values])


class Roles(discord.ui.RoleSelect["Panel"]):
    """One role."""

    async def callback(self, interaction: Interaction) -> None:
        """Show it."""
        await tell(interaction, [*self.values])


class People(discord.ui.UserSelect["Panel"]):
    """One or two people."""

    async def callback(self, interaction: Interaction) -> None:
        """Show them."""
        await tell(interaction, [*self.values])


class Anyone(discord.ui.MentionableSelect["Panel"]):
    """People and roles."""

    async def callback(self, interaction: Interaction) -> None:
        """Show them."""
        await tell(interaction, [*self.values])


class Size(discord.ui.Select["Panel"]):
    """One of three words."""

    async def callback(self, interaction: Interaction) -> None:
        """Acknowledge first (a deferred update, type 6), then edit the message."""
        await interaction.response.defer()
        await interaction.edit_original_response(view=Panel(told([*self.values])))


class Numbers(discord.ui.Button["Panel"]):
    """Opens the form."""

    async def callback(self, interaction: Interaction) -> None:
        """Open it."""
        await interaction.response.send_modal(Limits())


def sizes() -> list[discord.SelectOption]:
    """Two to choose, the first chosen."""
    small = discord.SelectOption(label="Small", value="s", default=True)
    return [small, discord.SelectOption(label="Large", value="l", description="and slow")]


class Panel(discord.ui.LayoutView):
    """Every kind of select, and the button that opens the form."""

    def __init__(self, text: str = "ready", *, defaults: tuple[discord.Object, ...] = ()) -> None:
        super().__init__(timeout=None)
        kinds = [discord.ChannelType.text, discord.ChannelType.news]
        channels = Channels(
            custom_id="channels",
            placeholder="Channels",
            min_values=0,
            max_values=2,
            channel_types=kinds,
            default_values=[*defaults],
        )
        controls: tuple[discord.ui.Item[Panel], ...] = (
            channels,
            Roles(custom_id="roles", placeholder="Roles"),
            People(custom_id="people", placeholder="People", max_values=2),
            Anyone(custom_id="anyone", placeholder="Anyone", max_values=3),
            Size(custom_id="size", placeholder="Size", options=sizes()),
            Numbers(custom_id="numbers", label="Numbers"),
        )
        box = discord.ui.Container["Panel"](discord.ui.TextDisplay["Panel"](text))
        for control in controls:
            box.add_item(discord.ui.ActionRow["Panel"](control))
        self.add_item(box)


class Limits(discord.ui.Modal, title="Limits"):
    """A form with a line, a paragraph, two selects and an upload."""

    swaps = discord.ui.Label["Limits"](
        text="Swaps a day",
        description="0 to 999",
        component=discord.ui.TextInput["Limits"](custom_id="swaps", default="10", max_length=3),
    )
    note = discord.ui.Label["Limits"](
        text="Note",
        component=discord.ui.TextInput["Limits"](
            custom_id="note", style=discord.TextStyle.paragraph, required=False, min_length=4
        ),
    )
    size = discord.ui.Label["Limits"](
        text="Size", component=discord.ui.Select["Limits"](custom_id="size", options=sizes())
    )
    crew = discord.ui.Label["Limits"](
        text="Crew", component=discord.ui.RoleSelect["Limits"](custom_id="crew", required=False)
    )
    face = discord.ui.Label["Limits"](
        text="Face",
        component=discord.ui.FileUpload["Limits"](
            custom_id="face", required=False, min_values=1, max_values=2
        ),
    )

    def text(self) -> str:
        """Everything that was sent."""
        values: list[object] = []
        for label in (self.swaps, self.note):
            assert isinstance(label.component, discord.ui.TextInput)
            values.append(label.component.value)
        for label in (self.size, self.crew, self.face):
            assert isinstance(
                label.component, discord.ui.Select | discord.ui.RoleSelect | discord.ui.FileUpload
            )
            values += label.component.values
        return told(values)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Answer as the note says."""
        assert isinstance(self.note.component, discord.ui.TextInput)
        how = self.note.component.value
        if how == "late":
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.edit_original_response(content=self.text())
        elif how == "calm":
            await interaction.response.defer()
            await interaction.edit_original_response(view=Panel(self.text()))
        elif how == "again":
            await interaction.response.send_modal(Limits())
        elif interaction.message is not None:
            await interaction.response.edit_message(view=Panel(self.text()))
        else:
            await interaction.response.send_message(self.text())

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:
        """Let the test see what Discord said."""
        await interaction.response.send_message(str(error), ephemeral=True)


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
async def settings(interaction: Interaction, default: app_commands.AppCommandChannel | None = None) -> None:
    """Show the panel, privately."""
    defaults = (discord.Object(default.id),) if default else ()
    await interaction.response.send_message(view=Panel(defaults=defaults), ephemeral=True)


@app_commands.command()
async def form(interaction: Interaction) -> None:
    """Open the form from a command."""
    await interaction.response.send_modal(Limits())


@app_commands.command()
async def whoami(interaction: Interaction) -> None:
    """Tell what the interaction says of the member."""
    member = interaction.user
    assert isinstance(member, discord.Member)
    roles = [role.name for role in member.roles]
    bits = interaction.permissions
    await interaction.response.send_message(
        f"{roles} manages={bits.manage_guild} writes={bits.send_messages}"
    )


@app_commands.command(nsfw=True)
async def adult(interaction: Interaction) -> None:
    """Answer where it is offered."""
    await interaction.response.send_message("fine")


class Faces(app_commands.Group):
    """Saved faces, and a group inside the group."""

    old = app_commands.Group(name="old", description="Older ones")

    @app_commands.command()
    async def use(self, interaction: Interaction, name: str, count: int = 1, channel: str = "") -> None:
        """Use one."""
        await interaction.response.send_message(f"{name} {count} {channel}")

    @old.command()
    async def drop(self, interaction: Interaction, name: str) -> None:
        """Drop one."""
        await interaction.response.send_message(f"dropped {name}")

    @use.autocomplete("name")
    async def names(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest names; the other options as typed so far show in the last one."""
        if typed == "many":
            return [app_commands.Choice(name=f"n{number}", value="n") for number in range(26)]
        found = [name for name in NAMES if name.lower().startswith(typed)]
        return [
            app_commands.Choice(name=f"{name} x{interaction.namespace.count}", value=name) for name in found
        ]


@app_commands.context_menu(name="Report face swap")
async def report(interaction: Interaction, message: discord.Message) -> None:
    """Tell what came with the menu, privately."""
    files = [one.filename for one in message.attachments]
    await interaction.response.send_message(f"{message.author} {message.content} {files}", ephemeral=True)


@app_commands.context_menu(name="Who is this")
async def who(interaction: Interaction, user: discord.Member | discord.User) -> None:
    """Tell what came with the menu."""
    await interaction.response.send_message(f"{type(user).__name__} {user.display_name}")


COMMANDS = cast("tuple[app_commands.Command[Any, ..., None], ...]", (settings, form, whoami, adult))


def add_to(tree: app_commands.CommandTree) -> None:
    """Add all of it to a bot."""
    for command in COMMANDS:
        tree.add_command(command)
    for menu in (report, who):
        tree.add_command(menu)
    tree.add_command(Faces(name="face", description="Saved faces"))
