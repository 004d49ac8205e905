"""**Swap onto this avatar** as members live it: one asks, the other answers, and the asker pays."""

import io

import pytest
from PIL import Image

from bot.client import FaceSwapBot
from bot.sandbox import Upload
from bot.sandbox.places import Member
from bot.store import consent
from tests.e2e.clicks import press_as, press_late, remembered, replay
from tests.e2e.conftest import Place, Start
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
from tests.scripted_api import PNG

DAY = 24 * 3600


@pytest.fixture
def owner(place: Place) -> Member:
    """Bea, whose avatar Ada would like."""
    return bea(place)


async def test_a_request_is_approved(place: Place, bot: FaceSwapBot, owner: Member) -> None:
    """The member asked is pinged once, nothing is held before the yes, and the swap is the asker's."""
    opened = await menu(place, owner)
    form = await opened.form()
    assert [*form.controls] == ["The face to use"]
    request = await asked(place, owner)
    assert f"<@{owner.user.id}>" in request.text
    assert pings(place) == [{owner.user.id}]
    await bot.attended()
    assert await place.rows("SELECT * FROM forms WHERE sent_by IS NOT NULL") == []
    assert await place.rows(SWAPS) == []
    assert await place.rows("SELECT * FROM accounts WHERE held_micros <> 0") == []
    assert place.api.posts == []
    await pressed(place, request, APPROVE, by=owner)
    assert len(request.attachments) == 1
    assert f"**AI face swap** for <@{place.ada.user.id}>" in request.text
    assert {one["custom_id"].split(":")[-1] for one in request.buttons()} == {str(place.ada.user.id)}
    assert await place.rows(SWAPS) == [
        {"user_id": place.ada.user.id, "subject_id": owner.user.id, "state": "delivered"}
    ]
    assert await place.rows(ENTRIES) == [{"user_id": place.ada.user.id, "amount_micros": 50_000}]
    assert await place.rows(REQUESTS) == [
        {
            "asker_id": place.ada.user.id,
            "owner_id": owner.user.id,
            "state": "approved",
            "source": None,
            "target": None,
        }
    ]
    (post,) = place.api.posts
    assert f"/avatars/{owner.user.id}/" in str(post.json["target_image"])
    assert str(post.json["target_image"]).endswith(".png?size=1024")
    (swap,) = await place.rows("SELECT id FROM swaps")
    swap_id = swap["id"]
    assert isinstance(swap_id, int)
    assert await bot.services.store.run(consent.subject_of, swap_id) == owner.user.id
    assert pings(place) == [{owner.user.id}]
    await bot.attended()
    assert remembered(bot) == {}


@pytest.mark.usefixtures("bot")
async def test_the_request_keeps_no_signature(place: Place, owner: Member) -> None:
    """What waits for a day holds no address that anybody could open."""
    await asked(place, owner)
    (row,) = await place.rows(REQUESTS)
    assert "ephemeral-attachments" in str(row["source"])
    assert "?" not in str(row["source"])


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("button", [APPROVE, ALWAYS, DENY, NEVER, WITHDRAW])
async def test_each_button_obeys_one_member(place: Place, owner: Member, button: str) -> None:
    """The four answers whose avatar it is, the last the asker; nobody else's press does anything."""
    carl = place.guild.join(place.sandbox.create_user("Carl"))
    request = await asked(place, owner)
    before = request.text
    right = place.ada if button == WITHDRAW else owner
    for wrong in {place.ada, owner, carl} - {right}:
        assert "belong to somebody else" in await told(press_as(request, button, wrong))
    assert (await place.rows(REQUESTS))[0]["state"] == "open"
    assert request.text == before
    await pressed(place, request, button, by=right)
    assert (await place.rows(REQUESTS))[0]["state"] != "open"
    assert request.text != before


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("button", "state", "says"),
    [
        (DENY, "denied", "your request was declined. You were not charged."),
        (NEVER, "denied", "your request was declined. You were not charged."),
        (WITHDRAW, "withdrawn", "This request was withdrawn."),
    ],
)
async def test_a_request_is_turned_down(
    place: Place, owner: Member, button: str, state: str, says: str
) -> None:
    """The message says so and has no buttons left; nothing was held, and the pictures are forgotten."""
    request = await asked(place, owner)
    await pressed(place, request, button, by=place.ada if button == WITHDRAW else owner)
    assert says in request.text
    assert request.buttons() == []
    (row,) = await place.rows(REQUESTS)
    assert (row["state"], row["source"], row["target"]) == (state, None, None)
    assert await place.rows(SWAPS) == []
    assert pings(place) == [{owner.user.id}]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("button", [APPROVE, ALWAYS, DENY, NEVER, WITHDRAW])
