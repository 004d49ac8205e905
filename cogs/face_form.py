"""What the forms of the menus have in common: which face, and who sees the result."""

from collections.abc import Sequence

import discord

from bot.errors import Role
from bot.store.faces import Face
from bot.trust_errors import OneFaceNeeded
from bot.words import faces as words
from cogs.buttons import Attached, Click
from cogs.faces import saved_face
from cogs.faceswap import check_attachment

_SAVED, _UPLOAD, _AUDIENCE = "saved", "upload", "audience"
_ALL, _ME = "all", "me"


def add_face(form: discord.ui.Modal, saved: Sequence[Face]) -> discord.ui.Modal:
    """Ask which face: one of the saved ones, where there are any, or an upload."""
    if saved:
        options = [discord.SelectOption(label=face.name, value=face.name) for face in saved]
        form.add_item(labelled(words.saved_label(), _SAVED, options, required=False))
    return form.add_item(
        discord.ui.Label(
            text=words.upload_label(),
            description=words.upload_instead() if saved else None,
            component=discord.ui.FileUpload(
                custom_id=_UPLOAD, required=not saved, min_values=0 if saved else 1, max_values=1
            ),
        )
    )


async def face_of(click: Click) -> str:
    """The face that a form gives; raises OneFaceNeeded, or what is wrong with the one given."""
    match click.files.get(_UPLOAD, ()), click.chosen.get(_SAVED, ()):
        case (Attached() as file,), ():
            check_attachment(Role.SOURCE, file)
            return file.url
        case (), (name,):
            return await saved_face(click.interaction, name)
        case _:
            raise OneFaceNeeded


def add_audience(form: discord.ui.Modal) -> discord.ui.Modal:
    """Ask who sees the result: everybody, unless it is chosen otherwise."""
    audience = [
        discord.SelectOption(label=words.everybody(), value=_ALL, default=True),
        discord.SelectOption(label=words.only_me(), value=_ME),
    ]
    return form.add_item(labelled(words.audience_label(), _AUDIENCE, audience))


def is_private(click: Click) -> bool:
    """Whether a form says that only the member sees the result."""
    return click.chosen.get(_AUDIENCE) == (_ME,)


def labelled(
    text: str, name: str, options: list[discord.SelectOption], *, required: bool = True
) -> discord.ui.Label[discord.ui.Modal]:
    """A select in a form; one that is not required can be left without a choice."""
    select = discord.ui.Select[discord.ui.Modal](
        custom_id=name, options=options, required=required, min_values=int(required)
    )
    return discord.ui.Label(text=text, component=select)
