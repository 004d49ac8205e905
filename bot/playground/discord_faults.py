"""What can go wrong with Discord, as switches."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.wire import Json

_EDIT = r"^/webhooks/\d+/[^/]+/messages/@original$"
_ANY_MESSAGE = r"/messages(/@original)?$"
_CALLBACK = r"/callback$"
_OUTAGE, _FORGET = "outage", "forget-files"


@dataclass(frozen=True)
class _Switch:
    """Requests of this `method` and `path` meet `what`, the keywords of `Faults.add`."""

    id: str
    label: str
    method: str
    path: str
    what: dict[str, Any]


_SWITCHES = (
    _Switch("discord-429", "429 on messages: 2 s", "POST|PATCH", _ANY_MESSAGE, {"retry_after": 2}),
    _Switch("discord-500", "500 on edits", "PATCH", _EDIT, {"status": 500}),
    _Switch("discord-502", "502 on edits, yet done", "PATCH", _EDIT, {"status": 502, "applied": True}),
    _Switch("discord-cut", "Edits cut off", "PATCH", _EDIT, {"disconnect": True}),
    _Switch("discord-slow-ack", "First answers 4 s late", "POST", _CALLBACK, {"delay_seconds": 4}),
    _Switch("discord-gone", "404 on edits", "PATCH", _EDIT, {"code": 10008}),
)


class DiscordFaults:
    """The switches over one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._armed: dict[str, Fault] = {}

    def shown(self) -> list[Json]:
        """Return the switches, with how often each will still be met."""
        outage = any(guild.unavailable for guild in self._sandbox.world.guilds.values())
        return [
            *(_shown(one.id, one.label, self._left(one.id)) for one in _SWITCHES),
            _shown(_OUTAGE, "Outage of all servers", outage),
            _shown(_FORGET, "Forget commands' files", False),
        ]

    def arm(self, switch_id: object, times: int) -> str | None:
        """Let a fault happen that often; the sentence that says so, or None for an unknown one."""
        if switch_id == _OUTAGE:
            for guild in self._sandbox.world.joined():
                guild.fail()
            return "Every server is unavailable to the bot until faults are cleared."
        if switch_id == _FORGET:
            self._sandbox.forget_ephemeral_attachments()
            return "The files that were given to commands are gone, as Discord does after a while."
        found = next((one for one in _SWITCHES if one.id == switch_id), None)
        if found is None:
            return None
        if not self._left(found.id):
            fault = self._sandbox.faults.add(found.method, found.path, times=times, **found.what)
            self._armed[found.id] = fault
        self._armed[found.id].times = times
        return f"{found.label}: the next time." if times == 1 else f"{found.label}: the next {times} times."

    def clear(self) -> None:
        """End everything."""
        self._sandbox.faults.clear()
        self._armed.clear()
        for guild in self._sandbox.world.joined():
            if guild.unavailable:
                guild.recover()

    def _left(self, switch_id: str) -> int:
        fault = self._armed.get(switch_id)
        return max(0, fault.times) if fault else 0


def _shown(switch_id: str, label: str, armed: int) -> Json:
    return {"id": switch_id, "label": label, "group": "Discord", "armed": armed}