async def test_an_answer_has_one_effect(place: Place, owner: Member, button: str) -> None:
    """Pressed twice at once, sent twice by Discord, and pressed again long after."""
    request = await asked(place, owner)
    raw = next(one for one in request.buttons() if one["label"] == button)
    by = place.ada if button == WITHDRAW else owner
    first, second = press_late(request, raw, by), press_late(request, raw, by)
    replay(place, first)
    assert (await first.first_response()).kind == "UPDATE"
    assert "was answered already" in await told(second)
    await settled(place)
    shown = request.text
    replay(place, first)
    assert "was answered already" in await told(press_late(request, raw, by))
    await settled(place)
    assert request.text == shown
    swapped = button in (APPROVE, ALWAYS)
    assert len(place.api.posts) == len(await place.rows(SWAPS)) == swapped
    assert len(await place.rows(ENTRIES)) == swapped


async def test_a_form_that_is_sent_twice_asks_once(place: Place, bot: FaceSwapBot, owner: Member) -> None:
    """By Discord, as the same interaction: one request, one ping."""
    played = await send(place, owner)
    replay(place, played)
    await played.first_response()
    replay(place, played)
    await bot.attended()
    assert len(await place.rows(REQUESTS)) == 1
    assert pings(place) == [{owner.user.id}]
    assert played.raw.followups == []


@pytest.mark.parametrize("button", [APPROVE, ALWAYS, DENY, NEVER, WITHDRAW])
async def test_a_request_outlives_restarts(place: Place, start: Start, owner: Member, button: str) -> None:
    """Each step by another process; the form too."""
    async with start():
        opened = await menu(place, owner)
        await opened.form()
    async with start():
        sent = await opened.submit({"The face to use": FACE}, by=place.ada)
        request = (await sent.first_response()).reply
        assert request is not None
    async with start():
        await pressed(place, request, button, by=place.ada if button == WITHDRAW else owner)
        assert len(request.attachments) == len(place.api.posts) == (button in (APPROVE, ALWAYS))
        assert (await place.rows(REQUESTS))[0]["state"] != "open"


@pytest.mark.parametrize("button", [APPROVE, ALWAYS, DENY, NEVER, WITHDRAW])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_request_ends_after_a_day(
    place: Place, start: Start, owner: Member, button: str, *, restarted: bool
) -> None:
    """Whether it was cleared away meanwhile or not: a press says that it has ended, and does nothing."""
    by = place.ada if button == WITHDRAW else owner
    async with start():
        request = await asked(place, owner)
        place.sandbox.clock.advance(DAY - 1)
        assert "belong to somebody else" in await told(press_as(request, APPROVE, place.ada))
        place.sandbox.clock.advance(1)
        if not restarted:
            await pressed(place, request, button, by=by)
    if restarted:
        async with start():
            await pressed(place, request, button, by=by)
            (row,) = await place.rows(REQUESTS)
            assert (row["state"], row["source"]) == ("ended", None)
    assert "has ended" in request.text
    assert request.buttons() == []
    assert await place.rows(SWAPS) == []
    assert await place.rows("SELECT * FROM consents") == []


async def test_the_askers_limits_hold_when_it_is_approved(place: Place, start: Start, owner: Member) -> None:
    """What is in the way is told in the request, which still waits; approved again, it goes through."""
    async with start(COOLDOWN_SECONDS="60"):
        request = await asked(place, owner)
        await place.swap()
        await pressed(place, request, APPROVE, by=owner)
        assert "cannot be made for" in request.text
        assert request.buttons()[0]["label"] == APPROVE
        assert len(await place.rows(SWAPS)) == 1
        place.sandbox.clock.advance(61)
        # What the approver has used is no concern of it.
        await place.swap(by=owner)
        await pressed(place, request, APPROVE, by=owner)
        assert len(request.attachments) == 1
    rows = await place.rows(ENTRIES)
    assert [row["user_id"] for row in rows] == [place.ada.user.id, owner.user.id, place.ada.user.id]


