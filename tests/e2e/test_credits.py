"""`/credits` as members use it: true figures, whole histories, buttons that obey their owner."""

import csv
import io
import sys
from datetime import datetime, timedelta

import pytest

from bot.client import FaceSwapBot
from bot.errors import StoreError
from bot.sandbox import Reply
from bot.sandbox.places import Member
from bot.store import moderation
from bot.store.database import Transaction
from bot.store.moderation import Actor, Change
from bot.words.figures import moment
from tests.e2e.clicks import press_as, remembered, replay
from tests.e2e.conftest import Place, Start

PLENTY = {
    "COOLDOWN_SECONDS": "0",
    "DAILY_SWAPS_PER_MEMBER": "",
    "SERVER_DAILY_BUDGET_USD": "",
    "BOT_DAILY_BUDGET_USD": "",
}


async def swap(place: Place, times: int, *, by: Member | None = None) -> None:
    """Swap that many times, to the end."""
    for _ in range(times):
        assert (await place.swap(by=by)).attachments


async def show(place: Place, *, by: Member | None = None) -> str:
    """What `/credits show` says, in private."""
    played = await (by or place.ada).slash(place.channel, "credits show")
    reply = await played.reply()
    assert reply.ephemeral
    return reply.text


async def history(place: Place) -> Reply:
    """The first page of `/credits history`, in private."""
    reply = await (await place.ada.slash(place.channel, "credits history")).reply()
    assert reply.ephemeral
    return reply


async def test_a_newcomer_has_everything_left(place: Place, bot: FaceSwapBot) -> None:
    """Nothing used, nothing spent, no next time to wait for."""
    text = await show(place)
    assert "24 hours in this server**: 0 of 10 used, 10 left.\n" in text
    assert text.count("$0.00 today · $0.00 this month · $0.00 ever") == 2
    assert bot.services.limits.member_daily == 10


@pytest.mark.usefixtures("bot")
async def test_what_is_used_and_spent_is_shown(place: Place) -> None:
    """Two swaps here and one in direct messages: the allowance of each place, here and everywhere."""
    await swap(place, 2)
    here = place.channel
    place.channel = place.sandbox.dm(place.ada.account)
    await swap(place, 1)
    text = await show(place)
    assert "24 hours in direct messages**: 1 of 3 used, 2 left." in text
    place.channel = here
    text = await show(place)
    assert "2 of 10 used, 8 left. One more is free <t:" in text
    assert "**Spent in this server**: $0.10 today · $0.10 this month · $0.10 ever" in text
    assert "**Everywhere**: $0.15 today · $0.15 this month · $0.15 ever" in text


async def test_the_next_swap_is_free_when_it_says(place: Place, start: Start) -> None:
    """With the allowance used up, the moment shown is when the next swap is admitted, and not before."""
    async with start(COOLDOWN_SECONDS="0", DAILY_SWAPS_PER_MEMBER="2"):
        await swap(place, 1)
        held = (await place.rows("SELECT held_at FROM swaps"))[0]["held_at"]
        assert isinstance(held, int)
        place.sandbox.clock.advance(3600)
        await swap(place, 1)
        frees = datetime.fromtimestamp(held / 1000, place.now().tzinfo) + timedelta(hours=24)
        assert f"2 of 2 used, 0 left. The next is free {moment(frees)}" in await show(place)
        place.sandbox.clock.advance((frees - place.now()).total_seconds() - 5)
        assert (await (await place.faceswap()).first_response()).kind == "MESSAGE"
        place.sandbox.clock.advance(6)
        assert "1 of 2 used, 1 left" in await show(place)
        await swap(place, 1)


async def test_what_moderators_set_is_shown(place: Place, bot: FaceSwapBot) -> None:
    """A server's own allowance, the best role's over it, and extra swaps with their ends."""
    member = place.guild.create_role("Member")
    bob = place.guild.join(place.sandbox.create_user("Bob"), roles=(member,))
    store, now = bot.services.store, place.now()
    change = Change(limits={moderation.Setting.DAILY: 4}, role_daily={member.id: 7})
    await store.run(moderation.change_settings, Actor(1, place.guild.id, 9, now), change)
    ends = now + timedelta(days=3)
    for key, units, until in ((2, 5, None), (3, 2, ends), (4, 9, now - timedelta(seconds=1))):
        actor = Actor(key, place.guild.id, 9, now)
        await store.run(moderation.grant, actor, place.ada.account.id, units, until)
    text = await show(place)
    assert "0 of 4 used, 4 left" in text
    assert f"**Extra swaps**: 7 left (2 until {moment(ends, 'f')}, 5 for good)" in text
    text = await show(place, by=bob)
    assert "0 of 7 used, 7 left" in text
    assert "Extra swaps" not in text


async def test_without_a_limit_there_is_nothing_to_wait_for(place: Place, start: Start) -> None:
    """An operator without an allowance: the count is shown, and no reset."""
    async with start(**PLENTY):
        await swap(place, 1)
        assert "1 used; there is no limit." in await show(place)


async def test_a_history_turns_its_pages_after_a_restart(place: Place, start: Start) -> None:
    """23 swaps are three pages, newest first; the buttons still work when the bot was started anew."""
    async with start(**PLENTY) as bot:
        await swap(place, 23)
        await bot.services.store.run(show_where, place)
        first = await history(place)
    ids = [row["id"] for row in await place.rows("SELECT id FROM swaps ORDER BY held_at DESC")]
    assert links(first) == [link(place, key) for key in ids[:10]]
    assert "page 1 of 3" in first.content
    assert [one.get("disabled") for one in first.buttons()] == [True, False, False]
    async with start():
        await (await first.press("Next", by=place.ada)).first_response()
        assert links(first) == [link(place, key) for key in ids[10:20]]
        await (await first.press("Next", by=place.ada)).first_response()
        assert links(first) == [link(place, key) for key in ids[20:]]
        assert [one.get("disabled") for one in first.buttons()] == [False, True, False]
        await (await first.press("Previous", by=place.ada)).first_response()
        assert "page 2 of 3" in first.content


