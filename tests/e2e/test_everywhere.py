"""One bot in servers, in its direct messages, and wherever a member brings it: the right limits in each."""

from collections.abc import Callable

import pytest

from bot.client import FaceSwapBot
from bot.controls import REROLL
from bot.sandbox import NotOffered, Permission, Played, Reply, Upload
from bot.sandbox.places import Channel
from bot.store.moderation import Change
from tests.e2e.conftest import Place, Start, another
from tests.e2e.pressing import change, finished, press

TOKEN_DEAD = 15 * 60 + 1
ANY = {"COOLDOWN_SECONDS": "0"}


def server(place: Place) -> Channel:
    """A server that has the bot."""
    return place.channel


def brought_too(place: Place) -> Channel:
    """A server that has the bot, where Ada has installed it as well."""
    place.ada.install()
    return place.channel


def direct(place: Place) -> Channel:
    """Direct messages with the bot."""
    return place.sandbox.dm(place.ada.account)


def away(place: Place) -> Channel:
    """A server without the bot, to which Ada brings it."""
    place.ada.install()
    guild = place.sandbox.create_guild("Away", with_bot=False)
    guild.join(place.ada.account)
    return guild.create_channel("general")


def group(place: Place) -> Channel:
    """A group of friends, to which Ada brings it."""
    place.ada.install()
    friends = (place.sandbox.create_user(name) for name in ("Bob", "Cid"))
    return place.sandbox.group(place.ada, *friends)


def friend(place: Place) -> Channel:
    """Direct messages of Ada and a friend."""
    place.ada.install()
    return place.sandbox.group(place.ada, place.sandbox.create_user("Bob"))


def hushed(place: Place) -> Channel:
    """A server without the bot that keeps what members bring to themselves."""
    channel = away(place)
    assert channel.guild
    channel.overwrite(channel.guild.everyone, deny=int(Permission.USE_EXTERNAL_APPS))
    return channel


Where = Callable[[Place], Channel]
OURS, OTHERS = [server, brought_too], [direct, away, group, friend, hushed]
everywhere = pytest.mark.parametrize("where", [*OURS, *OTHERS], ids=lambda where: where.__name__)
elsewhere = pytest.mark.parametrize("where", OTHERS, ids=lambda where: where.__name__)


async def refused(played: Played) -> str:
    """What a refused command is told, in private."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    return first.reply.text


@everywhere
@pytest.mark.usefixtures("bot")
async def test_a_swap_works_everywhere(place: Place, where: Where) -> None:
    """Seen by all there, unless Discord keeps it to the member; the receipt counts the place's limit."""
    place.channel = where(place)
    reply = await place.swap()
    assert len(reply.pictures) == 1
    assert reply.ephemeral is (where is hushed)
    assert (reply.pings, reply.mentions) == (set(), set())
    assert f"{9 if where in OURS else 2} swaps left today" in reply.text
    (row,) = await place.rows("SELECT guild_id, state FROM swaps")
    assert row == {"guild_id": place.guild.id if where in OURS else 0, "state": "delivered"}


@everywhere
@pytest.mark.usefixtures("bot")
async def test_reroll_works_everywhere(place: Place, where: Where) -> None:
    """Pressed where the result is, it makes another one there, and pays it from the same place."""
    place.channel = where(place)
    rolled = await finished(place, press(await place.swap(), REROLL, place.ada))
    assert rolled.ephemeral is (where is hushed)
    rows = await place.rows("SELECT DISTINCT guild_id FROM entries")
    assert rows == [{"guild_id": place.guild.id if where in OURS else 0}]


@everywhere
@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("SERVER_DAILY_BUDGET_USD", "This server's budget for today is used up"),
        ("DAILY_SWAPS_PER_MEMBER", "Swaps in this server are switched off"),
    ],
)
async def test_a_servers_limits_hold_where_it_has_the_bot(
    place: Place, start: Start, where: Where, *, setting: str, words: str
) -> None:
    """There alone, also for who has installed the bot; no server pays for what is done elsewhere."""
    place.channel = where(place)
    async with start(**ANY, **{setting: "0"}):
        if where in OURS:
            assert words in await refused(await place.faceswap())
        else:
            assert (await place.swap()).attachments
    assert len(place.api.posts) == int(where not in OURS)


@everywhere
async def test_a_servers_rules_hold_where_it_has_the_bot(
    place: Place, bot: FaceSwapBot, where: Where
) -> None:
    """A pause of the moderators is not evaded by installing the bot, and reaches no other place."""
    await change(place, bot, Change(paused=True))
    place.channel = where(place)
    if where in OURS:
        assert "have paused face swaps" in await refused(await place.faceswap())
    else:
        assert (await place.swap()).attachments


