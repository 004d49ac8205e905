"""`/privacy export` and `/privacy delete` as members live them, and what is left of somebody afterwards."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot import privacy
from bot.client import FaceSwapBot
from bot.sandbox import Reply, Upload
from bot.sandbox.places import Member
from bot.store import erasure
from tests.e2e.clicks import press_as, press_late, remembered, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import answered, refusal
from tests.e2e.photos import photo

DAY = 24 * 3600


async def ask(place: Place, command: str, *, by: Member | None = None) -> Reply:
    """Type a command of `/privacy`, and return its private answer."""
    reply = await (await (by or place.ada).slash(place.channel, f"privacy {command}")).reply()
    assert reply.ephemeral
    return reply


async def exported(place: Place, *, by: Member | None = None) -> dict[str, Any]:
    """A member's data."""
    (file,) = (await ask(place, "export", by=by)).attachments
    assert file.filename == "my-data.json"
    return json.loads(file.data)


async def delete(place: Place, *, by: Member | None = None) -> Reply:
    """Ask for deletion and confirm it."""
    question = await ask(place, "delete", by=by)
    await answered(await question.press("Delete my data", by=by or place.ada))
    await place.sandbox.until(lambda: "is deleted" in question.text or None, 5, "the end")
    return question


async def finish(place: Place, bot: FaceSwapBot) -> None:
    """Let the chore of those who are to be forgotten run until it finds nobody."""
    while await bot.services.store.run(erasure.due, place.now()):
        pass


async def save_face(place: Place) -> None:
    """Save a face as Ada."""
    upload = Upload("me.jpg", photo())
    await (await place.ada.slash(place.channel, "face save", name="me", picture=upload)).reply()


async def of_ada(place: Place, *tables: str) -> list[int]:
    """How many rows of each table are Ada's."""
    ada = place.ada.account.id
    found = [await place.rows(f"SELECT 1 FROM {table} WHERE user_id = {ada}") for table in tables]  # noqa: S608 - a test's own names
    return [len(rows) for rows in found]


@pytest.mark.usefixtures("bot")
async def test_a_member_reads_all_that_is_known(place: Place) -> None:
    """One file, for the member alone, with what was swapped and saved; no secret, nobody else."""
    bea = place.guild.join(place.sandbox.create_user("Bea"))
    await place.swap(prompt="as a pirate")
    await place.swap(by=bea)
    await save_face(place)
    document = await exported(place)
    assert [swap["state"] for swap in document["swaps"]] == ["delivered"]
    assert document["swaps"][0]["charged_micros"] == 50_000
    assert document["inputs"][0]["prompt"] == "as a pirate"
    assert [face["name"] for face in document["saved_faces"]] == ["me"]
    text = json.dumps(document)
    assert str(bea.account.id) not in text
    for secret in ("?ex=", "hm=", "token"):
        assert secret not in text


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("where", ["dm", "elsewhere"])
async def test_it_works_everywhere(place: Place, where: str) -> None:
    """In direct messages, and where only the member has installed the bot."""
    if where == "dm":
        place.channel = place.sandbox.dm(place.ada.account)
    else:
        place.ada.install()
        bea = place.sandbox.create_user("Bea")
        place.channel = place.sandbox.group(place.ada.account, bea)
    assert (await exported(place))["swaps"] == []
    assert "is deleted" in (await delete(place)).text


async def test_a_member_is_forgotten(place: Place, bot: FaceSwapBot) -> None:
    """Faces go with their messages, inputs at once, the ledger a day later."""
    await place.swap()
    await save_face(place)
    letters = place.sandbox.dm(place.ada.account).messages
    assert len(letters) == 1
    await delete(place)
    assert not letters
    assert await of_ada(place, "inputs", "faces", "swaps") == [0, 0, 1]
    (kept,) = await place.rows("SELECT channel_id, message_id FROM swaps")
    assert kept == {"channel_id": 0, "message_id": None}
    place.sandbox.clock.advance(DAY)
    await finish(place, bot)
    assert await of_ada(place, "swaps", "entries", "accounts", "erasures") == [0, 0, 0, 0]
    assert (await exported(place))["swaps"] == []


