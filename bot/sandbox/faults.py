"""Faults on demand: an answer replaced, delayed, or never given."""

import asyncio
import re
from dataclasses import dataclass, field

from bot.sandbox.errors import ApiError


@dataclass(eq=False)
class Fault:
    """What goes wrong with the next `times` requests that match.

    `applied` lets Discord do the work first, so that only the answer is wrong or lost. `release` holds the
    request until it is set; `met` is set once a request has run into the fault.
    """

    method: str
    path: re.Pattern[str]
    times: int
    status: int | None = None
    code: int = 0
    retry_after: float | None = None
    disconnect: bool = False
    delay_seconds: float = 0
    applied: bool = False
    release: asyncio.Event | None = None
    met: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def replaces(self) -> bool:
        """Whether the client gets something else than the true answer."""
        return self.disconnect or self.status is not None


class Faults:
    """The faults that wait for a request, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        method: str = ".*",
        path_regex: str = ".*",
        *,
        status: int | None = None,
        code: int = 0,
        retry_after: float | None = None,
        disconnect: bool = False,
        delay_seconds: float = 0,
        applied: bool = False,
        release: asyncio.Event | None = None,
        times: int = 1,
    ) -> Fault:
        """Arm a fault for REST requests; the path is searched without its `/api/v10`.

        Give one of: `status`, or Discord's own `code`, which brings its status; `retry_after` in seconds, for
        a 429; `disconnect`, which cuts the connection; `delay_seconds`; `release`. A request that was held is
        carried out when released, even if its client is gone by then; with `disconnect` it is not.
        """
        path = re.compile(path_regex)
        if retry_after is not None:
            status = 429
        elif code and status is None:
            status = ApiError(code).status
        fault = Fault(
            method, path, times, status, code, retry_after, disconnect, delay_seconds, applied, release
        )
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Disarm everything."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault this request runs into, if any, and count it."""
        for fault in self._waiting:
            if re.fullmatch(fault.method, method) and fault.path.search(path):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                fault.met.set()
                return fault
        return None
