"""Menus of messages and people, suggestions while typing, and who is offered a command."""

import asyncio

import pytest

from bot.sandbox import NotOffered, Permission, Sandbox, Upload, payloads
from bot.sandbox.places import VOICE, Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.client import PIXEL
from tests.sandbox.conftest import Rest

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_message_menu_brings_the_message(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Content and files are there without the intent for them; the answer tells what it was used on."""
    message = sandbox.write(ada, channel, "look", [Upload("me.png", PIXEL)])
    played = await ada.use_menu(channel, "Report face swap", on=message)
    reply = await played.reply()
    assert (reply.content, reply.ephemeral) == ("ada look ['me.png']", True)
    assert played.raw.data["target_id"] == str(message.id)


async def test_a_user_menu_brings_the_member(ada: Member, channel: Channel, guild: Guild) -> None:
    """With what a member has where they are one; a stranger is only a user."""
    bea = guild.join(guild.world.create_user("Bea"))
    zoe = guild.world.create_user("Zoe")
    for who, expected in ((bea, "Member Bea"), (bea.user, "Member Bea"), (zoe, "User Zoe")):
        played = await ada.use_menu(channel, "Who is this", on=who)
        assert (await played.reply()).content == expected


async def test_menus_work_on_replies(ada: Member, channel: Channel) -> None:
    """A public answer of the bot has a menu; a private one, a deleted one, one elsewhere have none."""
    public = await (await ada.slash(channel, "echo", text="hi")).reply()
    reported = await ada.use_menu(channel, "Report face swap", on=public)
    assert (await reported.reply()).content.startswith("Face Swap hi")
    private = await (await ada.slash(channel, "private", text="hi")).reply()
    other = channel.guild and channel.guild.create_channel("other")
    assert other is not None
    elsewhere = await (await ada.slash(other, "echo", text="hi")).reply()
    ada.user.world.delete(public.raw)
    for one in (private, elsewhere, public):
        with pytest.raises(NotOffered):
            await ada.use_menu(channel, "Report face swap", on=one)


async def test_each_menu_has_its_own_commands(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """A person's menu does not hold a message's command, nor the other way round, nor a slash command."""
    message = sandbox.write(ada, channel, "look")
    cases: list[tuple[str, object]] = [
        ("Who is this", message),
        ("Report face swap", ada),
        ("whoami", ada),
        ("Nothing", ada),
    ]
    for name, on in cases:
        with pytest.raises(NotOffered):
            await ada.use_menu(channel, name, on=on)  # pyright: ignore[reportArgumentType]  # of several types


async def test_answers_tell_what_they_answer(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest
) -> None:
    """The message's type and metadata name the command, what it was used on, and what opened a form."""
    message = sandbox.write(ada, channel, "look")
    await (await ada.use_menu(channel, "Who is this", on=ada)).reply()
    private = await (await ada.use_menu(channel, "Report face swap", on=message)).reply()
    opened = await ada.slash(channel, "form")
    await (await opened.submit(by=ada)).reply()
    await (await ada.slash(channel, "echo", text="hi")).followup()
    _, found = await rest("GET", f"/channels/{channel.id}/messages")
    assert [one["type"] for one in found] == [19, 20, 0, 23, 0]
    _, _, formed, menu, _ = (one.get("interaction_metadata", {}) for one in found)
    assert menu["target_user"]["id"] == str(ada.user.id)
    assert formed["triggering_interaction_metadata"]["id"] == str(opened.raw.id)
    assert payloads.message(private.raw, sandbox.world.cdn)["interaction_metadata"][
        "target_message_id"
    ] == str(message.id)


async def test_suggestions(ada: Member, channel: Channel) -> None:
    """The bot is asked with what is typed and with the other options as they stand, unfinished or not."""
    found = await ada.autocomplete(channel, "face use", option="name", typed="a", count=3)
    assert found == [{"name": "Ada x3", "value": "Ada"}, {"name": "Alan x3", "value": "Alan"}]
    assert await ada.autocomplete(channel, "face use", option="name", typed="x") == []


async def test_what_suggests_nothing(ada: Member, channel: Channel) -> None:
    """An option without autocomplete, one that is not there, and a wrong value beside it."""
    for option, count in (("count", 1), ("nothing", 1), ("name", "three")):
        with pytest.raises(NotOffered):
            await ada.autocomplete(channel, "face use", option=option, typed="a", count=count)


async def test_too_many_suggestions(sandbox: Sandbox, ada: Member, channel: Channel) -> None:
    """Discord refuses 26, and the member sees none."""
    with pytest.raises(TimeoutError):
        await ada.autocomplete(channel, "face use", option="name", typed="many", timeout_seconds=0.3)
    async with asyncio.timeout(5):
        while not (refused := [one for one in sandbox.exchanges if one.status == 400]):  # noqa: ASYNC110 - a list
            await asyncio.sleep(0.01)
    assert "BASE_TYPE_MAX_LENGTH" in str(refused[0].answer)


@pytest.mark.parametrize(
    ("choice", "rule"),
    [
        ({"name": "x", "value": 5}, "BASE_TYPE_CHOICES"),
        ({"name": "", "value": "x"}, "BASE_TYPE_BAD_LENGTH"),
        ({"name": "x", "value": "x" * 101}, "BASE_TYPE_MAX_LENGTH"),
    ],
)
async def test_bad_suggestions(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest, *, choice: Json, rule: str
) -> None:
    """A value of another type, no name, and a value that is too long."""
    command = {
        "name": "pick",
        "description": "Pick",
        "options": [{"type": 3, "name": "what", "description": "What", "autocomplete": True}],
    }
    await rest("PUT", f"/applications/{sandbox.world.bot.id}/commands", [command])
    with pytest.raises(TimeoutError):
        await ada.autocomplete(channel, "pick", option="what", typed="x", timeout_seconds=0.02)
    raw = max(sandbox.world.interactions.values(), key=lambda one: one.id)
    assert raw.data["options"] == [{"name": "what", "type": 3, "value": "x", "focused": True}]
    path = f"/interactions/{raw.id}/{raw.token}/callback"
    status, answer = await rest("POST", path, {"type": 8, "data": {"choices": [choice]}})
    assert status == 400
    assert rule in str(answer["errors"]["data"]["choices"]["0"])
    assert (await rest("POST", path, {"type": 4, "data": {"content": "x"}}))[1]["code"] == 50035


async def test_sub_commands_and_groups_run(ada: Member, channel: Channel) -> None:
    """One level down and two levels down."""
    used = await ada.slash(channel, "face use", name="Ada", count=2)
    assert (await used.reply()).content.strip() == "Ada 2"
    dropped = await ada.slash(channel, "face old drop", name="Ada")
    assert (await dropped.reply()).content == "dropped Ada"


async def test_options_refer_to_what_is_here(
    sandbox: Sandbox, guild: Guild, ada: Member, channel: Channel, *, rest: Rest
) -> None:
    """A channel is resolved with the asker's permissions in it; what is elsewhere is not offered."""
    kinds = [{"name": "to", "type": 7, "channel_types": [0]}, {"name": "who", "type": 8}]
    options = [{"description": "x"} | one for one in kinds]
    command = {"name": "pick", "description": "Pick", "options": options}
    await rest("PUT", f"/applications/{sandbox.world.bot.id}/commands", [command])
    channel.overwrite(ada, deny=int(Permission.SEND_MESSAGES))
    played = await ada.slash(channel, "pick", to=channel, who=guild.everyone)
    (shown,) = played.raw.data["resolved"]["channels"].values()
    assert shown["permissions"] == str(channel.permissions(ada.user))
    assert channel.permissions(ada.user) != channel.permissions(sandbox.world.bot)
    other = sandbox.create_guild("Other")
    wrong: list[dict[str, object]] = [
        {"to": guild.create_channel("talk", kind=VOICE)},
        {"to": other.create_channel("x")},
        {"who": other.everyone},
    ]
    for given in wrong:
        with pytest.raises(NotOffered):
            await ada.slash(channel, "pick", **given)


async def test_the_interaction_tells_who_asked(guild: Guild, channel: Channel) -> None:
    """Roles and the permissions in this channel, overwrites included."""
    crew = guild.create_role("Crew", permissions=int(Permission.MANAGE_GUILD))
    bea = guild.join(guild.world.create_user("Bea"), roles=(crew,))
    channel.overwrite(bea, deny=int(Permission.SEND_MESSAGES))
    reply = await (await bea.slash(channel, "whoami")).reply()
    assert reply.content == "['@everyone', 'Crew'] manages=True writes=False"


async def offered(member: Member, channel: Channel, command: str = "settings") -> bool:
    """Tell whether a member is offered a command."""
    try:
        await member.slash(channel, command)
    except NotOffered:
        return False
    return True


async def test_admins_override_who_is_offered_a_command(guild: Guild, channel: Channel) -> None:
    """Member before role before everyone before the command's own permissions; a channel only takes away."""
    crew = guild.create_role("Crew")
    mod = guild.join(guild.world.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    bea = guild.join(guild.world.create_user("Bea"), roles=(crew,))
    assert (await offered(mod, channel), await offered(bea, channel)) == (True, False)
    guild.override_command("settings", crew, allowed=True)
    assert (await offered(mod, channel), await offered(bea, channel)) == (True, True)
    guild.override_command("settings", guild.everyone, allowed=False)
    assert (await offered(mod, channel), await offered(bea, channel)) == (False, True)
    guild.override_command("settings", bea, allowed=False)
    guild.override_command("settings", mod, allowed=True)
    assert (await offered(mod, channel), await offered(bea, channel)) == (True, False)
    guild.override_command("settings", channel, allowed=False)
    assert not await offered(mod, channel)
    assert await offered(mod, guild.create_channel("other"))
    admin = guild.join(guild.world.create_user("Al"), permissions=int(Permission.ADMINISTRATOR))
    assert await offered(admin, channel)


async def test_age_restricted_commands(sandbox: Sandbox, guild: Guild, ada: Member, channel: Channel) -> None:
    """Only in age-restricted channels, and in direct messages for who asked for it."""
    assert not await offered(ada, channel, "adult")
    assert await offered(ada, guild.create_channel("night", nsfw=True), "adult")
    with pytest.raises(NotOffered):
        await ada.user.slash(sandbox.dm(ada.user), "adult")
    ada.user.adult_dms = True
    assert (await (await ada.user.slash(sandbox.dm(ada.user), "adult")).reply()).content == "fine"


async def test_a_command_for_administrators(
    sandbox: Sandbox, guild: Guild, ada: Member, channel: Channel, *, rest: Rest
) -> None:
    """Default permissions of "0" leave a command to administrators and the owner."""
    path = f"/applications/{sandbox.world.bot.id}/commands"
    body = [{"name": "ours", "description": "Ours", "default_member_permissions": "0"}]
    assert (await rest("PUT", path, body))[0] == 200
    assert not await offered(ada, channel, "ours")
    assert await offered(guild.members[sandbox.world.owner.id], channel, "ours")
