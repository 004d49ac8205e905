"""What the bot can say of a picture's origin; `bot/provenance.py` finds it out."""

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What is known of a picture's origin."""

    GENUINE = "genuine"  # made here; nothing but padding in the manifest can have been changed
    ALTERED = "altered"  # it carries the credentials of a picture that was made here, and is not that picture
    NO_CREDENTIALS = "no_credentials"  # none, another's, or some that cannot be believed
    NOT_A_PICTURE = "not_a_picture"


@dataclass(frozen=True)
class Verdict:
    """A finding; `swap_id` where the credentials that name it are whole."""

    finding: Finding
    swap_id: int | None = None
