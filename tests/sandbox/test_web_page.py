"""Reading through the page: people get what they see, in their language, and nothing that others see."""

import json
from typing import Any

import pytest

from bot.sandbox import Permission, Sandbox
from bot.sandbox.messages import EPHEMERAL, Message
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.web import Page, Sample
from tests.sandbox.browser import opened
from tests.sandbox.client import PIXEL, Bot


@pytest.fixture
def page() -> Page:
    """A page with one sample."""
    return Page(samples={"cat.png": Sample("cat.png", "Cat", "A cat.", PIXEL)})


async def test_the_state_is_what_a_person_sees(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member
) -> None:
    """Their servers with members, roles and channels, conversations, everybody to be, and the samples."""
    away = sandbox.create_guild("Elsewhere")
    away.create_channel("far")
    hidden = guild.create_channel("hidden")
    hidden.overwrite(guild.everyone, deny=int(Permission.VIEW_CHANNEL))
    quiet = guild.create_channel("quiet")
    quiet.overwrite(guild.everyone, deny=int(Permission.SEND_MESSAGES))
    bea = sandbox.create_user("Bea")
    bea.about = "Lives in a group."
    sandbox.dm(ada.user)
    group = sandbox.group(ada, bea, sandbox.create_user("Cy"), name="Plans")
    async with opened(sandbox, ada) as at:
        status, state = await at.get("state")
    assert status == 200
    assert state["me"]["global_name"] == "Ada"
    (shown,) = state["guilds"]
    assert (shown["name"], shown["owner_id"]) == ("Harbour", str(sandbox.world.owner.id))
    places = [(one["name"], one["can_see"], one["can_write"]) for one in shown["channels"]]
    assert places == [("general", True, True), ("quiet", True, False)]
    assert {one["member"]["user"]["username"] for one in shown["members"]} == {"operator", "Face Swap", "ada"}
    assert shown["roles"][0]["name"] == "@everyone"
    with_bot, with_others = state["dms"]
    assert [one["username"] for one in with_bot["recipients"]] == ["Face Swap"]
    assert (with_others["id"], with_others["name"]) == (str(group.id), "Plans")
    assert [one["username"] for one in with_others["recipients"]] == ["bea", "cy"]
    people = {one["user"]["username"]: one for one in state["people"]}
    assert set(people) == {"operator", "ada", "bea", "cy"}
    assert people["bea"]["about"] == "Lives in a group."
    assert people["ada"]["place_ids"] == [str(guild.id)]
    assert state["samples"] == [
        {"name": "cat.png", "url": "/sandbox/samples/cat.png", "alt": "A cat.", "label": "Cat"}
    ]
    assert state["bot"]["can"] == {"kill": False, "faults": False, "clock": False}
    assert channel.name == "general"


async def test_commands_are_those_that_the_client_offers(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member, bot: Bot
) -> None:
    """Sub-commands for themselves, options as registered; permission, age and place take some away."""
    assert bot
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    adult = guild.create_channel("night", nsfw=True)
    group = sandbox.group(ada, sandbox.create_user("Bea"))
    names: dict[str, set[str]] = {}
    for key, who, where in (
        ("ada", ada, channel),
        ("mod", mod, channel),
        ("night", ada, adult),
        ("group", ada, group),
        ("brought", ada, group),
    ):
        async with opened(sandbox, who) as at:
            _, told = await at.get("commands", channel=where)
            names[key] = {one["name"] for one in told["slash"]}
        if key == "group":
            ada.install()
    assert {"swap", "face use", "face old drop"} <= names["ada"]
    assert names["mod"] - names["ada"] == {"settings"}
    assert names["night"] - names["ada"] == {"adult"}
    assert names["group"] == set()
    assert "place" in names["brought"]
    assert names["ada"] - names["brought"] == {"ours"}
    async with opened(sandbox, ada) as at:
        _, told = await at.get("commands", channel=channel)
    assert {one["name"] for one in told["message"]} == {"Report face swap", "Look"}
    assert {one["name"] for one in told["user"]} == {"Who is this", "Face"}
    swap = next(one for one in told["slash"] if one["name"] == "swap")
    assert [(one["name"], one["type"], one.get("required", False)) for one in swap["options"]] == [
        ("source", 11, True),
        ("target", 11, True),
        ("quality", 4, False),
        ("format", 3, False),
    ]
    assert swap["options"][2]["max_value"] == 100
    assert swap["options"][3]["choices"] == [{"name": "PNG", "value": "png", "shown": "PNG"}]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", ("tausche", "Tauscht", "bild")),
        ("en-GB", ("swapping", "Swaps", "picture")),
        ("fr", ("swap", "Swaps", "picture")),
    ],
)
async def test_commands_are_named_in_the_persons_language(
    sandbox: Sandbox, guild: Guild, channel: Channel, locale: str, expected: tuple[str, str, str]
) -> None:
    """The name to send stays; what is shown is in the client's language, a neighbour's, or as registered."""
    command: dict[str, Any] = {
        "id": "5", "type": 1, "name": "swap", "description": "Swaps", "nsfw": False,
        "name_localizations": {"de": "tausche", "en-US": "swapping"},
        "description_localizations": {"de": "Tauscht"}, "default_member_permissions": None,
        "contexts": None, "integration_types": [0], "dm_permission": True,
        "options": [
            {"type": 3, "name": "picture", "description": "One", "name_localizations": {"de": "bild"}}
        ],
    }  # fmt: skip
    sandbox.world.commands[None] = {5: command}
    who = guild.join(sandbox.create_user("Lo", locale=locale))
    async with opened(sandbox, who) as at:
        _, shown = await at.get("commands", channel=channel)
    (only,) = shown["slash"]
    (option,) = only["options"]
    assert (only["shown"], only["description"], option["shown"]) == expected
    assert (only["name"], option["name"]) == ("swap", "picture")


