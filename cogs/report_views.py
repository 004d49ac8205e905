"""What reports look like: the form, what stands where a picture was, and a case with its buttons."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.controls import CONFIRM_CASE, DELETE, NARROW_CASE, REPORT, REPORT_FORM, RESTORE_CASE
from bot.store.cases import Case, Reason
from bot.words import reports as words
from bot.words import swaps as swap_words
from cogs.buttons import custom_id, unkept

REASON, NOTE = "reason", "note"
NOTE_MAX = 300

IN_LIST = "list"
"""Marks the buttons of a moderator's private list."""

_MOST_TEXT = 3800  # Discord takes 4,000 characters in the text displays of one message
_MOST_CASES = 7  # and 40 components, of which a case has five


def form(swap_id: int, *place: int) -> ui.Modal:
    """The form for a report; `place` is the channel and the message where it does not know its message."""
    modal = ui.Modal(title=words.form_title(), custom_id=custom_id(REPORT_FORM, swap_id, *place))
    options = [discord.SelectOption(label=words.reason(one), value=one) for one in Reason]
    choice: ui.Select[Any] = ui.Select(custom_id=REASON, options=options, required=True)
    note: ui.TextInput[Any] = ui.TextInput(
        custom_id=NOTE, style=discord.TextStyle.paragraph, required=False, max_length=NOTE_MAX
    )
    modal.add_item(ui.Label(text=words.why(), component=choice))
    modal.add_item(ui.Label(text=words.note_label(), description=words.note_help(), component=note))
    return unkept(modal)


def tombstone(case: Case) -> ui.LayoutView:
    """What stands where a reported picture was: words alone."""
    return _view(ui.Container(ui.TextDisplay(words.taken_down(case))))


def restored(case: Case, file: discord.File) -> ui.LayoutView:
    """A picture that is shown again, and that somebody else may report."""
    gallery: ui.MediaGallery[Any] = ui.MediaGallery()
    gallery.add_item(media=file, description=swap_words.alt_text(), spoiler=case.spoiler)
    row: ui.ActionRow[Any] = ui.ActionRow()
    for name, label in ((DELETE, swap_words.delete()), (REPORT, swap_words.report())):
        row.add_item(ui.Button(label=label, custom_id=custom_id(name, case.swap_id, case.user_id)))
    return _view(ui.Container(ui.TextDisplay(words.shown_again(case.user_id)), gallery), row)


def one_case(case: Case) -> ui.LayoutView:
    """A case in the log channel; without buttons once it is decided on."""
    return _view(_case(case))


def spread(case: Case) -> ui.LayoutView:
    """For the operator: what a server has had blocked everywhere."""
    button: ui.Button[Any] = ui.Button(label=words.narrow(), custom_id=custom_id(NARROW_CASE, case.id))
    return _view(ui.Container(ui.TextDisplay(words.spread(case)), ui.ActionRow(button)))


def narrowed(case: Case, user_id: int) -> ui.LayoutView:
    """The same once it is blocked in that server alone."""
    return _view(ui.Container(ui.TextDisplay(f"{words.spread(case)}\n{words.narrowed(user_id)}")))


def case_list(cases: Sequence[Case]) -> ui.LayoutView:
    """A moderator's list of undecided cases: the oldest, as many as fit into a message."""
    shown: list[ui.Item[Any]] = [ui.TextDisplay(words.open_reports(len(cases)))]
    length = 200
    for case in cases[:_MOST_CASES]:
        length += len(words.case_text(case))
        if length > _MOST_TEXT:
            break
        shown.append(_case(case, IN_LIST))
    return _view(*shown)


def _case(case: Case, *state: str) -> ui.Container[Any]:
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(words.case_text(case)))
    if case.state == "open":
        row: ui.ActionRow[Any] = ui.ActionRow()
        if not case.grave:
            row.add_item(ui.Button(label=words.restore(), custom_id=custom_id(RESTORE_CASE, case.id, *state)))
        row.add_item(
            ui.Button(
                label=words.confirm(),
                custom_id=custom_id(CONFIRM_CASE, case.id, *state),
                style=discord.ButtonStyle.danger,
            )
        )
        container.add_item(row)
    return container


def _view(*items: ui.Item[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    return unkept(view)
