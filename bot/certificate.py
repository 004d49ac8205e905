"""The key and the certificates that results are signed with, checked as C2PA demands them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from bot.errors import ConfigError

SOON = timedelta(days=30)
"""So long before a certificate's end the operator is warned."""

HOW_TO_MAKE_ONE = "Make a pair with `python -m bot certificate` and set C2PA_CERT and C2PA_KEY."

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_LEAST_RSA_BITS = 2048

E = TypeVar("E", bound=x509.ExtensionType)


@dataclass(frozen=True)
class Chain:
    """Certificates in PEM, each issued by the next: the one that signs first, the root last."""

    certificates: tuple[str, ...]
    serial: int
    """The signing certificate's number, which its issuer gives once."""

    @property
    def root(self) -> str:
        """What has to be trusted."""
        return self.certificates[-1]

    @property
    def sent(self) -> str:
        """What goes into a picture: all but the root, which whoever verifies has to know already."""
        return "".join(self.certificates[:-1])

    def __str__(self) -> str:
        return "".join(self.certificates)


@dataclass(frozen=True)
class Pair:
    """What signs: a chain, and the key of its first certificate in PEM."""

    chain: Chain
    key: str = field(repr=False)
    algorithm: str
    """C2PA's name of it."""
    starts_at: datetime
    expires_at: datetime


def read_chain(text: str) -> Chain:
    """Read certificates in PEM; raises ValueError when there are none."""
    return _chain(x509.load_pem_x509_certificates(text.encode()))


def read_pair(chain: str, key: str, now: datetime) -> Pair:
    """Check a pair as C2PA demands it; raises ConfigError with every problem."""
    try:
        certificates = x509.load_pem_x509_certificates(chain.encode())
    except ValueError:
        raise ConfigError((f"C2PA_CERT holds no certificates in PEM. {HOW_TO_MAKE_ONE}",)) from None
    try:
        private = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(
            (f"C2PA_KEY is no private key in PEM without a password. {HOW_TO_MAKE_ONE}",)
        ) from None
    leaf = certificates[0]
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    problems = [*_chain_problems(certificates), *_leaf_problems(leaf, now)]
    if public != leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
        problems.append("C2PA_KEY does not belong to the first certificate in C2PA_CERT.")
    algorithm = _algorithm(private)
    if algorithm is None:
        problems.append("C2PA_KEY has to be an elliptic-curve (P-256, P-384, P-521), Ed25519 or RSA key.")
    if problems or algorithm is None:
        raise ConfigError(tuple(problems))
    return Pair(_chain(certificates), key, algorithm, leaf.not_valid_before_utc, leaf.not_valid_after_utc)


def _chain(certificates: Sequence[x509.Certificate]) -> Chain:
    pems = (one.public_bytes(Encoding.PEM).decode() for one in certificates)
    return Chain(tuple(pems), certificates[0].serial_number)


def _algorithm(key: object) -> str | None:
    """C2PA's name for signing with such a key."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _CURVES.get(key.curve.name)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_RSA_BITS:
        return "ps256"
    return None


def _chain_problems(certificates: Sequence[x509.Certificate]) -> Iterator[str]:
    root = certificates[-1]
    if len(certificates) < 2 or root.issuer != root.subject:
        yield (
            "C2PA_CERT has to hold the signing certificate first, then those of its issuers, the root's last."
        )
        return
    for one, issuer in pairwise(certificates):
        try:
            one.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            yield "C2PA_CERT: a certificate in it was not issued by the next one."


def _leaf_problems(leaf: x509.Certificate, now: datetime) -> Iterator[str]:
    """What C2PA would refuse (source: the C2PA specification's certificate profile)."""
    if now >= leaf.not_valid_after_utc:
        yield f"C2PA_CERT expired on {leaf.not_valid_after_utc:%Y-%m-%d}. Renew it, or: {HOW_TO_MAKE_ONE}"
    if now < leaf.not_valid_before_utc:
        yield f"C2PA_CERT is not valid before {leaf.not_valid_before_utc:%Y-%m-%d}. Check the clock."
    constraints = _extension(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        yield "C2PA_CERT: the first certificate is a certificate authority's, which may sign no pictures."
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        yield "C2PA_CERT: the first certificate's key usage has to be digitalSignature."
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    if extended is None or ExtendedKeyUsageOID.EMAIL_PROTECTION not in extended:
        yield "C2PA_CERT: the first certificate's extended key usage has to be emailProtection."
    if _extension(leaf, x509.AuthorityKeyIdentifier) is None:
        yield "C2PA_CERT: the first certificate has to name its issuer's key (authority key identifier)."


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return None
