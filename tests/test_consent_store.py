"""Opt-outs, standing answers and requests in the store, on both engines."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import AlreadyHandled
from bot.policy import Place
from bot.references import avatar_owner, unsigned
from bot.store import consent, consent_requests
from bot.store.admission import hold
from bot.store.consent import Consent, Standing
from bot.store.consent_requests import AT_ONCE, LIFE, Request, State
from bot.store.database import Store, Transaction
from bot.trust_errors import (
    AlreadyAsked,
    AskedLately,
    NotTakingPart,
    RequestAnswered,
    RequestEnded,
    TooManyRequests,
)
from tests.stores import NO_LIMITS, START, a_swap

ADA, BEA, CARL = 300, 301, 302


def a_request(request_id: int = 1, asker_id: int = ADA, owner_id: int = BEA, **changed: Any) -> Request:
    """One member asks another."""
    about: dict[str, Any] = {
        "guild_id": 5,
        "place": Place(frozenset({7, 8}), frozenset({9}), age_restricted=True),
        "locale": "de",
        "source": "https://cdn.test/ephemeral-attachments/1/2/me.png",
        "target": f"https://cdn.test/avatars/{owner_id}/x.png?size=1024",
        "asked_at": START,
        **changed,
    }
    return Request(request_id, asker_id, owner_id, **about)


def states(db: Transaction) -> list[str]:
    """What became of all requests."""
    return [row["state"] for row in db.rows("SELECT state FROM consent_requests ORDER BY id")]


async def test_a_request_is_kept_whole(store: Store) -> None:
    """With where it was asked from; its own interaction again does not ask twice."""
    request = a_request()
    await store.run(consent_requests.ask, request)
    assert await store.run(consent_requests.load, 1, 50, START) == request
    with pytest.raises(AlreadyHandled):
        await store.run(consent_requests.ask, request)
    await store.run(consent_requests.drop, 1)
    with pytest.raises(RequestEnded):
        await store.run(consent_requests.load, 1, 50, START)


@pytest.mark.parametrize("state", [State.APPROVED, State.DENIED, State.WITHDRAWN])
async def test_one_of_many_answers_counts(store: Store, state: State) -> None:
    """Twenty at once: one answers, its repetition is known, the others come too late."""
    await store.run(consent_requests.ask, a_request())

    async def answer(click_id: int) -> str:
        try:
            await store.run(consent_requests.answer, 1, click_id, state=state, now=START)
        except (RequestAnswered, AlreadyHandled) as error:
            return type(error).__name__
        return str(click_id)

    found = await asyncio.gather(*(answer(number // 2) for number in range(40, 80)))
    (winner,) = (one for one in found if one.isdigit())
    assert sorted(set(found) - {winner}) == ["AlreadyHandled", "RequestAnswered"]
    assert found.count("AlreadyHandled") == 1
    assert await store.run(states) == [state]


async def test_many_requests_at_once_stay_within_the_limits(store: Store) -> None:
    """Of one member to many others, and of one member to one."""

    async def ask(request: Request) -> str:
        try:
            await store.run(consent_requests.ask, request)
        except (TooManyRequests, AlreadyAsked) as error:
            return type(error).__name__
        return "asked"

    found = await asyncio.gather(*(ask(a_request(n, ADA, 400 + n)) for n in range(1, 21)))
    assert found.count("asked") == AT_ONCE
    found = await asyncio.gather(*(ask(a_request(n, CARL, BEA)) for n in range(21, 41)))
    assert found.count("asked") == 1
    assert set(found) == {"asked", "AlreadyAsked"}


async def test_what_is_old_goes(store: Store) -> None:
    """An open one ends after a day and is forgotten after another; an answered one a day after the answer."""
    await store.run(consent_requests.ask, a_request(1))
    await store.run(consent_requests.ask, a_request(2, CARL, BEA))
    half = START + LIFE / 2
    await store.run(consent_requests.answer, 2, 60, state=State.DENIED, now=half)
    moment = timedelta(milliseconds=1)
    for now, done, left in (
        (START + LIFE - moment, 0, ["open", "denied"]),
        (START + LIFE, 1, ["ended", "denied"]),
        (half + LIFE - moment, 0, ["ended", "denied"]),
        (half + LIFE, 1, ["ended"]),
        (START + 2 * LIFE, 1, []),
    ):
        assert await store.run(consent_requests.expire, now) == done
        assert await store.run(states) == left


async def test_a_no_is_not_answered_by_asking_again(store: Store) -> None:
    """The refusal says when: a day after the no, which may be long after the question."""
    await store.run(consent_requests.ask, a_request())
    late = START + LIFE - timedelta(hours=1)
    await store.run(consent_requests.answer, 1, 60, state=State.DENIED, now=late)
    again = late + LIFE
    with pytest.raises(AskedLately) as caught:
        await store.run(consent_requests.check, ADA, BEA, again - timedelta(milliseconds=1))
    assert caught.value.again_at == again
    await store.run(consent_requests.check, ADA, BEA, again)


@pytest.mark.parametrize("refusal", ["opt-out", "never"])
async def test_who_does_not_take_part_is_not_asked(store: Store, refusal: str) -> None:
    """Even when that was said after the asker was let through to the question."""
    if refusal == "never":
        await store.run(consent.stand_by, Consent(BEA, ADA, Standing.NEVER, START))
    else:
        await store.run(consent.opt_out, BEA, START)
    with pytest.raises(NotTakingPart):
        await store.run(consent_requests.ask, a_request())
    assert await store.run(states) == []


async def test_whose_avatar_a_swap_was_made_onto(store: Store) -> None:
    """Told of that swap alone; whoever uses their own avatar has no other."""
    for swap_id, subject in ((1, BEA), (2, None)):
        await store.run(hold, a_swap(swap_id, subject_id=subject), NO_LIMITS, START)
    found = [await store.run(consent.subject_of, swap_id) for swap_id in (1, 2, 3)]
    assert found == [BEA, None, None]


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("https://cdn.discordapp.com/avatars/12/ab.png?size=1024", 12),
        ("https://cdn.discordapp.com/guilds/3/users/12/avatars/a_b.png?size=64", 12),
        ("https://cdn.discordapp.com/attachments/12/34/avatars.png?ex=1", None),
        ("https://cdn.discordapp.com/embed/avatars/0.png", None),
        ("https://cdn.discordapp.com/attachments/1/2/x.png?u=/avatars/12/", None),
        ("message:1/2", None),
    ],
)
def test_whose_avatar_an_address_is(address: str, owner: int | None) -> None:
    """In all servers or in one; an avatar's size is no signature."""
    assert avatar_owner(address) == owner
    assert (unsigned(address) == address) == (owner is not None or "?" not in address)
