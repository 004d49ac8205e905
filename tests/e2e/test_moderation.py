"""`/faceswap-admin` as moderators use it: what they set holds, is shown and logged, and nobody else can."""

import csv
import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.client import FaceSwapBot
from bot.policy import Rules, Setting
from bot.replies import moment
from bot.sandbox import Played, Reply
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Member
from bot.store import extras, moderation
from tests.e2e.clicks import press_as, remembered, replay, select_as
from tests.e2e.conftest import Place, Start

FIELDS = {setting: setting.value for setting in Setting}


@pytest.fixture
def grace(place: Place) -> Member:
    """A moderator."""
    return place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)


async def admin(place: Place, by: Member, command: str, **options: object) -> Reply:
    """Run a moderator's command to its private answer."""
    reply = await (await by.slash(place.channel, f"faceswap-admin {command}", **options)).reply()
    assert reply.ephemeral
    return reply


async def rules(bot: FaceSwapBot, place: Place) -> Rules:
    """What the store holds for the server, as far as Ada is concerned."""
    return await bot.services.store.run(moderation.rules, place.guild.id, place.ada.account.id)


async def answered(played: Played) -> Played:
    """Wait for the first response to a click."""
    await played.first_response()
    return played


async def refusal(played: Played) -> str:
    """What a click that was refused is told, in private."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    return first.reply.content


async def type_numbers(panel: Reply, by: Member, **typed: str) -> Played:
    """Open the form for the numbers and send it."""
    opened = await panel.press("Change numbers", by=by)
    return await opened.submit({**typed}, by=by)


def written(channel: Channel) -> list[str]:
    """What a channel holds, oldest first."""
    return [message.content for message in channel.messages.values()]


async def test_the_panel_shows_what_holds(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """First the operator's defaults; then what the server set, in the panel, the form and the store."""
    panel = await admin(place, grace, "settings")
    for line in (
        "**Swaps per member in 24 hours**: 10 (default)",
        "**Server's budget per day**: $5.00 (default)",
        "**Paused**: no",
        "**Allowed channels**: everywhere",
        "**Log channel**: none",
    ):
        assert line in panel.text
    opened = await panel.press("Change numbers", by=grace)
    form = await opened.form()
    assert [control.get("value") for control in form.controls.values()] == [None] * 5
    assert "Operator's default: $50.00" in [control["placeholder"] for control in form.controls.values()]
    typed: dict[str, object] = {
        "daily": "4",
        "cooldown_seconds": "NONE",
        "at_once": "",
        "server_daily_micros": " $1250.50 ",
        "server_monthly_micros": "0",
    }
    await answered(await opened.submit(typed, by=grace))
    saved = {
        Setting.DAILY: 4,
        Setting.COOLDOWN: None,
        Setting.SERVER_DAILY: 1_250_500_000,
        Setting.SERVER_MONTHLY: 0,
    }
    assert await rules(bot, place) == Rules(limits=saved)
    for line in (
        "**Swaps per member in 24 hours**: 4\n",
        "**Seconds between a member's swaps**: no limit\n",
        "**Swaps at once per member**: 1 (default)\n",
        "**Server's budget per day**: $1,250.50\n",
        "**Server's budget per month**: $0.00\n",
    ):
        assert line in panel.text
    again = await (await panel.press("Change numbers", by=grace)).form()
    assert [control.get("value") for control in again.controls.values()] == ["4", "none", None, "1250.5", "0"]
    await answered(await type_numbers(panel, grace, **dict.fromkeys(FIELDS, "")))
    assert await rules(bot, place) == Rules()
    assert remembered(bot) == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("daily", "-1"),
        ("daily", "many"),
        ("daily", "2.5"),
        ("daily", "1000001"),
        ("daily", "٣"),
        ("cooldown_seconds", "86401"),
        ("at_once", "0"),
        ("server_daily_micros", "1e3"),
        ("server_daily_micros", "NaN"),
        ("server_daily_micros", "0.0000001"),
        ("server_monthly_micros", "1000001"),
        ("server_monthly_micros", "-5"),
    ],
)
async def test_a_wrong_number_saves_nothing(
    place: Place, bot: FaceSwapBot, grace: Member, field: str, typed: str
) -> None:
    """One wrong field of five: it is named with what it takes, and the right ones are not saved either."""
    panel = await admin(place, grace, "settings")
    before = panel.text
    right = {name: "7" for name in FIELDS if name != field}
    text = await refusal(await type_numbers(panel, grace, **right, **{field: typed}))
    assert text.startswith("Nothing was saved.")
    assert text.count("- **") == 1
    assert await rules(bot, place) == Rules()
    assert await place.rows("SELECT action FROM actions") == []
    assert panel.text == before


