"""What a picture says of its making, and whether that can be believed: written by `bot/marker.py`, read here.

Nothing here uses the network, and nothing that a file names is fetched. It is CPU work on bytes: call it in
a thread. Source: the C2PA specification 2.2.
"""

from collections.abc import Sequence

from bot import manifests
from bot.certificate import read_chain
from bot.containers import credentials
from bot.errors import PictureError, PictureProblem
from bot.manifests import Json
from bot.pictures import Kind, open_picture, sniff
from bot.verdict import Finding, Verdict

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's word for a picture of several parts, one of which a trained model made."""

ACTIONS, SWAP = "c2pa.actions.v2", "faceswap-bot.swap"
"""The two statements in our manifests: how the picture was made, and which swap it is."""

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are not looked at: nothing that is posted is nearly so large."""

_MAX_CREDENTIALS = 64 * 1024
"""Our manifests have a few KiB, with an operator's long chain too; nothing larger is given to a parser."""

MIME = {Kind.PNG: "image/png", Kind.JPEG: "image/jpeg", Kind.WEBP: "image/webp"}

_TRUSTED, _SIGNED = "signingCredential.trusted", "claimSignature.validated"
_CHANGED = "assertion.dataHash.mismatch"
# Each means that something was checked and found right, or that no server was asked. A code that is not
# listed is a doubt.
_GOOD = frozenset(
    (
        _TRUSTED,
        _SIGNED,
        "claimSignature.insideValidity",
        "assertion.hashedURI.match",
        "assertion.dataHash.match",
        "signingCredential.ocsp.skipped",
    )
)


_NONE = Verdict(Finding.NO_CREDENTIALS)


class Judge:
    """Believes what was signed by certain certificates, given as chains in PEM, and by no others.

    One may be used by several threads.
    """

    def __init__(self, chains: Sequence[str]) -> None:
        known = [read_chain(chain) for chain in chains]
        self._serials = {str(chain.serial) for chain in known}
        self._context = manifests.reading([chain.root for chain in known]) if known else None

    def verdict(self, data: bytes) -> Verdict:
        """Judge a file; whatever is in it, this gives a verdict."""
        kind = sniff(data)
        found = b""
        if kind is not None and kind in MIME and len(data) <= MAX_BYTES:
            found = credentials(data, kind)
        # What does not even name our statement is not ours; no parser has to see it.
        if kind is None or SWAP.encode() not in found or len(found) > _MAX_CREDENTIALS:
            return _without_credentials(data)
        if self._context is None:
            return _NONE
        try:
            return self._judged(manifests.read(self._context, MIME[kind], data))
        except (ValueError, LookupError, TypeError, AttributeError):
            return _NONE

    def _judged(self, report: Json) -> Verdict:
        """Doubt ends in no credentials; Lookup-, Type-, Attribute- and ValueErrors are doubts too."""
        (manifest,) = report["manifests"].values()
        results = report["validation_results"]["activeManifest"]
        good, noted, bad = (
            {status["code"] for status in results[group]} for group in ("success", "informational", "failure")
        )
        ours = manifest["signature_info"]["cert_serial_number"] in self._serials
        if not ours or not {_TRUSTED, _SIGNED} <= good:
            return _NONE
        if bad:
            # Where more than the pixels' checksum is wrong, the statements need not be ours.
            return Verdict(Finding.ALTERED, _swap_id(manifest) if bad == {_CHANGED} else None)
        whole = report["validation_state"] == "Trusted" and good | noted <= _GOOD and set(report) <= _PARTS
        return Verdict(Finding.GENUINE, _swap_id(manifest)) if whole else _NONE


_PARTS = frozenset(("active_manifest", "manifests", "validation_results", "validation_state"))


def _without_credentials(data: bytes) -> Verdict:
    try:
        open_picture(data)
    except PictureError as error:
        return _NONE if error.problem is PictureProblem.TOO_LARGE else Verdict(Finding.NOT_A_PICTURE)
    return _NONE


def verify(data: bytes, chains: Sequence[str]) -> Verdict:
    """Tell whether a picture was signed by one of these chains (PEM), and is unaltered since."""
    return Judge(chains).verdict(data)


def _swap_id(manifest: Json) -> int:
    """Read our two statements; raises ValueError, or what a surprise raises, when they are not ours."""
    statements = {one["label"]: one["data"] for one in manifest["assertions"]}
    (action,) = statements[ACTIONS]["actions"]
    if action["action"] != "c2pa.created" or action["digitalSourceType"] != SOURCE_TYPE:
        raise ValueError("not how we make pictures")
    if (
        len(manifest["assertions"]) != len(statements)
        or set(statements) != {ACTIONS, SWAP}
        or manifest.get("ingredients")
    ):
        raise ValueError("more than we say")
    return int(statements[SWAP]["swap"])
