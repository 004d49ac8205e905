"""What went over the wire lately, without secrets: kept within bounds, and told to who listens."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import cast

from bot.redaction import Redaction
from bot.sandbox.clock import iso
from bot.sandbox.wire import Json, as_object

KEPT = 200
KEPT_SECONDS = 15 * 60
KEPT_BYTES = 4 << 20
"""Bounds of one list; beyond any of them the oldest entries go."""

_ENTRY_BYTES = 48 << 10
_STRING = 2000
_SECRET_FIELDS = {"token", "session_id", "x-api-key"}


class Recorder:
    """The console's two lists; `secrets` are cut out wherever they stand.

    `now` is the sandbox's time in seconds, which may jump; entries grow old by `monotonic`.
    """

    def __init__(
        self,
        now: Callable[[], float],
        secrets: Iterable[str],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.exchanges = Ring(monotonic)
        self.events = Ring(monotonic)
        self.listeners: set[Callable[[str, Json], None]] = set()
        self._now = now
        self._redact = Redaction(secrets)

    def exchange(
        self,
        method: str,
        path: str,
        status: int,
        *,
        fault: bool,
        seconds: float,
        body: object,
        answer: object,
    ) -> None:
        """Note a request and its answer."""
        entry: Json = {
            "method": method,
            "path": self._redact(path),
            "status": status,
            "fault": fault,
            "ms": round(seconds * 1000),
            "body": self._shown(body),
            "answer": self._shown(answer),
        }
        self._add("exchange", self.exchanges, entry)

    def event(self, name: str, payload: Json) -> None:
        """Note an event of the gateway."""
        self._add(
            "event",
            self.events,
            {"name": name, "summary": _summary(payload), "payload": self._shown(payload)},
        )

    def _add(self, kind: str, ring: "Ring", entry: Json) -> None:
        entry = {"at": iso(self._now())} | entry
        ring.add(entry)
        for listener in list(self.listeners):
            listener(kind, entry)

    def _shown(self, value: object) -> object:
        clean = without_secrets(value, self._redact)
        text = json.dumps(clean, default=str)
        return clean if len(text) <= _ENTRY_BYTES else f"{text[:_STRING]}… ({len(text):,} characters)"


class Ring:
    """The newest entries."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        count: int = KEPT,
        seconds: float = KEPT_SECONDS,
        size: int = KEPT_BYTES,
    ) -> None:
        self._now = now
        self._seconds = seconds
        self._size = size
        self._held = 0
        self._count = count
        self._entries: deque[tuple[float, int, Json]] = deque()

    def add(self, entry: Json) -> None:
        """Keep an entry, and forget what is beyond the bounds."""
        size = len(json.dumps(entry, default=str))
        self._entries.append((self._now(), size, entry))
        self._held += size
        while len(self._entries) > self._count or self._held > self._size:
            self._forget()

    def list(self) -> list[Json]:
        """Return what is kept, oldest first."""
        while self._entries and self._entries[0][0] < self._now() - self._seconds:
            self._forget()
        return [entry for _, _, entry in self._entries]

    def _forget(self) -> None:
        _, size, _ = self._entries.popleft()
        self._held -= size


def without_secrets(value: object, redact: Redaction) -> object:
    """A copy of JSON in which tokens, keys and the signatures of addresses are blotted out."""
    if isinstance(value, dict):
        return {
            name: "[token]" if name in _SECRET_FIELDS else without_secrets(one, redact)
            for name, one in cast("Json", value).items()
        }
    if isinstance(value, list):
        return [without_secrets(one, redact) for one in cast("list[object]", value)]
    if isinstance(value, str):
        return redact(value if len(value) <= _STRING else f"{value[:_STRING]}…")
    return value


def _summary(payload: Json) -> str:
    """Tell one event from another at a glance: who, and what they did."""
    data = as_object(payload.get("data"))
    person = payload.get("author") or as_object(payload.get("member")).get("user") or payload.get("user")
    who = as_object(person).get("global_name") or as_object(person).get("username")
    what = data.get("name") or data.get("custom_id") or payload.get("name")
    return " · ".join(str(part) for part in (who, what) if part)
