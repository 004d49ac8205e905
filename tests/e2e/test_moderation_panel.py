"""The panel of settings as moderators use it: true values, changed one by one, refused to everybody else."""

import pytest

from bot.client import FaceSwapBot
from bot.policy import Rules, Setting
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Member
from bot.store import moderation
from tests.e2e.clicks import press_as, remembered, select_as
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import admin, answered, refusal, rules, type_numbers

FIELDS = {setting: setting.value for setting in Setting}


@pytest.fixture
def grace(place: Place) -> Member:
    """A moderator."""
    return place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)


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
    await answered(await panel.press("Require age-restricted", by=grace))
    assert await rules(bot, place) == Rules(paused=True, age_restricted_only=True)
    await answered(await old.press("Pause", by=grace))
    assert (await rules(bot, place)).paused
    await answered(await panel.press("Resume", by=grace))
    await answered(await panel.press("Do not require age-restricted", by=grace))
    assert await rules(bot, place) == Rules()


async def test_the_badge_is_a_choice(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """A moderator takes the badge out of the pictures and puts it back; the log says which it was."""
    log = place.guild.create_channel("log")
    panel = await admin(place, grace, "settings")
    assert "**AI badge in the picture**: yes" in panel.text
    await answered(await panel.select("settings-log", by=grace, values=[log]))
    await answered(await panel.press("Caption without badge", by=grace))
    assert await rules(bot, place) == Rules(caption_only=True, log_channel_id=log.id)
    assert "**AI badge in the picture**: no" in panel.text
    await answered(await panel.press("Badge in the picture", by=grace))
    assert await rules(bot, place) == Rules(log_channel_id=log.id)
    lines = await place.sandbox.until(
        lambda: said if len(said := place.said(log)) == 3 else None, 5, "the log of three changes"
    )
    assert lines[1].text.endswith("AI badge in the picture: yes → no")
    assert lines[2].text.endswith("AI badge in the picture: no → yes")


async def test_the_operator_may_keep_the_badge(place: Place, start: Start, grace: Member) -> None:
    """Where caption-only is forbidden the panel offers no choice, and an earlier one does not count."""
    async with start():
        old, other = await admin(place, grace, "settings"), await admin(place, grace, "settings")
        await answered(await other.press("Caption without badge", by=grace))
    async with start(CAPTION_ONLY="forbidden") as bot:
        panel = await admin(place, grace, "settings")
        assert "**AI badge in the picture**: yes" in panel.text
        assert "settings-badge" not in str([one["custom_id"] for one in panel.buttons()])
        assert (await rules(bot, place)).caption_only
        await answered(await old.press("Caption without badge", by=grace))
        assert "**AI badge in the picture**: yes" in old.text
        assert not (await rules(bot, place)).caption_only


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
