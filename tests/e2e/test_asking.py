"""Before paying: what is seen in the pictures is told, and where no face is seen the member decides."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import compose, swaps
from bot.client import FaceSwapBot
from bot.config import Config
from bot.engine.child import EngineChild
from bot.engine.job import FACES_PATH
from bot.fetch import open_session
from bot.precheck import NOTHING, Precheck
from bot.sandbox import Played, Reply, Upload
from bot.store import swaps as rows
from tests.databases import opened
from tests.e2e.clicks import press_as, press_late, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import refusal
from tests.e2e.photos import photo as phone_photo
from tests.engine.photos import CAT, COLLINS, HOPPER, file_of, photo

Face = dict[str, float]
FACE: Face = {"pixels": 120, "sharpness": 0.2, "turn": 3}
NO_FACE_SEEN = "No face was found in the source picture."
ASKED = f"Waiting for your answer below.\n-# {NO_FACE_SEEN}"
CANCELLED = "Cancelled. You were not charged."


class Eyes:
    """Stands where the engine looks at pictures: what the next swaps show, source and target in turn."""

    def __init__(self) -> None:
        self.source: list[Face] = [FACE]
        self.target: list[Face] = [FACE]
        self.closed = False
        self._looks = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Tell the faces of one picture."""
        await request.read()
        self._looks += 1
        faces = self.source if self._looks % 2 else self.target
        return web.json_response({"faces": faces})


@pytest.fixture
async def eyes(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Eyes]:
    """Let the bot look through these."""
    eyes, app = Eyes(), web.Application(client_max_size=2**26)
    app.router.add_post(FACES_PATH, eyes.answer)
    async with TestServer(app) as server:

        async def engine() -> tuple[str, str] | None:
            return None if eyes.closed else (str(server.make_url(FACES_PATH)), "key")

        @asynccontextmanager
        async def seeing(_: Config, __: EngineChild | None) -> AsyncGenerator[Precheck]:
            async with open_session() as session:
                yield Precheck(session, engine)

        monkeypatch.setattr(compose, "open_precheck", seeing)
        monkeypatch.setattr(swaps, "_LOOK_SECONDS", 0.05)
        yield eyes


@pytest.fixture
def blind(eyes: Eyes) -> Eyes:
    """No source shows a face."""
    eyes.source = []
    return eyes


async def asked(place: Place) -> tuple[Played, Reply]:
    """Swap, and be asked: the swap and its question."""
    played = await place.faceswap()
    question = await played.followup()
    assert question.ephemeral
    assert (await played.reply()).text == ASKED
    return played, question


async def outcome(place: Place) -> list[tuple[object, object]]:
    """How every swap stands; every book is checked at the end of each test."""
    rows = await place.rows("SELECT state, failure FROM swaps ORDER BY id")
    return [(row["state"], row["failure"]) for row in rows]


@pytest.mark.usefixtures("blind", "bot")
async def test_who_wants_it_anyway_gets_it(place: Place) -> None:
    """Asked in private at the real price, with what was seen; nothing is sent before the answer."""
    played, question = await asked(place)
    assert [button["label"] for button in question.buttons()] == ["Swap anyway · 5¢", "Cancel"]
    assert NO_FACE_SEEN in question.text
    assert (question.pings, question.mentions) == (set(), set())
    assert not (await played.reply()).ephemeral
    assert place.api.posts == []
    await question.press("Swap anyway · 5¢", by=place.ada)
    reply = await played.reply(until=lambda reply: bool(reply.attachments))
    await place.idle()
    assert question.text == "Going on."
    assert question.buttons() == []
    assert f"-# {NO_FACE_SEEN}" in reply.text
    assert await outcome(place) == [("delivered", None)]
    assert len(place.api.posts) == 1


@pytest.mark.usefixtures("blind", "bot")
async def test_who_cancels_is_not_charged(place: Place) -> None:
    """Both messages say so, and nothing of the swap is left."""
    played, question = await asked(place)
    await question.press("Cancel", by=place.ada)
    await place.idle()
    assert (await played.reply()).text == question.text == CANCELLED
    assert [*question.buttons(), *(await played.reply()).buttons()] == []
    assert await outcome(place) == [("refunded", "Cancelled")]
    assert place.api.posts == []


@pytest.mark.usefixtures("blind", "bot")
@pytest.mark.parametrize(("late", "words"), [(0, CANCELLED), (1, "This question is closed.")])
async def test_who_does_not_answer_is_not_charged(place: Place, late: int, words: str) -> None:
    """After two minutes the placeholder says so; a late answer changes nothing, and is told no untruth."""
    played, question = await asked(place)
    place.sandbox.clock.advance(118)
    assert await outcome(place) == [("held", None)]
    place.sandbox.clock.advance(2)
    await place.idle()
    reply = await played.reply()
    assert reply.text.endswith("You were not charged.")
    buttons = question.buttons()
    pressed = press_late(question, buttons[1 - late], place.ada)
    await pressed.first_response()
    assert question.text == words
    assert await outcome(place) == [("refunded", "NotConfirmed")]
    assert place.api.posts == []


@pytest.mark.usefixtures("blind", "bot")
@pytest.mark.parametrize("label", ["Swap anyway · 5¢", "Cancel"])
async def test_nobody_else_answers(place: Place, label: str) -> None:
    """Another member's press is refused and changes nothing."""
    _, question = await asked(place)
    bob = place.guild.join(place.sandbox.create_user("Bob"))
    assert "somebody else" in await refusal(press_as(question, label, bob))
    assert await outcome(place) == [("held", None)]
    await question.press("Cancel", by=place.ada)
    await place.idle()


