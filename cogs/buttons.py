"""Buttons, selects and forms that outlive a restart: each says in its custom_id who answers, and for what.

discord.py keeps views and forms in memory, drops what it no longer knows, and swallows what their callbacks
raise. So nothing here is given to it: the event of every interaction is read as Discord sent it, and an
error goes the way of every listener's, to `FaceSwapBot.on_error` and so to the one reporter.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import discord

from bot.client import FaceSwapBot
from bot.errors import NotYours

Interaction = discord.Interaction[FaceSwapBot]
V = TypeVar("V", discord.ui.View, discord.ui.LayoutView, discord.ui.Modal)

_TEXT_INPUT, _FILE_UPLOAD = 4, 19
_CLICKS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


@dataclass(frozen=True)
class Attached:
    """A file put into a form, as Discord tells of it; type and dimensions are the sender's words."""

    url: str = field(repr=False)
    filename: str
    content_type: str | None
    size: int
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Click:
    """A button pressed, a choice made or a form sent."""

    interaction: Interaction
    state: tuple[str, ...]
    """What its custom_id holds after the name."""
    values: tuple[str, ...]
    """What was chosen in a select; ids where it lists channels or roles."""
    fields: Mapping[str, str]
    """What was typed into a form, by the custom_id of each field."""
    chosen: Mapping[str, tuple[str, ...]]
    """What was chosen in the selects of a form, by the custom_id of each."""
    files: Mapping[str, tuple[Attached, ...]]
    """What was put into the uploads of a form, by the custom_id of each."""


Handler = Callable[[Click], Awaitable[None]]


def custom_id(name: str, *state: object) -> str:
    """The id of a control that the handler of this name answers; Discord takes 100 characters at most."""
    return ":".join((name, *(str(part) for part in state)))


async def route(interaction: Interaction, handlers: Mapping[str, Handler]) -> None:
    """Give a click to the handler that its custom_id names, if it is among these."""
    if interaction.type not in _CLICKS:
        return
    data = cast("dict[str, Any]", interaction.data)
    name, *state = str(data["custom_id"]).split(":")
    if handler := handlers.get(name):
        interaction.client.attend(interaction)
        await handler(_click(interaction, tuple(state), data))


def _click(interaction: Interaction, state: tuple[str, ...], data: Mapping[str, Any]) -> Click:
    """What was pressed, chosen or sent; the controls of a form stand in labels or rows."""
    inputs = list(_inputs(data)) if "components" in data else []
    resolved: Mapping[str, Mapping[str, Any]] = data.get("resolved", {}).get("attachments", {})
    return Click(
        interaction,
        state,
        values=tuple(data.get("values", ())),
        fields={one["custom_id"]: str(one["value"]) for one in inputs if one["type"] == _TEXT_INPUT},
        chosen={
            one["custom_id"]: tuple(one["values"])
            for one in inputs
            if one["type"] not in (_TEXT_INPUT, _FILE_UPLOAD)
        },
        files={
            one["custom_id"]: tuple(_attached(resolved[key]) for key in one["values"])
            for one in inputs
            if one["type"] == _FILE_UPLOAD
        },
    )


def _inputs(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every control of a sent form that holds something."""
    if "value" in part or "values" in part:
        yield part
    for child in (*part.get("components", ()), *([part["component"]] if "component" in part else ())):
        yield from _inputs(child)


def _attached(file: Mapping[str, Any]) -> Attached:
    return Attached(
        url=file["url"],
        filename=file["filename"],
        content_type=file.get("content_type"),
        size=file["size"],
        width=file.get("width"),
        height=file.get("height"),
    )


def unkept(view: V) -> V:
    """Keep discord.py from holding a view or form in memory for ever once it is sent."""
    view.stop()
    return view


def only_for(click: Click, user_id: int) -> None:
    """Raise NotYours when anybody else clicked."""
    if click.interaction.user.id != user_id:
        raise NotYours
