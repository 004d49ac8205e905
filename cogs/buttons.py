"""Buttons, selects and forms that outlive a restart: each says in its custom_id who answers, and for what.

discord.py keeps views and forms in memory, drops what it no longer knows, and swallows what their callbacks
raise. So nothing here is given to it: the event of every interaction is read as Discord sent it, and an
error goes the way of every listener's, to `FaceSwapBot.on_error` and so to the one reporter.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import discord

from bot.client import FaceSwapBot
from bot.errors import NotYours

Interaction = discord.Interaction[FaceSwapBot]
V = TypeVar("V", discord.ui.View, discord.ui.LayoutView, discord.ui.Modal)

_TEXT_INPUT = 4
_CLICKS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


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
        fields = {field["custom_id"]: str(field["value"]) for field in _text_inputs(data)}
        await handler(Click(interaction, tuple(state), tuple(data.get("values", ())), fields))


def _text_inputs(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every text field of a sent form, which stand in labels or rows."""
    if part.get("type") == _TEXT_INPUT:
        yield part
    for child in (*part.get("components", ()), *([part["component"]] if "component" in part else ())):
        yield from _text_inputs(child)


def unkept(view: V) -> V:
    """Keep discord.py from holding a view or form in memory for ever once it is sent."""
    view.stop()
    return view


def only_for(click: Click, user_id: int) -> None:
    """Raise NotYours when anybody else clicked."""
    if click.interaction.user.id != user_id:
        raise NotYours
