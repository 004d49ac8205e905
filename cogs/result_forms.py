"""The forms behind Re-roll and Edit: pictures that Discord lost, and the options; state is in their ids."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, cast, get_args

import discord
from discord import ui

from bot import segmind
from bot.controls import EDIT, REROLL
from bot.errors import Role
from bot.pictures import OutputFormat
from bot.store.inputs import Made
from bot.words import results as words
from cogs.begin import Wish
from cogs.buttons import Click, custom_id, unkept
from cogs.faceswap import check_attachment

REROLL_FORM, EDIT_FORM = f"{REROLL}-form", f"{EDIT}-form"

_MOST = 5
"""How many controls a form takes (source: Discord's modal reference)."""

_PROMPT, _FORMAT, _QUALITY, _SEED = "prompt", "format", "quality", "seed"
_BOUNDS = {
    _QUALITY: (segmind.QUALITY_MIN, segmind.QUALITY_MAX),
    _SEED: (segmind.SEED_MIN, segmind.SEED_MAX),
}


def wish(click: Click, made: Made, seed: int) -> Wish:
    """The same again with this seed; private where what was pressed is."""
    message = click.interaction.message
    return Wish(
        source=made.source,
        target=made.target,
        prompt=made.prompt,
        image_format=cast("OutputFormat", made.image_format),
        quality=made.quality,
        seed=seed,
        private=made.private or (message is not None and message.flags.ephemeral),
        spoiler=made.spoiler,
    )


def reroll_form(made: Made, missing: Collection[Role]) -> ui.Modal:
    """The form for the pictures that Discord does not have any more."""
    form = ui.Modal(
        title=words.labels().upload_title, custom_id=custom_id(REROLL_FORM, made.swap_id, made.user_id)
    )
    for upload in _uploads(missing):
        form.add_item(upload)
    return unkept(form)


def edit_form(made: Made, missing: Collection[Role]) -> ui.Modal:
    """The form for the options, filled with what they were; where both pictures are asked for, no seed."""
    labels = words.labels()
    form = ui.Modal(title=labels.edit_title, custom_id=custom_id(EDIT_FORM, made.swap_id, made.user_id))
    prompt: ui.TextInput[Any] = ui.TextInput(
        custom_id=_PROMPT,
        style=discord.TextStyle.paragraph,
        default=made.prompt or None,
        max_length=segmind.PROMPT_MAX,
        required=False,
    )
    quality: ui.TextInput[Any] = ui.TextInput(custom_id=_QUALITY, default=str(made.quality), max_length=3)
    seed: ui.TextInput[Any] = ui.TextInput(
        custom_id=_SEED, default=str(made.seed), max_length=20, required=False
    )
    fields: list[ui.Label[Any]] = [
        *_uploads(missing),
        ui.Label(text=labels.prompt, component=prompt),
        ui.Label(text=labels.image_format, component=_formats(made.image_format)),
        ui.Label(text=labels.quality, description=labels.quality_help, component=quality),
        ui.Label(text=labels.seed, description=labels.seed_help, component=seed),
    ]
    for field in fields[:_MOST]:
        form.add_item(field)
    return unkept(form)


def with_uploads(wanted: Wish, click: Click) -> Wish:
    """The wish with the pictures that were attached again; refuses them as `check_attachment` does."""
    given = {role: click.files[role][0] for role in Role if click.files.get(role)}
    for role, file in given.items():
        check_attachment(role, file)
    return replace(wanted, **{str(role): file.url for role, file in given.items()})


def with_options(wanted: Wish, click: Click, new_seed: Callable[[], int]) -> Wish | list[str]:
    """The wish with the options that were typed, or the fields that hold what cannot be used."""
    numbers: dict[str, int] = {}
    wrong: list[str] = []
    for name in _BOUNDS.keys() & click.fields.keys():
        number = _number(name, click.fields[name].strip(), new_seed)
        if number is None:
            wrong.append(name)
        else:
            numbers[name] = number
    if wrong:
        return sorted(wrong)
    changed: Mapping[str, Any] = {
        "prompt": click.fields.get(_PROMPT, wanted.prompt),
        "image_format": click.chosen.get(_FORMAT, (wanted.image_format,))[0],
        **numbers,
    }
    return replace(wanted, **changed)


def _number(name: str, typed: str, new_seed: Callable[[], int]) -> int | None:
    """What was typed as a number within its bounds; an empty seed is a new one."""
    if name == _SEED and not typed:
        return new_seed()
    least, most = _BOUNDS[name]
    number = int(typed) if typed.isascii() and typed.isdigit() else None
    return number if number is not None and least <= number <= most else None


def _uploads(missing: Collection[Role]) -> list[ui.Label[Any]]:
    return [
        ui.Label(
            text=words.upload_label(role),
            description=words.upload_help(role),
            component=ui.FileUpload(custom_id=role, min_values=1, max_values=1),
        )
        for role in Role
        if role in missing
    ]


def _formats(chosen: str) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=one.upper(), value=one, default=one == chosen)
        for one in get_args(OutputFormat)
    ]
    return ui.Select(custom_id=_FORMAT, options=options, min_values=1, max_values=1)
