"""Reporting a result: it is gone at once, whoever reports it and however; one case, and nothing leaks."""

import asyncio
import io
import time

import pytest
from PIL import Image

from bot.client import FaceSwapBot
from bot.sandbox import Reply, Upload
from bot.sandbox.permissions import Permission
from bot.store.cases import GRAVE, Reason
from bot.store.swaps import Swap
from tests.e2e.clicks import replay
from tests.e2e.conftest import Place, Start, another
from tests.e2e.moderating import admin, refusal
from tests.e2e.reporting import MENU, Court, is_hidden, photograph
from tests.engine.photos import file_of
from tests.scripted_api import PNG
from tests.stores import a_swap


@pytest.fixture
async def court(place: Place, bot: FaceSwapBot) -> Court:
    """A server with a log channel."""
    return await Court.of(place, bot)


async def test_a_reported_picture_is_gone_at_once(place: Place, court: Court) -> None:
    """In under two seconds the message shows words alone, and moderators read a case without the picture."""
    result = await place.swap()
    begun = time.monotonic()
    sent = await court.report(result, note="this is *me*, see ```\nhttps://evil.example <@1>\u202e")
    await place.sandbox.until(lambda: is_hidden(result) or None, 5, "the picture to be gone")
    assert time.monotonic() - begun < 2
    told = await sent.reply()
    assert told.ephemeral
    assert "The picture is gone" in told.content
    (case,) = await place.sandbox.until(lambda: court.cases() or None, 5, "the case")
    assert "reported and taken down" in result.text
    assert [one["label"] for one in case.buttons()] == ["Restore", "Confirm"]
    for part in (
        f"<@{court.bob.account.id}>",
        f"<@{place.ada.account.id}>",
        "Something else",
        f"/{place.guild.id}/{place.channel.id}/{result.raw.id}",
        "```\nthis is *me*, see \N{PRIME}\N{PRIME}\N{PRIME} https://evil.example <@1>\n```",
        ":R>",
    ):
        assert part in case.text
    assert not case.attachments
    assert not case.raw.mentions


async def test_the_button_hides_its_own_message(place: Place, court: Court) -> None:
    """By the interaction's own answer, which needs no right in the channel, in under two seconds."""
    result = await place.swap()
    place.channel.overwrite(place.guild.everyone, deny=Permission.VIEW_CHANNEL)
    place.channel.overwrite(court.bob, allow=Permission.VIEW_CHANNEL)
    begun = time.monotonic()
    sent = await court.press_report(result)
    first = await sent.first_response()
    assert first.kind == "UPDATE"
    assert is_hidden(result)
    assert time.monotonic() - begun < 2
    told = await sent.followup()
    assert told.ephemeral
    assert "The picture is gone" in told.content
    assert await court.kept() == [("open", True)]


@pytest.mark.parametrize("who", ["Ada", "Bob", "Grace"])
async def test_anybody_may_report(place: Place, court: Court, who: str) -> None:
    """Whose picture it is, somebody else, and a moderator."""
    by = {"Ada": place.ada, "Bob": court.bob, "Grace": court.grace}[who]
    result = await place.swap()
    assert "The picture is gone" in await court.reported(result, by=by)
    again = await place.swap()
    await (await court.press_report(again, by=by)).first_response()
    assert is_hidden(result)
    assert is_hidden(again)


REASONS = [(one.value, one not in GRAVE) for one in Reason]


@pytest.mark.parametrize(("reason", "kept"), REASONS)
async def test_what_is_kept_depends_on_the_reason(
    place: Place, court: Court, reason: str, *, kept: bool
) -> None:
    """For "sexual" and "a minor" nothing is kept, and restoring is not offered."""
    result = await place.swap()
    await court.reported(result, reason=reason)
    assert is_hidden(result)
    assert await court.kept() == [("open", kept)]
    (case,) = court.cases()
    assert [one["label"] for one in case.buttons()] == (["Restore"] if kept else []) + ["Confirm"]


@pytest.mark.parametrize("route", ["menu", "button"])
async def test_two_at_once_are_one_case(place: Place, court: Court, route: str) -> None:
    """Both are thanked; moderators read one message with both reports."""
    result = await place.swap()
    report = court.report if route == "menu" else court.press_report
    eve, bob = court.member("Mallory"), court.bob
    for played in await asyncio.gather(report(result, by=eve), report(result, by=bob)):
        told = await (played.reply() if route == "menu" else played.followup())
        assert "The picture is gone" in told.content
    assert is_hidden(result)
    assert await court.kept() == [("open", True)]
    assert len(court.cases()) == 1

    def both() -> bool | None:
        return all(f"<@{one.account.id}>" in court.cases()[-1].text for one in (eve, bob)) or None

    await place.sandbox.until(both, 5, "both reports in the case")


async def test_a_form_sent_twice_counts_once(place: Place, court: Court) -> None:
    """A member who opens two forms, and an interaction that arrives twice, make one report."""
    result = await place.swap()
    forms = [await court.bob.use_menu(place.channel, MENU, on=result) for _ in range(2)]
    sent = [await one.submit({"reason": "other"}, by=court.bob) for one in forms]
    for one in sent:
        assert "The picture is gone" in (await one.reply()).content
        replay(place, one)
    await admin(place, court.grace, "reports")
    rows = await place.rows("SELECT id FROM reports")
    assert len(rows) == len(court.cases()) == 1


