"""What a free look at the pictures of a swap has shown, before anything is paid."""

from collections.abc import Callable, Mapping

from bot.errors import Role
from bot.language import _, n_
from bot.precheck import Kind, Note, Sight


def notes(sight: Sight) -> list[str]:
    """One short line for each thing that was noticed; none where nobody looked."""
    return [_LINES[note.kind, note.role](note) for note in sight.notes]


def large_target() -> str:
    """Why a result is not in the format that was chosen."""
    return _("The target picture is very large, so the result is a JPEG.")


_LINES: Mapping[tuple[Kind, Role], Callable[[Note], str]] = {
    (Kind.NO_FACE, Role.SOURCE): lambda _note: _("No face was found in the source picture."),
    (Kind.NO_FACE, Role.TARGET): lambda _note: _("No face was found in the target picture."),
    (Kind.SEVERAL_FACES, Role.SOURCE): lambda note: n_(
        "The source picture shows {count} face.",
        "The source picture shows {count} faces; the service chooses one.",
        note.count,
    ),
    (Kind.SEVERAL_FACES, Role.TARGET): lambda note: n_(
        "The target picture shows {count} face.",
        "The target picture shows {count} faces; the service chooses one.",
        note.count,
    ),
    (Kind.TOO_SMALL, Role.SOURCE): lambda _note: _(
        "The face in the source picture is small: the result may be blurred."
    ),
    (Kind.TOO_SMALL, Role.TARGET): lambda _note: _(
        "The face in the target picture is small: the swap may hardly be seen."
    ),
    (Kind.BLURRED, Role.SOURCE): lambda _note: _(
        "The face in the source picture is blurred: the result may be blurred too."
    ),
    (Kind.BLURRED, Role.TARGET): lambda _note: _(
        "The face in the target picture is blurred: the swap may not fit well."
    ),
    (Kind.TURNED_AWAY, Role.SOURCE): lambda _note: _(
        "The face in the source picture is turned away: the result may look distorted."
    ),
    (Kind.TURNED_AWAY, Role.TARGET): lambda _note: _(
        "The face in the target picture is turned away: the swap may not fit well."
    ),
}
