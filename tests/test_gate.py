"""The gate: closed for everybody until the named moment, and never waited for in vain."""

from datetime import timedelta

from bot.gate import Gate
from tests.stores import START, Clock


def gate_of(clock: Clock) -> Gate:
    """A gate whose waiting moves the clock."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds=seconds)

    return Gate(now=clock, sleep=sleep)


async def test_it_opens_at_the_named_moment() -> None:
    """Who can wait that long is let through just then; who cannot is told at once."""
    clock = Clock()
    gate = gate_of(clock)
    assert gate.is_open()
    gate.close(START + timedelta(seconds=30))
    assert not gate.is_open()
    assert not await gate.opened(START + timedelta(seconds=29))
    assert clock.now == START
    assert await gate.opened(START + timedelta(seconds=30))
    assert clock.now == START + timedelta(seconds=30)
    assert gate.is_open()


async def test_an_earlier_moment_opens_nothing() -> None:
    """Of two answers the later moment counts, whichever came first."""
    clock = Clock()
    gate = gate_of(clock)
    gate.close(START + timedelta(seconds=30))
    gate.close(START + timedelta(seconds=10))
    assert await gate.opened(START + timedelta(minutes=1))
    assert clock.now == START + timedelta(seconds=30)
