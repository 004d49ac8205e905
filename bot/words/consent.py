"""Whose avatar may be used by whom: what members set, and what they are asked."""

from collections.abc import Sequence

from bot.errors import BotError
from bot.language import _
from bot.store.consent import Consent, Standing
from bot.store.consent_requests import Request
from bot.words.failures import failure
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


def form_title() -> str:
    """Above the form; at most 45 characters."""
    return _("Swap onto this avatar")


def request(of: Request, note: str = "") -> str:
    """What a member is asked; the mention at its start is the only one that pings anybody."""
    lines = [
        _(
            "{owner}, {asker} asks to put a face onto your avatar.",
            owner=f"<@{of.owner_id}>",
            asker=f"<@{of.asker_id}>",
        ),
        _(
            "Nothing is made unless you approve. The result is posted here, marked as an AI face swap, and "
            "you can delete it. {asker} pays for it. The request ends {when}.",
            asker=f"<@{of.asker_id}>",
            when=moment(of.ends_at),
        ),
        note and f"-# {note}",
    ]
    return "\n".join(line for line in lines if line)


def not_now(of: Request, error: BotError) -> str:
    """What is in the way of a swap that was approved; it can be approved again."""
    why = _("It was approved, but cannot be made for {asker} now:", asker=f"<@{of.asker_id}>")
    return sentences(why, failure(error))


def approve() -> str:
    """The button that allows it once."""
    return _("Approve")


def always() -> str:
    """The button that allows it, now and from now on."""
    return _("Always allow")


def deny() -> str:
    """The button that refuses it once."""
    return _("Deny")


def never() -> str:
    """The button that refuses it, now and from now on."""
    return _("Never")


def withdraw() -> str:
    """The button by which the asker takes the request back."""
    return _("Withdraw")


def denied(asker_id: int) -> str:
    """What stands in place of a request that was refused."""
    return _("{asker}, your request was declined. You were not charged.", asker=f"<@{asker_id}>")


def withdrawn() -> str:
    """What stands in place of a request that was taken back."""
    return _("This request was withdrawn. Nobody was charged.")


def ended() -> str:
    """What stands in place of a request that is too old, or whose member has opted out."""
    return _("This request has ended. Nobody was charged.")


def always_from_now(asker_id: int) -> str:
    """Told to who always allows it."""
    return _(
        "From now on {member} may put faces onto your avatar without asking. `/privacy revoke` undoes it.",
        member=f"<@{asker_id}>",
    )


def never_from_now(asker_id: int) -> str:
    """Told to who refuses it for good."""
    return _(
        "{member} cannot ask for your avatar any more. `/privacy revoke` undoes it.",
        member=f"<@{asker_id}>",
    )
