"""The operator's own content filter: found by an import path, and asked about every picture.

Whatever it does but answer in time counts against the picture: a filter that is broken lets nothing through.
What one has to look like is told in `docs/content-filter.md`; none comes with the bot.
"""

import asyncio
import importlib
import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Final, cast

from bot.errors import ConfigError
from bot.trust_errors import Filtered, FilterFailed, PictureRole

__all__ = ["ALLOW", "ContentFilter", "PictureRole", "Verdict", "open_filter", "refuse"]

log = logging.getLogger(__name__)

_THREADS = 4
"""Pictures that a plain (not async) filter is asked about at once; the others wait within their deadline."""

_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Verdict:
    """What a filter says of one picture: nothing against it, or the category it is refused for.

    Raises ValueError for a category that is not one word of a-z, 0-9, `_` and `-` (at most 40): it stands
    in the log and in the store, so nothing out of a picture may get into it.
    """

    category: str | None = None

    def __post_init__(self) -> None:
        if self.category is not None and not _CATEGORY.fullmatch(self.category):
            raise ValueError("a category is one word of a-z, 0-9, _ and -, at most 40 long")


ALLOW: Final = Verdict()
"""The verdict of a filter that has nothing against a picture."""

Filter = Callable[[bytes, PictureRole], Verdict | Awaitable[Verdict]]
"""A filter: an async function, or a plain one, which is then called in a thread."""


def refuse(category: str) -> Verdict:
    """Give the verdict of a filter that refuses a picture; members never read the category."""
    return Verdict(category)


class ContentFilter:
    """Asks the configured filter, or nobody where there is none."""

    def __init__(self, ask: Callable[[bytes, PictureRole], Awaitable[object]] | None, seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds

    async def check(self, data: bytes, role: PictureRole) -> None:
        """Let a picture pass, or raise Filtered; FilterFailed when the filter gives no verdict in time."""
        if self._ask is None:
            return
        asked = asyncio.ensure_future(self._ask(data, role))
        asked.add_done_callback(_hear)  # also of one that ends only after its time
        try:
            # Unlike a timeout around it, this does not depend on the filter letting itself be cancelled.
            in_time, _ = await asyncio.wait({asked}, timeout=self._seconds)
        finally:
            asked.cancel()
        if not in_time:
            log.error("The content filter said nothing of a %s picture within %g s", role, self._seconds)
            raise FilterFailed(role)
        category = _verdict(asked, role).category
        if category is not None:
            log.warning("The content filter refused a %s picture: %s", role, category)
            raise Filtered(role, category)


def _hear(asked: asyncio.Future[object]) -> None:
    """Take note of how it ended, or asyncio complains that nobody did."""
    _ = asked.cancelled() or asked.exception()


def _verdict(asked: asyncio.Future[object], role: PictureRole) -> Verdict:
    error = None if asked.cancelled() else asked.exception()
    if asked.cancelled() or error is not None:
        log.error("The content filter failed on a %s picture", role, exc_info=error)
        raise FilterFailed(role)
    verdict = asked.result()
    if not isinstance(verdict, Verdict):
        log.error("The content filter gave no Verdict on a %s picture, but %s", role, type(verdict).__name__)
        raise FilterFailed(role)
    return verdict


@contextmanager
def open_filter(path: str | None, timeout_seconds: float) -> Generator[ContentFilter]:
    """Load the filter at `package.module:name`, None for none; raises ConfigError."""
    if path is None:
        yield ContentFilter(None, timeout_seconds)
        return
    function = _load(path)
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__):
        yield ContentFilter(
            cast("Callable[[bytes, PictureRole], Awaitable[object]]", function), timeout_seconds
        )
        return
    # Threads of its own: a filter that hangs must not take those that everything else runs in.
    threads = ThreadPoolExecutor(_THREADS, "content-filter")

    def in_thread(data: bytes, role: PictureRole) -> Awaitable[object]:
        context = copy_context()  # what the filter logs carries the swap's ids
        return asyncio.wrap_future(threads.submit(context.run, function, data, role))

    try:
        yield ContentFilter(in_thread, timeout_seconds)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _load(path: str) -> Filter:
    module_name, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), name, None)
    except ImportError as error:
        raise ConfigError((f"CONTENT_FILTER: {module_name} cannot be imported ({error}).",)) from None
    if not callable(found) or isinstance(found, type):
        raise ConfigError((f"CONTENT_FILTER: {module_name} has no function {name}.",))
    return cast("Filter", found)
