"""What can go wrong with Discord, as switches."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.wire import Json

_EDIT = r"^/webhooks/\d+/[^/]+/messages/@original$"
_ANY_MESSAGE = r"/messages(/@original)?$"
_CALLBACK = r"/callback$"
_OUTAGE = "outage"


@dataclass(frozen=True)
class _Switch:
    """Requests of this `method` and `path` meet `what`, the keywords of `Faults.add`."""

    id: str
    label: str
    method: str
    path: str
    what: dict[str, Any]


_SWITCHES = (
    _Switch(
        "discord-429", "429 on messages and edits: wait 2 s", "POST|PATCH", _ANY_MESSAGE, {"retry_after": 2}
    ),
    _Switch("discord-500", "500 on edits", "PATCH", _EDIT, {"status": 500}),
    _Switch("discord-502", "502 on edits, though done", "PATCH", _EDIT, {"status": 502, "applied": True}),
    _Switch("discord-cut", "Connection cut on edits", "PATCH", _EDIT, {"disconnect": True}),
    _Switch(
        "discord-slow-ack", "First answers arrive too late (4 s)", "POST", _CALLBACK, {"delay_seconds": 4}
    ),
    _Switch("discord-gone", "404 on edits: unknown message", "PATCH", _EDIT, {"code": 10008}),
)


class DiscordFaults:
    """The switches over one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._armed: list[tuple[str, Fault]] = []

    def shown(self) -> list[Json]:
        """Return the switches, with how often each will still be met."""
        switches: list[Json] = [
            {"id": one.id, "label": one.label, "group": "Discord", "armed": self._left(one.id)}
            for one in _SWITCHES
        ]
        outage = any(guild.unavailable for guild in self._sandbox.world.guilds.values())
        label = "Outage of every server, until faults are cleared"
        return [*switches, {"id": _OUTAGE, "label": label, "group": "Discord", "armed": outage}]

    def arm(self, switch_id: object, times: int) -> str | None:
        """Let a fault happen that often more; the sentence that says so, or None for an unknown one."""
        if switch_id == _OUTAGE:
            for guild in self._sandbox.world.joined():
                guild.fail()
            return "Every server is unavailable to the bot until faults are cleared."
        found = next((one for one in _SWITCHES if one.id == switch_id), None)
        if found is None:
            return None
        self._armed.append(
            (found.id, self._sandbox.faults.add(found.method, found.path, times=times, **found.what))
        )
        return f"{found.label}: {self._left(found.id)} times from now."

    def clear(self) -> None:
        """End everything."""
        self._sandbox.faults.clear()
        self._armed.clear()
        for guild in self._sandbox.world.joined():
            if guild.unavailable:
                guild.recover()

    def _left(self, switch_id: str) -> int:
        return sum(max(0, fault.times) for armed_id, fault in self._armed if armed_id == switch_id)
