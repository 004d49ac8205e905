"""Reporting a result: it is gone at once, whoever reports it and however; one case, and nothing leaks."""

import asyncio
import time

import pytest

from bot.client import FaceSwapBot
from bot.sandbox.permissions import Permission
from bot.store import cases
from bot.store.cases import GRAVE, Reason
from tests.e2e.clicks import press_as, replay
from tests.e2e.conftest import Place, Start
from tests.e2e.moderating import admin, refusal
from tests.e2e.reporting import MENU, Court, is_hidden


@pytest.fixture
async def court(place: Place, bot: FaceSwapBot) -> Court:
    """A server with a log channel."""
    return await Court.of(place, bot)


async def test_a_reported_picture_is_gone_at_once(place: Place, court: Court) -> None:
    """In under two seconds the message shows words alone, moderators read a case, the pictures are blocked."""
    result = await place.swap()
    begun = time.monotonic()
    sent = await court.report(result, note="this is *me*, see ```\nhttps://evil.example <@1>")
    await place.sandbox.until(lambda: is_hidden(result) or None, 5, "the picture to be gone")
    assert time.monotonic() - begun < 2
    told = await sent.reply()
    assert told.ephemeral
    assert "The picture is gone" in told.content
    (case,) = await place.sandbox.until(court.cases, 5, "the case")
    assert "reported and taken down" in result.text
    assert [one["label"] for one in case.buttons()] == ["Restore", "Confirm"]
    for part in (
        f"<@{court.bob.account.id}>",
        f"<@{place.ada.account.id}>",
        "Something else",
        f"/{place.guild.id}/{place.channel.id}/{result.raw.id}",
        "```\nthis is *me*, see",
        ":R>",
    ):
        assert part in case.text
    assert "\nhttps" not in case.text
    assert not case.attachments
    assert not case.raw.mentions


REASONS = [(one.value, one not in GRAVE) for one in Reason]


@pytest.mark.parametrize(("reason", "kept"), REASONS)
async def test_what_is_kept_depends_on_the_reason(
    place: Place, court: Court, reason: str, *, kept: bool
) -> None:
    """For "sexual" and "a minor" nothing is kept, and restoring is not offered."""
    result = await place.swap()
    await court.reported(result, reason=reason)
    assert is_hidden(result)
    assert await court.kept() == [("open", kept)]
    (case,) = court.cases()
    assert [one["label"] for one in case.buttons()] == (["Restore"] if kept else []) + ["Confirm"]
