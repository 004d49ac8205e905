"""What moderators and the clock decide on reports: who may, what comes back, what is erased and logged."""

from datetime import timedelta

import pytest

from bot.client import FaceSwapBot
from bot.sandbox import Upload
from bot.sandbox.permissions import Permission
from bot.store import inputs
from tests.e2e.clicks import press_as, press_late, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import admin, refusal
from tests.e2e.reporting import Court, is_hidden, photograph


@pytest.fixture
async def court(place: Place, bot: FaceSwapBot) -> Court:
    """A server with a log channel."""
    return await Court.of(place, bot)


async def test_restore_shows_it_again(place: Place, court: Court) -> None:
    """The same bytes in the same message, with a button to report it; the case is closed, nothing is kept."""
    result = await place.swap()
    await court.reported(result)
    played = await court.decide("Restore")
    await place.sandbox.until(lambda: result.attachments or None, 5, "the picture")
    assert len(result.attachments) == 1
    assert [one["label"] for one in result.buttons()] == ["Delete", "Report"]
    assert f"AI face swap** for <@{place.ada.account.id}>" in result.text
    assert "is shown again" in (await played.followup()).content
    (case,) = court.cases()
    assert not case.buttons()
    assert f"Restored by <@{court.grace.account.id}>" in case.text
    line = f"<@{court.grace.account.id}> restored the reported face swap"
    await place.sandbox.until(lambda: line in court.logged()[-1].content or None, 5, "the log")
    assert await court.kept() == [("restored", False)]
    assert await court.actions() == ["restore"]
    assert await place.rows("SELECT hash FROM blocked_pictures") == []


async def test_a_restored_picture_needs_another_reporter(place: Place, court: Court) -> None:
    """Whoever reported it before is told so, and it stays; somebody else takes it down again."""
    result = await place.swap()
    await court.reported(result)
    await court.decide("Restore")
    await place.sandbox.until(lambda: result.attachments or None, 5, "the picture")
    assert "only if somebody else reports it" in await court.reported(result)
    told = await (await court.press_report(result)).reply()
    assert told.ephemeral
    assert "only if somebody else reports it" in told.content
    assert result.attachments
    assert "The picture is gone" in await court.reported(result, by=court.member("Eve"))
    assert is_hidden(result)


async def test_a_deleted_message_is_restored_as_another(place: Place, court: Court) -> None:
    """Into the same channel; where its message is gone it cannot go back."""
    result = await place.swap()
    await court.reported(result)
    place.sandbox.world.delete(result.raw)
    await court.decide("Restore")
    (again,) = await place.sandbox.until(lambda: place.said() or None, 5, "a new message")
    assert len(again.attachments) == 1
    assert not again.raw.mentions


async def test_a_picture_that_was_not_kept_is_made_anew(place: Place, court: Court) -> None:
    """Restoring then frees the pictures, and says that the result itself cannot come back."""
    result = await place.swap()
    place.sandbox.world.cdn.drop(result.attachments[0].path)
    await court.reported(result)
    played = await court.decide("Restore")
    assert "could not be shown again" in (await played.followup()).content
    assert is_hidden(result)
    assert await court.kept() == [("restored", False)]


@pytest.mark.parametrize("reason", ["my_face", "sexual"])
async def test_confirm_leaves_only_hashes(place: Place, court: Court, reason: str) -> None:
    """No bytes, no inputs; the message stays as it is, and further reports find it decided."""
    result = await place.swap()
    swap_id = int((await place.rows("SELECT id FROM swaps"))[0]["id"])  # pyright: ignore[reportArgumentType] - an integer column
    await court.reported(result, reason=reason)
    await court.decide("Confirm")
    line = f"<@{court.grace.account.id}> confirmed the report"
    await place.sandbox.until(lambda: line in court.logged()[-1].content or None, 5, "the log")
    assert ("blocked everywhere" in court.logged()[-1].content) is (reason == "sexual")
    assert is_hidden(result)
    assert await court.kept() == [("confirmed", False)]
    assert await court.bot.services.store.run(inputs.made, swap_id) is None
    (case,) = court.cases()
    assert not case.buttons()
    assert f"Removed by <@{court.grace.account.id}>" in case.text
    assert await court.actions() == ["confirm"]


@pytest.mark.parametrize("button", ["Restore", "Confirm"])
async def test_only_moderators_decide(place: Place, court: Court, button: str) -> None:
    """Not the reporter, not whose picture it is; another server's moderator neither here nor there."""
    result = await place.swap()
    await court.reported(result)
    (case,) = court.cases()
    other = place.sandbox.create_guild("Elsewhere")
    foreign = other.join(place.sandbox.create_user("Mo"), permissions=Permission.MANAGE_GUILD)
    place.guild.join(foreign.account)
    there = other.create_channel("general")
    listed = await (await foreign.slash(there, "faceswap-admin reports")).reply()
    (wanted,) = (one for one in case.buttons() if one["label"] == button)
    presses = [press_as(case, button, member) for member in (court.bob, place.ada, foreign)]
    for played in (*presses, press_late(listed, wanted, foreign)):
        assert "permission Manage Server" in await refusal(played)
    assert await court.kept() == [("open", True)]
    assert await court.actions() == []


