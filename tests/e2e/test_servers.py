"""Servers that the bot is removed from, comes back to, or cannot see for a while; what owners do."""

import asyncio
import json
from typing import Any

import pytest

from bot.client import FaceSwapBot
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Member
from bot.words.failures import not_charged
from tests.e2e.clicks import press_as, press_late, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import admin, answered, refusal, type_numbers

LEFT = "SELECT guild_id FROM left_servers"


async def called(place: Place) -> None:
    """Wait until the API is asked."""
    for _ in range(500):
        if place.api.posts:
            return
        await asyncio.sleep(0.01)


async def left(place: Place) -> list[object]:
    """The servers that count as left."""
    return [row["guild_id"] for row in await place.rows(LEFT)]


@pytest.fixture
def grace(place: Place) -> Member:
    """A moderator who does not own the server."""
    return place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)


@pytest.fixture
def owner(place: Place) -> Member:
    """The server's owner."""
    return place.guild.members[place.guild.owner_id]


async def test_removal_refunds_and_starts_the_clock(place: Place, bot: FaceSwapBot) -> None:
    """What is under way is not charged, who waits is told, and coming back stops the clock."""
    release = place.api.hold()
    played = await place.faceswap()
    await called(place)
    place.guild.kick_bot()
    await until_left(place, [place.guild.id])
    release.set()
    reply = await played.reply()
    await place.idle()
    assert "removed from this server" in reply.text
    assert not_charged() in reply.text
    assert not reply.attachments
    assert await place.rows("SELECT state, failure FROM swaps") == [
        {"state": "refunded", "failure": "LeftServer"}
    ]
    place.guild.invite_bot()
    await until_left(place, [])
    assert (await place.swap()).attachments
    assert bot.guilds


async def until_left(place: Place, guilds: list[object]) -> None:
    """Wait until these servers count as left."""
    for _ in range(100):
        if await left(place) == guilds:
            return
        await asyncio.sleep(0.05)
    assert await left(place) == guilds


@pytest.mark.usefixtures("bot")
async def test_an_outage_is_not_a_removal(place: Place) -> None:
    """Swaps go on, and no clock starts."""
    await place.swap()
    place.guild.fail()
    place.guild.recover()
    assert (await place.swap()).attachments
    assert await left(place) == []


async def test_an_outage_at_the_start_is_not_a_removal(place: Place, start: Start) -> None:
    """Discord lists a server that it cannot show, so it is no missing one."""
    async with start(COOLDOWN_SECONDS="0"):
        await place.swap()
    place.guild.fail()
    async with start(COOLDOWN_SECONDS="0") as bot:
        await until_noticed(bot)
        assert await left(place) == []
    place.guild.recover()


async def until_noticed(bot: FaceSwapBot) -> None:
    """Wait until the bot has compared its servers with those of the store."""
    await bot.wait_until_ready()
    await asyncio.sleep(0.2)


async def test_what_happened_while_nobody_listened_is_noticed(place: Place, start: Start) -> None:
    """Removed while the bot was down, or added again: the next start sees it."""
    async with start(COOLDOWN_SECONDS="0"):
        await place.swap()
    place.guild.kick_bot()
    async with start(COOLDOWN_SECONDS="0"):
        await until_left(place, [place.guild.id])
    place.guild.invite_bot()
    async with start(COOLDOWN_SECONDS="0"):
        await until_left(place, [])


@pytest.mark.usefixtures("bot")
async def test_an_owner_exports_and_deletes(place: Place, owner: Member, grace: Member) -> None:
    """The file has settings and acts; after the yes they are gone, the log says so, and the swaps stay."""
    log = place.guild.create_channel("log")
    panel = await admin(place, grace, "settings")
    await answered(await panel.select("settings-log", by=grace, values=[log]))
    await answered(await type_numbers(panel, grace, daily="4"))
    await place.swap()
    (file,) = (await admin(place, owner, "export")).attachments
    document: dict[str, Any] = json.loads(file.data)
    assert {row["name"]: row["value"] for row in document["settings"]}["daily"] == 4
    assert [row["action"] for row in document["actions"]] == ["settings", "settings"]
    question = await admin(place, owner, "delete-data")
    yes = question.buttons()[0]
    pressed = await question.press("Delete this server's data", by=owner)
    await answered(pressed)
    replay(place, pressed)
    assert await place.rows("SELECT name FROM settings") == []
    assert [row["action"] for row in await place.rows("SELECT action FROM actions")] == ["delete_data"]
    assert len(await place.rows("SELECT id FROM entries")) == 1
    told = await place.sandbox.until(
        lambda: [one.content for one in log.messages.values() if "deleted what" in one.content], 5, "the log"
    )
    assert told == [f"<@{owner.account.id}> deleted what the bot keeps for this server."]
    place.sandbox.clock.advance(16 * 60)
    assert "too old" in await refusal(press_late(question, yes, owner))


@pytest.mark.usefixtures("bot")
async def test_only_the_owner(place: Place, owner: Member, grace: Member) -> None:
    """A moderator may neither export nor delete, not even by the owner's button."""
    for command in ("export", "delete-data"):
        assert "Only the server's owner" in (await admin(place, grace, command)).text
    question = await admin(place, owner, "delete-data")
    assert "Only the server's owner" in await refusal(press_as(question, "Delete this server's data", grace))
    assert await place.rows("SELECT action FROM actions") == []
