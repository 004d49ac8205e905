"""Selects of every kind: what discord.py gets, what Discord's client offers, what Discord refuses."""

import re

import pytest

from bot.sandbox import NotOffered, Permission, Reply, Sandbox
from bot.sandbox.places import ANNOUNCEMENT, VOICE, Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.conftest import Rest


@pytest.fixture
def mod(sandbox: Sandbox, guild: Guild) -> Member:
    """A member who may manage the server."""
    return guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))


@pytest.fixture
async def panel(bot: object, mod: Member, channel: Channel) -> Reply:
    """The panel as the moderator sees it."""
    assert bot
    return await (await mod.slash(channel, "settings", default=channel)).reply()


async def test_channels_come_back_resolved(panel: Reply, mod: Member, channel: Channel, guild: Guild) -> None:
    """The panel shows its default; discord.py gets channel objects; nothing at all may be chosen too."""
    (default,) = panel.selects()[0]["default_values"]
    assert default == {"id": str(channel.id), "type": "channel"}
    news = guild.create_channel("news", kind=ANNOUNCEMENT)
    played = await panel.select("Channels", by=mod, values=[channel, news])
    assert (await played.first_response()).kind == "UPDATE"
    assert panel.text == "AppCommandChannel general, AppCommandChannel news"
    await (await panel.select("channels", by=mod, values=[])).first_response()
    assert panel.text == "nothing"


async def test_roles_and_people_come_back_resolved(
    panel: Reply, mod: Member, ada: Member, guild: Guild
) -> None:
    """Members carry their roles; a mentionable select takes both kinds; a user select takes a User too."""
    crew = guild.create_role("Crew")
    for select, values, expected in (
        ("Roles", [crew], "Role Crew"),
        ("People", [ada, mod.user], "Member ada, Member mo"),
        ("Anyone", [ada, crew], "Member ada, Role Crew"),
    ):
        played = await panel.select(select, by=mod, values=values)
        await played.first_response()
        assert panel.text == expected
    resolved = played.raw.data["resolved"]
    assert resolved["members"][str(ada.user.id)]["permissions"].isdecimal()
    assert "user" not in resolved["members"][str(ada.user.id)]


async def test_words_come_back_after_a_deferred_update(panel: Reply, mod: Member) -> None:
    """Type 6 keeps the message as it is; @original is then that message; an option's label serves too."""
    played = await panel.select("Size", by=mod, values=["Large"])
    assert (await played.first_response()).kind == "DEFER_UPDATE"
    edited = await played.reply(until=lambda reply: reply.text == "str l")
    assert edited.raw is panel.raw
    assert not any(shown.thinking for shown in panel.history)
    assert "resolved" not in played.raw.data


def scene(guild: Guild) -> dict[str, object]:
    """Make what may be offered to a select by mistake, by name."""
    other = guild.world.create_guild("Other")
    secret = guild.create_channel("secret")
    secret.overwrite(guild.everyone, deny=int(Permission.VIEW_CHANNEL))
    return {
        "everyone": guild.everyone,
        "stranger": guild.world.create_user("Stranger"),
        "voice": guild.create_channel("talk", kind=VOICE),
        "secret": secret,
        "their role": other.everyone,
        "their channel": other.create_channel("x"),
    }


@pytest.mark.parametrize(
    ("select", "values"),
    [
        ("Nothing", []),
        ("Size", []),
        ("Size", ["s", "l"]),
        ("Size", ["medium"]),
        ("Anyone", ["everyone", "everyone"]),
        ("Roles", ["Crew"]),
        ("Roles", ["secret"]),
        ("Roles", ["their role"]),
        ("People", ["everyone"]),
        ("People", ["stranger"]),
        ("Channels", ["voice"]),
        ("Channels", ["secret"]),
        ("Channels", ["their channel"]),
    ],
)
async def test_what_the_client_does_not_offer(
    panel: Reply, mod: Member, guild: Guild, select: str, values: list[str]
) -> None:
    """No such select, too few, too many, twice the same, off the list, of another kind, from elsewhere."""
    there = scene(guild)
    with pytest.raises(NotOffered):
        await panel.select(select, by=mod, values=[there.get(value, value) for value in values])


async def test_a_private_panel_is_its_readers(panel: Reply, ada: Member, mod: Member) -> None:
    """Another member, and a disabled select, are refused."""
    with pytest.raises(NotOffered, match="does not see"):
        await panel.select("Size", by=ada, values=["s"])
    panel.selects()[4]["disabled"] = True
    with pytest.raises(NotOffered, match="disabled"):
        await panel.select("Size", by=mod, values=["s"])


OPTION: Json = {"label": "A", "value": "a"}
DEFAULTS = [OPTION | {"default": True}, {"label": "B", "value": "b", "default": True}]
WORDS: Json = {"type": 3, "custom_id": "x", "options": [OPTION, {"label": "B", "value": "b"}]}
ROLES: Json = {"type": 6, "custom_id": "y"}
CHOSEN = {"type": "role", "id": "1"}