async def test_what_one_person_sees_never_reaches_another(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member, bot: Bot
) -> None:
    """Private answers, hidden channels, deleted messages and what a public answer replies to stay unsaid."""
    assert bot
    hidden = guild.create_channel("hidden")
    hidden.overwrite(guild.everyone, deny=int(Permission.VIEW_CHANNEL))
    world, owner = sandbox.world, guild.members[sandbox.world.owner.id]
    bo = guild.join(sandbox.create_user("Bo"))
    async with opened(sandbox, bo) as at, at.stream() as events:
        await (await ada.slash(channel, "private", text="SECRET one")).reply()
        sandbox.write(owner, hidden, "SECRET two")
        sandbox.delete(sandbox.write(owner, channel, "gone by now"))
        private = next(one for one in world.messages.values() if one.only_for is ada.user)
        public = Message(world.ids.next(), channel, world.bot, world.clock.now(), "for all")
        public.reply_to = private
        world.post(public)
        sandbox.write(owner, sandbox.group(owner, ada), "SECRET three")
        heard = [await events.next()]
        before = await at.get("messages", channel=channel)
        sandbox.world.dismiss(private)
        sandbox.delete(private)
        sandbox.write(owner, channel, "the end")
        while "the end" not in json.dumps(heard[-1]):
            heard.append(await events.next())
        views = [one["view"] for name, one in heard if name == "message"]
        reply = next(one for one in views if one["message"]["type"] == 19)
        assert reply["message"]["referenced_message"] is None
        assert str(private.id) not in {one.get("message_id") for _, one in heard}
        answers = [
            await at.get("state"),
            await at.get("messages", channel=channel),
            await at.get("messages", channel=hidden),
            await at.get("commands", channel=hidden),
        ]
        assert [status for status, _ in answers] == [200, 200, 422, 422]
        for told in (heard, before, answers):
            assert "SECRET" not in json.dumps(told)
        assert [one["message"]["content"] for one in answers[1][1]["messages"]] == ["for all", "the end"]
    async with opened(sandbox, ada) as at:
        assert "SECRET" not in json.dumps(await at.messages(channel))  # dismissed, then deleted


async def test_views_tell_what_messages_are(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member, bot: Bot
) -> None:
    """A private answer, one that the server made private, a thinking one and a forwarded one differ."""
    assert bot
    world = sandbox.world
    await (await ada.slash(channel, "private", text="psst")).reply()
    forced = Message(world.ids.next(), channel, world.bot, world.clock.now(), "forced", flags=EPHEMERAL)
    forced.only_for, forced.forced_private = ada.user, True
    world.post(forced)
    world.post(Message(world.ids.next(), channel, world.bot, world.clock.now(), flags=1 << 7))
    sandbox.forward(ada, sandbox.write(ada, channel, "first"), channel)
    async with opened(sandbox, ada) as at:
        views = await at.messages(channel)
    keys = ("ephemeral", "forced_private", "thinking", "bot")
    assert [tuple(one[key] for key in keys) for one in views] == [
        (True, False, False, True),
        (True, True, False, True),
        (False, False, True, True),
        (False, False, False, False),
        (False, False, False, False),
    ]
    assert views[0]["command"]["name"] == "private"
    assert views[0]["command"]["user"]["username"] == "ada"
    assert views[4]["forwarded"]["content"] == "first"
    assert guild.name == "Harbour"


async def test_a_hundred_messages_are_shown(sandbox: Sandbox, channel: Channel, ada: Member) -> None:
    """The last hundred, oldest first."""
    for number in range(105):
        sandbox.write(ada, channel, str(number))
    async with opened(sandbox, ada) as at:
        shown = [one["message"]["content"] for one in await at.messages(channel)]
    assert shown == [str(number) for number in range(5, 105)]
