"""C2PA's library: writes a signed manifest into a file and reads one, and stays off the network.

Nothing that a file names is fetched, no time stamp is asked for, and no thumbnail is made. Measured with
c2pa-python 0.38.1; loading it takes 0.1 s, so whoever does not sign or verify does not import this.
"""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

# pyright: reportMissingTypeStubs=false
# The package has no stubs; its own annotations are read.
from c2pa import Builder, C2paError, C2paSignerInfo, Context, Reader, Signer

from bot.certificate import Pair

Json = Mapping[str, Any]


class ManifestError(ValueError):
    """A file or manifest that the library does not take; the message is the library's own."""


def reading(roots: Sequence[str]) -> Context:
    """What reads with these certificates as the only trusted ones (PEM); several threads may use one."""
    return _context(roots, None, ())


def signing(pair: Pair, labels: Sequence[str]) -> Context:
    """What signs statements with these labels; several threads may use one. Raises ManifestError."""
    try:
        # No address of a time stamp authority: signing would fail whenever that is away.
        info = C2paSignerInfo(pair.algorithm.encode(), pair.chain.sent.encode(), pair.key.encode(), None)
        return _context([pair.chain.root], Signer.from_info(info), labels)
    except C2paError as error:
        raise ManifestError(str(error)) from None


def sign(context: Context, mime: str, data: bytes, manifest: Json) -> bytes:
    """The file with the manifest, signed; raises ManifestError."""
    out = io.BytesIO()
    try:
        with Builder(json.dumps(manifest), context=context) as builder:
            builder.sign(mime, io.BytesIO(data), out)
    except C2paError as error:
        raise ManifestError(str(error)) from None
    return out.getvalue()


def read(context: Context, mime: str, data: bytes) -> Json:
    """What the file's own manifests say, and what of it holds; raises ManifestError."""
    try:
        with Reader(mime, io.BytesIO(data), context=context) as reader:
            return json.loads(reader.json())
    except (C2paError, ValueError, RecursionError) as error:
        raise ManifestError(str(error)) from None


def _context(roots: Sequence[str], signer: Signer | None, labels: Sequence[str]) -> Context:
    settings: dict[str, Any] = {
        "version": 1,
        "trust": {"user_anchors": "".join(roots)},
        "verify": {
            "verify_trust": True,
            "verify_after_reading": True,
            "verify_after_sign": False,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 1},
        "builder": {"thumbnail": {"enabled": False}, "created_assertion_labels": list(labels)},
    }
    return Context.from_json(json.dumps(settings), signer=signer)