@pytest.mark.parametrize("route", ["menu", "button"])
async def test_a_message_that_is_gone_is_reported_all_the_same(
    place: Place, court: Court, route: str
) -> None:
    """Deleted while the form was open: the pictures are blocked, moderators read of it, nothing fails."""
    result = await place.swap()
    opened = await (
        court.bob.use_menu(place.channel, MENU, on=result)
        if route == "menu"
        else result.press("Report", by=court.bob)
    )
    await opened.form()
    place.sandbox.world.delete(result.raw)
    sent = await opened.submit({"reason": "my_face"}, by=court.bob)
    told = await (sent.reply() if route == "menu" else sent.followup())
    assert "The picture is gone" in told.content
    assert (await court.kept())[-1] == ("open", False)
    assert "This is my face" in court.cases()[-1].text


async def test_a_message_that_discord_no_longer_knows(place: Place, court: Court) -> None:
    """Where the button's message cannot be edited any more, the reporter is thanked all the same."""
    result = await place.swap()
    opened = await result.press("Report", by=court.bob)
    await opened.form()
    place.sandbox.faults.add("POST", "/callback$", code=10008)
    sent = await opened.submit({"reason": "other"}, by=court.bob)
    told = await sent.reply()
    assert told.ephemeral
    assert "The picture is gone" in told.content
    assert len(court.cases()) == 1


async def test_hiding_needs_no_download(place: Place, court: Court) -> None:
    """Where Discord does not hand the picture out, it is hidden and not kept."""
    result = await place.swap()
    place.sandbox.world.cdn.drop(result.attachments[0].path)
    assert "The picture is gone" in await court.reported(result)
    assert is_hidden(result)
    assert await court.kept() == [("open", False)]


async def test_out_of_reach_the_menu_says_so(place: Place, court: Court) -> None:
    """Where the bot does not see the channel any more, the case is there and the button is named."""
    result = await place.swap()
    place.channel.overwrite(place.guild.everyone, deny=Permission.VIEW_CHANNEL)
    place.channel.overwrite(court.bob, allow=Permission.VIEW_CHANNEL)
    told = await court.reported(result)
    assert "cannot reach this message" in told
    assert "**Report**" in told
    assert result.attachments
    assert len(court.cases()) == 1


async def test_what_is_not_ours_is_not_reported(place: Place, court: Court) -> None:
    """Another's message, even with a file of our name, and a message of ours without a picture."""
    forged = place.sandbox.write(court.bob, place.channel, "look", [Upload("faceswap-1.png", PNG)])
    words = await admin(place, court.grace, "reports")
    posted = court.logged()[0]
    assert words.ephemeral
    for message, channel in ((forged, place.channel), (posted.raw, court.log)):
        played = await place.ada.use_menu(channel, MENU, on=message)
        assert "no face swap that this bot has made" in await refusal(played)
    assert await court.kept() == []


async def test_three_open_reports_are_the_most(place: Place, court: Court) -> None:
    """The fourth is refused, hides nothing and says why; a decision makes room."""
    results = [await place.swap(by=court.member(f"Member {n}")) for n in range(4)]
    for one in results[:3]:
        await court.reported(one)
    assert "3 reports of yours are not decided on" in await court.reported(results[3])
    assert results[3].attachments
    await court.decide("Confirm")
    assert "The picture is gone" in await court.reported(results[3])


async def test_a_barred_reporter_hides_nothing(place: Place, court: Court) -> None:
    """Until moderators take their reports again; both are logged and recorded."""
    result = await place.swap()
    bob = f"<@{court.bob.account.id}>"
    await admin(place, court.grace, "bar-reporter", member=court.bob)
    assert "do not take your reports" in await court.reported(result)
    assert result.attachments
    await admin(place, court.grace, "unbar-reporter", member=court.bob)
    assert "The picture is gone" in await court.reported(result)
    lines = [one.content for one in court.logged()]
    me = f"<@{court.grace.account.id}>"
    assert f"{me} barred {bob} from reporting face swaps." in lines
    assert f"{me} let {bob} report face swaps again." in lines
    assert await court.actions() == ["bar_reporter", "unbar_reporter"]


async def test_a_form_outlives_the_bot(place: Place, start: Start) -> None:
    """Opened before a restart and sent after it, by menu and by button."""
    async with start(COOLDOWN_SECONDS="0") as bot:
        court = await Court.of(place, bot)
        plain, buttoned = await place.swap(), await place.swap()
        opened = (
            await court.bob.use_menu(place.channel, MENU, on=plain),
            await buttoned.press("Report", by=court.bob),
        )
        for one in opened:
            await one.form()
    async with start():
        for one in opened:
            await (await one.submit({"reason": "harassment"}, by=court.bob)).first_response()
        await place.sandbox.until(
            lambda: (is_hidden(plain) and is_hidden(buttoned)) or None, 5, "both hidden"
        )


