"""`/face` as members live it: a picture in their own direct messages, and nowhere else."""

import asyncio
import io
from urllib.parse import urlsplit

import pytest
from PIL import Image

from bot.client import FaceSwapBot
from bot.sandbox import Played, Reply, Upload
from bot.sandbox.messages import Message
from bot.sandbox.places import Member
from tests.e2e.clicks import press_as, press_late, remembered, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.photos import PLACE, bomb, cutout, photo
from tests.scripted_api import PNG

FACES = "SELECT user_id, name, channel_id, message_id FROM faces ORDER BY user_id, name"
DAY = 24 * 3600


async def save(place: Place, name: str, data: bytes | None = None, *, by: Member | None = None) -> Played:
    """Type `/face save` with a picture."""
    upload = Upload("me.jpg", photo() if data is None else data)
    return await (by or place.ada).slash(place.channel, "face save", name=name, picture=upload)


async def saved(place: Place, name: str, data: bytes | None = None, *, by: Member | None = None) -> Reply:
    """Save a face, and return the private answer."""
    reply = await (await save(place, name, data, by=by)).reply()
    assert reply.ephemeral
    return reply


async def asked(place: Place, command: str, *, by: Member | None = None, **options: object) -> Reply:
    """Type another command, and return its private answer."""
    reply = await (await (by or place.ada).slash(place.channel, f"face {command}", **options)).reply()
    assert reply.ephemeral
    return reply


def letters(place: Place, member: Member | None = None) -> list[Message]:
    """The direct messages that a member has."""
    return [*place.sandbox.dm((member or place.ada).account).messages.values()]


async def use(place: Place, name: str, *, by: Member | None = None, **options: object) -> Played:
    """Type `/face use`."""
    target = Upload("target.png", PNG)
    return await (by or place.ada).slash(place.channel, "face use", name=name, target=target, **options)


async def suggestions(place: Place, member: Member, command: str, typed: str) -> list[str]:
    """What is suggested for a name."""
    choices = await member.autocomplete(place.channel, f"face {command}", option="name", typed=typed)
    assert all(choice["name"] == choice["value"] for choice in choices)
    return [choice["name"] for choice in choices]


@pytest.fixture
def bea(place: Place) -> Member:
    """Another member."""
    return place.guild.join(place.sandbox.create_user("Bea"))


async def test_a_face_is_kept_in_a_direct_message(place: Place, bot: FaceSwapBot) -> None:
    """The answer leads there; the store knows the place alone, and nothing is kept in memory."""
    played = await save(place, "  Me ")
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("DEFER", True)
    reply = await played.reply()
    (letter,) = letters(place)
    assert f"https://discord.com/channels/@me/{letter.channel.id}/{letter.id}" in reply.content
    assert "**Me**" in reply.content
    assert "**Me**" in letter.content
    assert "/face delete" in letter.content
    assert [one.description for one in letter.attachments] == ["A face that you saved"]
    where = {"channel_id": letter.channel.id, "message_id": letter.id}
    assert await place.rows(FACES) == [{"user_id": place.ada.account.id, "name": "Me"} | where]
    assert remembered(bot) == {}


@pytest.mark.usefixtures("bot")
async def test_the_picture_holds_nothing_but_its_pixels(place: Place) -> None:
    """Upright, without place, comment or profile; a transparent one stays so; a huge one becomes smaller."""
    assert PLACE.encode() in photo()
    for name, data in (("turned", photo()), ("clear", cutout()), ("huge", photo((5000, 400), "blue"))):
        await saved(place, name, data)
    pictures = [Image.open(io.BytesIO(one.attachments[0].data)) for one in letters(place)]
    assert [picture.size for picture in pictures] == [(40, 60), (40, 40), (164, 2048)]
    assert [picture.format for picture in pictures] == ["JPEG", "WEBP", "JPEG"]
    assert pictures[1].convert("RGBA").getpixel((5, 5)) == pytest.approx((200, 10, 10, 100), abs=6)
    for picture, letter in zip(pictures, letters(place), strict=True):
        assert dict(picture.getexif()) == {}
        assert {"exif", "comment", "icc_profile", "xmp"}.isdisjoint(picture.info)
        assert PLACE.encode() not in letter.attachments[0].data


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (Upload("notes.txt", b"hello"), "not a picture the bot can use"),
        (Upload("page.png", b"<html><script>alert(1)</script>"), "not a picture the bot can use"),
        (
            Upload("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "not a picture the bot can use",
        ),
        (Upload("cut.jpg", photo()[:300]), "not a picture the bot can use"),
        (Upload("empty.png", b""), "not a picture the bot can use"),
        (Upload("bomb.png", bomb()), "too large"),
        (Upload("huge.png", PNG, size=26 * 2**20), "26.0 MiB; at most 25.0 MiB"),
        (Upload("liar.png", PNG + b"\0" * 26 * 2**20, size=100), "too large"),
    ],
    ids=lambda value: value.filename if isinstance(value, Upload) else None,
)
async def test_what_is_no_picture_is_not_saved(place: Place, upload: Upload, words: str) -> None:
    """Whatever it says that it is: nothing is sent and nothing kept, and the member reads why."""
    reply = await asked(place, "save", name="me", picture=upload)
    assert words in reply.content
    assert letters(place) == []
    assert await place.rows(FACES) == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("name", ["  ", "\u200b", "\u202e"])
