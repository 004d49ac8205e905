"""How a member sees a swap come along: few notes, none after the picture, no more than Discord takes."""

import asyncio
from functools import partial

import pytest

from bot import answers, compose, progress, views
from bot.progress import Notes
from bot.sandbox import Played, Reply
from bot.sandbox.places import Channel, Member
from tests.e2e.conftest import Place, Start
from tests.scripted_api import SWAP_PATH, Answer

EDIT = r"/messages/@original$"
ANY = {"COOLDOWN_SECONDS": "0", "SWAPS_AT_ONCE": "", "DAILY_SWAPS_PER_MEMBER": "", "BOT_DAILY_BUDGET_USD": ""}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes ten times as often."""
    monkeypatch.setattr(compose, "Notes", partial(Notes, first_seconds=0.2))


def texts(reply: Reply) -> list[str]:
    """Every text that ever stood in a reply."""
    return [
        text["content"]
        for shown in reply.history
        for container in shown.components
        for text in container.get("components", ())
        if "content" in text
    ]


@pytest.mark.usefixtures("quick")
async def test_the_estimate_outlives_a_restart(place: Place, start: Start) -> None:
    """The first swap of all has no bar; the first of a new process has one, learnt from the swap before."""
    async with start(**ANY):
        place.api.script(Answer(delay=0.5))
        reply = await place.swap()
        assert "Your picture is being made." in texts(reply)
        assert not any("▱" in text for text in texts(reply))
    async with start():
        release = place.api.hold()
        reply = await (await place.faceswap()).reply(until=lambda reply: "longer than usual" in reply.text)
        release.set()
        await place.idle()
    bars = [text for text in texts(reply) if "▱" in text]
    assert bars[0].endswith("left")
    assert bars[-1].endswith("This takes longer than usual.")
    assert reply.attachments


@pytest.mark.usefixtures("quick")
async def test_the_line_moves_up(place: Place, start: Start) -> None:
    """Who waits is told the place in the line, which falls; nobody waits where there is room."""
    async with start(API_CONCURRENCY="1", **ANY):
        first, next_one, at_last = (place.api.hold() for _ in range(3))
        await place.faceswap()
        await place.api.received.wait()
        second = await place.faceswap()
        await second.reply(until=lambda reply: "You are next." in reply.text)
        last = await place.faceswap()
        await last.reply(until=lambda reply: "You are number 2 in the line." in reply.text)
        first.set()
        await last.reply(until=lambda reply: "You are next." in reply.text)
        next_one.set()
        reply = await last.reply(until=lambda reply: "being made" in reply.text)
        assert reply.buttons() == []
        at_last.set()
        await place.idle()
        assert reply.attachments


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("seconds", [0.3, 1.5], ids=["delayed", "hanging"])
@pytest.mark.parametrize("ending", ["picture", "failure"])
async def test_a_late_note_covers_nothing(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch, seconds: float, ending: str
) -> None:
    """Discord carries a note out late, even after who sent it gave up: what ends the swap stands there."""
    monkeypatch.setattr(progress, "_LAST_EDIT_SECONDS", 0.7)
    monkeypatch.setattr(answers, "_LATE_NOTE_PAUSES", (0.1, 0.5, 1))
    release = place.api.hold(Answer(200 if ending == "picture" else 500))
    async with start(**ANY):
        fault = place.sandbox.faults.add("PATCH", EDIT, delay_seconds=seconds)
        played = await place.faceswap()
        await fault.met.wait()
        release.set()
        await asyncio.sleep(seconds + 0.2)
        await place.idle()
        reply = await played.reply()
        assert "You were not charged" in reply.text if ending == "failure" else reply.pictures
        assert "being made" not in reply.text


async def crowd(place: Place, start: Start, members: int, seconds: float) -> None:
    """Let members of several servers swap in the same moment under Discord's own limits."""
    channels = [place.sandbox.create_guild(f"Harbour {number}").create_channel("a") for number in range(4)]
    asking: list[tuple[Member, Channel]] = []
    for number in range(members):
        channel = channels[number % len(channels)]
        assert channel.guild
        asking.append((channel.guild.join(place.sandbox.create_user(f"Member {number}")), channel))
    place.api.defaults[SWAP_PATH] = Answer(delay=seconds)
    async with start(API_CONCURRENCY="8", SERVER_DAILY_BUDGET_USD="", **ANY):
        place.sandbox.enforce_rate_limits()
        played: list[Played] = []
        for member, channel in asking:
            place.channel = channel
            played.append(await place.faceswap(by=member))
        replies = [await one.reply(60, until=lambda reply: bool(reply.attachments)) for one in played]
        await place.idle()
    assert [exchange.path for exchange in place.sandbox.exchanges if exchange.status == 429] == []
    notes = [
        exchange.at for exchange in place.sandbox.exchanges if f"'id': {views.NOTE}" in str(exchange.body)
    ]
    busiest = max(sum(at <= other < at + 1 for other in notes) for at in notes)
    assert busiest <= 30  # 20 leave in a second, and arrive as they may
    edits = [len(reply.history) - 1 for reply in replies]
    assert max(edits) <= 12
    assert sum(edits) > members, "nobody was told how far it was"


@pytest.mark.parametrize("seconds", [0.4, pytest.param(1.5, marks=pytest.mark.soak)])
async def test_a_hundred_swaps_at_once_meet_no_limit_of_discords(
    place: Place, start: Start, seconds: float
) -> None:
    """All are told how they stand, none is turned away, each member gets a picture."""
    await crowd(place, start, 100, seconds)
