"""Saved faces, and swapping a face into a message's picture."""

from collections.abc import Sequence

from bot.language import _, n_
from bot.store.faces import Face
from bot.words.figures import as_typed, moment, sentences


def _link(face: Face) -> str:
    return f"https://discord.com/channels/@me/{face.place.channel_id}/{face.place.message_id}"


def keeping(name: str) -> str:
    """What stands above the picture in the direct message that holds it."""
    return _(
        "This is the face that you saved as {name}. The bot looks here when you use it, and keeps no other "
        "copy of the picture. Delete it with the button below, or with `/face delete`.",
        name=as_typed(name),
    )


def picture_of_face() -> str:
    """What is read out to who cannot see the picture of a saved face."""
    return _("A face that you saved")


def delete() -> str:
    """The button under a saved face."""
    # Translators: a button
    return _("Delete this face")


def saved(face: Face, *, replaced: bool) -> str:
    """The answer to who has saved a face."""
    return sentences(
        _(
            "Saved as {name}. The picture is in your direct messages: {link}",
            name=as_typed(face.name),
            link=_link(face),
        ),
        _("The one that you had saved under this name was deleted.") if replaced else "",
        _("Swap with it by `/face use`."),
    )


def faces_title(count: int, limit: int) -> str:
    """What stands above the list of a member's faces."""
    return n_("{count} of {limit} faces saved", "{count} of {limit} faces saved", count, limit=limit)


def faces(saved_faces: Sequence[Face]) -> str:
    """A member's faces, each with its message; at most 20 fit into a message."""
    if not saved_faces:
        return _("You have saved no face yet. Do so with `/face save`.")
    return "\n".join(
        f"- {as_typed(face.name)} · {moment(face.saved_at)} · [{_('picture')}]({_link(face)})"
        for face in saved_faces
    )


def deleted(name: str) -> str:
    """The answer to who has deleted a face."""
    return _("{name} was deleted, and its picture with it.", name=as_typed(name))


def form_title() -> str:
    """Above the form that puts a face into a picture."""
    # Translators: at most 45 characters
    return _("Swap a face into this")


def picture_label() -> str:
    """Beside the choice of a message's pictures."""
    # Translators: at most 45 characters
    return _("Which picture")


def picture_option(number: int) -> str:
    """One of a message's pictures; its file's name follows."""
    return _("Picture {number}", number=number)


def saved_label() -> str:
    """Beside the choice of saved faces."""
    # Translators: at most 45 characters
    return _("One of your saved faces")


def upload_label() -> str:
    """Beside the upload of a face."""
    # Translators: at most 45 characters
    return _("The face to use")


def upload_instead() -> str:
    """Under the upload of a face, where saved ones can be chosen."""
    # Translators: at most 100 characters
    return _("Leave it empty if you chose a saved face.")


def audience_label() -> str:
    """Beside the choice of who sees the result."""
    # Translators: at most 45 characters
    return _("Who sees the result")


def everybody() -> str:
    """The choice that all here see the result."""
    return _("Everybody here")


def only_me() -> str:
    """The choice that only the member sees the result."""
    return _("Only me")