REFUSED: list[tuple[Json, str]] = [
    (WORDS | {"custom_id": "x" * 101}, "custom_id.*BASE_TYPE_BAD_LENGTH"),
    ({"type": 6}, "custom_id.*BASE_TYPE_REQUIRED"),
    (WORDS | {"custom_id": 5}, "custom_id.*STRING_TYPE_CONVERT"),
    (WORDS | {"placeholder": "x" * 151}, "placeholder.*BASE_TYPE_MAX_LENGTH"),
    (WORDS | {"options": []}, "options.*BASE_TYPE_BAD_LENGTH"),
    (WORDS | {"options": [{"label": "A", "value": str(n)} for n in range(26)]}, "BASE_TYPE_BAD_LENGTH"),
    (WORDS | {"options": [OPTION, OPTION]}, "'1'.*SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    (WORDS | {"options": [{"label": "", "value": "a"}]}, "label.*BASE_TYPE_BAD_LENGTH"),
    (WORDS | {"options": [{"label": "A"}]}, "value.*BASE_TYPE_REQUIRED"),
    (WORDS | {"options": [{"label": "A", "value": "x" * 101}]}, "value.*BASE_TYPE_BAD_LENGTH"),
    (WORDS | {"options": [{"label": "x" * 101, "value": "a"}]}, "label.*BASE_TYPE_BAD_LENGTH"),
    (WORDS | {"options": [OPTION | {"description": "x" * 101}]}, "description.*BASE_TYPE_MAX_LENGTH"),
    (WORDS | {"min_values": -1}, "min_values.*NUMBER_TYPE_MIN"),
    (WORDS | {"max_values": 0}, "max_values.*NUMBER_TYPE_MIN"),
    (WORDS | {"max_values": 26}, "max_values.*NUMBER_TYPE_MAX"),
    (WORDS | {"max_values": 3}, "options.*BASE_TYPE_MIN_LENGTH"),
    (WORDS | {"min_values": 2}, "min_values.*NUMBER_TYPE_MAX"),
    (WORDS | {"options": DEFAULTS}, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES"),
    (ROLES | {"default_values": [CHOSEN, CHOSEN]}, "default_values.*BASE_TYPE_BAD_LENGTH"),
    (ROLES | {"default_values": [{"type": "user", "id": "1"}]}, "type.*BASE_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("select", "rule"), REFUSED)
async def test_what_discord_refuses(channel: Channel, rest: Rest, select: Json, rule: str) -> None:
    """Lengths, counts, duplicates, ranges and defaults, each by Discord's name and at its place."""
    body = {"components": [{"type": 1, "components": [select]}]}
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", body | {"content": "x"})
    assert (status, answer["code"]) == (400, 50035)
    assert re.search(rule, str(answer["errors"]))
    assert channel.messages == {}


FULL: list[Json] = [
    {"label": f"{number:100}", "value": f"{number:100}", "description": "x" * 100} for number in range(25)
]


@pytest.mark.parametrize(
    "select",
    [
        {"type": 6, "custom_id": "x"},
        {"type": 6, "custom_id": "x" * 100, "placeholder": "x" * 150, "min_values": 25, "max_values": 25},
        {"type": 3, "custom_id": "x", "options": FULL, "min_values": 25, "max_values": 25},
        {"type": 3, "custom_id": "x", "options": [OPTION], "min_values": 0},
        {"type": 3, "custom_id": "x", "options": DEFAULTS, "max_values": 2},
        ROLES | {"default_values": [CHOSEN, CHOSEN], "min_values": 2, "max_values": 2},
    ],
)
async def test_what_discord_takes(channel: Channel, rest: Rest, select: Json) -> None:
    """The limits themselves."""
    body = {"content": "x", "components": [{"type": 1, "components": [select]}]}
    assert (await rest("POST", f"/channels/{channel.id}/messages", body))[0] == 200


async def test_a_select_fills_its_row(channel: Channel, rest: Rest) -> None:
    """Beside a button or a second select it is too wide; alone it is taken, its defaults filled in."""
    button = {"type": 2, "style": 1, "label": "x", "custom_id": "b"}
    path = f"/channels/{channel.id}/messages"
    for row in ([ROLES, WORDS], [button, ROLES]):
        wide = {"content": "x", "components": [{"type": 1, "components": row}]}
        assert "COMPONENT_LAYOUT_WIDTH_EXCEEDED" in str(await rest("POST", path, wide))
    body: Json = {"content": "x", "components": [{"type": 1, "components": [ROLES | {"required": True}]}]}
    _, sent = await rest("POST", path, body)
    assert sent["components"][0]["components"] == [ROLES | {"id": 2, "min_values": 1, "max_values": 1}]