@pytest.mark.usefixtures("blind", "bot")
async def test_pressed_twice_it_is_paid_once(place: Place) -> None:
    """By a double click, by a replay, and by both buttons in one moment."""
    played, question = await asked(place)
    yes, no = question.buttons()
    first = press_late(question, yes, place.ada)
    second = press_late(question, yes, place.ada)
    replay(place, first)
    await second.first_response()
    await played.reply(until=lambda reply: bool(reply.attachments))
    await press_late(question, no, place.ada).first_response()
    await place.idle()
    assert await outcome(place) == [("delivered", None)]
    assert len(place.api.posts) == 1


@pytest.mark.parametrize("sees", [True, False], ids=["seeing", "blinded"])
@pytest.mark.parametrize("answered", [True, False], ids=["answered", "silent"])
async def test_a_restart_asks_no_second_time(
    place: Place, start: Start, blind: Eyes, *, sees: bool, answered: bool
) -> None:
    """The question stands, can be answered, and ends two minutes after it was first asked, engine or not."""
    async with start():
        played, question = await asked(place)
    place.sandbox.clock.advance(60)
    blind.closed = not sees
    async with start():
        if answered:
            await question.press("Swap anyway · 5¢", by=place.ada)
        else:
            place.sandbox.clock.advance(61)
        await place.idle()
        reply = await played.reply()
    assert len(played.raw.followups) == 1
    assert len(place.api.posts) == len(reply.attachments) == int(answered)
    assert await outcome(place) == [("delivered", None) if answered else ("refunded", "NotConfirmed")]


async def test_answered_while_nobody_was_there(place: Place, start: Start, blind: Eyes) -> None:
    """A yes that was taken down before a kill is not asked for again."""
    async with start():
        played, _ = await asked(place)
    store = await opened(place.database)
    assert await store.run(rows.confirm, played.raw.id, place.ada.account.id, place.now())
    await store.close()
    blind.closed = True
    async with start():
        await place.idle()
        assert (await played.reply()).attachments
    assert len(played.raw.followups) == 1


@pytest.mark.usefixtures("eyes", "bot")
async def test_what_is_seen_is_told(place: Place, eyes: Eyes) -> None:
    """Several faces and small ones are no question: they are told while it works, and under the picture."""
    eyes.source, eyes.target = [FACE | {"pixels": 50}], [FACE, FACE | {"pixels": 90}]
    release = place.api.hold()
    played = await place.faceswap()
    hints = [
        "-# The face in the source picture is small: the result may be blurred.",
        "-# The target picture shows 2 faces; the service chooses one.",
    ]
    note = await played.reply(until=lambda reply: "being made" in reply.text)
    assert note.text.splitlines()[1:] == hints
    release.set()
    await place.idle()
    reply = await played.reply()
    assert reply.text.splitlines()[2:] == hints
    assert played.raw.followups == []


@pytest.mark.usefixtures("blind")
async def test_free_swaps_say_so(place: Place, start: Start) -> None:
    """Where a swap costs nothing, the button says that."""
    async with start(SWAP_PRICE_USD="0"):
        _, question = await asked(place)
        assert [button["label"] for button in question.buttons()] == ["Swap anyway · free", "Cancel"]
        await question.press("Cancel", by=place.ada)
        await place.idle()


async def awake(bot: FaceSwapBot) -> None:
    """Wait until the real engine, which starts with the first look, sees something."""
    portrait = file_of(photo(HOPPER), "JPEG")
    while await bot.services.precheck.look(portrait, portrait) == NOTHING:
        pass


@pytest.mark.parametrize("precheck", ["auto", "off"])
async def test_the_real_engine_asks_about_a_cat(place: Place, start: Start, precheck: str) -> None:
    """Its detector finds no face in a cat and one in a turned portrait; switched off it is silent."""
    sideways = photo(COLLINS).rotate(90, expand=True)
    exif = sideways.getexif()
    exif[0x0112] = 6
    cat, portrait = file_of(photo(CAT), "JPEG"), file_of(sideways, "JPEG", exif=exif)
    async with start(PRECHECK=precheck, COOLDOWN_SECONDS="0") as bot:
        if precheck == "auto":
            await awake(bot)
        played = await place.faceswap(source=Upload("a.jpg", portrait), target=Upload("b.jpg", portrait))
        assert "-#" not in (await played.reply(until=lambda reply: bool(reply.attachments))).text
        await place.idle()
        played = await place.faceswap(source=Upload("cat.jpg", cat), target=Upload("b.jpg", portrait))
        if precheck == "auto":
            await (await played.followup()).press("Cancel", by=place.ada)
        await place.idle()
        assert bool((await played.reply()).attachments) == (precheck == "off")
    assert len(played.raw.followups) == (precheck == "auto")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "picture",
    [lambda: phone_photo((60, 40)), lambda: phone_photo((7360, 4912))],
    ids=["turned", "36 megapixels"],
)
async def test_a_phones_picture_works(place: Place, picture: Callable[[], bytes]) -> None:
    """Turned by its metadata, or as large as a phone makes them: the swap is made."""
    data = picture()
    reply = await place.swap(source=Upload("a.jpg", data), target=Upload("b.jpg", data))
    assert reply.attachments
    assert await outcome(place) == [("delivered", None)]
