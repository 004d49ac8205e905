"""A form that the bot opened, as the member who sees it fills it in."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox import controls as k
from bot.sandbox.components import TEXT, walk
from bot.sandbox.errors import NotOffered
from bot.sandbox.modals import LABEL
from bot.sandbox.picks import is_required, pick, preset, typed
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.interactions import Interaction


@dataclass(frozen=True)
class Form:
    """The form an interaction was answered with."""

    raw: "Interaction" = field(repr=False)

    @property
    def title(self) -> str:
        """The words on top."""
        return self.raw.response_data["title"]

    @property
    def custom_id(self) -> str:
        """What the bot calls it."""
        return self.raw.response_data["custom_id"]

    @property
    def components(self) -> list[Json]:
        """Its parts as the bot sent them, with ids."""
        return self.raw.response_data["components"]

    @property
    def controls(self) -> dict[str, Json]:
        """What can be filled in, by the words beside it, in order."""
        found: dict[str, Json] = {}
        for one in walk(self.components):
            if one["type"] == LABEL:
                found[one["label"]] = one["component"]
            elif one["type"] == k.TEXT_INPUT and one.get("label"):
                found[one["label"]] = one
        return found

    @property
    def text(self) -> str:
        """Every word in it, by lines: title, text displays, labels and descriptions."""
        lines = [self.title]
        for one in walk(self.components):
            lines += [one["content"]] if one["type"] == TEXT else []
            lines += [one[key] for key in ("label", "description") if one.get(key)]
        return "\n".join(lines)

    def fill(self, given: dict[str, object]) -> Json:
        """Return what the client sends for values given by custom_id or by label.

        Controls that are not named keep what they were preset to. Raises NotOffered for a control that is
        not there, and for a value that the client would not take.
        """
        by_id = {control["custom_id"]: control for control in self.controls.values()}
        wanted: dict[str, object] = {}
        for name, value in given.items():
            control = by_id.get(name) or self.controls.get(name)
            if control is None:
                raise NotOffered(f"no field {name} in {self.title}; there are {', '.join(self.controls)}")
            wanted[control["custom_id"]] = value
        resolved: Json = {}
        parts = [self._part(one, wanted, resolved) for one in self.components]
        data: Json = {"custom_id": self.custom_id, "components": parts}
        return data | {"resolved": resolved} if resolved else data

    def _part(self, one: Json, wanted: dict[str, object], resolved: Json) -> Json:
        sent: Json = {"type": one["type"], "id": one["id"]}
        if one["type"] == TEXT:
            return sent
        if one["type"] == LABEL:
            return sent | {"component": self._part(one["component"], wanted, resolved)}
        if "components" in one:
            return sent | {"components": [self._part(child, wanted, resolved) for child in one["components"]]}
        user, channel = self.raw.user, self.raw.channel
        value = wanted.get(one["custom_id"], preset(user, channel, one))
        sent["custom_id"] = one["custom_id"]
        if one["type"] == k.TEXT_INPUT:
            return sent | {"value": typed(one, value)}
        several: list[object] = [*value] if isinstance(value, list | tuple) else [value]
        if several or is_required(one):
            return sent | {"values": pick(user, channel, one, several, resolved, least=1)}
        return sent | {"values": list[str]()}