async def test_two_moderators_at_once_decide_once(place: Place, court: Court) -> None:
    """The second one sees what the first has decided; a replayed press does nothing."""
    result = await place.swap()
    await court.reported(result)
    (case,) = court.cases()
    linus = place.guild.join(place.sandbox.create_user("Linus"), permissions=Permission.ADMINISTRATOR)
    presses = [press_as(case, "Restore", court.grace), press_as(case, "Confirm", linus)]
    for one in presses:
        assert (await one.first_response()).kind == "UPDATE"
    for one in presses:
        replay(place, one)
    await admin(place, court.grace, "reports")
    assert len(await court.actions()) == 1
    assert not court.cases()[0].buttons()


async def test_without_a_log_channel_moderators_have_a_list(place: Place, bot: FaceSwapBot) -> None:
    """Private, oldest first, with the same buttons; what is decided leaves it."""
    court = await Court.of(place, bot, log=False)
    results = [await place.swap() for _ in range(2)]
    for one in results:
        await court.reported(one)
    listed = await admin(place, court.grace, "reports")
    assert "2 reports wait" in listed.text
    assert listed.text.index(f"/{results[0].raw.id}") < listed.text.index(f"/{results[1].raw.id}")
    assert not listed.attachments
    restore = listed.buttons()[0]["custom_id"]
    await (await listed.press(restore, by=court.grace)).first_response()
    await place.sandbox.until(lambda: results[0].attachments or None, 5, "the picture")
    assert "1 report waits" in listed.text
    await (await listed.press("Confirm", by=court.grace)).first_response()
    assert "No report waits" in listed.text
    assert await court.kept() == [("restored", False), ("confirmed", False)]
    assert court.logged() == []


async def test_a_decision_in_the_list_shows_in_the_log(place: Place, court: Court) -> None:
    """The case's own message loses its buttons too."""
    await court.reported(await place.swap())
    listed = await admin(place, court.grace, "reports")
    await (await listed.press("Confirm", by=court.grace)).first_response()
    await place.sandbox.until(lambda: not court.cases()[0].buttons() or None, 5, "the case closed")


async def test_a_long_list_still_fits(place: Place, court: Court) -> None:
    """Discord's limits on one message hold; what does not fit comes when others are decided."""
    for n in range(9):
        sent = await court.report(await place.swap(), by=court.member(f"Member {n}"), note="w" * 300)
        await sent.reply()
    listed = await admin(place, court.grace, "reports")
    assert "9 reports wait" in listed.text
    assert 1 <= sum(one["label"] == "Confirm" for one in listed.buttons()) <= 7


async def test_the_clock_decides_after_48_hours(place: Place, start: Start) -> None:
    """Then nothing is kept; who presses too late reads that, and nothing comes back."""
    async with start(COOLDOWN_SECONDS="0") as bot:
        court = await Court.of(place, bot)
        result = await place.swap()
        await court.reported(result)
        assert await court.kept() == [("open", True)]
    place.sandbox.clock.advance(timedelta(hours=48).total_seconds())
    async with start():
        await place.sandbox.wait_until_ready()
        (case,) = court.cases()
        await (await case.press("Restore", by=court.grace)).first_response()
        assert "Nobody decided within 48 hours" in case.text
        assert not case.buttons()
        assert is_hidden(result)
        assert await court.kept() == [("confirmed", False)]
        assert await court.actions() == []


async def test_a_case_is_decided_on_after_a_restart(place: Place, start: Start) -> None:
    """Its buttons and its picture outlive the process."""
    async with start(COOLDOWN_SECONDS="0") as bot:
        court = await Court.of(place, bot)
        result = await place.swap()
        await court.reported(result)
    async with start():
        await court.decide("Restore")
        await place.sandbox.until(lambda: result.attachments or None, 5, "the picture")
        assert len(result.attachments) == 1


async def test_the_operator_hears_of_what_is_blocked_everywhere(place: Place, start: Start) -> None:
    """A server's moderators block in the whole bot for a grave reason; the operator can take that back."""
    office = place.sandbox.create_guild("Office")
    desk = office.create_channel("desk")
    boss = office.join(place.sandbox.create_user("Boss"), permissions=Permission.MANAGE_GUILD)
    clerk = office.join(place.sandbox.create_user("Clerk"))
    async with start(COOLDOWN_SECONDS="0", OPERATOR_CHANNEL_ID=str(desk.id)) as bot:
        court = await Court.of(place, bot)
        await court.reported(await place.swap(source=Upload("a.png", photograph(1))), reason="sexual")
        await court.decide("Confirm")
        (notice,) = await place.sandbox.until(lambda: place.said(desk) or None, 5, "the notice")
        assert f"`{place.guild.id}`" in notice.text

        async def scopes() -> list[object]:
            return [row["guild_id"] for row in await place.rows("SELECT guild_id FROM blocked_pictures")]

        assert sorted(map(str, await scopes())) == ["0", str(place.guild.id)]
        button = notice.buttons()[0]
        for played in (press_late(notice, button, clerk), press_late(court.logged()[0], button, court.grace)):
            assert "permission Manage Server" in await refusal(played)
        await (await notice.press("Block there alone", by=boss)).first_response()
        assert await scopes() == [place.guild.id]
        assert not notice.buttons()
        assert await court.actions() == ["confirm", "narrow"]
