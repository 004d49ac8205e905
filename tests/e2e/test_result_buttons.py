"""Re-roll and Edit under a result: the same again for its price, once, for its owner, days later too."""

import asyncio
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.client import FaceSwapBot
from bot.controls import DELETE, EDIT, REROLL
from bot.sandbox import Upload
from bot.segmind import SEED_DEFAULT
from tests.e2e.clicks import replay
from tests.e2e.conftest import Place, Start
from tests.e2e.pressing import finished, press, told
from tests.scripted_api import PNG

DAY = 24 * 3600


async def entries(place: Place) -> int:
    """How many swaps were charged."""
    return len(await place.rows("SELECT id FROM entries"))


def lose(place: Place, name: str) -> None:
    """Let Discord forget the file that was given under this name."""
    cdn = place.sandbox.world.cdn
    for path in [one for one in cdn.files if one.endswith(name)]:
        cdn.drop(path)


@pytest.mark.usefixtures("bot")
async def test_a_reroll_is_the_same_with_another_seed(place: Place) -> None:
    """A message of its own with the same pictures and options, a new seed, and one more entry."""
    reply = await place.swap(prompt="a *red* hat", format="webp", quality=80, seed=42)
    played = press(reply, REROLL, place.ada)
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("DEFER", False)
    again = await finished(place, played)
    assert again.raw is not reply.raw
    one, other = (post.json for post in place.api.posts)
    kept = ("additional_prompt", "image_format", "quality")
    assert [other[name] for name in kept] == [one[name] for name in kept]
    for name in ("source_image", "target_image"):
        assert str(other[name]).partition("?")[0] == str(one[name]).partition("?")[0]
    assert other["seed"] not in (42, SEED_DEFAULT)
    assert await entries(place) == 2


@pytest.mark.usefixtures("bot")
async def test_what_a_private_result_leads_to_is_private(place: Place) -> None:
    """What only the member saw stays the member's, made again or edited."""
    reply = await place.swap(private=True)
    assert (await finished(place, press(reply, REROLL, place.ada))).ephemeral
    edited = await press(reply, EDIT, place.ada).submit({"seed": "7"}, by=place.ada)
    assert (await finished(place, edited)).ephemeral
    assert await place.rows("SELECT private FROM swaps") == [{"private": 1}] * 3


async def test_what_is_unchanged_is_shown_again_for_nothing(place: Place, bot: FaceSwapBot) -> None:
    """An edit that edits nothing is a free repeat; deleting that takes away the first one too."""
    reply = await place.swap()
    again = await finished(place, await press(reply, EDIT, place.ada).submit(by=place.ada))
    assert "not charged" in again.text
    assert await entries(place) == 1
    await press(again, DELETE, place.ada).followup()
    await bot.attended()
    assert reply.deleted
    assert again.deleted


async def test_days_and_a_restart_later(place: Place, start: Start) -> None:
    """Every link has expired and another process runs: the buttons still do what they say."""
    async with start(COOLDOWN_SECONDS="0"):
        reply = await place.swap()
    place.sandbox.clock.advance(3 * DAY)
    async with start():
        await finished(place, press(reply, REROLL, place.ada))
        played = press(reply, EDIT, place.ada)
        await finished(place, await played.submit({"seed": "7"}, by=place.ada))
    assert place.api.posts[-1].json["seed"] == 7
    expires = parse_qs(urlsplit(str(place.api.posts[-1].json["source_image"])).query)["ex"][0]
    assert int(expires, 16) > place.sandbox.clock.now()
    assert await entries(place) == 3


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("button", [REROLL, EDIT])
async def test_only_the_owner_swaps_again(place: Place, button: str) -> None:
    """Another member is refused in private; nothing is held or sent."""
    eve = place.guild.join(place.sandbox.create_user("Eve"))
    reply = await place.swap()
    assert "belong to somebody else" in await told(press(reply, button, eve))
    assert len(await place.rows("SELECT id FROM swaps")) == 1


