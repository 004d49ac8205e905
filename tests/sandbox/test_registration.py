"""Registering commands: what Discord refuses, what it answers, and how members reach sub-commands."""

import pytest

from bot.sandbox import NotOffered, Permission, Sandbox
from bot.sandbox.commands import check_commands, stored
from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.conftest import Rest


def command(**more: object) -> Json:
    """Build a command that is fine but for what `more` says."""
    return {"name": "swap", "description": "Swap", "type": 1} | more


def option(**more: object) -> Json:
    """Build an option that is fine but for what `more` says."""
    return {"name": "text", "description": "Text", "type": 3} | more


SUB = option(type=1, name="sub", options=[option()])

LONG = [{"name": "x" * 90, "value": "y" * 90}] * 25

REFUSED: list[tuple[str, list[Json]]] = [
    ("upper case", [command(name="Swap")]),
    ("a space", [command(name="face swap")]),
    ("no name", [command(name="")]),
    ("a long name", [command(name="x" * 33)]),
    ("no description", [command(description="")]),
    ("a long description", [command(description="x" * 101)]),
    ("twice the same", [command(), command()]),
    ("too many", [command(name=f"c{number}") for number in range(101)]),
    ("no locale", [command(name_localizations={"xx": "swap"})]),
    ("a bad localised name", [command(name_localizations={"de": "Tausch"})]),
    ("26 options", [command(options=[option(name=f"o{number}") for number in range(26)])]),
    ("required last", [command(options=[option(), option(name="b", required=True)])]),
    ("option twice", [command(options=[option(), option()])]),
    ("option type", [command(options=[option(type=12)])]),
    ("mixed", [command(options=[SUB, option()])]),
    ("too deep", [command(options=[option(type=2, options=[option(type=2, options=[SUB])])])]),
    ("sub in sub", [command(options=[option(type=1, options=[SUB])])]),
    ("choice of a wrong type", [command(options=[option(choices=[{"name": "a", "value": 1}])])]),
    ("26 choices", [command(options=[option(choices=[{"name": "a", "value": "a"}] * 26)])]),
    ("range", [command(options=[option(type=4, min_value=5, max_value=4)])]),
    ("8000 characters", [command(options=[option(name=f"o{number}", choices=LONG) for number in range(3)])]),
    ("menu with options", [command(type=3, description="", options=[option()])]),
    ("16 menus", [command(type=3, description="", name=f"M {number}") for number in range(16)]),
]


@pytest.mark.parametrize("commands", [one for _, one in REFUSED], ids=[name for name, _ in REFUSED])
def test_what_discord_refuses(commands: list[Json]) -> None:
    """Names, lengths, counts, order, nesting, choices and locales."""
    with pytest.raises(InvalidForm):
        check_commands(commands)


@pytest.mark.parametrize("commands", [[command(colour=1)], [command(options=[option(colour=1)])]])
def test_unknown_fields_are_loud(commands: list[Json]) -> None:
    """A field that the sandbox does not know is no mere bad form."""
    with pytest.raises(NotPlayed, match="colour"):
        check_commands(commands)


def test_a_command_is_shown_as_discord_shows_it() -> None:
    """Permissions become text, absent fields their defaults; dm_permission follows the contexts."""
    sent = command(default_member_permissions=32, contexts=[0], options=[option(required=False)])
    check_commands([sent, command(type=3, description="", name="A Menu")])
    shown = stored(sent, 1, 2, 3, None)
    assert (shown["default_member_permissions"], shown["dm_permission"]) == ("32", False)
    assert shown["options"] == [option()]
    assert "dm_permission" not in stored(sent, 1, 2, 3, 4)


@pytest.fixture
async def registered(sandbox: Sandbox, rest: Rest) -> None:
    """Commands with sub-commands, for moderators, for age-restricted channels and for servers only."""
    commands = [
        command(name="face", options=[SUB]),
        command(name="admin", default_member_permissions=int(Permission.MANAGE_GUILD)),
        command(name="adult", nsfw=True),
        command(name="here", contexts=[0]),
        command(name="alone", contexts=[1]),
    ]
    status, _ = await rest("PUT", f"/applications/{sandbox.world.bot.id}/commands", commands)
    assert status == 200


@pytest.mark.usefixtures("registered")
async def test_sub_commands_arrive_nested(ada: Member, channel: Channel) -> None:
    """The options of a sub-command are inside its frame."""
    played = await ada.slash(channel, "face sub", text="x")
    (frame,) = played.raw.data["options"]
    assert (frame["name"], frame["type"]) == ("sub", 1)
    assert frame["options"] == [{"name": "text", "type": 3, "value": "x"}]
    for name in ("face", "face other"):
        with pytest.raises(NotOffered):
            await ada.slash(channel, name)


@pytest.mark.usefixtures("registered")
async def test_commands_are_offered_where_they_may_be_used(
    sandbox: Sandbox, guild: Guild, ada: Member, channel: Channel
) -> None:
    """Default permissions, age restriction, contexts, and the bot's absence each take a command away."""
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    await mod.slash(channel, "admin")
    await ada.slash(guild.create_channel("night", nsfw=True), "adult")
    alone = sandbox.dm(ada.user)
    await ada.slash(alone, "alone")
    for place, name in ((channel, "admin"), (channel, "adult"), (alone, "here"), (channel, "alone")):
        with pytest.raises(NotOffered):
            await ada.slash(place, name)
    guild.remove(sandbox.world.bot)
    with pytest.raises(NotOffered, match="not in this server"):
        await ada.slash(channel, "here")


async def test_a_command_keeps_its_id(sandbox: Sandbox, rest: Rest) -> None:
    """A bulk overwrite keeps ids by name, and drops what is not listed."""
    path = f"/applications/{sandbox.world.bot.id}/commands"
    _, first = await rest("PUT", path, [command(), command(name="other")])
    _, second = await rest("PUT", path, [command(description="New")])
    assert [one["id"] for one in second] == [first[0]["id"]]
    assert (await rest("GET", path))[1] == second
