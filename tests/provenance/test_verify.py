"""What is believed of a picture's origin: our own untouched files, and nothing else whatever is in them."""
# pyright: reportMissingTypeStubs=false
# c2pa has no stubs; its own annotations are read.

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import containers, manifests
from bot.certificate import Pair
from bot.keyring import make_pair
from bot.marker import XMP, Marker, manifest_of
from bot.pictures import Kind, sniff
from bot.provenance import MAX_BYTES, MIME, SWAP, Judge, verify
from bot.verdict import Finding, Verdict
from tests.provenance.samples import PICTURES, PLENTY, encode, judge, mark, marker, png_of, scene
from tests.provenance.samples import SWAP as SWAP_ID
from tests.signing import pair
from tests.stores import START

GENUINE, ALTERED = (Verdict(finding, SWAP_ID) for finding in (Finding.GENUINE, Finding.ALTERED))
NONE = Verdict(Finding.NO_CREDENTIALS)
PIXELS = {Kind.PNG: {b"IDAT"}, Kind.JPEG: {b"\xff\xda"}, Kind.WEBP: {b"VP8 ", b"VP8L", b"ALPH"}}
SIGNED = ["png-rgb", "png-rgba", "jpeg-rgb", "jpeg-progressive", "webp-lossy-alpha", "webp-lossless"]


@pytest.mark.parametrize("name", SIGNED)
def test_every_changed_bit_of_the_pixels_is_noticed(name: str) -> None:
    """Of 300 flips of one bit in the compressed pixels 300 are called altered, of the right swap."""
    result = mark(PICTURES[name](), badge=True)
    parts = containers.parts(result.data, result.kind)
    starts = [(result.data.index(body), len(body)) for part, body in parts if part in PIXELS[result.kind]]
    rng = random.Random(name)  # noqa: S311 - repeatable
    found: Counter[Verdict] = Counter()
    for _ in range(300):
        start, length = rng.choice(starts)
        changed = bytearray(result.data)
        changed[start + rng.randrange(length)] ^= 1 << rng.randrange(8)
        found[judge().verdict(bytes(changed))] += 1
    assert found == {ALTERED: 300}


@pytest.mark.parametrize("name", SIGNED)
def test_a_changed_pixel_under_the_old_manifest_is_noticed(name: str) -> None:
    """Pixels that were edited and encoded properly, with the manifest put back, are altered."""
    result = mark(PICTURES[name]())
    for x in range(0, 160, 40):
        picture = Image.open(io.BytesIO(result.data)).convert("RGB")
        picture.putpixel((x, 60), (255, 0, 255))
        edited = encode(picture, result.kind, quality=95)
        assert judge().verdict(lifted(result.data, edited)) == ALTERED


def lifted(signed: bytes, other: bytes) -> bytes:
    """Put the manifest of one file into another of the same format."""
    kind = sniff(signed)
    assert kind is not None
    parts = list(containers.parts(containers.marked(other, kind, XMP), kind))
    manifest = containers.credentials(signed, kind)
    if kind is Kind.PNG:
        return png_of([parts[0], (b"caBX", manifest), *parts[1:]])
    if kind is Kind.WEBP:
        body = containers.marked(other, kind, XMP)[8:]
        body += b"C2PA" + len(manifest).to_bytes(4, "little") + manifest + bytes(len(manifest) % 2)
        return b"RIFF" + len(body).to_bytes(4, "little") + body
    whole = containers.marked(other, kind, XMP)
    return whole[:2] + b"\xff\xeb" + (len(manifest) + 2).to_bytes(2, "big") + manifest + whole[2:]


@pytest.mark.parametrize("name", ["png-rgb", "jpeg-rgb", "webp-lossy"])
def test_a_manifest_in_another_picture_is_no_proof(name: str) -> None:
    """Our manifest in a picture that we never made: altered, not genuine."""
    signed = mark(PICTURES[name]()).data
    kind = sniff(signed)
    assert kind is not None
    other = encode(Image.effect_noise((160, 120), 60).convert("RGB"), kind)
    assert judge().verdict(lifted(signed, other)) == ALTERED


