"""What is remembered of consent: standing answers, opt-outs, and who has been asked how often."""

import discord
import pytest

from bot.client import FaceSwapBot
from bot.sandbox import Upload
from bot.sandbox.places import Member
from tests.e2e.conftest import Place, Start, another
from tests.e2e.consenting import (
    ALWAYS,
    APPROVE,
    DENY,
    ENTRIES,
    FACE,
    NEVER,
    REQUESTS,
    SWAPS,
    WITHDRAW,
    asked,
    bea,
    menu,
    pings,
    pressed,
    send,
    settled,
    told,
)

HOUR, DAY = 3600, 24 * 3600
NO_PART = "This member does not take part in face swaps. You were not charged."


@pytest.fixture
def owner(place: Place) -> Member:
    """Bea, whose avatar Ada would like."""
    return bea(place)


async def privacy(place: Place, command: str, by: Member, **options: object) -> str:
    """Type a command of the group."""
    return (await (await by.slash(place.channel, f"privacy {command}", **options)).reply()).content


async def test_always(place: Place, start: Start, owner: Member) -> None:
    """From then on the form begins the swap at once and nobody is pinged, until it is revoked."""
    async with start(COOLDOWN_SECONDS="0"):
        played = await (await asked(place, owner)).press(ALWAYS, by=owner)
        note = await played.followup()
        assert note.ephemeral
        assert "without asking" in note.content
        await settled(place)
    async with start():
        reply = await (await send(place, owner)).reply()
        await settled(place)
        assert not reply.ephemeral
        assert len(reply.attachments) == 1
        assert pings(place) == [{owner.user.id}]
        subjects = [row["subject_id"] for row in await place.rows(SWAPS)]
        assert subjects == [owner.user.id] * len(subjects)
        assert "**always**" in await privacy(place, "consent", owner)
        # The other way round nothing was agreed on, and neither was it with others.
        carl = place.guild.join(place.sandbox.create_user("Carl"))
        await asked(place, owner, by=carl)
        await privacy(place, "revoke", owner, member=place.ada)
        await asked(place, owner)
        assert pings(place) == [{owner.user.id}] * 3


async def test_always_is_not_remembered_of_what_could_not_begin(
    place: Place, start: Start, owner: Member
) -> None:
    """The answer and the swap are one: a limit in the way leaves neither."""
    async with start(DAILY_SWAPS_PER_MEMBER="0"):
        request = await asked(place, owner)
        await pressed(place, request, ALWAYS, by=owner)
        assert "cannot be made" in request.text
        assert await place.rows("SELECT * FROM consents") == []


async def test_never(place: Place, start: Start, owner: Member) -> None:
    """From then on the asker is refused at once, without a form and without a ping, until revoked."""
    async with start():
        played = await (await asked(place, owner)).press(NEVER, by=owner)
        assert (await played.followup()).ephemeral
    place.sandbox.clock.advance(2 * DAY)
    async with start():
        assert await told(await menu(place, owner)) == NO_PART
        assert pings(place) == [{owner.user.id}]
        await privacy(place, "revoke", owner, member=place.ada)
        await asked(place, owner)
        assert pings(place) == [{owner.user.id}] * 2


@pytest.mark.usefixtures("bot")
async def test_a_form_that_was_open_before_obeys_what_came_after(place: Place, owner: Member) -> None:
    """An opt-out between the form and its sending holds."""
    opened = await menu(place, owner)
    await opened.form()
    await privacy(place, "optout", owner, state="on")
    assert await told(await opened.submit({"The face to use": FACE}, by=place.ada)) == NO_PART
    assert pings(place) == []
    assert await place.rows(SWAPS) == await place.rows(REQUESTS) == []


@pytest.mark.usefixtures("bot")
async def test_an_opt_out(place: Place, owner: Member) -> None:
    """The avatar is used by nobody, themselves included; what waits ends; standing leave is gone for good."""
    await pressed(place, await asked(place, owner), ALWAYS, by=owner)
    carl = place.guild.join(place.sandbox.create_user("Carl"))
    request = await asked(place, owner, by=carl)
    await privacy(place, "optout", owner, state="on")
    assert await told(await menu(place, owner)) == NO_PART
    assert "You have opted out" in await told(await menu(place, owner, by=owner))
    await pressed(place, request, APPROVE, by=owner)
    assert "has ended" in request.text
    assert len(await place.rows(SWAPS)) == 1
    await privacy(place, "optout", owner, state="off")
    assert len(pings(place)) == 2
    await asked(place, owner)
    assert len(pings(place)) == 3


@pytest.mark.usefixtures("bot")
async def test_saved_faces_of_who_has_opted_out(place: Place, owner: Member) -> None:
    """Not used by themselves either, by whichever command; what they asked with one has ended."""
    picture = Upload("me.png", another())
    await (await place.ada.slash(place.channel, "face save", name="Me", picture=picture)).reply()
    opened = await menu(place, owner)
    request = await (await opened.submit({"saved": "Me"}, by=place.ada)).reply()
    other = bea(place, "Dan")
    opened = await menu(place, other)
    await opened.form()
    await privacy(place, "optout", place.ada, state="on")
    await pressed(place, request, APPROVE, by=owner)
    assert "has ended" in request.text
    for played in (
        await place.ada.slash(place.channel, "face use", name="Me", target=picture),
        await opened.submit({"saved": "Me"}, by=place.ada),
    ):
        assert "`/privacy optout off`" in await told(played)
    assert await place.rows(SWAPS) == []
    await place.swap()
    assert len(await place.rows(SWAPS)) == 1