async def test_a_double_click_is_one_reroll(place: Place, start: Start) -> None:
    """Two presses at once, and one that arrives twice, make and charge one picture; a later press another."""
    async with start(COOLDOWN_SECONDS="0", SWAPS_AT_ONCE=""):
        reply = await place.swap()
        one, other = press(reply, REROLL, place.ada), press(reply, REROLL, place.ada)
        replay(place, one)
        kinds = {(await played.first_response()).kind: played for played in (one, other)}
        assert set(kinds) == {"DEFER", "DEFER_UPDATE"}
        await finished(place, kinds["DEFER"])
        assert await entries(place) == 2
        place.sandbox.clock.advance(3)
        await finished(place, press(reply, REROLL, place.ada))
        assert await entries(place) == 3


async def test_limits_hold_for_a_reroll(place: Place, start: Start) -> None:
    """A press costs what a command costs, so it is refused where a command would be, in private."""
    async with start(COOLDOWN_SECONDS="0", DAILY_SWAPS_PER_MEMBER="1"):
        reply = await place.swap()
        assert "your 1 swaps of 24 hours" in await told(press(reply, REROLL, place.ada))
        assert await entries(place) == 1


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("lost", [["source.png"], ["target.png"], ["source.png", "target.png"]])
async def test_a_lost_picture_is_asked_for_again(place: Place, lost: list[str]) -> None:
    """A form asks for just what Discord lost, charging nothing; what is attached goes with what was kept."""
    reply = await place.swap()
    for name in lost:
        lose(place, name)
    played = press(reply, REROLL, place.ada)
    form = await played.form()
    roles = [name.removesuffix(".png") for name in lost]
    assert [control["custom_id"] for control in form.controls.values()] == roles
    assert "Nothing was charged" in form.text
    assert await entries(place) == 1
    sent = await played.submit({role: Upload("fresh.png", PNG) for role in roles}, by=place.ada)
    await finished(place, sent)
    asked = place.api.posts[-1].json
    for role in ("source", "target"):
        assert ("fresh.png" in str(asked[f"{role}_image"])) == (role in roles)
    assert await entries(place) == 2


async def test_a_picture_in_a_lost_message_is_asked_for(place: Place, bot: FaceSwapBot) -> None:
    """A saved face whose message was deleted is lost like any other picture."""
    reply = await place.swap()
    there = f"message:{place.channel.id}/1"
    await bot.services.store.run(lambda db: db.execute("UPDATE inputs SET source = :there", there=there))
    form = await press(reply, REROLL, place.ada).form()
    assert [control["custom_id"] for control in form.controls.values()] == ["source"]


@pytest.mark.usefixtures("bot")
async def test_what_is_attached_again_is_checked(place: Place) -> None:
    """A file that is no picture is refused as it is under the command."""
    reply = await place.swap()
    lose(place, "source.png")
    played = press(reply, REROLL, place.ada)
    sent = await played.submit({"source": Upload("notes.txt", b"hello")}, by=place.ada)
    assert "not a picture the bot can use" in await told(sent)
    assert await entries(place) == 1


