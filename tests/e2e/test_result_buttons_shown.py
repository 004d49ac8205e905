"""Before/after, Details, Post to channel and Delete under a result: who may, what is seen, and only once."""

import io

import pytest
from PIL import Image

from bot import pictures
from bot.client import FaceSwapBot
from bot.controls import COMPARE, DELETE, DETAILS, EDIT, POST, REROLL
from bot.sandbox import Upload
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Member
from bot.store.moderation import Change
from tests.e2e.clicks import replay
from tests.e2e.conftest import Place, Start
from tests.e2e.pressing import change, press, public, swap_of, told
from tests.scripted_api import PNG, Answer

DAY = 24 * 3600


def picture(colour: str, size: tuple[int, int] = (64, 48)) -> bytes:
    """A plain PNG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def eve(place: Place) -> Member:
    """Another member."""
    return place.guild.join(place.sandbox.create_user("Eve"))


@pytest.fixture(params=[Permission.MANAGE_MESSAGES, Permission.MANAGE_GUILD], ids=["messages", "guild"])
def grace(place: Place, request: pytest.FixtureRequest) -> Member:
    """A moderator."""
    return place.guild.join(place.sandbox.create_user("Grace"), permissions=request.param)


# Before/after


@pytest.mark.usefixtures("bot")
async def test_before_and_after_side_by_side(place: Place) -> None:
    """The owner alone sees one picture: what was given on the left, what came out on the right."""
    place.api.script(Answer(body=picture("blue", (96, 96))))
    reply = await place.swap(target=Upload("target.png", picture("red")))
    played = press(reply, COMPARE, place.ada)
    shown = await played.reply()
    assert shown.ephemeral
    (file,) = shown.attachments
    assert file.description
    with pictures.open_picture(file.data) as whole:
        width, height = whole.size
        left, right = whole.getpixel((40, height // 2 + 20)), whole.getpixel((width - 40, height // 2 + 20))
        assert not whole.getexif()
        assert set(whole.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "xmp"}
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] - left[2] > 150
    assert right[2] - right[0] > 150
    assert len(await place.rows("SELECT id FROM entries")) == 1


@pytest.mark.usefixtures("bot")
async def test_before_and_after_is_the_owners(place: Place, grace: Member) -> None:
    """The picture that was given is nobody else's business, not even a moderator's."""
    reply = await place.swap()
    assert "belong to somebody else" in await told(press(reply, COMPARE, grace))


async def test_before_and_after_days_later(place: Place, start: Start) -> None:
    """It works with expired links in another process, and says so once Discord has lost the picture."""
    async with start():
        reply = await place.swap()
    place.sandbox.clock.advance(3 * DAY)
    async with start():
        assert (await press(reply, COMPARE, place.ada).reply()).attachments
        cdn = place.sandbox.world.cdn
        cdn.drop(next(one for one in cdn.files if one.endswith("target.png")))
        gone = await press(reply, COMPARE, place.ada).reply()
        assert gone.ephemeral
        assert "not kept any more" in gone.content


# Details


@pytest.mark.usefixtures("bot")
async def test_details_for_the_owner(place: Place) -> None:
    """What it was made with and cost, what was spent, what is left and when more is: in private."""
    reply = await place.swap(seed=42, quality=80, format="jpeg")
    text = await told(press(reply, DETAILS, place.ada))
    for part in (
        f"`{swap_of(reply)}`",
        "$0.05",
        "**Seed**: 42",
        "**Quality**: 80",
        "**Format**: jpeg",
        " s\n",
        "1 of 10 used, 9 left. One more is free <t:",
        "$0.05 today",
        "$0.05 ever",
    ):
        assert part in text


@pytest.mark.usefixtures("bot")
async def test_details_for_moderators_alone(place: Place, eve: Member, grace: Member) -> None:
    """A moderator learns what it was made with, not what its owner has left; others learn nothing."""
    reply = await place.swap(seed=42)
    text = await told(press(reply, DETAILS, grace))
    assert "**Seed**: 42" in text
    assert "ever" not in text
    assert "belong to somebody else" in await told(press(reply, DETAILS, eve))


# Delete


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("secret", [False, True])
async def test_the_owner_deletes(place: Place, secret: bool) -> None:
    """The message is gone, and what it was made from; the price stays on the books, and that is said."""
    reply = await place.swap(private=secret)
    played = press(reply, DELETE, place.ada)
    note = await played.followup()
    assert reply.deleted
    assert note.ephemeral
    assert "$0.05 stays spent" in note.content
    assert await place.rows("SELECT * FROM inputs") == []
    assert (await place.rows("SELECT removed_at IS NULL AS there FROM swaps")) == [{"there": 0}]
    assert await place.rows("SELECT amount_micros FROM entries") == [{"amount_micros": 50_000}]


@pytest.mark.usefixtures("bot")
async def test_delete_twice_and_replayed(place: Place, grace: Member) -> None:
    """Two presses, one of them delivered twice, and a moderator's after them: one deletion, no record."""
    reply = await place.swap()
    one, other = press(reply, DELETE, place.ada), press(reply, DELETE, place.ada)
    replay(place, one)
    await one.followup()
    await other.followup()
    late = press(reply, DELETE, grace)
    await late.followup()
    assert reply.deleted
    assert [len(played.raw.followups) for played in (one, other, late)] == [1, 1, 1]
    assert await place.rows("SELECT * FROM actions") == []


