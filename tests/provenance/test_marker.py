"""Marks: every picture that is posted carries them, and is otherwise the picture that was made."""
# pyright: reportMissingTypeStubs=false
# c2pa has no stubs; its own annotations are read.

import io
import json
import re
from datetime import timedelta

import pytest
from c2pa import Reader
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from PIL import Image, ImageChops, ImageStat

from bot import manifests
from bot.containers import marked
from bot.errors import ConfigError, PictureError, ResultTooLarge
from bot.keyring import make_pair
from bot.marker import XMP, Marker
from bot.pictures import Kind, is_plain, open_picture, sniff
from bot.provenance import MIME, SOURCE_TYPE, Judge
from bot.trust_errors import CannotSign
from bot.verdict import Finding, Verdict
from tests.provenance.samples import (
    PICTURES,
    PLENTY,
    SECRET,
    SWAP,
    coded,
    encode,
    judge,
    mark,
    marker,
    scene,
    with_metadata,
)
from tests.signing import pair
from tests.stores import START
from tests.verified import verify

GENUINE = Verdict(Finding.GENUINE, SWAP)
KINDS = {"png": Kind.PNG, "jpeg": Kind.JPEG, "webp": Kind.WEBP}


def report(data: bytes, kind: Kind) -> manifests.Json:
    """What the library itself reads back, with our root as the only trusted one."""
    return manifests.read(manifests.reading([pair().chain.root]), MIME[kind], data)


@pytest.mark.parametrize("badge", [False, True])
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_trusted_and_says_how_it_was_made(name: str, *, badge: bool) -> None:
    """Each format and mode reads back as trusted with our root, with the exact source type, and is whole."""
    result = mark(PICTURES[name](), badge=badge)
    assert result.kind is sniff(result.data) is verify(result.data)
    read = report(result.data, result.kind)
    assert read["validation_state"] == "Trusted"
    (manifest,) = read["manifests"].values()
    (action,) = next(one["data"]["actions"] for one in manifest["assertions"] if "actions" in one["label"])
    assert action["digitalSourceType"] == SOURCE_TYPE
    assert action["when"] == "2026-05-17T12:00:00Z"
    assert result.data.count(XMP) == 1
    assert f">{SOURCE_TYPE}<".encode() in XMP
    assert judge().verdict(result.data) == GENUINE
    assert open_picture(result.data).format == result.kind.value.upper()


@pytest.mark.parametrize("name", [name for name in PICTURES if "animated" not in name])
def test_without_a_badge_the_pixels_are_not_encoded_again(name: str) -> None:
    """The compressed picture data is the API's, byte for byte, and at most 4 KiB come with the marks."""
    data = PICTURES[name]()
    result = mark(data)
    assert coded(result.data, result.kind) == coded(data, result.kind) != []
    assert len(result.data) <= len(data) + 4096


@pytest.mark.parametrize("name", [name for name in PICTURES if not name.startswith("one")])
def test_a_badge_changes_one_corner(name: str) -> None:
    """With the badge the format and the size stay, and so does the picture but for a corner of it."""
    data = PICTURES[name]()
    result = mark(data, badge=True)
    assert result.kind is sniff(data)
    one, other = (open_picture(file) for file in (data, result.data))
    assert one.size == other.size
    if one.mode == "I;16":
        one = Image.frombytes("L", one.size, one.tobytes()[1::2])
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L")
    changed = difference.point([255 * (value > 60) for value in range(256)])
    box = changed.getbbox()
    if result.kind is Kind.PNG and min(one.size) > 8:
        assert box is not None
        assert (box[2] - box[0]) * (box[3] - box[1]) < 0.2 * one.width * one.height
    assert ImageStat.Stat(difference).mean[0] < 12