def test_a_forged_swap_is_not_named() -> None:
    """Where the statements themselves were changed, the verdict names no swap."""
    signed = mark(PICTURES["jpeg-rgb"]()).data
    forged = signed.replace(str(SWAP_ID).encode(), str(SWAP_ID + 1).encode())
    assert forged != signed
    assert judge().verdict(forged) == Verdict(Finding.ALTERED)


@pytest.mark.parametrize("name", ["png-rgb", "jpeg-rgb", "webp-lossy"])
def test_bytes_at_the_end_are_noticed(name: str) -> None:
    """A file with something after its end is not the one that was posted."""
    signed = mark(PICTURES[name]()).data
    for more in (b"\0", b"<script>", signed):
        assert judge().verdict(signed + more).finding is not Finding.GENUINE


@pytest.mark.parametrize("name", PICTURES)
def test_what_was_saved_again_has_no_credentials(name: str) -> None:
    """A screenshot or a saved copy lost the manifest: nothing is said of it, in either direction."""
    result = mark(PICTURES[name]())
    again = encode(Image.open(io.BytesIO(result.data)), result.kind)
    assert judge().verdict(again) == judge().verdict(PICTURES[name]()) == NONE


@pytest.mark.parametrize("data", [b"", b"<html>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"])
def test_what_is_no_picture(data: bytes) -> None:
    """Other files are called what they are."""
    assert judge().verdict(data) == Verdict(Finding.NOT_A_PICTURE)


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many pixels or bytes, a GIF, or more credentials than ours have: nothing is parsed or believed."""
    bomb = png_of([(b"IHDR", (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"), (b"IEND", b"")])
    signed = mark(PICTURES["png-rgb"]()).data
    parts = list(containers.parts(PICTURES["png-rgb"](), Kind.PNG))
    fat = png_of([*parts[:1], (b"caBX", SWAP.encode() + bytes(70_000)), *parts[1:]])

    def read(*_given: object) -> Any:
        raise AssertionError("something was parsed")

    monkeypatch.setattr(manifests, "read", read)
    for data in (bomb, encode(scene(), "gif"), fat, signed + bytes(MAX_BYTES)):
        assert judge().verdict(data) == NONE


def test_another_signer_is_not_us() -> None:
    """A bot elsewhere signs the same statements with its own root: to us its pictures have no credentials."""
    other = make_pair(START)
    theirs = Marker(other, START).mark(
        PICTURES["png-rgb"](), badge=False, limit_bytes=PLENTY, swap_id=SWAP_ID, made_at=START
    )
    assert judge().verdict(theirs.data) == NONE
    assert verify(theirs.data, [str(other.chain), marker().chain]) == GENUINE
    assert verify(theirs.data, []) == NONE


def test_another_certificate_of_the_same_root_is_not_us() -> None:
    """An operator's root may be a public one: only the certificate that this bot has used is believed."""
    ours = pair()
    stranger = Judge([str(make_pair(START).chain.certificates[0]) + ours.chain.root])
    assert stranger.verdict(mark(PICTURES["png-rgb"]()).data) == NONE


def test_every_chain_ever_used_is_believed() -> None:
    """A picture stays genuine when the bot signs with another pair."""
    signed = mark(PICTURES["webp-lossy"]()).data
    assert verify(signed, [*(str(make_pair(START).chain) for _ in range(5)), marker().chain]) == GENUINE


def signed_as(change: str, *, by: Pair | None = None) -> bytes:
    """A picture signed with our own key, whose manifest is not as we make them."""
    by = by or pair()
    manifest = json.loads(json.dumps(manifest_of(SWAP_ID, START)))
    actions, swap = manifest["assertions"]
    match change:
        case "no swap":
            manifest["assertions"] = [actions]
        case "other type":
            actions["data"]["actions"][0]["digitalSourceType"] = (
                "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
            )
        case "no type":
            del actions["data"]["actions"][0]["digitalSourceType"]
        case "more actions":
            actions["data"]["actions"].append({"action": "c2pa.edited"})
        case "more statements":
            manifest["assertions"].append({"label": "org.example.more", "data": {"a": 1}})
        case "no number":
            swap["data"]["swap"] = "seven"
        case "no text":
            swap["data"]["swap"] = [1]
        case "a list":
            swap["data"] = {"swaps": [SWAP_ID]}
        case _:
            pass
    labels = ("c2pa.actions", SWAP)
    body = containers.marked(PICTURES["png-rgb"](), Kind.PNG, XMP)
    return manifests.sign(manifests.signing(by, labels), MIME[Kind.PNG], body, manifest)