@pytest.mark.usefixtures("bot")
async def test_one_request_at_a_time(place: Place, owner: Member) -> None:
    """While one waits, the menu says so; once it has ended unanswered, the next may come."""
    await asked(place, owner)
    assert "asked this member already" in await told(await menu(place, owner))
    place.sandbox.clock.advance(DAY)
    await asked(place, owner)
    assert len(pings(place)) == 2


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("button", "hours"), [(DENY, 24), (WITHDRAW, 14)])
async def test_a_day_between_requests(place: Place, owner: Member, button: str, hours: int) -> None:
    """A day after a no, or after the ping of what was withdrawn: each is answered after ten hours."""
    request = await asked(place, owner)
    place.sandbox.clock.advance(10 * HOUR)
    await pressed(place, request, button, by=place.ada if button == WITHDRAW else owner)
    place.sandbox.clock.advance(hours * HOUR - 60)
    assert "asked this member lately" in await told(await menu(place, owner))
    assert len(pings(place)) == 1
    place.sandbox.clock.advance(60)
    await asked(place, owner)
    assert len(pings(place)) == 2


@pytest.mark.usefixtures("bot")
async def test_an_open_form_is_no_way_around_it(place: Place, owner: Member) -> None:
    """What was refused while it was open is refused when it is sent."""
    opened = await menu(place, owner)
    await opened.form()
    await pressed(place, await asked(place, owner), DENY, by=owner)
    assert "lately" in await told(await opened.submit({"The face to use": FACE}, by=place.ada))
    assert len(pings(place)) == 1


@pytest.mark.usefixtures("bot")
async def test_after_a_yes_one_may_ask_again(place: Place, owner: Member) -> None:
    """Each picture is asked for by itself."""
    for _ in range(2):
        await pressed(place, await asked(place, owner), APPROVE, by=owner)
    assert len(pings(place)) == 2


@pytest.mark.usefixtures("bot")
async def test_three_requests_at_once(place: Place) -> None:
    """The fourth is refused, and withdrawing makes no room, since all of them have pinged; an answer does."""
    owners = [bea(place, name) for name in ("Bea", "Cleo", "Dan", "Eva")]
    requests = [await asked(place, one) for one in owners[:3]]
    assert "asked 3 members lately" in await told(await menu(place, owners[3]))
    await pressed(place, requests[0], WITHDRAW, by=place.ada)
    assert "asked 3 members lately" in await told(await menu(place, owners[3]))
    await pressed(place, requests[1], DENY, by=owners[1])
    await asked(place, owners[3])
    assert len(pings(place)) == 4


@pytest.mark.usefixtures("bot")
async def test_the_blocked_ask_nobody(place: Place, owner: Member) -> None:
    """Whom moderators keep from swapping cannot ping by asking."""
    mod = place.guild.join(place.sandbox.create_user("Mod"), permissions=1 << 5)
    await (await mod.slash(place.channel, "faceswap-admin block", member=place.ada)).reply()
    assert "blocked you" in await told(await send(place, owner))
    assert pings(place) == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("relation", ["stranger", "once", "always", "never", "out", "self", "self out"])
async def test_an_avatar_that_came_another_way(place: Place, bot: FaceSwapBot, relation: str) -> None:
    """In an embed, or by a button that makes a picture again: whose it is has to allow it all the same."""
    owner = bea(place)
    by = owner if relation.startswith("self") else place.ada
    outcome = {
        "stranger": "has to allow each use",
        "once": "has to allow each use",
        "never": NO_PART,
        "out": NO_PART,
        "self out": "You have opted out",
    }.get(relation)
    if button := {"once": APPROVE, "always": ALWAYS, "never": NEVER}.get(relation):
        await pressed(place, await asked(place, owner), button, by=owner)
    if relation.endswith("out"):
        await privacy(place, "optout", owner, state="on")
    url = place.sandbox.world.cdn.public(f"/avatars/{owner.user.id}/{owner.user.avatar}.png")
    channel = bot.get_partial_messageable(place.channel.id)
    await channel.send(embed=_picture(f"{url}?size=512"))
    (shown,) = (one for one in place.said() if one.embeds)
    opened = await by.use_menu(place.channel, "Swap a face into this", on=shown)
    sent = await opened.submit({"The face to use": Upload("other.png", another())}, by=by)
    if outcome:
        assert outcome in await told(sent)
    else:
        assert len((await sent.reply()).attachments) == 1
    await settled(place)
    assert len(await place.rows(ENTRIES)) == (relation in ("once", "always")) + (outcome is None)
    assert await place.rows("SELECT * FROM accounts WHERE held_micros <> 0") == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("button", [APPROVE, ALWAYS])
async def test_making_it_again_takes_leave_as_well(place: Place, owner: Member, button: str) -> None:
    """A yes was for one picture; with standing leave the next needs no other."""
    request = await asked(place, owner)
    await pressed(place, request, button, by=owner)
    played = await request.press("Re-roll · 5¢", by=place.ada)
    if button == APPROVE:
        assert "has to allow each use" in await told(played)
    else:
        assert len((await played.reply(until=lambda reply: bool(reply.attachments))).attachments) == 1
    await settled(place)
    assert len(await place.rows(SWAPS)) == (1 if button == APPROVE else 2)
    assert len(pings(place)) == 1


def _picture(url: str) -> discord.Embed:
    return discord.Embed(title="look").set_image(url=url)