async def test_places_and_people_are_chosen(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """Channels, roles and the log channel are selects that show what is chosen, and can be emptied."""
    other = place.guild.create_channel("other")
    role = place.guild.create_role("Swappers")
    panel = await admin(place, grace, "settings")
    await answered(await panel.select("settings-channels", by=grace, values=[other, place.channel]))
    await answered(await panel.select("settings-roles", by=grace, values=[role]))
    await answered(await panel.select("settings-log", by=grace, values=[other]))
    chosen = Rules(
        channels=frozenset({other.id, place.channel.id}), roles=frozenset({role.id}), log_channel_id=other.id
    )
    assert await rules(bot, place) == chosen
    fresh = await admin(place, grace, "settings")
    defaults = {
        select["custom_id"]: {int(one["id"]) for one in select.get("default_values", [])}
        for select in fresh.selects()
    }
    assert defaults["settings-channels"] == chosen.channels
    assert defaults["settings-roles"] == chosen.roles
    assert defaults["settings-log"] == {other.id}
    assert f"**Log channel**: <#{other.id}>" in fresh.text
    for select in ("settings-channels", "settings-roles", "settings-log"):
        await answered(await panel.select(select, by=grace, values=[]))
    assert await rules(bot, place) == Rules()


async def test_switches_say_what_they_do(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """Pause and age-restricted only, on and off again; an old panel's button is no flip."""
    panel, old = await admin(place, grace, "settings"), await admin(place, grace, "settings")
    await answered(await panel.press("Pause", by=grace))
    await answered(await panel.press("Age-restricted channels only", by=grace))
    assert await rules(bot, place) == Rules(paused=True, age_restricted_only=True)
    await answered(await old.press("Pause", by=grace))
    assert (await rules(bot, place)).paused
    await answered(await panel.press("Resume", by=grace))
    await answered(await panel.press("All channels", by=grace))
    assert await rules(bot, place) == Rules()


async def test_a_role_gets_and_loses_its_own_allowance(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """A role select opens a form; what it holds is shown, and is taken away by an empty form or the list."""
    vip, friend = place.guild.create_role("VIP"), place.guild.create_role("Friend")
    panel = await admin(place, grace, "settings")
    for role, typed in ((vip, "20"), (friend, "none")):
        opened = await panel.select("Give a role its own allowance", by=grace, values=[role])
        await answered(await opened.submit({"daily": typed}, by=grace))
    assert (await rules(bot, place)).role_daily == {vip.id: 20, friend.id: None}
    assert f"<@&{vip.id}> 20, <@&{friend.id}> no limit" in panel.text
    opened = await panel.select("Give a role its own allowance", by=grace, values=[vip])
    assert "a whole number from 0" in await refusal(await opened.submit({"daily": "lots"}, by=grace))
    opened = await panel.select("Give a role its own allowance", by=grace, values=[vip])
    assert [one["value"] for one in (await opened.form()).controls.values()] == ["20"]
    await answered(await opened.submit({"daily": ""}, by=grace))
    assert (await rules(bot, place)).role_daily == {friend.id: None}
    await answered(await panel.select("Take a role's own allowance away", by=grace, values=["Friend"]))
    assert await rules(bot, place) == Rules()
    assert "settings-role-drop" not in [one["custom_id"] for one in panel.selects()]


async def test_what_is_gone_does_not_break_the_panel(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """A deleted channel and a deleted role are named, not shown as chosen, and the role can be dropped."""
    actor = moderation.Actor(1, place.guild.id, 9, place.now())
    change = moderation.Change(
        channels=frozenset({5}), roles=frozenset({6}), role_daily={7: 3}, log_channel_id=8
    )
    await bot.services.store.run(moderation.change_settings, actor, change)
    panel = await admin(place, grace, "settings")
    for shown in ("<#5>", "<@&6>", "<@&7> 3", "<#8>"):
        assert shown in panel.text
    assert [one.get("default_values", []) for one in panel.selects()] == [[]] * 5
    await answered(await panel.select("settings-role-drop", by=grace, values=["A role that is gone"]))
    assert (await rules(bot, place)).role_daily == {}


async def test_no_more_roles_than_the_list_shows(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """With 25 allowances another role gets none, and the panel with all of them is still shown."""
    roles = [place.guild.create_role(f"Role {n}") for n in range(26)]
    ids = frozenset(role.id for role in roles[:25])
    actor = moderation.Actor(1, place.guild.id, 9, place.now())
    change = moderation.Change(role_daily=dict.fromkeys(ids, 1_000_000), roles=ids)
    await bot.services.store.run(moderation.change_settings, actor, change)
    panel = await admin(place, grace, "settings")
    opened = await panel.select("Give a role its own allowance", by=grace, values=[roles[25]])
    assert "At most 25 roles" in await refusal(opened)
    opened = await panel.select("Give a role its own allowance", by=grace, values=[roles[24]])
    await answered(await opened.submit({"daily": "2"}, by=grace))
    assert (await rules(bot, place)).role_daily[roles[24].id] == 2


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


async def test_only_moderators_use_the_panel(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """Each button, select and form is refused to a member, and to a moderator who is none any more."""
    vip = place.guild.create_role("VIP")
    panel = await admin(place, grace, "settings")
    opened = await panel.select("settings-role", by=grace, values=[vip])
    await answered(await opened.submit({"daily": "1"}, by=grace))
    before = await rules(bot, place)
    form = await answered(await panel.press("Change numbers", by=grace))
    role_form = await answered(await panel.select("settings-role", by=grace, values=[vip]))
    for button in panel.buttons():
        assert "Manage Server" in await refusal(press_as(panel, button["label"], place.ada))
    for select in panel.selects():
        assert "Manage Server" in await refusal(select_as(panel, select["custom_id"], place.ada, vip.id))
    grace.roles.clear()
    for sent in (form, role_form):
        assert "Manage Server" in await refusal(await sent.submit({"daily": "9"}, by=grace))
    assert await rules(bot, place) == before


async def test_an_administrator_is_a_moderator(place: Place, bot: FaceSwapBot) -> None:
    """The permission Administrator includes Manage Server."""
    linus = place.guild.join(place.sandbox.create_user("Linus"), permissions=Permission.ADMINISTRATOR)
    panel = await admin(place, linus, "settings")
    await answered(await panel.press("Pause", by=linus))
    assert (await rules(bot, place)).paused


async def test_panel_and_form_outlive_a_restart(place: Place, start: Start, grace: Member) -> None:
    """A panel and an open form of an earlier process still do what they say."""
    vip = place.guild.create_role("VIP")
    async with start():
        panel = await admin(place, grace, "settings")
        form = await answered(await panel.press("Change numbers", by=grace))
        role_form = await answered(await panel.select("settings-role", by=grace, values=[vip]))
    async with start() as bot:
        await answered(await panel.press("Pause", by=grace))
        await answered(await form.submit({"daily": "4"}, by=grace))
        await answered(await role_form.submit({"daily": "9"}, by=grace))
        assert await rules(bot, place) == Rules(
            limits={Setting.DAILY: 4}, role_daily={vip.id: 9}, paused=True
        )
        assert "**Swaps per member in 24 hours**: 4" in panel.text


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


async def test_settings_are_one_servers(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """Another server's panel shows and changes that server alone."""
    other = place.sandbox.create_guild("Elsewhere")
    channel = other.create_channel("general")
    linus = other.join(place.sandbox.create_user("Linus"), permissions=Permission.MANAGE_GUILD)
    await answered(await (await admin(place, grace, "settings")).press("Pause", by=grace))
    panel = await (await linus.slash(channel, "faceswap-admin settings")).reply()
    assert "**Paused**: no" in panel.text
    await answered(await type_numbers(panel, linus, daily="1"))
    assert await rules(bot, place) == Rules(paused=True)


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
        assert reply.content == (
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


async def test_what_is_set_holds_from_the_next_swap_on(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """An allowance, a grant over it, a pause and a block: each decides the very next `/faceswap`."""

    async def outcome() -> str:
        played = await place.faceswap()
        reply = (await played.first_response()).reply
        if reply is not None and "not charged" in reply.content:
            return reply.content
        await bot.services.swaps.idle()
        return "a picture" if (await played.reply()).attachments else "no picture"

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
