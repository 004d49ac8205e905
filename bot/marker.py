"""Marks a finished picture: a badge drawn into it, the digital source type beside it, a signature over it.

Nothing of the pictures that it was made from goes into the file: no thumbnail, no ingredient, no metadata.
Source: the C2PA specification 2.2, and IPTC's photo metadata standard 2023.2.
"""

import io
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image

from bot import __version__, manifests, pictures
from bot import badge as badges
from bot.certificate import SOON, Pair
from bot.containers import marked
from bot.errors import ConfigError, ResultTooLarge
from bot.manifests import Json, ManifestError
from bot.pictures import Kind
from bot.provenance import ACTIONS, MIME, SOURCE_TYPE, SWAP, Judge
from bot.trust_errors import CannotSign
from bot.verdict import Finding, Verdict

XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
    f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
).encode()
"""The mark for readers of photo metadata."""

_TITLE = "Face swap"
_XMP_ROOM = len(XMP) + 64
"""What it takes in a file, in the container that takes most for it."""

_SAMPLE = 2**63 - 1
_SPARE = 128
"""Lengths and offsets in a manifest take a few bytes more in a large file than in the sample."""


@dataclass(frozen=True)
class Marked:
    """The file that is posted."""

    data: bytes
    kind: Kind


class Marker:
    """Marks and signs with one pair; several threads may use one. Raises ConfigError when it cannot sign."""

    def __init__(self, pair: Pair, now: datetime) -> None:
        self.chain = str(pair.chain)
        """The certificates it signs with, in PEM, the root last."""
        self.expires_at = pair.expires_at
        """From when on it signs nothing any more."""
        self._judge = Judge([self.chain])
        try:
            self._context = manifests.signing(pair, ("c2pa.actions", SWAP))
            self._room = _SPARE + max(self._added(kind, now) for kind in MIME)
        except (ManifestError, CannotSign) as error:
            raise ConfigError((f"C2PA_CERT and C2PA_KEY sign nothing that holds: {error}",)) from None

    def ends_soon(self, now: datetime) -> bool:
        """Whether the certificate has to be renewed."""
        return self.expires_at - now < SOON

    def mark(self, data: bytes, *, badge: bool, limit_bytes: int, swap_id: int, made_at: datetime) -> Marked:
        """The API's picture, marked and signed, within the limit.

        Without a badge the pixels of a picture that fits and stands upright are not encoded again. Raises
        CannotSign when the signature does not read back as it should, ResultTooLarge or PictureError.
        """
        body, kind = _with_source_type(data, limit_bytes - self._room, badge=badge)
        signed = self._signed(body, kind, swap_id, made_at)
        if len(signed) > limit_bytes:
            raise ResultTooLarge
        return Marked(signed, kind)

    def _signed(self, body: bytes, kind: Kind, swap_id: int, made_at: datetime) -> bytes:
        try:
            signed = manifests.sign(self._context, MIME[kind], body, manifest_of(swap_id, made_at))
        except ManifestError as error:
            raise CannotSign(str(error)) from None
        # A mistyped source type would be dropped in silence: what was written is read.
        if self._judge.verdict(signed) != Verdict(Finding.GENUINE, swap_id):
            raise CannotSign("What was signed does not read back as made here and unaltered.")
        return signed

    def _added(self, kind: Kind, now: datetime) -> int:
        """How many bytes a signature takes."""
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, kind.value)
        return len(self._signed(sample := marked(out.getvalue(), kind, XMP), kind, _SAMPLE, now)) - len(
            sample
        )


def _with_source_type(data: bytes, limit_bytes: int, *, badge: bool) -> tuple[bytes, Kind]:
    """The picture with `XMP` and no other metadata, encoded anew only where it must be."""
    kind = pictures.sniff(data)
    if not badge and kind is not None and pictures.is_plain(data):
        with suppress(ValueError):
            kept = marked(data, kind, XMP)
            if len(kept) <= limit_bytes:
                return kept, kind
    encoded, kind = pictures.fit(data, limit_bytes - _XMP_ROOM, badges.draw if badge else _as_it_is)
    return marked(encoded, kind, XMP), kind


def _as_it_is(picture: Image.Image) -> Image.Image:
    return picture


def manifest_of(swap_id: int, made_at: datetime) -> Json:
    """What is signed: that a swap made the picture, when, and which. Nothing of what it was made from."""
    made_by = {"name": "faceswap-bot", "version": __version__}
    action = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPE,
        "softwareAgent": made_by,
        "when": made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {
        "title": _TITLE,
        "claim_generator_info": [made_by],
        "assertions": [
            {"label": ACTIONS, "data": {"actions": [action]}},
            # As text: not every reader keeps whole numbers of this size.
            {"label": SWAP, "data": {"swap": str(swap_id)}},
        ],
    }