async def test_a_name_has_something_to_see(place: Place, name: str) -> None:
    """A name that cannot be seen is refused before anything is read."""
    assert (
        "name of 1 to 32" in (await asked(place, "save", name=name, picture=Upload("a.jpg", photo()))).content
    )
    assert letters(place) == []


@pytest.mark.usefixtures("bot")
async def test_a_name_is_shown_as_it_was_typed(place: Place) -> None:
    """Its signs format nothing, link to nothing and mention nobody."""
    name = "**@everyone** [x](http://y) `z`"
    reply = await saved(place, name)
    listed = (await asked(place, "list")).embeds[0]["description"]
    gone = await asked(place, "delete", name=name)
    (letter,) = [one for one in place.sandbox.world.messages.values() if one.channel.recipient]
    shown = r"**\*\*\@everyone\*\* \[x\]\(http\:\/\/y\) \`z\`**"
    for text in (reply.content, listed, gone.content, letter.content):
        assert shown in text
    assert letter.mentions == []


@pytest.mark.usefixtures("bot")
async def test_with_direct_messages_closed_nothing_is_saved(place: Place) -> None:
    """The member reads why, and what to do; it works once that is done."""
    place.ada.account.dms_open = False
    reply = await saved(place, "me")
    assert "direct messages" in reply.content
    assert await place.rows(FACES) == []
    place.ada.account.dms_open = True
    assert "**me**" in (await saved(place, "me")).content


async def test_there_is_a_limit(place: Place, start: Start, bea: Member) -> None:
    """One more is refused before anything is read; another member's count as little as a deleted one."""
    async with start(SAVED_FACES="2"):
        for name in ("a", "b"):
            await saved(place, name)
        first = await (await save(place, "c")).first_response()
        assert first.kind == "MESSAGE"
        assert first.reply is not None
        assert "2 faces" in first.reply.content
        assert len(letters(place)) == 2
        assert "**c**" in (await saved(place, "c", by=bea)).content
        await asked(place, "delete", name="a")
        assert "**c**" in (await saved(place, "c")).content


@pytest.mark.usefixtures("bot")
async def test_the_same_name_replaces(place: Place) -> None:
    """In capitals or not; the message that held the face before is deleted, and the answer says so."""
    assert "was deleted" not in (await saved(place, "Me")).content
    (before,) = letters(place)
    assert "was deleted" in (await saved(place, "mE", photo(colour="blue"))).content
    (now,) = letters(place)
    assert before.deleted
    assert [(row["name"], row["message_id"]) for row in await place.rows(FACES)] == [("mE", now.id)]


