"""Asking for an avatar in every place: where the other member is there to be asked, and where not."""

from dataclasses import replace
from typing import Any

import pytest

from bot.client import FaceSwapBot
from bot.intake import Taken
from bot.language import speaking
from bot.sandbox import Permission, Reply, Sandbox
from bot.sandbox.places import Channel, Member, User
from bot.store.swaps import Swap
from bot.words import consent as words
from bot.words.failures import not_charged
from tests.e2e.clicks import press_as
from tests.e2e.conftest import Place, Start
from tests.e2e.consenting import (
    ALWAYS,
    APPROVE,
    DENY,
    ENTRIES,
    FACE,
    REQUESTS,
    asked,
    avatar,
    bea,
    menu,
    pings,
    pressed,
    send,
    settled,
    told,
)

CANNOT = "has to be asked first, and would not see the question here"


@pytest.fixture
def owner(place: Place) -> Member:
    """Bea, whose avatar others would like."""
    return bea(place)


@pytest.fixture
def carl(place: Place) -> User:
    """Somebody who has added the bot to their own account."""
    user = place.sandbox.create_user("Carl", avatar=avatar("red"))
    user.install()
    return user


def away(sandbox: Sandbox, *people: User | Member) -> Channel:
    """A channel of a server without the bot, with these people in it."""
    guild = sandbox.create_guild("Away", with_bot=False)
    for one in people:
        guild.join(one.account)
    return guild.create_channel("general")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("where", ["server", "group", "pair"])
async def test_where_the_bot_is_a_guest(place: Place, owner: Member, carl: User, where: str) -> None:
    """In a server without it and among friends: who is there is asked, and the swap is the asker's."""
    sandbox = place.sandbox
    channel = {
        "server": lambda: away(sandbox, owner, carl),
        "group": lambda: sandbox.group(carl, owner, place.ada, name="Crew"),
        "pair": lambda: sandbox.group(carl, owner),
    }[where]()
    request = await asked(place, owner, by=carl, at=channel)
    assert pings(place) == [{owner.user.id}]
    await pressed(place, request, APPROVE, by=owner)
    assert len(request.attachments) == 1
    assert [(row["user_id"], row["amount_micros"]) for row in await place.rows(ENTRIES)] == [
        (carl.id, 50_000)
    ]
    assert [row["guild_id"] for row in await place.rows("SELECT guild_id FROM swaps")] == [0]
    await pressed(place, await asked(place, owner, by=carl, at=channel), DENY, by=owner)
    assert pings(place) == [{owner.user.id}] * 2


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("where", ["forced private", "not in the server", "own messages", "group", "hidden"])
async def test_where_nobody_can_be_asked(place: Place, owner: Member, carl: User, where: str) -> None:
    """The asker reads so in private, without a form; nobody is pinged, and nothing is kept."""
    sandbox, asker = place.sandbox, carl
    match where:
        case "forced private":
            channel = away(sandbox, owner, carl)
            assert channel.guild is not None
            channel.overwrite(channel.guild.everyone, deny=int(Permission.USE_EXTERNAL_APPS))
        case "not in the server":
            channel = away(sandbox, carl)
        case "own messages":
            channel = sandbox.dm(carl)
        case "group":
            channel = sandbox.group(carl, place.ada)
        case _:
            channel, asker = place.guild.create_channel("hidden"), place.ada.user
            channel.overwrite(owner, deny=int(Permission.VIEW_CHANNEL))
    assert CANNOT in await told(await menu(place, owner, by=asker, at=channel))
    # Onto oneself works all the same.
    if asker is carl:
        reply = await (await send(place, carl, by=carl, at=channel)).reply()
        assert len(reply.attachments) == 1
        assert reply.ephemeral == (where == "forced private")
    assert pings(place) == []
    assert await place.rows(REQUESTS) == []


@pytest.mark.usefixtures("bot")
async def test_a_place_that_turns_private_under_an_open_form(place: Place, owner: Member, carl: User) -> None:
    """Discord shows the question to the asker alone: it says so instead, and the request is gone."""
    channel = away(place.sandbox, owner, carl)
    opened = await menu(place, owner, by=carl, at=channel)
    await opened.form()
    assert channel.guild is not None
    channel.overwrite(channel.guild.everyone, deny=int(Permission.USE_EXTERNAL_APPS))
    sent = await opened.submit({"The face to use": FACE}, by=carl)
    reply = await sent.reply(until=lambda reply: not reply.buttons())
    assert reply.ephemeral
    assert CANNOT in reply.text
    await settled(place)
    assert pings(place) == []
    assert await place.rows(REQUESTS) == []


@pytest.mark.usefixtures("bot")
async def test_standing_leave_holds_where_nobody_can_be_asked(
    place: Place, owner: Member, carl: User
) -> None:
    """Who always allows it is asked nowhere; taken back meanwhile, an open form says that it cannot ask."""
    pair = place.sandbox.group(carl, owner)
    await pressed(place, await asked(place, owner, by=carl, at=pair), ALWAYS, by=owner)
    alone = place.sandbox.dm(carl)
    reply = await (await send(place, owner, by=carl, at=alone)).reply()
    assert len(reply.attachments) == 1
    opened = await menu(place, owner, by=carl, at=alone)
    await opened.form()
    await (await owner.slash(place.channel, "privacy revoke", member=carl)).reply()
    assert CANNOT in await told(await opened.submit({"The face to use": FACE}, by=carl))
    assert pings(place) == [{owner.user.id}]


async def test_all_but_notes_to_the_approver_is_in_the_askers_language(place: Place, start: Start) -> None:
    """The request with what is in the way, and the swap, whoever has pressed the button that began it."""
    eva, fritz = bea(place, "Eva", locale="de"), bea(place, "Fritz", locale="fr")
    async with start(DAILY_SWAPS_PER_MEMBER="0"):
        request = await asked(place, fritz, by=eva)
        with speaking("de"):
            german, approve = not_charged(), words.approve()
        await pressed(place, request, approve, by=fritz)
    assert german != not_charged()
    assert german in request.text
    async with start(DAILY_SWAPS_PER_MEMBER="1"):
        await pressed(place, request, approve, by=fritz)
    assert [row["locale"] for row in await place.rows("SELECT locale FROM swaps")] == ["de"]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("button", ["Swap anyway · 5¢", "Cancel"])
async def test_a_question_about_faces_is_for_the_asker(
    place: Place, bot: FaceSwapBot, owner: Member, button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is the approver's, who alone would see a private one: so it stands in the channel."""
    intake: Any = bot.services.swaps._intake  # pyright: ignore[reportPrivateUsage] - sees no faces here
    take = intake.take

    async def faceless(swap: Swap) -> Taken:
        return replace(await take(swap), faceless=True)

    monkeypatch.setattr(intake, "take", faceless)
    request = await asked(place, owner)
    await request.press(APPROVE, by=owner)
    await place.sandbox.until(lambda: button in _labels(request) or None, 5, "the question")
    assert "belong to somebody else" in await told(press_as(request, button, owner))
    played = await request.press(button, by=place.ada)
    await played.first_response()
    await settled(place)
    assert len(request.attachments) == len(place.api.posts) == (button != "Cancel")
    assert pings(place) == [{owner.user.id}]


def _labels(reply: Reply) -> list[str]:
    return [str(one["label"]) for one in reply.buttons()]