@pytest.mark.usefixtures("bot")
async def test_nothing_is_deleted_without_a_yes(place: Place) -> None:
    """Neither by the question nor by a no, nor by somebody else's yes, nor by one that comes too late."""
    await place.swap()
    question = await ask(place, "delete")
    yes = question.buttons()[0]
    bea = place.guild.join(place.sandbox.create_user("Bea"))
    assert "somebody else" in await refusal(press_as(question, "Delete my data", bea))
    place.sandbox.clock.advance(16 * 60)
    assert "too old" in await refusal(press_late(question, yes, place.ada))
    question = await ask(place, "delete")
    await answered(await question.press("Keep it", by=place.ada))
    assert question.text == "Nothing was deleted."
    assert question.buttons() == []
    assert await of_ada(place, "inputs", "swaps", "erasures") == [1, 1, 0]


async def test_two_presses_and_a_replay_are_one_deletion(place: Place, bot: FaceSwapBot) -> None:
    """Nothing goes wrong, nothing is left in memory, and a face saved afterwards outlives the replay."""
    question = await ask(place, "delete")
    yes = question.buttons()[0]
    presses = [press_late(question, yes, place.ada) for _ in range(2)]
    await asyncio.gather(*(answered(press) for press in presses))
    await place.sandbox.until(lambda: "is deleted" in question.text or None, 5, "the end")
    await save_face(place)
    replay(place, presses[1])
    await place.swap()
    assert await of_ada(place, "faces", "erasures") == [1, 1]
    assert remembered(bot) == {}


async def test_the_question_outlives_a_restart(place: Place, start: Start) -> None:
    """Another process hears the yes."""
    async with start(COOLDOWN_SECONDS="0"):
        await place.swap()
        question = await ask(place, "delete")
    async with start(COOLDOWN_SECONDS="0"):
        await answered(await question.press("Delete my data", by=place.ada))
        await place.sandbox.until(lambda: "is deleted" in question.text or None, 5, "the end")
        assert await of_ada(place, "inputs") == [0]


@pytest.mark.usefixtures("bot")
async def test_a_face_that_cannot_be_deleted_is_named(place: Place) -> None:
    """Discord refuses to delete the message: the face is forgotten, and the member knows where it is."""
    await save_face(place)
    place.sandbox.faults.add("DELETE", "/messages/", code=50001)
    reply = await delete(place)
    assert "could not be deleted" in reply.text
    assert await of_ada(place, "faces") == [0]
    assert len(place.sandbox.dm(place.ada.account).messages) == 1


async def test_a_swap_under_way_is_finished_first(place: Place, bot: FaceSwapBot) -> None:
    """It is delivered and charged; a day later nobody knows whose it was."""
    release = place.api.hold()
    played = await place.faceswap()
    for _ in range(500):
        if place.api.posts:
            break
        await asyncio.sleep(0.01)
    await delete(place)
    assert await place.rows("SELECT state FROM swaps") == [{"state": "sending"}]
    release.set()
    assert (await played.reply()).attachments
    await place.idle()
    assert await place.rows("SELECT state FROM swaps") == [{"state": "delivered"}]
    place.sandbox.clock.advance(DAY)
    await finish(place, bot)
    assert await of_ada(place, "swaps", "inputs", "entries", "accounts") == [0, 0, 0, 0]


async def test_the_chores_know_their_time(place: Place, start: Start) -> None:
    """With a retention of two days the links and inputs go after two days, and the history still lists it."""
    async with start(COOLDOWN_SECONDS="0", RETENTION_DAYS="2") as bot:
        await place.swap()
        chores = privacy.chores(place.config().retention)
        for days, left in ((1.9, 1), (0.2, 0)):
            place.sandbox.clock.advance(days * DAY)
            for chore in chores:
                await bot.services.store.run(chore.run, place.now())
            assert await of_ada(place, "inputs") == [left]
        reply = await (await place.ada.slash(place.channel, "credits history")).reply()
        assert "$0.05" in reply.text
        assert "see it" not in reply.text
        assert "only you" not in reply.text
    assert timedelta(days=2) == place.config().retention
