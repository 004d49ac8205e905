"""`/faceswap-admin` as moderators use it: what they do holds, is shown and logged, and nobody else can."""

import csv
import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.client import FaceSwapBot
from bot.policy import Rules
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Member
from bot.store import extras
from bot.words.figures import moment
from tests.e2e.clicks import replay
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import admin, answered, refusal, rules, type_numbers


@pytest.fixture
def grace(place: Place) -> Member:
    """A moderator."""
    return place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)


def written(channel: Channel) -> list[str]:
    """What a channel holds, oldest first."""
    return [message.content for message in channel.messages.values()]


async def test_what_is_set_holds_from_the_next_swap_on(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """An allowance, a grant over it, a pause and a block: each decides the very next `/faceswap`."""

    async def outcome() -> str:
        played = await place.faceswap()
        reply = (await played.first_response()).reply
        if reply is not None and "not charged" in reply.text:
            return reply.text
        shown = (await played.reply()).attachments
        await bot.services.swaps.idle()
        return "a picture" if shown else "no picture"

    panel = await admin(place, grace, "settings")
    await answered(await type_numbers(panel, grace, daily="1"))
    assert await outcome() == "a picture"
    assert "your 1 swaps of 24 hours" in await outcome()
    await admin(place, grace, "grant", member=place.ada, units=2)
    assert await outcome() == "a picture"
    await answered(await panel.press("Pause", by=grace))
    assert "paused" in await outcome()
    await answered(await panel.press("Resume", by=grace))
    await admin(place, grace, "block", member=place.ada)
    assert "blocked you" in await outcome()
    await admin(place, grace, "unblock", member=place.ada)
    assert await outcome() == "a picture"
    assert "your 1 swaps of 24 hours" in await outcome()


@pytest.mark.usefixtures("bot")
async def test_the_log_says_who_and_what(place: Place, grace: Member) -> None:
    """Each change is one line in the log channel, with the old value and the new; it pings nobody."""
    log = place.guild.create_channel("log")
    panel = await admin(place, grace, "settings")
    await answered(await panel.select("settings-log", by=grace, values=[log]))
    await answered(await type_numbers(panel, grace, daily="4", server_daily_micros="2.5"))
    await answered(await type_numbers(panel, grace, daily="4", server_daily_micros="2.5"))
    await answered(await panel.press("Pause", by=grace))
    await admin(place, grace, "grant", member=place.ada, units=3, days=2)
    await admin(place, grace, "block", member=place.ada)
    await admin(place, grace, "unblock", member=place.ada)
    await answered(await panel.select("settings-log", by=grace, values=[]))
    me, ada = f"<@{grace.account.id}>", f"<@{place.ada.account.id}>"
    lines = await place.sandbox.until(
        lambda: written(log) if len(written(log)) >= 7 else None, 5, "the log of seven changes"
    )
    numbers = (
        "Swaps per member in 24 hours: 10 (default) → 4; Server's budget per day: $5.00 (default) → $2.50"
    )
    assert lines[:3] == [
        f"{me} changed the face-swap settings. Log channel: none → <#{log.id}>",
        f"{me} changed the face-swap settings. {numbers}",
        f"{me} changed the face-swap settings. Paused: no → yes",
    ]
    assert lines[3].startswith(f"{me} granted {ada} 3 extra swaps until <t:")
    assert lines[4:6] == [f"{me} blocked {ada} from face swaps.", f"{me} unblocked {ada}."]
    assert lines[6].endswith(f"Log channel: <#{log.id}> → none")
    assert all(not message.mentions for message in log.messages.values())


async def test_a_log_that_cannot_be_written_is_said(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """The change holds; the panel and the command's answer say that the log has no line of it."""
    log = place.guild.create_channel("log")
    log.overwrite(place.guild.everyone, deny=Permission.SEND_MESSAGES)
    panel = await admin(place, grace, "settings")
    await answered(await panel.select("settings-log", by=grace, values=[log]))
    await place.sandbox.until(lambda: "could not be written" in panel.text or None, 5, "the note")
    assert (await rules(bot, place)).log_channel_id == log.id
    done = await admin(place, grace, "block", member=place.ada)
    await place.sandbox.until(lambda: "could not be written" in done.content or None, 5, "the note")
    assert (await rules(bot, place)).blocked
    assert written(log) == []


async def test_grants_expire_and_blocks_are_undone(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """What the answers say is what the store holds."""
    ada, store = place.ada.account.id, bot.services.store
    assert (await admin(place, grace, "grant", member=place.ada, units=1)).content == (
        f"You granted <@{ada}> 1 extra swap."
    )
    granted = await admin(place, grace, "grant", member=place.ada, units=5, days=7)
    left = await store.run(extras.extras, place.guild.id, ada, place.now())
    assert [one.left for one in left] == [5, 1]
    assert left[1].expires_at is None
    assert left[0].expires_at is not None
    assert abs(left[0].expires_at - place.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert moment(left[0].expires_at, "f") in granted.content
    for command, answer, blocked in (
        ("block", "from face swaps.", True),
        ("block", "(who was already).", True),
        ("unblock", f"<@{ada}>.", False),
        ("unblock", "(who was not blocked).", False),
    ):
        assert (await admin(place, grace, command, member=place.ada)).content.endswith(answer)
        assert (await rules(bot, place)).blocked is blocked


COMMANDS: dict[str, dict[str, object]] = {
    "settings": {},
    "grant": {"units": 5},
    "block": {},
    "unblock": {},
    "usage": {},
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_only_moderators_run_commands(place: Place, bot: FaceSwapBot, command: str) -> None:
    """An administrator may show the commands to everybody; without Manage Server they still do nothing."""
    place.guild.command_overrides["faceswap-admin"] = {place.guild.id: True}
    options = COMMANDS[command] | ({} if command in {"settings", "usage"} else {"member": place.ada})
    refused = await place.ada.slash(place.channel, f"faceswap-admin {command}", **options)
    assert "permission Manage Server" in await refusal(refused)
    assert await place.rows("SELECT action FROM actions") == []
    assert await rules(bot, place) == Rules()


async def test_an_administrator_is_a_moderator(place: Place, bot: FaceSwapBot) -> None:
    """The permission Administrator includes Manage Server."""
    linus = place.guild.join(place.sandbox.create_user("Linus"), permissions=Permission.ADMINISTRATOR)
    panel = await admin(place, linus, "settings")
    await answered(await panel.press("Pause", by=linus))
    assert (await rules(bot, place)).paused


async def test_a_replayed_interaction_acts_once(
    place: Place, bot: FaceSwapBot, grace: Member, caplog: pytest.LogCaptureFixture
) -> None:
    """A click, a form and a command that arrive twice change, show and log once, without an error."""
    log = place.guild.create_channel("log")
    panel = await admin(place, grace, "settings")
    await answered(await panel.select("settings-log", by=grace, values=[log]))
    form = await type_numbers(panel, grace, daily="4")
    await form.first_response()
    pause = await answered(await panel.press("Pause", by=grace))
    await answered(await panel.press("Resume", by=grace))
    grant = await grace.slash(place.channel, "faceswap-admin grant", member=place.ada, units=2)
    await grant.reply()
    await place.sandbox.until(lambda: len(written(log)) == 5 or None, 5, "the log")
    for played in (pause, form, grant):
        replay(place, played)
    await admin(place, grace, "usage")
    assert not (await rules(bot, place)).paused
    assert len(await place.rows("SELECT interaction_id FROM actions")) == 5
    left = await bot.services.store.run(extras.extras, place.guild.id, place.ada.account.id, place.now())
    assert [one.left for one in left] == [2]
    assert len(written(log)) == 5
    assert "failed unexpectedly" not in caplog.text


async def test_usage_is_a_chart_and_a_table(place: Place, start: Start, grace: Member) -> None:
    """Who used what, here and in the period: the biggest first by mention, ids and dollars in the file."""
    bob = place.guild.join(place.sandbox.create_user("Bob"))
    async with start(COOLDOWN_SECONDS="0") as bot:
        assert (await admin(place, grace, "usage")).content.startswith("Nobody has swapped")
        for member in (bob, bob, place.ada):
            assert (await (await place.faceswap(by=member)).reply()).attachments
        await bot.services.swaps.idle()
        place.sandbox.clock.advance(3 * 24 * 3600)
        assert (await (await place.faceswap(by=bob)).reply()).attachments
        await bot.services.swaps.idle()
        reply = await admin(place, grace, "usage")
        ids = bob.account.id, place.ada.account.id
        assert reply.text == (
            "**Face swaps of the last 30 days**: 4 swaps, $0.20, by 2 members\n"
            f"1. <@{ids[0]}> · 3 swaps · $0.15\n2. <@{ids[1]}> · 1 swap · $0.05"
        )
        assert not reply.raw.mentions
        chart, table = reply.attachments
        rows = list(csv.DictReader(io.StringIO(table.data.decode())))
        assert rows == [
            {"user": str(ids[0]), "swaps": "3", "usd": "0.15"},
            {"user": str(ids[1]), "swaps": "1", "usd": "0.05"},
        ]
        with Image.open(io.BytesIO(chart.data)) as picture:
            assert (chart.filename, picture.format) == ("usage.png", "PNG")
        for days, total in ((4, "4 swaps, $0.20, by 2 members\n"), (3, "1 swap, $0.05, by 1 member\n")):
            assert total in (await admin(place, grace, "usage", days=days)).content
