"""**Swap a face into this** as members live it: from a message's menu, through a form, to a swap."""

import io
import itertools
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.client import FaceSwapBot
from bot.sandbox import NotOffered, Played, Reply, Upload
from bot.sandbox.messages import Message
from bot.sandbox.places import Channel, Member, User
from bot.store.forms import LIFE
from cogs.face_menu import MENU
from tests.e2e.clicks import remembered, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.photos import photo
from tests.scripted_api import PNG

FACE = Upload("face.png", PNG)
FORMS = "SELECT id, pictures, sent_by FROM forms"
_COLOURS = itertools.count()
CHARGED = [{"amount_micros": 50_000}]
ENTRIES = "SELECT amount_micros FROM entries"


def message(place: Place, *names: str, channel: Channel | None = None, by: Member | None = None) -> Message:
    """A message with pictures of these names, none like another: the same again would be shown for free."""
    files = [Upload(name, photo(colour=f"#{next(_COLOURS):06x}")) for name in names]
    return place.sandbox.write(by or place.ada, channel or place.channel, "look", files)


async def opened(place: Place, on: Message | Reply, *, by: User | Member | None = None) -> Played:
    """Pick the command from the menu of a message."""
    where = on.raw.channel if isinstance(on, Reply) else on.channel
    played = await (by or place.ada).use_menu(where, MENU, on=on)
    await played.form()
    return played


async def told(played: Played) -> str:
    """What a member is told, in private, in place of a form or a swap."""
    first = await played.first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    return first.reply.content


async def swapped(place: Place, played: Played) -> Reply:
    """Wait for the picture that a form was answered with."""
    reply = await played.reply()
    assert len(reply.attachments) == 1
    await place.idle()
    assert await place.rows(FORMS) == []
    return reply


def sent(place: Place, number: int = -1) -> tuple[str, str]:
    """The file names of source and target, as the API was asked."""
    post = place.api.posts[number].json
    source, target = (urlsplit(str(post[name])).path for name in ("source_image", "target_image"))
    return source.rpartition("/")[2], target.rpartition("/")[2]


async def save(place: Place, name: str) -> None:
    """Save a face."""
    given = {"name": name, "picture": Upload("me.jpg", photo())}
    assert (
        f"**{name}**" in (await (await place.ada.slash(place.channel, "face save", **given)).reply()).content
    )


async def test_a_face_goes_into_the_picture_of_a_message(place: Place, bot: FaceSwapBot) -> None:
    """One picture: the form asks for a face and who sees it, and the answer is the swap, for the price."""
    bea = place.guild.join(place.sandbox.create_user("Bea"))
    played = await opened(place, message(place, "cat.png", by=bea))
    form = await played.form()
    await bot.attended()
    assert remembered(bot) == {}
    assert (form.title, [*form.controls]) == (MENU, ["The face to use", "Who sees the result"])
    reply = await swapped(place, await played.submit({"The face to use": FACE}, by=place.ada))
    assert not reply.ephemeral
    assert sent(place) == ("face.png", "cat.png")
    assert await place.rows(ENTRIES) == CHARGED


@pytest.mark.usefixtures("bot")
async def test_one_of_several_pictures_is_chosen(place: Place) -> None:
    """By number and name, the first unless another is; and the result can be for oneself alone."""
    on = message(place, "one.png", "two words.png", "notes.txt", "three.png")
    played = await opened(place, on)
    form = await played.form()
    labels = [option["label"] for option in form.controls["Which picture"]["options"]]
    assert labels == ["Picture 1 · one.png", "Picture 2 · two_words.png", "Picture 3 · three.png"]
    given = {"Which picture": labels[2], "The face to use": FACE, "Who sees the result": "Only me"}
    reply = await swapped(place, await played.submit(given, by=place.ada))
    assert reply.ephemeral
    assert sent(place) == ("face.png", "three.png")
    played = await opened(place, on)
    await swapped(place, await played.submit({"The face to use": FACE}, by=place.ada))
    assert sent(place) == ("face.png", "one.png")