def show_where(db: Transaction, place: Place) -> None:
    """Note for each swap a message of the same number, private ones apart."""
    assert db.execute("UPDATE swaps SET message_id = id, channel_id = :channel", channel=place.channel.id)


def link(place: Place, key: object) -> str:
    """Where a swap with that number is seen."""
    return f"https://discord.com/channels/{place.guild.id}/{place.channel.id}/{key}"


def links(reply: Reply) -> list[str]:
    """Every link on a page, in order."""
    return [line.partition("](")[2].rstrip(")") for line in reply.text.splitlines() if "](" in line]


async def test_a_history_is_the_members_own(place: Place, start: Start) -> None:
    """Another member's press is refused in private and changes nothing; theirs is another history."""
    async with start(**PLENTY):
        await swap(place, 11)
        bob = place.guild.join(place.sandbox.create_user("Bob"))
        page = await history(place)
        before = page.content
        for label in ("Next", "CSV"):
            refused = await press_as(page, label, bob).first_response()
            assert (refused.kind, refused.ephemeral) == ("MESSAGE", True)
            assert refused.reply is not None
            assert "belong to somebody else" in refused.reply.text
            assert not refused.reply.attachments
        assert page.content == before
        empty = await (await bob.slash(place.channel, "credits history")).reply()
        assert "no swaps yet" in empty.content
        assert empty.buttons() == []


async def test_the_file_holds_the_whole_history(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CSV has every swap once, newest first, across its reads; a private one has no link."""
    async with start(**PLENTY) as bot:
        monkeypatch.setattr(sys.modules["cogs.credits"], "_ROWS_AT_ONCE", 5)
        await swap(place, 11)
        await bot.services.store.run(show_where, place)
        assert (await (await place.faceswap(private=True)).reply()).attachments
        await bot.services.swaps.idle()
        page = await history(place)
        assert "only you could see it" in page.content
        reply = await (await page.press("CSV", by=place.ada)).reply()
        assert reply.ephemeral
        assert reply.text == "Your 12 swaps."
        rows = list(csv.DictReader(io.StringIO(reply.attachments[0].data.decode())))
        ids = [row["id"] for row in await place.rows("SELECT id FROM swaps ORDER BY held_at DESC")]
        assert [int(row["swap"]) for row in rows] == ids
        assert [row["message"] for row in rows] == ["", *(link(place, key) for key in ids[1:])]
        assert {(row["usd"], row["server"]) for row in rows} == {("0.05", str(place.guild.id))}
        monkeypatch.setattr(sys.modules["cogs.credits"], "FILE_ROWS", 10)
        reply = await (await page.press("CSV", by=place.ada)).reply()
        assert reply.text == "The newest 10 of your 12 swaps."
        assert reply.attachments[0].data.count(b"\r\n") == 11


async def test_a_replayed_press_stays_silent(
    place: Place, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """A press that arrives twice is answered once, without an error."""
    async with start(**PLENTY):
        await swap(place, 11)
        page = await history(place)
        pressed = await page.press("Next", by=place.ada)
        await pressed.first_response()
        replay(place, pressed)
        assert "page 2 of 2" in (await page_after(place, page)).content
    assert "failed unexpectedly" not in caplog.text


async def page_after(place: Place, page: Reply) -> Reply:
    """The page once another command was answered, which came after whatever was sent before."""
    await show(place)
    return page


async def test_a_defect_behind_a_button_is_said(
    place: Place, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """What a button's handler raises reaches the member as words and the log as a traceback."""
    async with start(**PLENTY):
        await swap(place, 11)
        page = await history(place)
        page.buttons()[1]["custom_id"] = "history:broken"
        refused = await (await page.press("Next", by=place.ada)).first_response()
        assert refused.reply is not None
        assert "Something went wrong in the bot" in refused.reply.text
        assert refused.ephemeral
    assert "failed unexpectedly" in caplog.text


async def test_who_is_kept_out_reads_why(place: Place, bot: FaceSwapBot) -> None:
    """A blocked member's figures begin with the reason that a swap would be refused for."""
    actor = Actor(1, place.guild.id, 9, place.now())
    await bot.services.store.run(moderation.block, actor, place.ada.account.id)
    text = await show(place)
    assert text.startswith("The moderators of this server have blocked you")
    assert "0 of 10 used" in text
    place.channel = place.sandbox.dm(place.ada.account)
    assert "blocked" not in await show(place)


async def test_a_failing_store_is_said(
    place: Place, bot: FaceSwapBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error without words for members becomes the words for a defect, and is logged."""

    async def broken(*_: object) -> None:
        raise StoreError("The database cannot be reached.")

    monkeypatch.setattr(bot.services.store, "run", broken)
    text = await show(place)
    monkeypatch.undo()
    assert "Something went wrong in the bot" in text
    assert "failed unexpectedly" in caplog.text


async def test_nothing_sent_stays_in_memory(place: Place, start: Start) -> None:
    """discord.py keeps no view of the histories that were shown, however many."""
    async with start(**PLENTY) as bot:
        await swap(place, 11)
        page = await history(place)
        await (await page.press("Next", by=place.ada)).first_response()
        assert remembered(bot) == {}
