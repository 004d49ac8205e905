"""The Segmind client while there is no room for pictures: what is paid for waits, and is not given up."""

import asyncio
import base64
import io
import random
from collections.abc import Callable

import aiohttp
import pytest
from PIL import Image

from bot.errors import ApiTimeout
from bot.room import Room, Share
from bot.segmind import SegmindClient, SwapResult
from bot.segmind_queue import QueueClient
from tests.clocked_client import REQUEST, Clock, client_of, queue_client_of
from tests.scripted_api import SWAP_PATH, Answer, ScriptedApi, as_json, response_path, result_path

TIMEOUT = 0.15
Make = Callable[[aiohttp.ClientSession, ScriptedApi], SegmindClient]


def noise() -> bytes:
    """A PNG that is larger than what is read ahead."""
    file = io.BytesIO()
    Image.frombytes("RGB", (250, 250), random.Random(3).randbytes(187_500)).save(file, "PNG")  # noqa: S311
    return file.getvalue()


PICTURE = noise()
DIRECT = Answer(body=PICTURE)
NAMELESS = Answer(body=[PICTURE[:1000], PICTURE[1000:]])
INLINE = as_json({"output": base64.b64encode(PICTURE).decode()})


def v1(session: aiohttp.ClientSession, api: ScriptedApi) -> SegmindClient:
    """A client of v1."""
    return client_of(session, api.base_url, Clock(), results=api.base_url)


def v2(session: aiohttp.ClientSession, api: ScriptedApi) -> QueueClient:
    """A client of the queue."""
    return queue_client_of(session, api.base_url, Clock(), results=api.base_url)


async def collected(client: SegmindClient, share: Share) -> SwapResult:
    """One swap's result, of v2 by a ticket, with little time for the API."""
    if not isinstance(client, QueueClient):
        return await client.swap(REQUEST, timeout_seconds=TIMEOUT, share=share)
    return await client.collect(await client.submit(REQUEST), timeout_seconds=60, share=share)


@pytest.mark.parametrize(
    ("make", "path", "answer"),
    [
        (v1, SWAP_PATH, DIRECT),
        (v1, SWAP_PATH, NAMELESS),
        (v1, SWAP_PATH, INLINE),
        (v1, "/elsewhere.png", DIRECT),
        (v2, result_path(), DIRECT),
        (v2, response_path(), INLINE),
    ],
    ids=["v1", "v1 of no stated length", "v1 in JSON", "v1 by address", "v2 by address", "v2 in JSON"],
)
async def test_waiting_for_room_takes_nothing_from_the_apis_time(
    session: aiohttp.ClientSession, api: ScriptedApi, make: Make, path: str, answer: Answer
) -> None:
    """The API answers in time; for three times its time there is no room; then its picture is had."""
    api.defaults[SWAP_PATH] = as_json({"image_url": f"{api.base_url}/elsewhere.png"})
    api.defaults[path] = answer
    room = Room(10**6)
    holder, share = room.share(), room.share()
    await holder.take(10**6)
    swap = asyncio.create_task(collected(make(session, api), share))
    await asyncio.sleep(3 * TIMEOUT)
    assert not swap.done()
    holder.give_back()
    assert (await swap).picture == PICTURE
    assert len(api.posts) == 1
    assert not room.share().take_now(10**6)
    share.give_back()
    assert room.share().take_now(10**6)


async def test_the_time_that_the_api_takes_still_counts(
    session: aiohttp.ClientSession, api: ScriptedApi
) -> None:
    """A body that never ends is given up as before once there was room for it, and its share is free."""
    api.script(Answer(body=iter(lambda: b"", None)))
    room = Room(10**6)
    with room.share() as share, pytest.raises(ApiTimeout):
        await v1(session, api).swap(REQUEST, timeout_seconds=TIMEOUT, share=share)
    assert room.share().take_now(10**6)


async def test_many_that_come_at_once_are_read_a_few_at_a_time(
    session: aiohttp.ClientSession, api: ScriptedApi
) -> None:
    """Twenty results at once in a room of two: all are had, never more than two together."""
    api.defaults[SWAP_PATH] = DIRECT
    client, room = v1(session, api), Room(2 * len(PICTURE))
    together, most = 0, 0

    async def one() -> None:
        nonlocal together, most
        with room.share() as share:
            result = await client.swap(REQUEST, timeout_seconds=5, share=share)
            together += 1
            most = max(most, together)
            assert result.picture == PICTURE
            await asyncio.sleep(0.005)
            together -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert (len(api.posts), most) == (20, 2)
