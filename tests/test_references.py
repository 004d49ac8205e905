"""References to pictures: what may be kept of them, and when an address has to be renewed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.references import FRESH, InMessage, is_fresh, parse, unsigned

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CDN = "https://cdn.discordapp.com/attachments/1/2/a.png"
AVATAR = "https://cdn.discordapp.com/avatars/1/a_b.png?size=1024"
IDS = st.integers(0, 2**64 - 1)


def signed(expires: datetime, path: str = CDN) -> str:
    """An address as Discord signs it."""
    return f"{path}?ex={int(expires.timestamp()):x}&is=68&hm=5e7d"


@given(IDS, IDS)
def test_a_message_is_read_back(channel_id: int, message_id: int) -> None:
    """What is written of a message is that message, and holds nothing that has to be left out."""
    place = InMessage(channel_id, message_id)
    assert parse(str(place)) == place
    assert unsigned(str(place)) == str(place)


@pytest.mark.parametrize(
    ("url", "kept"),
    [(CDN, CDN), (signed(NOW), CDN), (AVATAR, AVATAR)],
    ids=["bare", "signed", "avatar"],
)
def test_an_address_is_itself_and_kept_without_its_signature(url: str, kept: str) -> None:
    """What opens a picture to whoever has it is never kept; an avatar's size, which opens nothing, is."""
    assert parse(url) == url
    assert unsigned(url) == kept


@pytest.mark.parametrize(
    ("left", "fresh"),
    [
        (FRESH, True),
        (FRESH - timedelta(seconds=1), False),
        (timedelta(hours=24), True),
        (timedelta(0), False),
        (-timedelta(days=3), False),
    ],
)
@pytest.mark.parametrize("path", [CDN, CDN.replace("/attachments/", "/ephemeral-attachments/")])
def test_a_signature_has_to_outlive_a_swap(left: timedelta, fresh: bool, path: str) -> None:
    """An address that dies within twenty minutes is renewed first."""
    assert is_fresh(signed(NOW + left, path), NOW) is fresh


@pytest.mark.parametrize(
    "query", ["", "?ex=", "?ex=zz", "?ex=-1", "?is=68", "?ex=" + "f" * 40, "?ex=%00", "?EX=ffffffff"]
)
def test_what_cannot_be_read_is_renewed(query: str) -> None:
    """No signature, or one that makes no sense, is no fresh one."""
    assert not is_fresh(CDN + query, NOW)


def test_what_is_never_signed_is_always_fresh() -> None:
    """Avatars are open to everybody, for ever."""
    assert is_fresh(AVATAR, NOW)
