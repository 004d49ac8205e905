"""Free repeats: what a member has had made is shown again, for nothing, as long as it is there."""

import asyncio
from functools import partial
from typing import Any

import pytest

from bot import compose
from bot.client import FaceSwapBot
from bot.controls import DELETE, DETAILS, REROLL
from bot.progress import Notes
from bot.sandbox import Played, Reply, Upload
from bot.sandbox.places import Member
from bot.segmind import SEED_DEFAULT
from bot.store import moderation
from bot.store.moderation import Actor
from tests.e2e.conftest import Place, Start, another
from tests.e2e.pressing import change, finished, press, public, swap_of, told
from tests.signing import made_in

EDIT = r"/messages/@original$"
AGAIN = "-# The same pictures and options as before: shown again, and not charged."
SOURCE, TARGET = another(), another()
PICTURES: dict[str, Any] = {"source": Upload("source.png", SOURCE), "target": Upload("target.png", TARGET)}


async def same(place: Place, *, by: Member | None = None, **options: object) -> Reply:
    """Swap these two pictures, which are always the same."""
    return await place.swap(by=by, **{**PICTURES, **options})


async def calls_and_charges(place: Place) -> tuple[int, int]:
    """How many calls were paid, and how many swaps charged; nothing may be held."""
    rows = await place.rows(
        "SELECT (SELECT COUNT(*) FROM entries) AS charged, (SELECT SUM(held_micros) FROM accounts) AS held"
    )
    assert rows[0]["held"] == 0
    return len(place.api.posts), int(str(rows[0]["charged"]))


@pytest.mark.usefixtures("bot")
async def test_the_same_again_is_shown_again_for_nothing(place: Place) -> None:
    """Byte for byte what the first swap was answered with, as free, with its seed and its credentials."""
    first = await same(place)
    again = await same(place, spoiler=True)
    assert AGAIN not in first.text
    assert again.text.splitlines()[1:] == [f"**free** · seed {SEED_DEFAULT}", AGAIN]
    (one,), (other,) = first.attachments, again.attachments
    assert (other.data, other.filename) == (one.data, one.filename)
    assert made_in(other.data) == swap_of(first) == swap_of(again)
    assert [picture.spoiler for picture in (*first.pictures, *again.pictures)] == [False, True]
    assert await calls_and_charges(place) == (1, 1)
    assert (again.pings, again.mentions) == (set(), set())


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "options",
    [
        {"seed": 43},
        {"prompt": "a hat"},
        {"format": "webp"},
        {"quality": 50},
        {"source": PICTURES["target"], "target": PICTURES["source"]},
        {"source": Upload("source.png", another())},
        {"target": Upload("target.png", another())},
    ],
    ids="+".join,
)
async def test_anything_else_is_paid(place: Place, options: dict[str, Any]) -> None:
    """Another seed, prompt, format, quality or picture, or the two exchanged, is another swap."""
    first: dict[str, Any] = {"seed": 42}
    await same(place, **first)
    assert AGAIN not in (await same(place, **(first | options))).text
    assert await calls_and_charges(place) == (2, 2)


@pytest.mark.usefixtures("bot")
async def test_another_member_pays(place: Place) -> None:
    """What one member had made is never shown to another for it, not even in the same channel."""
    await same(place)
    bob = place.guild.join(place.sandbox.create_user("Bob"))
    reply = await same(place, by=bob)
    assert AGAIN not in reply.text
    assert await calls_and_charges(place) == (2, 2)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("way", ["by hand", "by its button", "by a moderator", "lost by Discord"])
async def test_what_is_gone_is_made_anew(place: Place, way: str) -> None:
    """However the first result went away, the same pictures are a swap of their own again."""
    first = await same(place)
    if way == "by hand":
        place.sandbox.delete(first)
    elif way == "lost by Discord":
        place.sandbox.world.cdn.drop(first.attachments[0].path)
    else:
        grace = place.guild.join(place.sandbox.create_user("Grace"), permissions=1 << 13)
        await press(first, DELETE, place.ada if way == "by its button" else grace).followup()
    again = await same(place)
    assert AGAIN not in again.text
    assert await calls_and_charges(place) == (2, 2)
    assert again.attachments


@pytest.mark.usefixtures("bot")
async def test_what_was_private_is_made_anew(place: Place) -> None:
    """Discord shows a private answer to nobody again; a public one is also repeated in private."""
    await same(place, private=True)
    public_one = await same(place)
    assert AGAIN not in public_one.text
    again = await same(place, private=True)
    assert again.ephemeral
    assert again.text.endswith(AGAIN)
    assert await calls_and_charges(place) == (2, 2)


async def test_it_works_in_another_process(place: Place, start: Start) -> None:
    """Days later, after a restart: the key and the digest are in the store."""
    async with start():
        await same(place)
    place.sandbox.clock.advance(3 * 24 * 3600)
    async with start():
        assert (await same(place)).text.endswith(AGAIN)
    assert await calls_and_charges(place) == (1, 1)


