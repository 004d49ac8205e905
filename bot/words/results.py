"""What stands on and behind the buttons under a result."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import segmind
from bot.errors import Role
from bot.language import _
from bot.store.results import Result
from bot.words.figures import dollars, moment, picture, sentences


@dataclass(frozen=True)
class Labels:
    """The short texts of the forms; Discord takes 45 characters in each, 100 in a help."""

    upload_title: str
    edit_title: str
    prompt: str
    image_format: str
    quality: str
    seed: str
    quality_help: str
    seed_help: str


def labels() -> Labels:
    """The labels in the language spoken now."""
    return Labels(
        # Translators: at most 45 characters.
        upload_title=_("Attach it again"),
        # Translators: at most 45 characters.
        edit_title=_("Change and swap again"),
        # Translators: at most 45 characters.
        prompt=_("What else the result should look like"),
        # Translators: at most 45 characters.
        image_format=_("File format"),
        # Translators: at most 45 characters.
        quality=_("Quality"),
        # Translators: at most 45 characters.
        seed=_("Seed"),
        # Translators: at most 100 characters.
        quality_help=_(
            "A whole number from {least} to {most}.", least=segmind.QUALITY_MIN, most=segmind.QUALITY_MAX
        ),
        # Translators: at most 100 characters.
        seed_help=_("The same number gives the same look again; empty for a new one."),
    )


def upload_label(role: Role) -> str:
    """The field for a picture that is to be attached again."""
    # Translators: each at most 45 characters.
    return _("The target picture") if role is Role.TARGET else _("The face to use")


def upload_help(role: Role) -> str:
    """Why a picture is asked for again."""
    # Translators: at most 100 characters with the picture's name.
    return _("Discord does not have the {picture} any more. Nothing was charged.", picture=picture(role))


def wrong_options(wrong: Sequence[str]) -> str:
    """Which options of a form cannot be used, and what they take; `wrong` are form fields."""
    takes = {
        "quality": (_("Quality"), segmind.QUALITY_MIN, segmind.QUALITY_MAX),
        "seed": (_("Seed"), segmind.SEED_MIN, segmind.SEED_MAX),
    }
    lines = [
        _("- **{option}**: a whole number from {least} to {most}.", option=name, least=least, most=most)
        for name, least, most in (takes[field] for field in wrong)
    ]
    return "\n".join(
        (_("Nothing was made, and you were not charged. Press **Edit** again and correct:"), *lines)
    )


def details(result: Result) -> str:
    """What a result is and was made with."""
    return _(
        "**Swap** `{swap_id}` for {member}, {when}\n"
        "**Price**: {price} · **Seed**: {seed} · **Time**: {seconds:.1f} s\n"
        "**Format**: {image_format} · **Quality**: {quality}",
        swap_id=result.swap_id,
        member=f"<@{result.user_id}>",
        when=moment(result.delivered_at, "f"),
        price=dollars(result.price_micros) if result.price_micros else _("free"),
        seed=result.seed,
        seconds=result.seconds,
        image_format=result.image_format,
        quality=result.quality,
    )


def before() -> str:
    """What stands above the target picture of a comparison."""
    # Translators: drawn in a picture, whose font has unaccented Latin letters only.
    return _("before")


def after() -> str:
    """What stands above the result in a comparison."""
    # Translators: drawn in a picture, whose font has unaccented Latin letters only.
    return _("after · AI face swap")


def comparison() -> str:
    """What stands beside a comparison, which only its owner sees."""
    return _("On the left the picture that you gave, on the right the AI face swap. Only you see this.")


def comparison_alt_text() -> str:
    """What is read out to who cannot see a comparison."""
    return _("A picture and, beside it, the same with a face that was replaced by AI")


def not_posted() -> str:
    """Why a result is not posted, or not again."""
    return _(
        "Nothing was posted: this result is posted already, was deleted, or was asked for in another channel."
    )


def not_shown() -> str:
    """That Discord shows to one member alone what the bot says here."""
    return _("Discord does not let the bot speak to everybody here, so the result stays private.")


def deleted(price_micros: int) -> str:
    """That a result is gone, told to its owner; what it cost stays on the books."""
    gone = _("Deleted, and what it was made from is forgotten.")
    if not price_micros:
        return gone
    stays = _("Its price of {price} stays spent: the picture was made.", price=dollars(price_micros))
    return sentences(gone, stays)


def copy_left(url: str) -> str:
    """That a result was also posted where the bot cannot delete it."""
    return _("A copy of it is still [here]({url}): press Delete under that one too.", url=url)


def deleted_by_moderator(user_id: int, swap_id: int) -> str:
    """A moderator's deletion, as the moderator and the log read it after who did it."""
    return _("deleted a face swap of {member} (`{swap_id}`).", member=f"<@{user_id}>", swap_id=swap_id)
