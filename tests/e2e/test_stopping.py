"""Asked to stop at an awkward moment, the bot stops all the same."""

import asyncio

from bot.sandbox.gateway import Socket
from tests.e2e.conftest import Place, Start


async def test_it_stops_while_it_reconnects(place: Place, start: Start) -> None:
    """Discord lets the bot's new connection hang: that holds up nobody who asks the bot to stop."""
    gateway, reached = place.sandbox.gateway, asyncio.Event()

    async def silent(socket: Socket) -> None:  # noqa: ARG001 - Discord says nothing to it
        reached.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        async with start():
            gateway._converse = silent  # pyright: ignore[reportPrivateUsage] - what a new socket hears
            gateway.drop()
            await reached.wait()
