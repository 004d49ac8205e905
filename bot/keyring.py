"""The pair that results are signed with: the operator's, or one that is made once and kept beside the store.

Both certificates of a pair made here last equally long, and the root's key is thrown away: a picture without
a time stamp can be verified only as long as its certificate is valid, so a short one would help nobody.
"""

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.certificate import HOW_TO_MAKE_ONE, Pair, read_pair
from bot.config import Config, PostgresUrl
from bot.errors import ConfigError

LIFE = timedelta(days=20 * 365)
"""How long a pair made here is valid; half of it before its end another one is made."""

_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


def configured_pair(config: Config, now: datetime) -> Pair:
    """The operator's pair, or the one beside the SQLite file; raises ConfigError when there can be none."""
    if config.c2pa_cert and config.c2pa_key:
        return read_pair(config.c2pa_cert, config.c2pa_key, now)
    if isinstance(config.database, PostgresUrl):
        raise ConfigError(
            (
                "C2PA_KEY: results are signed, and with PostgreSQL there is no folder to keep a key in. "
                + HOW_TO_MAKE_ONE,
            )
        )
    return own_pair(config.database.parent / "c2pa", now)


def own_pair(folder: Path, now: datetime) -> Pair:
    """The newest pair in a folder, or another where it is past half its life; raises ConfigError.

    Of processes that start at once one makes it, and all use that one.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max((int(one.name) for one in folder.iterdir() if one.name.isdecimal()), default=0)
        while True:
            pair = _kept(folder / str(number)) if number else None
            if pair and pair.starts_at <= now < pair.expires_at - LIFE / 2:
                return pair
            number += 1
            _place(folder / str(number), make_pair(now))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "what is in it is no pair"
        raise ConfigError(
            (f"{folder}, where the signing key is kept, cannot be used: {said}. Restore it, or delete it.",)
        ) from None


def make_pair(now: datetime) -> Pair:
    """A new root, and a signing certificate by it."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("faceswap-bot root", root_key, now).sign(root_key, hashes.SHA256())
    leaf = (
        _certificate("faceswap-bot", key, now, root_key)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    chain = "".join(one.public_bytes(Encoding.PEM).decode() for one in (leaf, root))
    return read_pair(chain, pem, now)


def write_pair(folder: Path, pair: Pair) -> None:
    """Write a pair as two files that only their owner reads; raises OSError."""
    for name, text in ((_CERTIFICATE, str(pair.chain)), (_KEY, pair.key)):
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _place(place: Path, pair: Pair) -> None:
    """Put a pair into a folder that is not there yet, whole or not at all; nothing when it is there."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="new-", ignore_cleanup_errors=True) as scratch:
        ready = Path(scratch, "pair")
        ready.mkdir(mode=0o700)
        write_pair(ready, pair)
        try:
            # Onto a folder with something in it no system renames.
            ready.rename(place)
        except OSError:
            if not (place / _KEY).exists():
                raise


def _kept(place: Path) -> Pair:
    chain, key = ((place / name).read_text("ascii") for name in (_CERTIFICATE, _KEY))
    leaf = x509.load_pem_x509_certificate(chain.encode())
    # Valid or not is for the caller to see: here the question is whether it is a pair at all.
    try:
        return read_pair(chain, key, leaf.not_valid_before_utc)
    except ConfigError as error:
        raise ValueError(str(error)) from None


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    issuer_key: ec.EllipticCurvePrivateKey | None = None,
) -> x509.CertificateBuilder:
    """What C2PA demands of a certificate (source: C2PA specification 2.2, certificate profile)."""
    is_root = issuer_key is None
    issuer = "faceswap-bot root"
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(_usage(signs_certificates=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer_key is None:
        return builder
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(authority, critical=False)


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "faceswap-bot"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