@pytest.mark.usefixtures("bot")
async def test_a_stranger_deletes_nothing(place: Place, eve: Member) -> None:
    """Another member is refused in private, and in direct messages there are no moderators."""
    reply = await place.swap()
    assert "belong to somebody else" in await told(press(reply, DELETE, eve))
    assert not reply.deleted
    assert len(await place.rows("SELECT * FROM inputs")) == 1


async def test_a_moderator_deletes_on_the_record(place: Place, bot: FaceSwapBot, grace: Member) -> None:
    """It is written to the log channel and the store, once, with who, whose and which."""
    log = place.guild.create_channel("log")
    await change(place, bot, Change(log_channel_id=log.id))
    reply = await place.swap()
    swap = swap_of(reply)
    played = press(reply, DELETE, grace)
    note = await played.followup()
    replay(place, played)
    assert reply.deleted
    line = f"deleted a face swap of <@{place.ada.account.id}> (`{swap}`)."
    assert note.content == f"You {line}"
    assert [message.content for message in log.messages.values()] == [f"<@{grace.account.id}> {line}"]
    recorded = await place.rows("SELECT actor_id, detail FROM actions WHERE action = 'delete'")
    assert recorded == [{"actor_id": grace.account.id, "detail": f'{{"swap": "{swap}"}}'}]


async def test_delete_after_a_restart_without_the_bot_in_the_server(place: Place, start: Start) -> None:
    """The press brings its own token, so the bot need not be there, nor know the message."""
    async with start():
        reply = await place.swap()
    place.sandbox.clock.advance(3 * DAY)
    async with start():
        place.guild.kick_bot()
        await press(reply, DELETE, place.ada).followup()
    assert reply.deleted


@pytest.mark.usefixtures("bot")
async def test_nothing_comes_after_a_deletion(place: Place) -> None:
    """A slow client that still shows the buttons is told so; nothing is made, shown or charged."""
    reply = await place.swap(private=True)
    await press(reply, DELETE, place.ada).followup()
    for button in (REROLL, EDIT, COMPARE):
        assert "not kept any more" in await told(press(reply, button, place.ada))
    assert "was deleted" in (await press(reply, POST, place.ada).followup()).content
    assert public(place) == []
    assert len(await place.rows("SELECT id FROM swaps")) == 1


# Anywhere, any time


async def test_in_direct_messages(place: Place, bot: FaceSwapBot) -> None:
    """Without a server: compared, explained, posted for both who are there, and deleted by the owner."""
    dm, ada = place.sandbox.dm(place.ada.account), place.ada.account
    given = {"source": Upload("source.png", PNG), "target": Upload("target.png", PNG), "private": True}
    reply = await (await ada.slash(dm, "faceswap", **given)).reply(until=lambda one: bool(one.attachments))
    await place.idle()
    assert (await press(reply, COMPARE, ada).reply()).attachments
    assert "**Your swaps of 24 hours in direct messages**: 1 of 3 used" in await told(
        press(reply, DETAILS, ada)
    )
    copy = await press(reply, POST, ada).followup()
    assert not copy.ephemeral
    await bot.attended()
    await press(reply, DELETE, ada).followup()
    assert (reply.deleted, copy.deleted) == (True, True)


async def test_details_days_and_a_restart_later(place: Place, start: Start) -> None:
    """What is explained comes from the books alone."""
    async with start():
        reply = await place.swap(seed=42)
    place.sandbox.clock.advance(3 * DAY)
    async with start():
        assert "**Seed**: 42" in await told(press(reply, DETAILS, place.ada))
