"""Nothing that a file or a certificate names is fetched: a server on loopback would hear it."""
# pyright: reportMissingTypeStubs=false
# c2pa has no stubs; its own annotations are read.

import io
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from c2pa import Builder, C2paError, C2paSignerInfo, Context, Reader, Signer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from bot import keyring, manifests
from bot.keyring import make_pair
from bot.marker import XMP, Marker, manifest_of
from bot.provenance import verify
from bot.verdict import Finding
from tests.provenance.samples import PICTURES, PLENTY, judge, mark
from tests.provenance.samples import SWAP as SWAP_ID
from tests.provenance.test_verify import GENUINE, NONE, lifted
from tests.signing import pair
from tests.stores import START


class Ear(threading.Thread):
    """A server on loopback that only counts who comes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.heard = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/manifest.c2pa"

    def run(self) -> None:
        """Count connections until closed."""
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.heard += 1
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    """A server that runs."""
    listening = Ear()
    listening.start()
    yield listening
    listening.close()


def fetches(data: bytes, mime: str) -> None:
    """Read a file with the library as it is by default: remote manifests are fetched."""
    try:
        Reader(mime, io.BytesIO(data)).close()
    except C2paError:
        return


def with_remote_manifest(url: str) -> bytes:
    """A picture whose manifest is elsewhere, as the library itself makes it."""
    info = C2paSignerInfo(b"es256", pair().chain.sent.encode(), pair().key.encode(), None)
    context = Context.from_json(json.dumps({"version": 1}), signer=Signer.from_info(info))
    out = io.BytesIO()
    with Builder(json.dumps(manifest_of(SWAP_ID, START)), context=context) as builder:
        builder.set_no_embed()
        builder.set_remote_url(url)
        builder.sign("image/jpeg", io.BytesIO(PICTURES["jpeg-rgb"]()), out)
    return out.getvalue()


def test_nothing_that_a_file_names_is_fetched(ear: Ear) -> None:
    """A remote manifest is not fetched, neither by the verdict nor by the library as we set it."""
    data = with_remote_manifest(ear.url)
    assert ear.url.encode() in data
    assert judge().verdict(data) == NONE
    with pytest.raises(manifests.ManifestError):
        manifests.read(manifests.reading([pair().chain.root]), "image/jpeg", data)
    beside = lifted(mark(PICTURES["jpeg-rgb"]()).data, PICTURES["jpeg-rgb"]()).replace(
        XMP, XMP.replace(b'rdf:about=""', b'rdf:about="" xmlns:d="http://purl.org/dc/terms/"')
    )
    assert judge().verdict(beside).finding is not Finding.GENUINE
    assert ear.heard == 0
    fetches(data, "image/jpeg")
    assert ear.heard == 1, "the library fetches nothing any more: this test no longer shows anything"


def test_no_server_is_asked_about_a_certificate(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that names a revocation server: nobody asks it, to sign or to verify."""
    ocsp = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ear.url))
    issuers = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(ear.url)
    )
    plain = keyring._certificate  # pyright: ignore[reportPrivateUsage] - an extension more, in a test alone

    def naming(*given: Any) -> x509.CertificateBuilder:
        return plain(*given).add_extension(x509.AuthorityInformationAccess([ocsp, issuers]), critical=False)

    monkeypatch.setattr(keyring, "_certificate", naming)
    named = make_pair(START)
    leaf = x509.load_pem_x509_certificate(named.chain.sent.encode())
    assert ear.url.encode() in leaf.public_bytes(Encoding.DER)
    signer = Marker(named, START)
    signed = signer.mark(
        PICTURES["jpeg-rgb"](), badge=False, limit_bytes=PLENTY, swap_id=SWAP_ID, made_at=START
    )
    assert verify(signed.data, [signer.chain]) == GENUINE
    assert judge().verdict(signed.data) == NONE
    assert ear.heard == 0