async def test_pictures_in_galleries_and_embeds_count(place: Place, bot: FaceSwapBot) -> None:
    """Those that Discord holds, each once; an address elsewhere is never read."""
    elsewhere = discord.Embed(title="x").set_image(url="http://127.0.0.1:9/secret.png")
    channel = bot.get_partial_messageable(place.channel.id)
    signed = place.sandbox.world.cdn.signed(message(place, "embedded.png").attachments[0].path)
    held = signed.partition("?")[0]  # what has no signature gets one when it is used
    await channel.send(
        embeds=[elsewhere, discord.Embed(title="y").set_thumbnail(url=held).set_image(url=held)]
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://gallery.png")))
    await channel.send(view=view, file=discord.File(io.BytesIO(photo()), "gallery.png"))
    for reply, name in zip(place.said()[1:], ("embedded.png", "gallery.png"), strict=True):
        played = await opened(place, reply)
        assert "Which picture" not in (await played.form()).controls
        await swapped(place, await played.submit({"The face to use": FACE}, by=place.ada))
        assert sent(place) == ("face.png", name)


@pytest.mark.usefixtures("bot")
async def test_a_result_and_what_was_forwarded_can_be_swapped_into(place: Place) -> None:
    """The bot's own pictures, and those of a message that was forwarded here."""
    result = await place.swap()
    elsewhere = message(place, "cat.png", channel=place.guild.create_channel("elsewhere"))
    forwarded = place.sandbox.forward(place.ada, elsewhere, place.channel)
    for on, name in ((result, result.attachments[0].filename), (forwarded, "cat.png")):
        played = await opened(place, on)
        await swapped(place, await played.submit({"The face to use": FACE}, by=place.ada))
        assert sent(place) == ("face.png", name)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("names", [(), ("notes.txt",), ("clip.mp4",)])
async def test_a_message_without_pictures(place: Place, names: tuple[str, ...]) -> None:
    """A private sentence, no form, and nothing kept."""
    played = await place.ada.use_menu(place.channel, MENU, on=message(place, *names))
    assert "no picture in this message" in await told(played)
    assert await place.rows(FORMS) == []


@pytest.mark.usefixtures("bot")
async def test_without_saved_faces_a_picture_is_needed(place: Place) -> None:
    """Discord's own client does not send the form without one."""
    played = await opened(place, message(place, "cat.png"))
    with pytest.raises(NotOffered):
        await played.submit(by=place.ada)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"One of your saved faces": "Me"}, "face.jpg"),
        ({"The face to use": FACE}, "face.png"),
        ({}, "Give just one face"),
        ({"One of your saved faces": "Me", "The face to use": FACE}, "Give just one face"),
        ({"The face to use": Upload("notes.txt", b"hello")}, "source picture (the face) is not a picture"),
        ({"The face to use": Upload("huge.png", PNG, size=26 * 2**20)}, "26.0 MiB; at most 25.0 MiB"),
    ],
    ids=["saved", "upload", "none", "both", "no picture", "too large"],
)
async def test_just_one_face(place: Place, given: dict[str, object], outcome: str) -> None:
    """A saved one or an upload; anything else is refused in private, and nothing is held or kept."""
    for name in ("Me", "You"):
        await save(place, name)
    played = await opened(place, message(place, "cat.png"))
    options = (await played.form()).controls["One of your saved faces"]["options"]
    assert [option["label"] for option in options] == ["Me", "You"]
    submitted = await played.submit(given, by=place.ada)
    if outcome.startswith("face."):
        await swapped(place, submitted)
        assert sent(place) == (outcome, "cat.png")
    else:
        assert outcome in await told(submitted)
        assert place.api.posts == []
        assert await place.rows("SELECT id FROM swaps") == []
        assert await place.rows(FORMS) == []


@pytest.mark.usefixtures("bot")
async def test_a_saved_face_that_went_in_between(place: Place) -> None:
    """Deleted while the form was open: the member reads that there is none, and nothing is held."""
    await save(place, "Me")
    played = await opened(place, message(place, "cat.png"))
    await (await place.ada.slash(place.channel, "face delete", name="Me")).reply()
    submitted = await played.submit({"One of your saved faces": "Me"}, by=place.ada)
    assert "no face saved under this name" in await told(submitted)
    assert await place.rows("SELECT id FROM swaps") == []