@pytest.mark.parametrize(
    "change",
    ["no swap", "other type", "no type", "more actions", "more statements", "no number", "no text", "a list"],
)
def test_our_key_alone_is_no_proof(change: str) -> None:
    """Trusted, but without exactly the statements that we make: never genuine."""
    assert signed_as("nothing")
    assert judge().verdict(signed_as("nothing")) == GENUINE
    verdict = judge().verdict(signed_as(change))
    assert verdict.finding is not Finding.GENUINE
    assert verdict.swap_id is None


@pytest.mark.parametrize("name", ["png-rgb", "jpeg-rgb", "webp-lossy"])
@given(data=st.data())
@settings(max_examples=150)
def test_whatever_is_done_to_a_file_there_is_a_verdict(name: str, data: st.DataObject) -> None:
    """Cut, doubled, zeroed or changed anywhere: a verdict comes, and genuine only for the same pixels."""
    signed = mark(PICTURES[name]())
    changed = bytearray(signed.data)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.integers(0, 64))
        changed[at : at + length] = data.draw(st.binary(max_size=64))
    verdict = judge().verdict(bytes(changed))
    if verdict.finding is Finding.GENUINE:
        assert containers.marked(bytes(changed), signed.kind, XMP) == containers.marked(
            signed.data, signed.kind, XMP
        )


DOUBTS: Mapping[str, Callable[[Any], object]] = {
    "an unknown code is right": lambda it: _codes(it, "success").append({"code": "sky.is.blue"}),
    "an unknown code is noted": lambda it: _codes(it, "informational").append(
        {"code": "algorithm.deprecated"}
    ),
    "something failed": lambda it: _codes(it, "failure").append({"code": "assertion.missing"}),
    "not trusted": lambda it: it.update(validation_state="Valid"),
    "no word of trust": lambda it: _codes(it, "success").pop(
        [one["code"] for one in _codes(it, "success")].index("signingCredential.trusted")
    ),
    "no word of a signature": lambda it: _codes(it, "success").pop(
        [one["code"] for one in _codes(it, "success")].index("claimSignature.validated")
    ),
    "no results": lambda it: it.pop("validation_results"),
    "no groups": lambda it: it["validation_results"]["activeManifest"].clear(),
    "more parts": lambda it: it.update(remote_url="https://example.org"),
    "two manifests": lambda it: it["manifests"].update(more={}),
    "no manifest": lambda it: it["manifests"].clear(),
    "an ingredient": lambda it: _manifest(it).update(ingredients=[{}]),
    "another certificate": lambda it: _manifest(it)["signature_info"].update(cert_serial_number="1"),
    "no certificate": lambda it: _manifest(it).pop("signature_info"),
    "a statement twice": lambda it: _manifest(it)["assertions"].append(_manifest(it)["assertions"][1]),
    "not an object": lambda it: it.update(manifests=["text"]),
    "a number": lambda it: it["validation_results"]["activeManifest"].update(success=7),
}


def _codes(report: Any, group: str) -> list[Any]:
    return report["validation_results"]["activeManifest"][group]


def _manifest(report: Any) -> Any:
    return next(iter(report["manifests"].values()))


@pytest.mark.parametrize("doubt", DOUBTS)
def test_any_doubt_is_enough(doubt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the library may report some day that it does not report of ours today: not genuine."""
    signed = mark(PICTURES["jpeg-rgb"]()).data
    report = json.loads(
        json.dumps(manifests.read(manifests.reading([pair().chain.root]), "image/jpeg", signed))
    )
    DOUBTS[doubt](report)

    def read(*_given: object) -> Any:
        return report

    monkeypatch.setattr(manifests, "read", read)
    assert judge().verdict(signed).finding is not Finding.GENUINE
