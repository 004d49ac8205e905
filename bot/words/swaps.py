"""What stands in the answer to a swap: how far it is, a question, the picture's line, receipt and buttons."""

import math
from collections.abc import Sequence

from bot.delivery import Receipt
from bot.language import _, n_
from bot.progress import Progress, Stage
from bot.words.figures import dollars, moment

_BAR = 12  # signs


def alt_text() -> str:
    """What is read out to who cannot see a result."""
    return _("AI face swap: a picture in which a face was replaced by AI")


def cancel() -> str:
    """The button under a swap that waits."""
    return _("Cancel")


def cancelled() -> str:
    """The answer to a swap that was taken back."""
    return _("Cancelled. You were not charged.")


def too_late_to_cancel() -> str:
    """The answer to who cancels a swap that is sent already."""
    return _("It is too late to cancel: your picture is being made.")


def progress(now: Progress) -> str:
    """What stands in the answer while a swap is under way."""
    lines = [_stage(now), *(f"-# {hint}" for hint in now.hints)]
    return "\n".join(lines)


def _stage(now: Progress) -> str:
    match now.stage:
        case Stage.CHECKING:
            return _("Looking at your pictures …")
        case Stage.WAITING:
            waiting = _("Waiting for a turn. You can still cancel, and would not be charged.")
            if now.position < 1:
                return waiting
            line = n_("You are next.", "You are number {count} in the line.", now.position)
            return f"{waiting}\n{line}"
        case Stage.MAKING:
            return _making(now)


def _making(now: Progress) -> str:
    making = _("Your picture is being made.")
    if now.expected_seconds is None:
        return making
    left = math.ceil(now.expected_seconds - now.elapsed_seconds)
    # The bar never claims to be full before the picture is there.
    done = min(_BAR - 1, int(_BAR * now.elapsed_seconds / max(now.expected_seconds, 0.1)))
    bar = "▰" * done + "▱" * (_BAR - done)
    if left < 1:
        longer = _("This takes longer than usual.")
        return f"{making}\n{bar} {longer}"
    left_text = n_("about a second left", "about {count} seconds left", left)
    return f"{making}\n{bar} {left_text}"


def asked(hints: Sequence[str]) -> str:
    """What stands in the placeholder while the member is asked."""
    return "\n".join((_("Waiting for your answer below."), *(f"-# {hint}" for hint in hints)))


def question(hints: Sequence[str]) -> str:
    """Whether to pay although no face was seen."""
    why = _(
        "The face-swap service may still find a face, in a drawing for example; "
        "a swap that fails is not charged. "
        "Without an answer in two minutes nothing is sent and nothing is charged."
    )
    return "\n".join((*hints, why))


def swap_anyway(price_micros: int) -> str:
    """The button that pays although no face was seen."""
    return _("Swap anyway · {price}", price=price_label(price_micros))


def going_on() -> str:
    """The answer to who has pressed it."""
    return _("Going on.")


def too_late_to_answer() -> str:
    """The answer to who has pressed it too late, or twice."""
    return _("This question is closed.")


def caption(user_id: int) -> str:
    """The line that marks a picture in its message."""
    return _("**AI face swap** for {member}", member=f"<@{user_id}>")


def receipt(of: Receipt, *, late: bool = False) -> str:
    """What a picture cost, how it can be made again, and what is left."""
    parts = [
        _("**free**") if not of.price_micros or of.repeated else f"**{dollars(of.price_micros)}**",
        _("seed {seed}", seed=of.seed),
    ]
    if not of.repeated:
        parts.append(_("{seconds:.1f} s", seconds=of.seconds))
    if of.left_today is not None:
        parts.append(n_("{count} swap left today", "{count} swaps left today", of.left_today))
        if of.left_today == 0 and of.resets_at:
            parts.append(_("the next is free {when}", when=moment(of.resets_at)))
    lines = [" · ".join(parts), *(f"-# {hint}" for hint in of.hints)]
    if of.repeated:
        lines.append(_("-# The same pictures and options as before: shown again, and not charged."))
    if late:
        lines.append(_("-# This took longer than Discord keeps a reply open."))
    return "\n".join(lines)


def price_label(price_micros: int) -> str:
    """A price as it stands on a button."""
    if not price_micros:
        return _("free")
    cents = f"{price_micros / 10_000:.4f}".rstrip("0").rstrip(".")
    return dollars(price_micros) if price_micros >= 1_000_000 else f"{cents}¢"


def reroll(price_micros: int) -> str:
    """The button that makes another picture."""
    return _("Re-roll · {price}", price=price_label(price_micros))


def edit() -> str:
    """The button that asks for other options."""
    return _("Edit")


def compare() -> str:
    """The button that shows the target beside the result."""
    return _("Before/after")


def details() -> str:
    """The button that shows the whole receipt."""
    return _("Details")


def post() -> str:
    """The button that shows a private result to everybody."""
    return _("Post to channel")


def delete() -> str:
    """The button that takes a result away."""
    return _("Delete")


def report() -> str:
    """The button that says that a result should not be there."""
    return _("Report")