async def test_a_form_that_is_sent_twice_swaps_once(place: Place, bot: FaceSwapBot) -> None:
    """As the same interaction, or as another one of a client that closes its forms late."""
    played = await opened(place, message(place, "cat.png"))
    form = await played.form()
    data = form.fill({"The face to use": FACE})
    world = place.sandbox.world
    first, second = Played(world.open_submit(played.raw, data)), Played(world.open_submit(played.raw, data))
    replay(place, first)
    assert "was sent already" in await told(second)
    await swapped(place, first)
    replay(place, first)
    assert "was sent already" in await told(Played(world.open_submit(played.raw, data)))
    await bot.attended()
    assert len(place.api.posts) == 1
    assert await place.rows(ENTRIES) == CHARGED
    assert first.raw.followups == []


async def test_a_form_outlives_a_restart(place: Place, start: Start) -> None:
    """Opened by one process, sent to another."""
    async with start():
        played = await opened(place, message(place, "one.png", "two.png"))
    async with start():
        given = {"Which picture": "1", "The face to use": FACE}
        await swapped(place, await played.submit(given, by=place.ada))
    assert sent(place) == ("face.png", "two.png")


@pytest.mark.usefixtures("bot")
async def test_a_form_expires(place: Place) -> None:
    """It says so, in private, and does nothing; what it was about is erased with the next one."""
    played = await opened(place, message(place, "cat.png"))
    place.sandbox.clock.advance(LIFE.total_seconds())
    submitted = await played.submit({"The face to use": FACE}, by=place.ada)
    assert "open for too long" in await told(submitted)
    assert place.api.posts == []


@pytest.mark.usefixtures("bot")
async def test_addresses_that_have_expired_are_renewed(place: Place) -> None:
    """A form that is open for longer than its picture's address works; and a face of long ago."""
    await save(place, "Me")
    place.sandbox.clock.advance(3 * 24 * 3600)
    place.sandbox.world.cdn.lifetime_seconds = 25 * 60
    played = await opened(place, message(place, "cat.png"))
    place.sandbox.clock.advance(26 * 60)
    await swapped(place, await played.submit({"One of your saved faces": "Me"}, by=place.ada))
    now = place.now().timestamp()
    for name in ("source_image", "target_image"):
        (expires,) = parse_qs(urlsplit(str(place.api.posts[0].json[name])).query)["ex"]
        assert int(expires, 16) > now


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("locale", "title"),
    [("de", "Gesicht hier einsetzen"), ("ja", "この画像の顔を入れ替える"), ("fr", "Mettre un visage ici")],
)
async def test_the_form_speaks_the_members_language(place: Place, locale: str, title: str) -> None:
    """Every label of it, within the room that Discord gives."""
    bea = place.guild.join(place.sandbox.create_user("Bea", locale=locale))
    upload = Upload("me.jpg", photo())
    await (await bea.slash(place.channel, "face save", name="Me", picture=upload)).reply()
    form = await (await opened(place, message(place, "one.png", "two.png"), by=bea)).form()
    assert form.title == title
    assert len(form.controls) == 4
    english = {"Which picture", "One of your saved faces", "The face to use", "Who sees the result"}
    assert english.isdisjoint(form.controls)


@pytest.mark.usefixtures("bot")
async def test_it_works_where_the_bot_is_no_member(place: Place) -> None:
    """In a server that it cannot read, and among friends: what it needs came with the command."""
    bea = place.sandbox.create_user("Bea")
    bea.install()
    guild = place.sandbox.create_guild("Away", with_bot=False)
    guild.join(bea)
    for channel in (guild.create_channel("general"), place.sandbox.group(bea, place.ada)):
        on = place.sandbox.write(bea, channel, "look", [Upload("cat.png", PNG)])
        played = await opened(place, on, by=bea)
        await swapped(place, await played.submit({"The face to use": FACE}, by=bea))
    assert [sent(place, number) for number in (0, 1)] == [("face.png", "cat.png")] * 2


async def test_a_limit_holds_here_as_well(place: Place, start: Start) -> None:
    """The member reads it in private, as with the command, and nothing is kept."""
    async with start(DAILY_SWAPS_PER_MEMBER="0"):
        played = await opened(place, message(place, "cat.png"))
        submitted = await played.submit({"The face to use": FACE}, by=place.ada)
        assert "switched off" in await told(submitted)
    assert await place.rows(FORMS) == []
