"""How the answer to a swap looks: one Components V2 container, whatever it says.

A message that was V2 once stays so: notes, results and failures all are.
"""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot import controls
from bot.delivery import Receipt
from bot.progress import Progress, Stage
from bot.store.swaps import Swap
from bot.words import swaps as words

NOTE = 901
"""The id of what is no answer yet, by which a note is told from an answer in any language."""

_WORKING, _DONE, _FAILED = 0x5865F2, 0x57F287, 0xED4245


def note(swap: Swap, progress: Progress) -> ui.LayoutView:
    """How far a swap is; while it waits it can be cancelled."""
    container = _container(words.progress(progress), _WORKING, id=NOTE)
    if progress.stage is Stage.WAITING:
        container.add_item(_row(swap, [(controls.CANCEL, words.cancel(), discord.ButtonStyle.secondary)]))
    return _layout(container)


def asked(hints: Sequence[str]) -> ui.LayoutView:
    """What stands in the placeholder while the member is asked."""
    return _layout(_container(words.asked(hints), _WORKING, id=NOTE))


def question(swap: Swap, hints: Sequence[str]) -> ui.LayoutView:
    """Ask whether to pay although no face was seen."""
    go_on = (controls.CONFIRM, words.swap_anyway(swap.price_micros), discord.ButtonStyle.primary)
    back = (controls.CANCEL, words.cancel(), discord.ButtonStyle.secondary)
    return _layout(_container(words.question(hints), _WORKING, id=NOTE), _row(swap, [go_on, back]))


def sentence(text: str, *, failed: bool = False) -> ui.LayoutView:
    """Words alone."""
    return _layout(_container(text, _FAILED if failed else _WORKING))


def request(text: str, buttons: Sequence[ui.Button[Any]]) -> ui.LayoutView:
    """Ask a member whether their avatar may be used."""
    row: ui.ActionRow[Any] = ui.ActionRow(*buttons)
    return _layout(_container(text, _WORKING), row)


def result(swap: Swap, receipt: Receipt, file_name: str, *, late: bool = False) -> ui.LayoutView:
    """A picture with its line, its receipt and its buttons."""
    gallery: ui.MediaGallery[Any] = ui.MediaGallery(
        discord.MediaGalleryItem(
            f"attachment://{file_name}", description=words.alt_text(), spoiler=swap.spoiler
        )
    )
    container: ui.Container[Any] = ui.Container(
        ui.TextDisplay(words.caption(swap.user_id)),
        gallery,
        ui.TextDisplay(words.receipt(receipt, late=late)),
        accent_colour=_DONE,
    )
    return _layout(container, *_result_rows(swap, receipt))


def _result_rows(swap: Swap, receipt: Receipt) -> list[ui.ActionRow[Any]]:
    grey, red = discord.ButtonStyle.secondary, discord.ButtonStyle.danger
    again = [
        (controls.REROLL, words.reroll(swap.price_micros), discord.ButtonStyle.primary),
        (controls.EDIT, words.edit(), grey),
        (controls.COMPARE, words.compare(), grey),
        (controls.DETAILS, words.details(), grey),
    ]
    undo = [(controls.DELETE, words.delete(), grey), (controls.REPORT, words.report(), red)]
    if swap.private:
        undo.insert(0, (controls.POST, words.post(), grey))
    return [_row(swap, buttons, receipt.swap_id) for buttons in (again, undo)]


def _row(
    swap: Swap, buttons: Sequence[tuple[str, str, discord.ButtonStyle]], swap_id: int | None = None
) -> ui.ActionRow[Any]:
    """Buttons whose state is in their ids, so that any process can serve them."""
    row: ui.ActionRow[Any] = ui.ActionRow()
    for name, label, style in buttons:
        there = f"{name}:{swap_id or swap.id}:{swap.user_id}"
        row.add_item(ui.Button(label=label, style=style, custom_id=there))
    return row


def _container(text: str, colour: int, *, id: int | None = None) -> ui.Container[Any]:  # noqa: A002 - Discord's word
    return ui.Container(ui.TextDisplay(text), accent_colour=colour, id=id)


def _layout(*parts: ui.Item[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    for part in parts:
        view.add_item(part)
    # discord.py would keep it in memory for ever; a press is read off its own event.
    view.stop()
    return view
