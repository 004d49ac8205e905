"""Whose avatar may be used by whom: what members set, and what they are asked."""

from collections.abc import Sequence

from bot.language import _
from bot.store.consent import Consent, Standing
from bot.words.figures import moment, sentences

_SHOWN = 25


def opt_out_state(*, out: bool) -> str:
    """The answer to who opts out, opts in, or asks how it is."""
    if out:
        return _(
            "You have **opted out**: your avatar and your saved faces are never used, nobody can ask you for "
            "them, and what you report as your face is believed first. `/privacy optout off` undoes it."
        )
    return _(
        "You have **not** opted out: others can ask you whether they may use your avatar, and nothing "
        "happens unless you approve. With `/privacy optout on` your avatar and saved faces are never used."
    )


def consents(given: Sequence[Consent], *, out: bool) -> str:
    """A member's standing answers."""
    lines = [_line(one) for one in given[:_SHOWN]]
    if not lines:
        return sentences(opt_out_state(out=out), _("You have given nobody a standing answer."))
    if len(given) > _SHOWN:
        lines.append("…")
    end = _("`/privacy revoke` takes an answer back; you are then asked again.")
    return "\n".join((opt_out_state(out=out), *lines, end))


def _line(one: Consent) -> str:
    member, when = f"<@{one.asker_id}>", moment(one.answered_at)
    if one.answer is Standing.ALWAYS:
        return _("- {member} may **always** use your avatar · {when}", member=member, when=when)
    return _("- {member} may **never** ask for your avatar · {when}", member=member, when=when)


def revoked(asker_id: int, before: Standing | None) -> str:
    """The answer to who takes a standing answer back."""
    member = f"<@{asker_id}>"
    match before:
        case Standing.ALWAYS:
            return _("{member} has to ask you again before using your avatar.", member=member)
        case Standing.NEVER:
            return _("{member} can ask you for your avatar again.", member=member)
        case None:
            return _("You have given {member} no standing answer.", member=member)
