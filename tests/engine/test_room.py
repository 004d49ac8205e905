"""Back-pressure: places are counted, and who is turned away is told a moment that holds."""

import asyncio

import pytest

from bot.engine.room import Full, Room


def turned_away(room: Room, kept: int = 0) -> float:
    """How long the next one is told to wait."""
    with pytest.raises(Full) as full:
        room.enter(kept)
    return full.value.seconds


def test_places_are_workers_and_the_queue() -> None:
    """Two workers and a queue of three take five; what keeps places for others takes fewer."""
    room = Room(2, 3, lambda: 1)
    for _ in range(3):
        room.enter()
    assert turned_away(room, kept=2) > 0
    room.enter()
    room.enter()
    assert turned_away(room) > 0
    room.leave()
    room.enter()
    assert room.taken == room.places == 5


def test_who_is_turned_away_comes_back_one_after_the_other() -> None:
    """Each later than the one before, as fast as the workers are; anew once a place was free."""
    room = Room(2, 0, lambda: 4)
    room.enter()
    room.enter()
    assert [turned_away(room) for _ in range(3)] == [2, 4, 6]
    room.leave()
    room.enter()
    assert turned_away(room) == 2


def test_nobody_comes_back_within_a_second() -> None:
    """However fast the work is."""
    room = Room(1, 0, lambda: 0.01)
    room.enter()
    assert turned_away(room) == 1


async def test_it_is_empty_when_the_last_one_has_left() -> None:
    """What failed inside has left as well."""
    room = Room(1, 1, lambda: 1)
    room.enter()
    with pytest.raises(ZeroDivisionError), room.place():
        _ = 1 / 0
    emptied = asyncio.create_task(room.emptied())
    await asyncio.sleep(0)
    assert not emptied.done()
    room.leave()
    await emptied
