"""Pressure and rules between a member and the paid call: turns, cancel, 429, account, moderators."""

from datetime import timedelta

import pytest

from bot.sandbox import Reply
from bot.store import moderation
from bot.store.moderation import Actor, Change
from tests.databases import opened
from tests.e2e.clicks import press_late, remembered
from tests.e2e.conftest import Place, Start
from tests.scripted_api import Answer, error

ANY = {"COOLDOWN_SECONDS": "0", "SWAPS_AT_ONCE": ""}


def waiting(reply: Reply) -> bool:
    """Whether the member is told to wait, and may cancel."""
    return [button["label"] for button in reply.buttons()] == ["Cancel"]


async def test_who_waits_is_told_and_can_cancel(place: Place, start: Start) -> None:
    """Behind another swap the placeholder says so; Cancel refunds at once and nothing is sent."""
    async with start(API_CONCURRENCY="1", **ANY) as bot:
        release = place.api.hold()
        first = await place.faceswap()
        await place.api.received.wait()
        second = await place.faceswap()
        reply = await second.reply(until=waiting)
        bob = place.guild.join(place.sandbox.create_user("Bob"))
        refused = await (await reply.press("Cancel", by=bob)).first_response()
        assert refused.ephemeral
        assert waiting(reply)
        await reply.press("Cancel", by=place.ada)
        reply = await second.reply(until=lambda reply: "Cancelled. You were not charged." in reply.text)
        assert reply.buttons() == []
        release.set()
        assert (await first.reply()).attachments
        await place.idle()
        assert remembered(bot) == {}
    assert len(place.api.posts) == 1
    assert await place.rows("SELECT failure FROM swaps ORDER BY held_at") == [
        {"failure": None},
        {"failure": "Cancelled"},
    ]


async def test_once_the_call_has_left_nothing_can_be_cancelled(place: Place, start: Start) -> None:
    """The button goes away when the picture is being made; who was faster is told that it is too late."""
    async with start(API_CONCURRENCY="1", **ANY):
        first, second_call = place.api.hold(), place.api.hold()
        await place.faceswap()
        await place.api.received.wait()
        second = await place.faceswap()
        button = (await second.reply(until=waiting)).buttons()[0]
        first.set()
        reply = await second.reply(until=lambda reply: "is being made" in reply.text)
        assert reply.buttons() == []
        pressed = press_late(reply, button, place.ada)
        said = await pressed.first_response()
        assert said.reply is not None
        assert "too late to cancel" in said.reply.text
        second_call.set()
        reply = await second.reply(until=lambda reply: bool(reply.attachments))
        assert "Cancel" not in [one["label"] for one in reply.buttons()]
        await place.idle()


async def test_a_429_holds_everybody_back_until_it_said(place: Place, start: Start) -> None:
    """Its reset lies beyond the call's own time: both swaps wait held, and run when it has come."""
    async with start(API_TIMEOUT_SECONDS="1", **ANY):
        reset = place.now() + timedelta(seconds=2.5)
        place.api.script(error(429, "slow down", headers={"x-rate-limit-reset-at-utc": reset.isoformat()}))
        first = await place.faceswap()
        await place.api.received.wait()
        second = await place.faceswap()
        await second.reply(until=waiting)
        assert len(place.api.posts) == 1
        for played in (first, second):
            await played.reply(until=lambda reply: bool(reply.attachments))
        assert place.now() >= reset
        await place.idle()
    assert len(place.api.posts) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [(error(401, "no"), "did not accept the bot's key"), (error(406, "no credits"), "run out of credits")],
    ids=["key", "credits"],
)
async def test_an_account_that_cannot_pay_pauses_paid_calls(
    place: Place, start: Start, answer: Answer, words: str
) -> None:
    """The first swap is refunded, the next are refused with nothing sent, the operator hears it once."""
    office = place.guild.create_channel("operator")
    async with start(OPERATOR_CHANNEL_ID=str(office.id), **ANY):
        place.api.script(answer)
        assert words in (await place.swap()).text
        for _ in range(2):
            refused = await (await place.faceswap()).first_response()
            assert refused.ephemeral
            assert refused.reply is not None
            assert words in refused.reply.text
    assert len(place.api.posts) == 1
    assert len(place.said(office)) == 1
    assert "Swaps are refused until that is mended" in place.said(office)[0].text


