"""What stands in the answer to a swap: the notes while it waits, the picture's line, the cancel button."""

from bot.delivery import Receipt
from bot.language import _
from bot.words.figures import dollars


def alt_text() -> str:
    """What is read out to who cannot see a result."""
    return _("A picture in which a face was replaced by AI")


def cancel() -> str:
    """The button under a swap that waits."""
    return _("Cancel")


def queued() -> str:
    """What stands in the answer while a swap waits for its turn."""
    return _("Waiting for a turn: others are being served. You can still cancel, and would not be charged.")


def making() -> str:
    """What stands in the answer once a swap that has waited is sent."""
    return _("Your picture is being made.")


def cancelled() -> str:
    """The answer to a swap that was taken back."""
    return _("Cancelled. You were not charged.")


def too_late_to_cancel() -> str:
    """The answer to who cancels a swap that is sent already."""
    return _("It is too late to cancel: your picture is being made.")


def result(user_id: int, receipt: Receipt) -> str:
    """What stands above a finished picture."""
    return _(
        "AI face swap for {member}\n"
        "{price} · seed {seed} · {seconds:.1f} s\n"
        "You have spent {today} today and {ever} in all.",
        member=f"<@{user_id}>",
        price=f"**{dollars(receipt.price_micros)}**" if receipt.price_micros else _("**free**"),
        seed=receipt.seed,
        seconds=receipt.seconds,
        today=dollars(receipt.today_micros),
        ever=dollars(receipt.ever_micros),
    )


def late(user_id: int, receipt: Receipt) -> str:
    """What stands above a picture that could not be shown in its own reply."""
    longer = _("This took longer than Discord keeps a reply open.")
    return f"{result(user_id, receipt)}\n{longer}"
