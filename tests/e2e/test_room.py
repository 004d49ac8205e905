"""Many results at once, and no room for them: each is paid once, none is lost, and each is shown."""

import asyncio
import io
import random
import time
from typing import Any

import pytest
from PIL import Image

from bot import segmind, work
from bot.fingerprints import Verified, verified
from bot.marker import Marked, Marker
from bot.store import swaps as rows
from bot.store.database import Transaction, is_patient
from tests.e2e.conftest import Place, Start
from tests.scripted_api import SWAP_PATH, Answer, result_path

SWAPS = 6
ANY = {"COOLDOWN_SECONDS": "0", "SWAPS_AT_ONCE": "", "DAILY_SWAPS_PER_MEMBER": "", "API_TIMEOUT_SECONDS": "1"}


def noise() -> bytes:
    """A PNG that is larger than what is read ahead."""
    file = io.BytesIO()
    Image.frombytes("RGB", (200, 200), random.Random(4).randbytes(120_000)).save(file, "PNG")  # noqa: S311
    return file.getvalue()


@pytest.fixture
def reloaded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The swaps whose picture was read from the store again, in a bot with room for one picture."""
    read, found = rows.picture, list[int]()

    def picture(db: Transaction, swap_id: int) -> bytes | None:
        found.append(swap_id)
        return read(db, swap_id)

    monkeypatch.setattr(rows, "picture", picture)
    monkeypatch.setattr(work, "ROOM_BYTES", 150_000)
    return found


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_stage_of_ours_that_is_slow_loses_nothing(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch, reloaded: list[int], version: str
) -> None:
    """Looking at and marking all results takes longer than the API may: all are shown, each billed once."""

    def slowly(data: bytes) -> Verified:
        time.sleep(0.25)
        return verified(data)

    mark = Marker.mark

    def mark_slowly(marker: Marker, data: bytes, **how: Any) -> Marked:
        time.sleep(0.25)
        return mark(marker, data, **how)

    monkeypatch.setattr(segmind, "verified", slowly)
    monkeypatch.setattr(Marker, "mark", mark_slowly)
    picture = noise()
    async with start(SEGMIND_API_VERSION=version, SEGMIND_RESULT_HOSTS="", **ANY):
        place.api.polls = 1
        place.api.defaults[SWAP_PATH] = Answer(body=picture)
        for number in range(SWAPS):
            place.api.defaults[result_path(f"job-{number + 1}")] = Answer(body=picture)
        played = [await place.faceswap() for _ in range(SWAPS)]
        replies = [await one.reply(until=lambda reply: bool(reply.attachments)) for one in played]
        await place.idle()
    assert len(place.api.posts) == SWAPS
    assert all(reply.attachments for reply in replies)
    assert reloaded
    assert await place.rows("SELECT id FROM swaps WHERE state <> 'delivered'") == []


async def test_who_waits_for_discord_leaves_the_room_to_others(
    place: Place, start: Start, reloaded: list[int]
) -> None:
    """Discord does not take one result for a while: the next is shown meanwhile, then the first as well."""
    async with start(**ANY):
        place.api.defaults[SWAP_PATH] = Answer(body=noise())
        first = await place.faceswap()
        lost = f"{first.raw.token}/messages/@original"
        fault = place.sandbox.faults.add("PATCH", lost, disconnect=True, times=10_000)
        await asyncio.wait_for(fault.met.wait(), 10)
        second = await place.faceswap()
        await second.reply(until=lambda reply: bool(reply.attachments))
        place.sandbox.faults.clear()
        await first.reply(until=lambda reply: bool(reply.attachments))
        await place.idle()
    assert first.raw.id in reloaded


async def test_only_what_a_swap_does_by_itself_is_patient(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold, before the acknowledgement, and the settling, before the next swap, pass what is between."""
    async with start(**ANY) as bot:
        run, patient = bot.services.store.run, dict[str, bool]()

        async def watched(function: Any, /, *args: Any, **more: Any) -> Any:
            patient[function.__name__] = is_patient()
            return await run(function, *args, **more)

        monkeypatch.setattr(bot.services.store, "run", watched)
        await place.swap()
    assert {name: patient[name] for name in ("hold", "take_in", "settle")} == {
        "hold": False,
        "take_in": True,
        "settle": False,
    }
