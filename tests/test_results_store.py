"""The store behind the buttons under a result, on both engines: a press acts once, and is forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.errors import AlreadyHandled, Paused
from bot.policy import Place
from bot.store import admission, audit, moderation, results, swaps
from bot.store.database import Store
from bot.store.moderation import Actor, Change
from bot.store.results import Press
from tests.stores import NO_LIMITS, PICTURE, PRICE, START, a_swap

AGAIN = timedelta(seconds=2)
HERE = Place(channel_ids=frozenset({200}))


def press(interaction_id: int, seconds: float = 0, button: str = "reroll") -> Press:
    """A press of a button under swap 1."""
    return Press(interaction_id, 1, button, START + timedelta(seconds=seconds))


@pytest.fixture
async def delivered(store: Store) -> AsyncIterator[Store]:
    """A store in which a private swap was delivered; at the end the books are right."""
    swap = a_swap(private=True)
    await store.run(admission.hold, swap, NO_LIMITS, START)
    assert await store.run(swaps.start_sending, swap.id, START)
    made_at = START + timedelta(seconds=9.5)
    assert await store.run(swaps.keep_picture, swap.id, PICTURE, made_at)
    assert await store.run(swaps.settle, swap.id, made_at, 555)
    yield store
    assert await store.run(audit.violations) == {}


async def test_a_result_is_what_was_made(delivered: Store) -> None:
    """The seed is the one that the API used; an unknown swap has no result."""
    result = await delivered.run(results.result, 1)
    assert result is not None
    assert (result.seed, result.seconds, result.price_micros, result.message_id) == (7, 9.5, PRICE, 555)
    assert (result.private, result.removed) == (True, False)
    assert await delivered.run(results.result, 2) is None


@pytest.mark.parametrize(
    ("seconds", "acts"), [(-1.9, False), (0, False), (1.9, False), (2, True), (60, True)]
)
async def test_presses_close_to_each_other_are_one(delivered: Store, seconds: float, acts: bool) -> None:
    """Whichever comes first acts, in whatever order they are processed; another button is another press."""
    assert await delivered.run(results.press, press(11), AGAIN)
    assert await delivered.run(results.press, press(12, seconds), AGAIN) is acts
    assert await delivered.run(results.press, press(13, button="edit"), AGAIN)


async def test_a_press_that_arrives_twice_is_known(delivered: Store) -> None:
    """The second delivery of one interaction stops, where another press would be a double click."""
    assert await delivered.run(results.press, press(11), AGAIN)
    with pytest.raises(AlreadyHandled):
        await delivered.run(results.press, press(11), AGAIN)


async def test_a_press_that_failed_is_forgotten(delivered: Store) -> None:
    """The next press acts at once; one that is not the last takes nothing back."""
    assert await delivered.run(results.press, press(11), AGAIN)
    await delivered.run(results.unpress, press(12))
    assert not await delivered.run(results.press, press(13), AGAIN)
    await delivered.run(results.unpress, press(11))
    assert await delivered.run(results.press, press(14), AGAIN)


async def test_what_is_posted_is_not_posted_again(delivered: Store) -> None:
    """Posting makes a swap public, with the message that shows it; elsewhere it is not posted at all."""
    assert not await delivered.run(results.press_to_post, press(10), Place(frozenset({201})), AGAIN)
    assert await delivered.run(results.press_to_post, press(11), HERE, AGAIN)
    await delivered.run(results.posted, 1, 777)
    result = await delivered.run(results.result, 1)
    assert result is not None
    assert (result.private, result.message_id) == (False, 777)
    assert not await delivered.run(results.press_to_post, press(12, 60), HERE, AGAIN)


async def test_the_rules_come_first_but_for_a_second_delivery(delivered: Store) -> None:
    """Paused after a press: its second delivery stops in silence, another press is refused."""
    assert await delivered.run(results.press_to_post, press(11), HERE, AGAIN)
    await delivered.run(moderation.change_settings, Actor(1, 100, 9, START), Change(paused=True))
    with pytest.raises(AlreadyHandled):
        await delivered.run(results.press_to_post, press(11), HERE, AGAIN)
    with pytest.raises(Paused):
        await delivered.run(results.press_to_post, press(12, 60), HERE, AGAIN)


async def test_a_moderator_removes_once(delivered: Store) -> None:
    """One action for the first removal, none for the next, and the entry stays."""
    assert await delivered.run(results.remove_as, Actor(21, 100, 9, START), 1)
    assert not await delivered.run(results.remove_as, Actor(22, 100, 9, START), 1)
    recorded = await delivered.run(lambda db: db.rows("SELECT actor_id, action, detail FROM actions"))
    assert [dict(row) for row in recorded] == [{"actor_id": 9, "action": "delete", "detail": '{"swap": "1"}'}]
    assert not await delivered.run(results.press_to_post, press(11), HERE, AGAIN)
