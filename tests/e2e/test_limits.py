"""Limits as members meet them: refused privately, before anything is sent, with what is left and when."""

import pytest

from tests.e2e.conftest import Place, Start


@pytest.mark.parametrize(
    ("settings", "allowed", "words"),
    [
        ({"DAILY_SWAPS_PER_MEMBER": "2"}, 2, "your 2 swaps of 24 hours in this server, and 0 are left"),
        ({"SERVER_DAILY_BUDGET_USD": "0.12"}, 2, "This server's budget for today is used up: $0.02 of $0.12"),
        ({"SERVER_MONTHLY_BUDGET_USD": "0.10"}, 2, "This server's budget for this month is used up: $0.00"),
        ({"BOT_DAILY_BUDGET_USD": "0.05"}, 1, "The bot's budget for today is used up: $0.00 of $0.05"),
    ],
    ids=["member", "server_day", "server_month", "bot_day"],
)
async def test_a_limit_refuses_the_next_swap(
    place: Place, start: Start, settings: dict[str, str], allowed: int, words: str
) -> None:
    """As many swaps as allowed run; the next is refused and calls nothing."""
    async with start(COOLDOWN_SECONDS="0", **settings):
        for _ in range(allowed):
            assert (await place.swap()).attachments
        first = await (await place.faceswap()).first_response()
    assert (first.kind, first.ephemeral) == ("MESSAGE", True)
    assert first.reply is not None
    assert words in first.reply.text
    assert "<t:" in first.reply.text
    assert first.reply.text.endswith("You were not charged.")
    assert len(place.api.posts) == allowed


async def test_a_second_swap_waits_for_the_first(place: Place, start: Start) -> None:
    """With one swap at once the second is refused while the first is under way, and runs after it."""
    async with start(COOLDOWN_SECONDS="0"):
        release = place.api.hold()
        running = await place.faceswap()
        await running.first_response()
        refused = await (await place.faceswap()).first_response()
        assert refused.reply is not None
        assert "A swap of yours is under way" in refused.reply.text
        release.set()
        assert (await running.reply()).attachments
        await place.idle()
        assert (await place.swap()).attachments


async def test_the_cooldown_ends_when_it_says(place: Place, start: Start) -> None:
    """Right after a swap the next is refused; five seconds later it runs."""
    async with start():
        await place.swap()
        refused = await (await place.faceswap()).first_response()
        assert refused.reply is not None
        assert "5 s between swaps" in refused.reply.text
        place.sandbox.clock.advance(5)
        assert (await place.swap()).attachments


async def test_the_allowance_is_back_after_a_day(place: Place, start: Start) -> None:
    """The sliding allowance frees a swap 24 hours after the oldest."""
    async with start(COOLDOWN_SECONDS="0", DAILY_SWAPS_PER_MEMBER="1"):
        await place.swap()
        assert (await (await place.faceswap()).first_response()).kind == "MESSAGE"
        place.sandbox.clock.advance(24 * 3600)
        assert (await place.swap()).attachments


async def test_direct_messages_have_their_own_limit(place: Place, start: Start) -> None:
    """In direct messages the operator's own allowance holds, and no server's."""
    async with start(COOLDOWN_SECONDS="0", DM_SWAPS_PER_DAY="1", SERVER_DAILY_BUDGET_USD="0"):
        place.channel = place.sandbox.dm(place.ada.account)
        assert (await place.swap()).attachments
        refused = await (await place.faceswap()).first_response()
        assert refused.reply is not None
        assert "your 1 swaps of 24 hours in direct messages" in refused.reply.text


async def test_limits_are_each_members_own(place: Place, start: Start) -> None:
    """One member's spent allowance is not another's."""
    async with start(COOLDOWN_SECONDS="0", DAILY_SWAPS_PER_MEMBER="1"):
        await place.swap()
        bob = place.guild.join(place.sandbox.create_user("Bob"))
        assert (await place.swap(by=bob)).attachments


async def test_two_hundred_commands_at_once_pass_no_budget(place: Place, start: Start) -> None:
    """200 members at once against a budget of five: five calls, 195 private refusals, all within 3 s."""
    async with start(SERVER_DAILY_BUDGET_USD="0.25"):
        members = [place.guild.join(place.sandbox.create_user(f"Member {n}")) for n in range(200)]
        played = [await place.faceswap(by=member) for member in members]
        firsts = [await one.first_response() for one in played]
        kinds = [first.kind for first in firsts]
        assert (kinds.count("DEFER"), kinds.count("MESSAGE")) == (5, 195)
        for one, first in zip(played, firsts, strict=True):
            if first.kind == "DEFER":
                assert (await one.reply()).attachments
    assert len(place.api.posts) == 5