async def test_a_low_balance_is_told_to_the_operator(place: Place, start: Start) -> None:
    """The API reports what is left with each picture; under the mark the operator's channel says so once."""
    office = place.guild.create_channel("operator")
    async with start(OPERATOR_CHANNEL_ID=str(office.id), LOW_BALANCE_USD="2", **ANY):
        for _ in range(2):
            place.api.script(Answer(headers={"x-remaining-credits": "1.25"}))
            await place.swap()
    assert [said.text for said in place.said(office)] == ["The face-swap account has only $1.25 left."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(paused=True), "have paused face swaps"),
        (Change(age_restricted_only=True), "in age-restricted channels only"),
        (Change(channels=frozenset({1})), "face swaps work only in <#1>"),
        (Change(roles=frozenset({1})), "face swaps are only for <@&1>"),
    ],
    ids=["paused", "age", "channels", "roles"],
)
async def test_moderators_rules_hold_at_once(place: Place, start: Start, change: Change, words: str) -> None:
    """What is set applies to the very next command, privately and before anything is held."""
    async with start(**ANY):
        await place.swap()
        await set_rules(place, change)
        refused = await (await place.faceswap()).first_response()
        assert refused.ephemeral
        assert refused.reply is not None
        assert words in refused.reply.text
    assert len(place.api.posts) == 1


async def test_who_fits_the_rules_may_swap(place: Place, start: Start) -> None:
    """The right channel, role and age restriction together let a member through; a block does not."""
    role = place.guild.create_role("Artists")
    eve = place.guild.join(place.sandbox.create_user("Eve"), roles=(role,))
    place.channel = place.guild.create_channel("art", nsfw=True)
    rules = Change(
        channels=frozenset({place.channel.id}), roles=frozenset({role.id}), age_restricted_only=True
    )
    async with start(**ANY):
        await set_rules(place, rules)
        assert (await place.swap(by=eve)).attachments
        store = await opened(place.database)
        actor = Actor(2, place.guild.id, place.ada.account.id, place.now())
        await store.run(moderation.block, actor, eve.account.id)
        await store.close()
        refused = await (await place.faceswap(by=eve)).first_response()
        assert refused.reply is not None
        assert "blocked you" in refused.reply.text


async def test_extra_swaps_come_after_the_allowance(place: Place, start: Start) -> None:
    """With the allowance spent a granted swap is used; one that fails gives its unit back."""
    async with start(DAILY_SWAPS_PER_MEMBER="1", **ANY):
        store = await opened(place.database)
        actor = Actor(3, place.guild.id, 1, place.now())
        await store.run(moderation.grant, actor, place.ada.account.id, 1, None)
        await store.close()
        await place.swap()
        place.api.script(error(500, "boom"))
        assert "You were not charged" in (await place.swap()).text
        assert (await place.swap()).attachments
        refused = await (await place.faceswap()).first_response()
        assert refused.reply is not None
        assert "0 are left" in refused.reply.text
    moves = await place.rows("SELECT kind FROM grant_moves ORDER BY id")
    assert [move["kind"] for move in moves] == ["use", "give_back", "use"]


async def test_the_best_role_counts(place: Place, start: Start) -> None:
    """A role's own allowance stands instead of the server's; of several the best."""
    small, large = place.guild.create_role("Small"), place.guild.create_role("Large")
    eve = place.guild.join(place.sandbox.create_user("Eve"), roles=(small, large))
    async with start(DAILY_SWAPS_PER_MEMBER="0", **ANY):
        await set_rules(place, Change(role_daily={small.id: 1, large.id: 2}))
        for _ in range(2):
            assert (await place.swap(by=eve)).attachments
        refused = await (await place.faceswap(by=eve)).first_response()
        assert refused.reply is not None
        assert "your 2 swaps of 24 hours" in refused.reply.text
        nobody = await (await place.faceswap()).first_response()
        assert nobody.kind == "MESSAGE"


async def set_rules(place: Place, change: Change) -> None:
    """Set a server's rules as a moderator's panel does."""
    store = await opened(place.database)
    await store.run(moderation.change_settings, Actor(1, place.guild.id, 1, place.now()), change)
    await store.close()