@elsewhere
async def test_outside_of_servers_one_cap_holds(place: Place, start: Start, where: Where) -> None:
    """What is used up in direct messages is used up wherever no server has the bot; servers are not meant."""
    home = place.channel
    async with start(DM_SWAPS_PER_DAY="1", **ANY):
        place.channel = direct(place)
        await place.swap()
        place.channel = where(place)
        assert "your 1 swaps of 24 hours in direct messages" in await refused(await place.faceswap())
        place.channel = home
        assert (await place.swap()).attachments


@everywhere
async def test_the_operators_cap_holds_everywhere(place: Place, start: Start, where: Where) -> None:
    """The whole bot's budget, used up in a server, ends swaps in every place."""
    async with start(BOT_DAILY_BUDGET_USD="0.05", **ANY):
        await place.swap()
        place.channel = where(place)
        assert "The bot's budget for today is used up" in await refused(await place.faceswap())


@everywhere
@pytest.mark.parametrize("dms_open", [True, False], ids=["open", "closed"])
async def test_a_late_result_goes_where_it_may(
    place: Place, start: Start, where: Where, dms_open: bool
) -> None:
    """A quarter of an hour later: to the channel of a server that has the bot, else to the member alone."""
    place.ada.account.dms_open = dms_open
    place.channel = where(place)
    async with start(**ANY) as bot:
        release = place.api.hold()
        await place.faceswap()
        await place.api.received.wait()
        place.sandbox.clock.advance(TOKEN_DEAD)
        release.set()
        await bot.services.swaps.idle()
    public, private = place.said(), place.said(place.sandbox.dm(place.ada.account))
    sent: list[Reply] = public if where in OURS else private
    assert len(sent) == int(where in OURS or dms_open)
    assert len({reply.raw.id for reply in (*public, *private)}) == len(sent)
    for reply in sent:
        assert (reply.pings, reply.mentions) == (set(), set())
        assert reply.text.endswith("-# This took longer than Discord keeps a reply open.")
    states = await place.rows("SELECT state, failure FROM swaps")
    lost = {"state": "refunded", "failure": "Undeliverable"}
    assert states == [{"state": "delivered", "failure": None} if sent else lost]


@elsewhere
@pytest.mark.usefixtures("bot")
async def test_a_repeat_needs_a_message_that_the_bot_sees(place: Place, where: Where) -> None:
    """Where it is a guest it cannot look whether the first result is still there, and makes it anew."""
    place.channel = where(place)
    pictures = {"source": Upload("a.png", another()), "target": Upload("b.png", another())}
    await place.swap(by=None, **pictures)
    again = await place.swap(by=None, **pictures)
    assert ("shown again" in again.text) is (where is direct)
    assert len(place.api.posts) == (1 if where is direct else 2)


@pytest.mark.usefixtures("bot")
async def test_commands_say_where_they_belong(place: Place) -> None:
    """What members use comes with either installation to every place; what moderates servers stays there."""
    published = {one["name"]: one for one in place.sandbox.world.commands[None].values()}
    for name, command in published.items():
        belongs = (sorted(command["integration_types"]), sorted(command["contexts"]))
        if name in ("faceswap", "face", "credits", "privacy"):
            assert belongs == ([0, 1], [0, 1, 2]), name
        if name == "faceswap-admin":
            assert belongs == ([0], [0])
            assert int(command["default_member_permissions"]) == Permission.MANAGE_GUILD
    assert {"faceswap", "face", "credits", "privacy", "faceswap-admin"} <= set(published)


@elsewhere
@pytest.mark.usefixtures("bot")
async def test_credits_are_told_elsewhere(place: Place, where: Where) -> None:
    """What was used outside of servers, wherever that is asked."""
    place.channel = where(place)
    await place.swap()
    told = await (await place.ada.slash(place.channel, "credits show")).first_response()
    assert told.ephemeral
    assert told.reply is not None
    assert "in direct messages**: 1 of 3 used, 2 left." in told.reply.text


@elsewhere
@pytest.mark.usefixtures("bot")
async def test_moderation_is_not_offered_elsewhere(place: Place, where: Where) -> None:
    """Whoever installs the bot moderates nothing by it."""
    place.channel = where(place)
    for command in ("faceswap-admin settings", "faceswap-admin usage"):
        with pytest.raises(NotOffered):
            await place.ada.slash(place.channel, command)