@pytest.mark.usefixtures("bot")
async def test_a_slow_discord_is_no_lost_picture(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Discord does not say in time whether it has a picture, it is believed to; the swap will tell."""
    reply = await place.swap()
    monkeypatch.setattr(sys.modules["cogs.results"], "CHECK_SECONDS", 0.05)
    release = asyncio.Event()
    place.sandbox.faults.add("POST", r"/attachments/refresh-urls$", release=release, times=2)
    played = press(reply, REROLL, place.ada)
    assert (await played.first_response()).kind == "DEFER"
    release.set()
    await finished(place, played)


async def test_what_is_not_kept_cannot_be_made_again(place: Place, bot: FaceSwapBot) -> None:
    """Once what it was made from is purged, the owner is told what to do instead; nothing is charged."""
    reply = await place.swap()
    await bot.services.store.run(lambda db: db.execute("DELETE FROM inputs"))
    for button in (REROLL, EDIT):
        assert "not kept any more. Use `/faceswap`" in await told(press(reply, button, place.ada))
    assert await entries(place) == 1


@pytest.mark.usefixtures("bot")
async def test_edit_shows_what_was_and_makes_what_is_typed(place: Place) -> None:
    """The form holds the options of the result; what is changed reaches the API, what is not stays."""
    reply = await place.swap(prompt="a hat", format="webp", quality=80, seed=42)
    played = press(reply, EDIT, place.ada)
    form = await played.form()
    assert [control.get("value") for control in form.controls.values()] == ["a hat", None, "80", "42"]
    chosen = [one["value"] for one in form.controls["File format"]["options"] if one.get("default")]
    assert chosen == ["webp"]
    sent = await played.submit({"prompt": "a scarf", "format": ["jpeg"]}, by=place.ada)
    await finished(place, sent)
    asked = place.api.posts[-1].json
    assert {name: asked[name] for name in ("additional_prompt", "image_format", "quality", "seed")} == {
        "additional_prompt": "a scarf",
        "image_format": "jpeg",
        "quality": 80,
        "seed": 42,
    }
    replay(place, sent)
    await place.idle()
    assert await entries(place) == 2


@pytest.mark.usefixtures("bot")
async def test_an_empty_seed_is_a_new_one(place: Place) -> None:
    """Who empties the field gets a seed that nobody chose."""
    reply = await place.swap()
    sent = await press(reply, EDIT, place.ada).submit({"seed": ""}, by=place.ada)
    await finished(place, sent)
    assert place.api.posts[-1].json["seed"] != SEED_DEFAULT


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"seed": "many"}, ["Seed"]),
        ({"seed": "-1"}, ["Seed"]),
        ({"seed": "4294967296"}, ["Seed"]),
        ({"seed": "٣"}, ["Seed"]),
        ({"quality": "9"}, ["Quality"]),
        ({"quality": "101", "seed": "1.5"}, ["Quality", "Seed"]),
    ],
)
async def test_a_wrong_option_costs_nothing(place: Place, typed: dict[str, str], named: list[str]) -> None:
    """Each wrong field is named with what it takes, in private; nothing is made or charged."""
    reply = await place.swap()
    text = await told(await press(reply, EDIT, place.ada).submit({**typed}, by=place.ada))
    assert "you were not charged" in text
    assert [line.split("**")[1] for line in text.splitlines()[1:]] == named
    assert len(place.api.posts) == 1


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("lost", "fields"),
    [
        (["target.png"], ["target", "prompt", "format", "quality", "seed"]),
        (["source.png", "target.png"], ["source", "target", "prompt", "format", "quality"]),
    ],
)
async def test_edit_asks_for_lost_pictures_too(place: Place, lost: list[str], fields: list[str]) -> None:
    """One form for both: as many fields as Discord takes; what has no field stays as it was."""
    reply = await place.swap(seed=42)
    for name in lost:
        lose(place, name)
    played = press(reply, EDIT, place.ada)
    form = await played.form()
    assert [control["custom_id"] for control in form.controls.values()] == fields
    uploads = {name.removesuffix(".png"): Upload("fresh.png", PNG) for name in lost}
    await finished(place, await played.submit({**uploads, "prompt": "a hat"}, by=place.ada))
    asked = place.api.posts[-1].json
    assert (asked["additional_prompt"], asked["seed"]) == ("a hat", 42)
    assert "fresh.png" in str(asked["target_image"])


@pytest.mark.usefixtures("bot")
async def test_in_direct_messages(place: Place) -> None:
    """The buttons work where there is no server."""
    dm = place.sandbox.dm(place.ada.account)
    given = {"source": Upload("source.png", PNG), "target": Upload("target.png", PNG)}
    reply = await finished(place, await place.ada.account.slash(dm, "faceswap", **given))
    await finished(place, press(reply, REROLL, place.ada.account))
    assert await place.rows("SELECT guild_id FROM entries") == [{"guild_id": 0}] * 2