@pytest.mark.usefixtures("bot")
async def test_a_reply_that_came_to_nothing_is_no_defect(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord takes the message so late that the command's token is dead: the face is kept all the same."""
    held = place.sandbox.faults.add("POST", r"/channels/\d+/messages$", release=asyncio.Event())
    await save(place, "me")
    await held.met.wait()
    place.sandbox.clock.advance(15 * 60 + 1)
    assert held.release is not None
    held.release.set()
    async with asyncio.timeout(10):
        while "is not ours to answer any more: HTTP 401" not in caplog.text:  # noqa: ASYNC110 - a log sets no event
            await asyncio.sleep(0.01)
    assert [row["name"] for row in await place.rows(FACES)] == ["me"]
    assert "failed unexpectedly" not in caplog.text


@pytest.mark.usefixtures("bot")
async def test_a_discord_that_is_too_busy_is_no_defect(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord takes no message for the time being: nothing is saved, and the member is told to try again."""
    place.sandbox.faults.add("POST", r"/channels/\d+/messages$", retry_after=0.01, times=5)
    reply = await saved(place, "me")
    assert "try again" in reply.content
    assert await place.rows(FACES) == []
    assert "failed unexpectedly" not in caplog.text


@pytest.mark.usefixtures("bot")
async def test_what_cannot_be_kept_is_not_left_lying_about(place: Place) -> None:
    """Where the store fails once the picture was sent, the message goes, and the old face stays."""
    await saved(place, "me")
    (before,) = letters(place)
    place.database.execute(
        "CREATE TRIGGER full BEFORE INSERT ON faces BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    assert "Something went wrong" in (await saved(place, "me")).content
    assert letters(place) == [before]
    assert [row["message_id"] for row in await place.rows(FACES)] == [before.id]


async def test_an_interaction_that_comes_twice_saves_once(place: Place, bot: FaceSwapBot) -> None:
    """At once, and again when it is done."""
    played = await save(place, "me")
    replay(place, played)
    await played.reply()
    replay(place, played)
    await asked(place, "list")
    await bot.attended()
    assert len(letters(place)) == 1
    assert len(await place.rows(FACES)) == 1
    assert played.raw.followups == []


@pytest.mark.usefixtures("bot")
async def test_the_list_leads_to_the_pictures(place: Place, bea: Member) -> None:
    """Name, time and message of each; how many there can be; another member's list is empty."""
    for name in ("b", "A"):
        await saved(place, name)
    (embed,) = (await asked(place, "list")).embeds
    lines = embed["description"].splitlines()
    assert embed["title"] == "2 of 10 faces saved"
    for line, name, letter in zip(lines, ("A", "b"), reversed(letters(place)), strict=True):
        assert line.startswith(f"- **{name}** · <t:")
        assert f"/@me/{letter.channel.id}/{letter.id}" in line
    (embed,) = (await asked(place, "list", by=bea)).embeds
    assert "no face yet" in embed["description"]


async def test_the_longest_list_fits(place: Place, start: Start) -> None:
    """As many faces as can be set, with the longest names of signs that have to be escaped."""
    async with start(SAVED_FACES="20"):
        for number in range(20):
            await saved(place, f"{'*' * 30}{number:02}")
        (embed,) = (await asked(place, "list")).embeds
        assert len(embed["description"].splitlines()) == 20


@pytest.mark.usefixtures("bot")
async def test_deleting_a_face_deletes_its_message(place: Place, bea: Member) -> None:
    """Only one's own, and once; what the member cannot see is not told."""
    await saved(place, "me")
    (letter,) = letters(place)
    assert "no face saved under this name" in (await asked(place, "delete", name="me", by=bea)).content
    assert not letter.deleted
    assert "**me** was deleted" in (await asked(place, "delete", name="ME")).content
    assert letter.deleted
    assert await place.rows(FACES) == []
    assert "no face saved under this name" in (await asked(place, "delete", name="me")).content


async def test_a_face_can_be_deleted_where_it_is(place: Place, start: Start, bea: Member) -> None:
    """By the button under it, after a restart too; by nobody else, and twice does no harm."""
    async with start():
        await saved(place, "me")
    reply = Reply(letters(place)[0])
    (button,) = reply.buttons()
    async with start():
        first = await press_as(reply, "Delete this face", bea).first_response()
        assert first.reply is not None
        assert "belong to somebody else" in first.reply.content
        assert not reply.deleted
        await reply.press("Delete this face", by=place.ada)
        await place.sandbox.until(lambda: reply.deleted or None, 5, "the deletion")
        again = press_late(reply, button, place.ada)
        assert (await again.first_response()).kind == "DEFER_UPDATE"
        await asked(place, "list")
        assert await place.rows(FACES) == []
        assert again.raw.followups == []


@pytest.mark.usefixtures("bot")
async def test_a_message_that_cannot_be_deleted_keeps_its_face(place: Place) -> None:
    """Otherwise nobody could delete it any more; the member reads that it failed, and tries again."""
    await saved(place, "me")
    place.sandbox.faults.add("DELETE", r"/messages/\d+$", status=400)
    reply = await asked(place, "delete", name="me")
    assert "Please try again" in reply.content
    assert len(await place.rows(FACES)) == 1


@pytest.mark.usefixtures("bot")
async def test_suggestions_are_ones_own(place: Place, bea: Member) -> None:
    """What begins with the letters typed, then what holds them; never another member's."""
    for name in ("Anna", "Joanna", "Zoe"):
        await saved(place, name)
    await saved(place, "Anton", by=bea)
    for command in ("use", "delete"):
        assert await suggestions(place, place.ada, command, "an") == ["Anna", "Joanna"]
        assert await suggestions(place, place.ada, command, "") == ["Anna", "Joanna", "Zoe"]
        assert await suggestions(place, bea, command, "an") == ["Anton"]
        assert await suggestions(place, bea, command, "zoe") == []


async def test_a_saved_face_is_swapped_with(place: Place, start: Start, bea: Member) -> None:
    """After a restart and long after every address has expired, with all options, as `/faceswap` would."""
    async with start(COOLDOWN_SECONDS="0"):
        await saved(place, "Me")
    place.sandbox.clock.advance(3 * DAY)
    async with start():
        refused = await (await use(place, "me", by=bea)).first_response()
        assert refused.reply is not None
        assert "no face saved under this name" in refused.reply.content
        played = await use(place, "me", prompt="a hat", format="webp", quality=80, seed=42, private=True)
        assert (await played.first_response()).ephemeral
        reply = await played.reply()
        assert len(reply.attachments) == 1
        await place.idle()
    (post,) = place.api.posts
    asked_for = post.json
    source = urlsplit(str(asked_for["source_image"]))
    (letter,) = letters(place)
    assert source.path.removeprefix("/cdn") == letter.attachments[0].path
    assert "ex=" in source.query
    assert str(asked_for["target_image"]).partition("?")[0].endswith("target.png")
    assert (asked_for["additional_prompt"], asked_for["seed"], asked_for["quality"]) == ("a hat", 42, 80)
    assert await place.rows("SELECT amount_micros FROM entries") == [{"amount_micros": 50_000}]


@pytest.mark.usefixtures("bot")
async def test_a_face_whose_message_is_gone_is_gone(place: Place) -> None:
    """The member reads which, nothing is held or sent, and the name is free again."""
    await saved(place, "a_b")
    place.sandbox.world.delete(letters(place)[0])
    first = await (await use(place, "a_b")).first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    assert r"your face **a\_b** is gone" in first.reply.content
    assert place.api.posts == []
    assert await place.rows("SELECT id FROM swaps") == []
    assert await place.rows(FACES) == []
    assert await suggestions(place, place.ada, "use", "") == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("fault", [{"status": 400}, {"delay_seconds": 1.5}], ids=["refuses", "is slow"])
async def test_a_discord_that_cannot_tell_takes_no_face_away(place: Place, fault: dict[str, float]) -> None:
    """Whether the message is there is asked once more by the swap itself, which goes on."""
    await saved(place, "me")
    place.sandbox.faults.add("GET", r"/channels/\d+/messages/\d+$", **fault)  # pyright: ignore[reportArgumentType] - real parameters
    played = await use(place, "me")
    assert (await played.first_response()).seconds < 1.4
    reply = await played.reply()
    assert len(reply.attachments) == 1
    await place.idle()


@pytest.mark.usefixtures("bot")
async def test_faces_come_along(place: Place) -> None:
    """Saved in direct messages, listed where only the member has installed the bot."""
    place.ada.install()
    away = place.sandbox.create_guild("Away", with_bot=False)
    away.join(place.ada.account)
    there, dm = away.create_channel("general"), place.sandbox.dm(place.ada.account)
    upload = Upload("me.jpg", photo())
    reply = await (await place.ada.account.slash(dm, "face save", name="me", picture=upload)).reply()
    assert "**me**" in reply.content
    listed = await (await place.ada.account.slash(there, "face list")).reply()
    assert listed.ephemeral
    assert "**me**" in listed.embeds[0]["description"]
