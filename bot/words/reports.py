"""What members read when they report or verify a picture, and what moderators read of the case."""

import unicodedata

from bot.language import _, n_
from bot.store.cases import Case, Reason, Report
from bot.store.filing import Outcome
from bot.words.figures import moment, sentences

_LISTED = 5


def form_title() -> str:
    """Above the form that a report is made with."""
    return _("Report this picture")


def why() -> str:
    """Beside the choice of a reason."""
    return _("What is wrong with it?")


def reason(which: Reason) -> str:
    """A reason, as it is chosen and as moderators read it."""
    match which:
        case Reason.MY_FACE:
            return _("This is my face")
        case Reason.SEXUAL:
            return _("It is sexual")
        case Reason.MINOR:
            return _("It shows a minor")
        case Reason.HARASSMENT:
            return _("It harasses somebody")
        case Reason.OTHER:
            return _("Something else")


def note_label() -> str:
    """Beside the field for a note."""
    return _("A note to the moderators (if you like)")


def note_help() -> str:
    """Below it."""
    return _("Only moderators read this.")


def taken_down(case: Case) -> str:
    """What stands where a reported picture was."""
    if case.state != "open":
        return _("An AI face swap stood here. It was reported and removed.")
    return _(
        "An AI face swap stood here. It was reported and taken down. "
        "Moderators can restore it until {when}; if they do not, it stays removed.",
        when=moment(case.decided_at_latest, "f"),
    )


def shown_again(user_id: int) -> str:
    """The line above a picture that moderators have restored."""
    return _(
        "**AI face swap** for {member}. It was reported; moderators have looked at it and restored it.",
        member=f"<@{user_id}>",
    )


def filed(outcome: Outcome, *, hidden: bool) -> str:
    """What the reporter reads."""
    if outcome is Outcome.RESTORED:
        return _(
            "Moderators have looked at your report of this picture and restored it. "
            "It is taken down again only if somebody else reports it."
        )
    if not hidden:
        return _(
            "Thank you. Your report is recorded, and these pictures cannot be used again here. But the bot "
            "cannot reach this message: press the button **Report** under the picture to take it down."
        )
    if outcome is Outcome.CONFIRMED:
        return _("Thank you. The picture is gone; moderators had removed it before.")
    return _(
        "Thank you. The picture is gone, and the pictures it was made from cannot be used again here. "
        "Moderators decide within 48 hours; if nobody does, it stays removed."
    )


def case_text(case: Case) -> str:
    """A case as moderators read it, at most 2,400 characters; never the picture."""
    title = _("Reported face swap")
    shown = [_report(one) for one in case.reports[:_LISTED]]
    more = len(case.reports) - len(shown)
    if more > 0:
        shown.append(n_("and {count} more report", "and {count} more reports", more))
    lines = [f"**{title}** `{case.swap_id}`", _asked(case), *shown, _standing(case)]
    return "\n".join(lines)


def _asked(case: Case) -> str:
    return _(
        "Made for {member}. Where it was: {links}",
        member=f"<@{case.user_id}>",
        links=" ".join(dict.fromkeys(_link(case, one) for one in case.reports[:_LISTED])),
    )


def _link(case: Case, report: Report) -> str:
    place = case.guild_id or "@me"
    return f"https://discord.com/channels/{place}/{report.channel_id}/{report.message_id}"


def _report(report: Report) -> str:
    told = _(
        "{member}, {when}: **{reason}**",
        member=f"<@{report.reporter_id}>",
        when=moment(report.at, "f"),
        reason=reason(report.reason),
    )
    note = quoted(report.note)
    return f"{told}\n{note}" if note else told


def _standing(case: Case) -> str:
    if case.state == "open":
        clock = _("If nobody decides {when}, it stays removed.", when=moment(case.decided_at_latest))
        return sentences(clock, _("For this reason nothing was kept.") if case.grave else "")
    if case.decided_by is None:
        return _("Nobody decided within 48 hours, so it stays removed.")
    who = f"<@{case.decided_by}>"
    return _("Restored by {who}.", who=who) if case.state == "restored" else _("Removed by {who}.", who=who)


def quoted(text: str) -> str:
    """What somebody typed, so that it is shown as it is: no mention, no markup, no link, no hidden sign."""
    plain = "".join(
        one if unicodedata.category(one)[0] != "C" else " " for one in text.replace("`", "\N{PRIME}")
    ).strip()
    return f"```\n{plain}\n```" if plain else ""


def restore() -> str:
    """The button that shows a picture again."""
    return _("Restore")


def confirm() -> str:
    """The button that removes a picture for good."""
    return _("Confirm")


def log_restored(case: Case) -> str:
    """A restoration, as the log reads it after who did it."""
    return _("restored the reported face swap `{swap}`.", swap=case.swap_id)


def log_confirmed(case: Case) -> str:
    """A confirmation, as the log reads it after who did it."""
    if case.grave:
        return _(
            "confirmed the report of the face swap `{swap}`: its pictures are blocked everywhere.",
            swap=case.swap_id,
        )
    return _("confirmed the report of the face swap `{swap}`.", swap=case.swap_id)


def spread(case: Case) -> str:
    """What the operator reads when moderators have blocked pictures in the whole bot."""
    return _(
        "Moderators of the server `{guild}` have confirmed a report of the face swap `{swap}`. "
        "For its reason, the pictures are blocked everywhere. If that server is not to be trusted, "
        "block them there alone.",
        guild=case.guild_id,
        swap=case.swap_id,
    )


def narrow() -> str:
    """The button that takes back that pictures are blocked everywhere."""
    return _("Block there alone")


def narrowed(user_id: int) -> str:
    """What the operator's channel shows once that is done."""
    return _("{member} had the pictures blocked in that server alone.", member=f"<@{user_id}>")


def restored(case: Case, *, shown: bool) -> str:
    """What a moderator reads who has restored a picture."""
    if shown:
        return _("Restored: the picture is shown again, and its pictures may be used.")
    return _(
        "Restored: its pictures may be used again. The picture itself could not be shown again; "
        "{member} can make it anew.",
        member=f"<@{case.user_id}>",
    )


def open_reports(count: int) -> str:
    """Above the list of undecided cases."""
    if not count:
        return _("No report waits for a decision.")
    return n_("{count} report waits for a decision.", "{count} reports wait for a decision.", count)


def barred(user_id: int, *, new: bool) -> str:
    """A bar, as the moderator and the log read it after who did it."""
    member = f"<@{user_id}>"
    if new:
        return _("barred {member} from reporting face swaps.", member=member)
    return _("barred {member} from reporting face swaps (who was already).", member=member)


def unbarred(user_id: int, *, was: bool) -> str:
    """The end of a bar, or that there was none."""
    member = f"<@{user_id}>"
    if was:
        return _("let {member} report face swaps again.", member=member)
    return _("let {member} report face swaps again (who was not barred).", member=member)


def log_refused(user_id: int) -> str:
    """A line of the log: somebody used a picture that is blocked."""
    return _("A face swap of {member} was refused: one of its pictures is blocked.", member=f"<@{user_id}>")