async def test_it_touches_no_limit(place: Place, start: Start) -> None:
    """Neither cooldown, allowance nor budget: right after a repeat the last swap of the day is admitted."""
    async with start(DAILY_SWAPS_PER_MEMBER="2", SERVER_DAILY_BUDGET_USD="0.10", BOT_DAILY_BUDGET_USD="0.10"):
        await same(place)
        place.sandbox.clock.advance(5)
        for _ in range(3):
            assert (await same(place)).text.endswith(AGAIN)
        assert (await place.swap()).attachments
    assert await calls_and_charges(place) == (2, 2)


async def test_it_uses_no_extra_swap(place: Place, start: Start) -> None:
    """With the allowance spent it takes one of the extra swaps for a moment only."""
    async with start(COOLDOWN_SECONDS="0", DAILY_SWAPS_PER_MEMBER="1") as bot:
        actor = Actor(3, place.guild.id, 1, place.now())
        await bot.services.store.run(moderation.grant, actor, place.ada.account.id, 1, None)
        await same(place)
        for _ in range(2):
            assert (await same(place)).text.endswith(AGAIN)
        assert (await place.swap()).attachments
        refused = await (await place.faceswap()).first_response()
        assert refused.reply is not None
        assert "0 are left" in refused.reply.text


@pytest.mark.usefixtures("bot")
async def test_its_buttons_are_the_first_swaps(place: Place) -> None:
    """Details and Re-roll of what made it, at its real price; Delete takes both messages away."""
    first = await same(place, seed=42)
    again = await same(place, seed=42)
    details = await told(press(again, DETAILS, place.ada))
    assert f"`{swap_of(first)}`" in details
    assert "**Seed**: 42" in details
    assert "Re-roll · 5¢" in [button["label"] for button in again.buttons()]
    rolled = await finished(place, press(again, REROLL, place.ada))
    assert AGAIN not in rolled.text
    await press(again, DELETE, place.ada).followup()
    assert [reply.raw.id for reply in public(place) if not reply.deleted] == [rolled.raw.id]
    assert await calls_and_charges(place) == (2, 2)


@pytest.mark.parametrize("shown", [False, True], ids=["before", "after"])
async def test_killed_around_a_repeat(place: Place, start: Start, shown: bool) -> None:
    """Whether it was shown already or not: it is shown, once, refunded once, and never paid."""
    async with start(COOLDOWN_SECONDS="0"):
        await same(place)
        fault = place.sandbox.faults.add("PATCH", EDIT, release=asyncio.Event(), applied=shown)
        played = await place.faceswap(**PICTURES)
        await fault.met.wait()
        fault.disconnect = True  # what has not arrived by now never does
    async with start():
        reply = await played.reply(until=lambda reply: bool(reply.attachments))
        await place.idle()
    assert reply.text.endswith(AGAIN)
    assert len(reply.pictures) == 1
    assert await calls_and_charges(place) == (1, 1)
    assert len(reply.history) == 2  # the placeholder, and the picture
    states = await place.rows("SELECT state FROM swaps ORDER BY id")
    assert [row["state"] for row in states] == ["delivered", "refunded"]


async def test_no_note_covers_a_repeat(place: Place, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long Discord takes to show it."""
    monkeypatch.setattr(compose, "Notes", partial(Notes, first_seconds=0.3))
    async with start(COOLDOWN_SECONDS="0"):
        await same(place)
        fault = place.sandbox.faults.add("PATCH", EDIT, delay_seconds=0.8)
        played: Played = await place.faceswap(**PICTURES)
        await fault.met.wait()
        await place.idle()
        assert (await played.reply()).text.endswith(AGAIN)


async def test_a_paused_server_repeats_nothing(place: Place, bot: FaceSwapBot) -> None:
    """The moderators' rules hold for repeats too."""
    await same(place)
    await change(place, bot, moderation.Change(paused=True))
    first = await (await place.faceswap(**PICTURES)).first_response()
    assert first.reply is not None
    assert "have paused face swaps" in first.reply.text


@pytest.mark.parametrize("badged", [True, False], ids=["badged", "unbadged"])
async def test_what_has_no_badge_stays_where_that_is_allowed(
    place: Place, bot: FaceSwapBot, *, badged: bool
) -> None:
    """A server's result is repeated in direct messages too, but not one that it had without a badge."""
    await change(place, bot, moderation.Change(caption_only=not badged))
    await same(place)
    assert (await same(place)).text.endswith(AGAIN)
    place.channel = place.sandbox.dm(place.ada.account)
    assert ((await same(place)).text.endswith(AGAIN)) is badged
    assert await calls_and_charges(place) == ((1, 1) if badged else (2, 2))


async def test_at_the_limit_a_repeat_is_refused_like_any_swap(place: Place, start: Start) -> None:
    """Whether it is one is only known from its pictures, which take longer to read than a refusal may."""
    async with start(COOLDOWN_SECONDS="0", DAILY_SWAPS_PER_MEMBER="1"):
        await same(place)
        first = await (await place.faceswap(**PICTURES)).first_response()
        assert first.reply is not None
        assert (first.kind, first.ephemeral) == ("MESSAGE", True)
        assert first.reply.text.endswith("You were not charged.")