async def test_direct_messages_and_private_groups_go_to_the_operator(place: Place, start: Start) -> None:
    """Where no server is asked: hidden where the bot can, and one case each in the operator's channel."""
    office = place.sandbox.create_guild("Office")
    desk, boss = office.create_channel("desk"), place.sandbox.create_user("Boss")
    office.join(boss, permissions=Permission.MANAGE_GUILD)
    cy = place.sandbox.create_user("Cy")
    group = place.sandbox.group(place.ada, cy, name="friends")
    place.ada.install()
    cy.install()
    async with start(COOLDOWN_SECONDS="0", OPERATOR_CHANNEL_ID=str(desk.id)) as bot:
        court = await Court.of(place, bot)
        dm = place.sandbox.dm(place.ada.account)
        results: list[Reply] = []
        for channel in (dm, group):
            given = {"source": Upload("a.png", another()), "target": Upload("b.png", PNG)}
            results.append(await (await place.ada.account.slash(channel, "faceswap", **given)).reply())
            await place.idle()
        for by, channel, result in ((place.ada.account, dm, results[0]), (cy, group, results[1])):
            await (await court.report(result, by=by, channel=channel)).reply()
        assert is_hidden(results[0])
        assert results[1].attachments
        pressed = await (await results[1].press("Report", by=cy)).submit({"reason": "other"}, by=cy)
        assert (await pressed.first_response()).kind == "UPDATE"
        assert is_hidden(results[1])
        assert court.cases() == []
        found = await place.sandbox.until(
            lambda: [one for one in place.said(desk) if one.buttons()] or None, 5, "cases"
        )
        assert len(found) == 2
        assert f"/@me/{dm.id}/{results[0].raw.id}" in found[0].text
        await (await found[0].press("Restore", by=boss)).first_response()
        await place.sandbox.until(lambda: results[0].attachments or None, 5, "the picture")
        await (await found[1].press("Confirm", by=boss)).first_response()
        assert await court.kept() == [("restored", False), ("confirmed", False)]


async def test_a_private_result_stays_private(place: Place, court: Court) -> None:
    """Its button works for the one who sees it; what is restored is posted to nobody else."""
    result = await place.swap(private=True)
    sent = await court.press_report(result, by=place.ada)
    assert "The picture is gone" in (await sent.followup()).content
    assert is_hidden(result)
    played = await court.decide("Restore")
    assert "could not be shown again" in (await played.followup()).content
    assert place.said() == []
    assert await court.kept() == [("restored", False)]


async def test_copies_are_hidden_too(place: Place, court: Court) -> None:
    """Reporting a free repeat reports the swap it shows: both messages lose the picture, and get it back."""
    again = Upload("a.png", another())
    results = [await place.swap(source=again) for _ in range(2)]
    assert "The picture is gone" in await court.reported(results[1])
    await place.sandbox.until(lambda: is_hidden(results[0]) or None, 5, "the first one hidden")
    assert is_hidden(results[1])
    await court.decide("Restore")
    for one in results:
        await place.sandbox.until(lambda one=one: one.attachments or None, 5, "the picture")


async def test_a_blocked_face_is_refused_before_anything_is_paid(place: Place, court: Court) -> None:
    """As source and as target, in another size, until moderators restore it; each refusal is logged."""
    face, other = photograph(1), photograph(2)
    result = await place.swap(source=Upload("a.png", face))
    await court.reported(result)
    paid = len(place.api.requests)
    smaller = file_of(Image.open(io.BytesIO(face)).resize((90, 80)))
    for given in ({"source": Upload("b.png", smaller)}, {"target": Upload("c.png", face)}):
        refused = await place.swap(by=court.bob, **given)
        assert "was reported and may not be used here" in refused.text
        assert "not charged" in refused.text
    assert len(place.api.requests) == paid
    line = f"A face swap of <@{court.bob.account.id}> was refused: one of its pictures is blocked."

    def both() -> bool | None:
        return [one.content for one in court.logged()].count(line) == 2 or None

    await place.sandbox.until(both, 5, "both lines of the log")
    assert (await place.swap(by=court.bob, source=Upload("d.png", other))).attachments
    await court.decide("Restore")
    assert (await place.swap(by=court.bob, source=Upload("e.png", face))).attachments
    assert await court.actions() == ["blocked_picture", "blocked_picture", "restore"]


async def test_a_refusal_of_a_blocked_picture_is_logged_once(place: Place, court: Court) -> None:
    """One line in the log channel and one row, however often the member is told."""
    swap: Swap = a_swap(77, guild_id=place.guild.id, user_id=place.ada.account.id)
    for _ in range(2):
        court.bot.dispatch("picture_blocked", swap)
    line = f"A face swap of <@{place.ada.account.id}> was refused"

    def said() -> list[str]:
        return [one.content for one in court.logged() if line in one.content]

    await place.sandbox.until(lambda: said() or None, 5, "the line")
    await admin(place, court.grace, "reports")
    assert len(said()) == 1
    assert await court.actions() == ["blocked_picture"]