@pytest.mark.parametrize("badge", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_was_beside_the_pixels_is_left(kind: str, *, badge: bool) -> None:
    """EXIF, XMP, comments, text, unknown parts, another's manifest and bytes after the end are gone."""
    data = with_metadata(kind)
    assert data.count(SECRET) >= 3
    result = mark(data, badge=badge)
    assert SECRET not in result.data
    assert not open_picture(result.data).getexif()
    assert judge().verdict(result.data) == GENUINE
    if not badge:
        assert coded(result.data, KINDS[kind]) == coded(data, KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_turned_picture_stands_upright(kind: str) -> None:
    """Where metadata turned the picture, its pixels are turned before the metadata goes."""
    data = with_metadata(kind, orientation=6)
    assert not is_plain(data)
    assert open_picture(mark(data).data).size == (scene().height, scene().width)


def test_a_colour_profile_stays() -> None:
    """A profile says what the colours mean, copied or encoded again; one of CMYK goes with CMYK."""
    profile = b"\0\0\2\x0clcms" + bytes(500)
    for kind in KINDS:
        data = encode(scene(), kind, icc_profile=profile)
        for badge in (False, True):
            assert open_picture(mark(data, badge=badge).data).info["icc_profile"] == profile
    cmyk = encode(scene().convert("CMYK"), "jpeg", icc_profile=profile)
    assert "icc_profile" not in open_picture(mark(cmyk, badge=True).data).info


@pytest.mark.parametrize("badge", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [1.1, 1.0, 0.6, 0.25])
def test_marks_and_all_fit_the_limit(kind: str, share: float, *, badge: bool) -> None:
    """What is posted is within the limit, signature included, and still trusted."""
    data = encode(Image.effect_noise((300, 200), 90).convert("RGB"), kind, quality=95)
    limit = round(len(data) * share)
    result = mark(data, badge=badge, limit=limit)
    assert len(result.data) <= limit
    assert judge().verdict(result.data) == GENUINE


def test_no_room_for_the_marks() -> None:
    """A limit that leaves no room is the failure that it always was."""
    with pytest.raises(ResultTooLarge):
        mark(PICTURES["png-rgb"](), limit=3000)


def test_metadata_alone_makes_no_picture_too_large() -> None:
    """What will be dropped does not count: the pixels are still copied."""
    data = with_metadata("png") + bytes(50_000)
    assert coded(mark(data, limit=20_000).data, Kind.PNG) == coded(data, Kind.PNG)


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x89PNG\r\n\x1a\n", PICTURES["jpeg-rgb"]()[:300]])
def test_what_is_no_picture_is_not_signed(data: bytes) -> None:
    """Nothing is signed that nobody could look at."""
    for badge in (False, True):
        with pytest.raises(PictureError):
            mark(data, badge=badge)


def test_the_file_says_no_more_than_it_must() -> None:
    """One manifest with two statements and a generic title: no thumbnail, no ingredient, no address."""
    result = mark(PICTURES["jpeg-rgb"]())
    with Reader("image/jpeg", io.BytesIO(result.data)) as reader:
        detailed = json.loads(reader.detailed_json())
    (manifest,) = detailed["manifests"].values()
    assert set(manifest["assertion_store"]) == {"c2pa.actions.v2", "c2pa.hash.data", "faceswap-bot.swap"}
    assert manifest["assertion_store"]["faceswap-bot.swap"] == {"swap": str(SWAP)}
    assert manifest["claim"]["claim_generator_info"]["name"] == "faceswap-bot"
    assert {one["url"].rpartition("/")[2] for one in manifest["claim"]["created_assertions"]} == set(
        manifest["assertion_store"]
    )
    root = load_pem_x509_certificate(pair().chain.root.encode()).public_bytes(Encoding.DER)
    assert root not in result.data
    addresses = set(re.findall(rb"https?://[^\s\"'<>\0]+", result.data))
    assert addresses <= {
        SOURCE_TYPE.encode(),
        b"http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        b"http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        b"http://ns.adobe.com/xap/1.0/",
    } | {address for address in addresses if address.startswith(SOURCE_TYPE.encode())}


def test_a_wrong_source_type_is_never_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library drops a type that it does not know in silence: what is signed is read back."""
    monkeypatch.setattr("bot.marker.SOURCE_TYPE", SOURCE_TYPE + "x")
    with pytest.raises(CannotSign):
        mark(PICTURES["png-rgb"]())


def test_another_swap_id_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The read-back knows which swap was signed, too."""

    def verdict(_judge: Judge, _data: bytes) -> Verdict:
        return Verdict(Finding.GENUINE, SWAP + 1)

    mark(PICTURES["png-rgb"]())  # the marker, which tries itself when it is made, is there from now on
    monkeypatch.setattr(Judge, "verdict", verdict)
    with pytest.raises(CannotSign):
        mark(PICTURES["png-rgb"]())


def test_after_its_end_a_certificate_signs_nothing() -> None:
    """A bot that starts with an expired pair says so, whatever the configuration has let through."""
    old = make_pair(START.replace(year=2001))
    with pytest.raises(ConfigError, match="C2PA_CERT"):
        Marker(old, START)


def test_a_certificate_that_ends_while_the_bot_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """From then on nothing is signed, so nothing is posted: the swap fails and is refunded."""
    old = manifests.signing(make_pair(START.replace(year=2001)), ())
    running = Marker(pair(), START)
    assert not running.ends_soon(START)
    assert running.ends_soon(running.expires_at - timedelta(days=29))
    monkeypatch.setattr(running, "_context", old)
    with pytest.raises(CannotSign):
        running.mark(PICTURES["png-rgb"](), badge=True, limit_bytes=PLENTY, swap_id=SWAP, made_at=START)


def test_the_limit_of_a_lossless_copy_is_exact() -> None:
    """A picture that fits to the byte is copied; a limit that its signature would pass makes it lossy."""
    data = PICTURES["png-rgb"]()
    room = len(marked(data, Kind.PNG, XMP)) + marker()._room  # pyright: ignore[reportPrivateUsage] - how much is what is tested
    assert coded(mark(data, limit=room).data, Kind.PNG) == coded(data, Kind.PNG)
    assert mark(data, limit=room - 1).kind is Kind.JPEG