@pytest.mark.usefixtures("bot")
async def test_the_askers_roles_hold_when_it_is_approved(place: Place, owner: Member) -> None:
    """The asker had a role that may; whose avatar it is has none, and need not."""
    role = place.guild.create_role("swappers")
    place.ada.roles.append(role)
    place.database.execute(
        f"INSERT INTO allowed (guild_id, kind, target_id) VALUES ({place.guild.id}, 'role', {role.id})"  # noqa: S608 - the sandbox's own ids
    )
    request = await asked(place, owner)
    await pressed(place, request, APPROVE, by=owner)
    assert len(request.attachments) == 1
    # And without the role nobody is pinged to begin with.
    carl = place.guild.join(place.sandbox.create_user("Carl"))
    assert f"only for <@&{role.id}>" in await told(await send(place, owner, by=carl))
    assert pings(place) == [{owner.user.id}]


@pytest.mark.usefixtures("bot")
async def test_a_face_that_discord_has_no_more(place: Place, owner: Member) -> None:
    """Approved too late: the message says which picture is gone, and nothing is charged."""
    request = await asked(place, owner)
    place.sandbox.forget_ephemeral_attachments()
    await pressed(place, request, APPROVE, by=owner)
    assert "does not have the source picture (the face) any more" in request.text
    assert await place.rows(ENTRIES) == []


@pytest.mark.usefixtures("bot")
async def test_a_saved_face_goes_onto_an_avatar(place: Place, owner: Member) -> None:
    """It is read from the direct message that keeps it, when it is approved."""
    upload = Upload("me.png", PNG)
    await (await place.ada.slash(place.channel, "face save", name="Me", picture=upload)).reply()
    opened = await menu(place, owner)
    sent = await opened.submit({"One of your saved faces": "Me"}, by=place.ada)
    request = (await sent.first_response()).reply
    assert request is not None
    place.sandbox.clock.advance(DAY / 2)
    await pressed(place, request, APPROVE, by=owner)
    assert len(request.attachments) == 1


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("by", ["asker", "owner", "stranger"])
async def test_the_result_is_deleted(place: Place, owner: Member, by: str) -> None:
    """By the asker and by whose avatar it is on, but by nobody else."""
    carl = place.guild.join(place.sandbox.create_user("Carl"))
    request = await asked(place, owner)
    await pressed(place, request, APPROVE, by=owner)
    press = await request.press("Delete", by={"asker": place.ada, "owner": owner, "stranger": carl}[by])
    if by == "stranger":
        assert "belong to somebody else" in await told(press)
    else:
        await press.followup()
    await settled(place)
    assert request.deleted == (by != "stranger")


@pytest.mark.usefixtures("bot")
async def test_onto_oneself(place: Place) -> None:
    """Nobody is asked; who sees the result can be chosen."""
    me = bea(place, "Mia")
    for audience, private in (("Everybody here", False), ("Only me", True)):
        opened = await menu(place, me, by=me)
        given = {"The face to use": Upload("a.png", PNG), "Who sees the result": audience}
        reply = await (await opened.submit(given, by=me)).reply()
        await place.idle()
        assert reply.ephemeral == private
        assert len(reply.attachments) == 1
    assert [row["subject_id"] for row in await place.rows(SWAPS)] == [None, None]
    assert await place.rows(REQUESTS) == []
    assert pings(place) == []


@pytest.mark.usefixtures("bot")
async def test_a_picture_for_this_server_alone(place: Place) -> None:
    """It is the one that is used, still where it moves, and who it is of is known by it."""
    moving = place.guild.join(place.sandbox.create_user("Mo"), avatar=_moving())
    request = await asked(place, moving)
    await pressed(place, request, APPROVE, by=moving)
    assert len(request.attachments) == 1
    target = str(place.api.posts[0].json["target_image"])
    assert f"/guilds/{place.guild.id}/users/{moving.user.id}/avatars/a_" in target
    assert target.endswith(".png?size=1024")


@pytest.mark.usefixtures("bot")
async def test_who_has_no_face_to_use(place: Place) -> None:
    """A default avatar and a bot are refused in private, without a form."""
    nobody = place.guild.join(place.sandbox.create_user("Nobody"))
    assert "default avatars" in await told(await menu(place, nobody))
    assert "default avatars" in await told(await menu(place, place.ada))
    assert "A bot cannot agree" in await told(await menu(place, place.sandbox.world.bot))
    assert await place.rows("SELECT * FROM forms") == []


def _moving() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()
