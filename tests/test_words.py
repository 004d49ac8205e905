"""Words: every error has a text that says what was charged, and money reads as people write it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot import errors, trust_errors
from bot.delivery import Receipt
from bot.errors import BotError, Limit, LimitReached, Refusal, Role, SwapFailed
from bot.language import ENGLISH, LANGUAGES, speaking
from bot.store.anonymous import ANONYMOUS
from bot.store.reports import Usage
from bot.trust_errors import PictureRole
from bot.words import moderation
from bot.words.failures import failure, not_charged, reason
from bot.words.figures import dollars
from bot.words.swaps import caption, price_label, receipt

SAMPLES: dict[type[BotError], BotError] = {
    trust_errors.TooManyReports: trust_errors.TooManyReports(3),
    errors.AttachmentNotAPicture: errors.AttachmentNotAPicture(Role.SOURCE),
    errors.AttachmentTooLarge: errors.AttachmentTooLarge(Role.TARGET, 30 << 20, 25 << 20),
    errors.TooManyPixels: errors.TooManyPixels(Role.TARGET, 40_000_000),
    trust_errors.Filtered: trust_errors.Filtered(PictureRole.RESULT, "upstream"),
    trust_errors.FilterFailed: trust_errors.FilterFailed(PictureRole.SOURCE),
    trust_errors.AskedLately: trust_errors.AskedLately(datetime(2026, 1, 1, tzinfo=UTC)),
    trust_errors.TooManyRequests: trust_errors.TooManyRequests(3),
    trust_errors.TooManyFaces: trust_errors.TooManyFaces(10),
    errors.PictureUnreachable: errors.PictureUnreachable(Role.SOURCE),
    trust_errors.FaceGone: trust_errors.FaceGone("*Ada*"),
    errors.PictureGone: errors.PictureGone(Role.SOURCE),
    errors.PictureUnreachable: errors.PictureUnreachable(Role.SOURCE),
    errors.PictureUnusable: errors.PictureUnusable(Role.TARGET, errors.PictureProblem.TOO_LARGE),
    errors.ChannelNotAllowed: errors.ChannelNotAllowed((1, 2)),
    errors.RoleNotAllowed: errors.RoleNotAllowed((1,)),
    errors.LimitReached: LimitReached(Limit.AT_ONCE, 1, 1, None),
}


def member_errors(base: type[BotError]) -> Iterator[type[BotError]]:
    """Every error below a base class."""
    for kind in base.__subclasses__():
        yield kind
        yield from member_errors(kind)


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("kind", [*member_errors(Refusal), *member_errors(SwapFailed)])
def test_every_error_has_words(kind: type[BotError], locale: str) -> None:
    """In each language: a text for every error, not upstream's words, that says that nothing was charged."""
    if kind in SAMPLES:
        error = SAMPLES[kind]
    elif issubclass(kind, errors.ApiError):
        error = kind(418, "request-1", "upstream says <html>", None)
    else:
        error = kind()
    with speaking(locale):
        text = failure(error)
        assert text.endswith(not_charged())
    assert (reason(error) in text) == (locale == ENGLISH)
    assert len(text) < 400
    assert "upstream" not in text
    assert kind.__name__ not in text


@pytest.mark.parametrize("limit", list(Limit))
def test_every_limit_says_what_is_left_and_when_it_resets(limit: Limit) -> None:
    """A refusal by a limit names its figures and its reset in Discord's own time format."""
    resets = None if limit is Limit.AT_ONCE else datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    text = failure(LimitReached(limit, 2_000_000, 1_990_000, resets))
    assert "2000000" in text or "$2.00" in text
    assert "<t:1767225601:R>" in text or limit is Limit.AT_ONCE
    if "budget" in limit.value:
        assert "$0.01" in text


@pytest.mark.parametrize(
    ("role", "named"),
    [
        (PictureRole.SOURCE, "source picture"),
        (PictureRole.TARGET, "target picture"),
        (PictureRole.RESULT, "finished picture"),
    ],
)
def test_a_filtered_picture_is_named_and_its_category_is_not(role: PictureRole, named: str) -> None:
    """The member learns which picture was refused, and nothing of what the filter thinks of it."""
    text = failure(trust_errors.Filtered(role, "nsfw"))
    assert named in text
    assert "nsfw" not in text


def test_no_face_names_the_picture() -> None:
    """The member learns which of the two pictures has no face."""
    assert "target picture" in failure(errors.NoFace(400, role=Role.TARGET))


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "$0.00"),
        (50_000, "$0.05"),
        (1_234_567_890_000, "$1,234,567.89"),
        (1, "$0.000001"),
        (125_000, "$0.125"),
    ],
)
def test_dollars(micros: int, text: str) -> None:
    """Two decimals, or as many as the amount has."""
    assert dollars(micros) == text


def test_a_receipt_shows_price_seed_time_and_what_is_left() -> None:
    """Beside a picture stands what the member paid, may repeat, and has left."""
    assert caption(42) == "**AI face swap** for <@42>"
    text = receipt(Receipt(1, 50_000, 7, 9.82, 3, None))
    for part in ("$0.05", "seed 7", "9.8 s", "3 swaps left today"):
        assert part in text
    assert "1 swap left today" in receipt(Receipt(1, 50_000, 7, 9.82, 1, None))
    resets = datetime(2026, 1, 1, tzinfo=UTC)
    assert "the next is free <t:1767225600:R>" in receipt(Receipt(1, 50_000, 7, 9.82, 0, resets))
    assert "left" not in receipt(Receipt(1, 50_000, 7, 9.82, None, None))
    assert "free" in receipt(Receipt(1, 0, 7, 0.2, None, None))
    again = receipt(Receipt(1, 50_000, 7, 0, None, None, repeated=True))
    assert "free" in again
    assert "not charged" in again
    assert "$" not in again


@pytest.mark.parametrize(
    ("micros", "label"),
    [(0, "free"), (5_000, "0.5¢"), (50_000, "5¢"), (123_400, "12.34¢"), (1_250_000, "$1.25")],
)
def test_a_button_shows_the_real_price(micros: int, label: str) -> None:
    """Cents below a dollar, exactly."""
    assert price_label(micros) == label


def test_forgotten_members_have_no_name_in_a_servers_usage() -> None:
    """They stand in the list and in the table as what they are, together."""
    used = Usage(ANONYMOUS, 3, 150_000)
    assert "1. deleted members · 3 swaps · $0.15" in moderation.usage([used], 30)
    assert moderation.usage_row(used) == ("deleted", 3, "0.15")
