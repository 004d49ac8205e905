"""Content filters as an operator would write them, good and bad; found by import path in the tests."""

import asyncio
import logging
import threading
from typing import Any

from bot.filters import ALLOW, PictureRole, Verdict, refuse

asked: list[tuple[bytes, PictureRole, bool]] = []
"""What was asked: the picture, its role, and whether that was in the main thread."""

release = threading.Event()
"""Lets `hang` return, so that no thread outlives its test."""


async def refuse_nsfw(data: bytes, role: PictureRole) -> Verdict:
    """Refuse a picture that says so."""
    asked.append((data, role, threading.current_thread() is threading.main_thread()))
    await asyncio.sleep(0)
    return refuse("nsfw") if b"nsfw" in data else ALLOW


def plain(data: bytes, role: PictureRole) -> Verdict:
    """Refuse results, without a loop."""
    asked.append((data, role, threading.current_thread() is threading.main_thread()))
    return refuse("results") if role == "result" else ALLOW


def logs(_: bytes, __: PictureRole) -> Verdict:
    """Say something, in its thread."""
    logging.getLogger("a.filter").warning("looked")
    return ALLOW


class _Callable:
    async def __call__(self, data: bytes, role: PictureRole) -> Verdict:
        return await refuse_nsfw(data, role)


an_object = _Callable()


def fails(_: bytes, __: PictureRole) -> Verdict:
    """Raise what no one foresaw."""
    raise MemoryError("of its own")


async def fails_async(_: bytes, __: PictureRole) -> Verdict:
    """Raise on the loop."""
    raise KeyError("model")


async def cancels(_: bytes, __: PictureRole) -> Verdict:
    """End as if cancelled."""
    raise asyncio.CancelledError


def nothing(_: bytes, __: PictureRole) -> None:
    """Forget to answer."""


async def true(_: bytes, __: PictureRole) -> Any:
    """Answer with something else."""
    return True


def chatty(_: bytes, __: PictureRole) -> Verdict:
    """Try to put words into the log."""
    return refuse("a face\n@everyone")


def hang(_: bytes, __: PictureRole) -> Verdict:
    """Give no answer in time."""
    release.wait(10)
    return ALLOW


async def stubborn(_: bytes, __: PictureRole) -> Verdict:
    """Give no answer, and do not let oneself be cancelled."""
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        await asyncio.sleep(0.3)
    raise KeyError("too late")


not_callable = 7
