"""Keys and certificates: the operator's are checked, the bot's own are made once and kept to itself."""

import logging
import os
import stat
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.certificate import Pair, read_pair
from bot.config import read_config
from bot.errors import ConfigError
from bot.keyring import LIFE, configured_pair, make_pair, own_pair
from bot.log import RedactingFormatter
from bot.marker import Marker
from bot.provenance import verify
from bot.verdict import Finding
from tests.provenance.samples import PICTURES, PLENTY
from tests.signing import pair, pair_settings
from tests.stores import START

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def issue(
    key: Key,
    issuer_key: CertificateIssuerPrivateKeyTypes,
    *,
    name: str = "leaf",
    issuer: str = "root",
    ca: bool = False,
    usage: bool = True,
    eku: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    aki: bool = True,
    days: tuple[int, int] = (-1, 36_500),
) -> str:
    """One certificate of an operator's chain, in PEM, right in every way but those that are named."""
    named, issued_by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START + timedelta(days=days[0]))
        .not_valid_after(START + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if usage:
        builder = builder.add_extension(USAGE, critical=True)
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage([eku]), critical=False)
    if aki:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(authority, critical=False)
    digest = None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(issuer_key, digest).public_bytes(Encoding.PEM).decode()


def pem(key: Key, password: bytes | None = None) -> str:
    """A key in PEM."""
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


ROOT_KEY, MIDDLE_KEY, LEAF_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
ROOT = issue(ROOT_KEY, ROOT_KEY, name="root", ca=True, usage=False, eku=None)
MIDDLE = issue(MIDDLE_KEY, ROOT_KEY, name="middle", ca=True, usage=False, eku=None)
LEAF = issue(LEAF_KEY, ROOT_KEY)


@pytest.mark.parametrize(
    "key",
    [
        LEAF_KEY,
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["p256", "p384", "p521", "ed25519", "rsa"],
)
def test_every_kind_of_key_signs(key: Key) -> None:
    """Each algorithm that C2PA takes signs what reads back as genuine, through an intermediate too."""
    for chain in (
        issue(key, ROOT_KEY) + ROOT,
        issue(key, MIDDLE_KEY, issuer="middle") + MIDDLE + ROOT,
    ):
        given = read_pair(chain, pem(key), START)
        signed = Marker(given, START).mark(
            PICTURES["jpeg-rgb"](), badge=False, limit_bytes=PLENTY, swap_id=1, made_at=START
        )
        assert verify(signed.data, [str(given.chain)]).finding is Finding.GENUINE


WRONG: Mapping[str, tuple[Callable[[], tuple[str, str]], str]] = {
    "no certificate": (lambda: ("hello", pem(LEAF_KEY)), "C2PA_CERT holds no certificates"),
    "no key": (lambda: (LEAF + ROOT, "hello"), "C2PA_KEY is no private key"),
    "locked key": (lambda: (LEAF + ROOT, pem(LEAF_KEY, b"word")), "without a password"),
    "other key": (lambda: (LEAF + ROOT, pem(ROOT_KEY)), "C2PA_KEY does not belong"),
    "root first": (lambda: (ROOT + LEAF, pem(LEAF_KEY)), "signing certificate first"),
    "no root": (lambda: (LEAF, pem(LEAF_KEY)), "the root's last"),
    "self-signed": (lambda: (issue(LEAF_KEY, LEAF_KEY, issuer="leaf"), pem(LEAF_KEY)), "the root's last"),
    "other root": (
        lambda: (LEAF + issue(MIDDLE_KEY, MIDDLE_KEY, name="root", ca=True, usage=False), pem(LEAF_KEY)),
        "not issued by the next",
    ),
    "expired": (
        lambda: (issue(LEAF_KEY, ROOT_KEY, days=(-9, -2)) + ROOT, pem(LEAF_KEY)),
        "C2PA_CERT expired on 2026-05-15",
    ),
    "not yet": (
        lambda: (issue(LEAF_KEY, ROOT_KEY, days=(2, 9)) + ROOT, pem(LEAF_KEY)),
        "not valid before 2026-05-19",
    ),
    "authority": (lambda: (issue(LEAF_KEY, ROOT_KEY, ca=True) + ROOT, pem(LEAF_KEY)), "authority's"),
    "no usage": (lambda: (issue(LEAF_KEY, ROOT_KEY, usage=False) + ROOT, pem(LEAF_KEY)), "digitalSignature"),
    "no eku": (lambda: (issue(LEAF_KEY, ROOT_KEY, eku=None) + ROOT, pem(LEAF_KEY)), "emailProtection"),
    "wrong eku": (
        lambda: (issue(LEAF_KEY, ROOT_KEY, eku=ExtendedKeyUsageOID.SERVER_AUTH) + ROOT, pem(LEAF_KEY)),
        "emailProtection",
    ),
    "no issuer's key": (lambda: (issue(LEAF_KEY, ROOT_KEY, aki=False) + ROOT, pem(LEAF_KEY)), "issuer's key"),
    "weak key": (
        lambda: (issue(weak := rsa.generate_private_key(65537, 1024), ROOT_KEY) + ROOT, pem(weak)),  # noqa: S505 - refused
        "C2PA_KEY has to be",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_pair_that_would_not_do_is_one_sentence(what: str) -> None:
    """Each mistake is named, in words that say which variable, and no key is in them."""
    make, sentence = WRONG[what]
    chain, key = make()
    with pytest.raises(ConfigError, match=sentence) as caught:
        read_pair(chain, key, START)
    body = [line for line in key.splitlines() if not line.startswith("-----") and len(line) > 20]
    assert not any(line in str(caught.value) for line in body)


def test_a_pair_is_set_as_text_or_as_files(tmp_path: Path) -> None:
    """PEM text, PEM whose line ends became backslash-n, and paths give the same pair."""
    given = pair_settings()
    files = {name: tmp_path / name for name in given}
    for name, file in files.items():
        file.write_text(given[name])
    for variables in (
        given,
        {name: text.replace("\n", "\\n") for name, text in given.items()},
        {name: str(file) for name, file in files.items()},
    ):
        read = configured_pair(read_config(variables), START)
        assert (read.chain, read.algorithm) == (pair().chain, "es256")
        assert load_pem_private_key(read.key.encode(), None)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"C2PA_KEY": "nothere.pem"}, "C2PA_KEY: set PEM text, or the path of a file"),
        ({"C2PA_CERT": pair_settings()["C2PA_CERT"]}, "set both or neither"),
        ({"C2PA_KEY": pair_settings()["C2PA_KEY"]}, "set both or neither"),
        ({"CAPTION_ONLY": "sometimes"}, "CAPTION_ONLY: set one of allowed, forbidden"),
    ],
)
def test_half_a_pair_is_no_configuration(variables: Mapping[str, str], sentence: str) -> None:
    """What cannot be read, or lacks its other half, is told at start."""
    with pytest.raises(ConfigError, match=sentence):
        read_config(variables)


def test_postgres_needs_a_key() -> None:
    """Where there is no folder to keep a key in, the bot says how to make one."""
    with pytest.raises(ConfigError, match="python -m bot certificate"):
        configured_pair(read_config({"DATABASE_URL": "postgres://ada:word@db/store"}), START)


def test_a_key_is_in_no_text() -> None:
    """Neither a configuration nor a pair shows its key, and the log has it taken out line by line."""
    config = read_config(pair_settings())
    lines = [line for line in pair().key.splitlines() if not line.startswith("-----")]
    assert lines
    for shown in (repr(config), repr(pair()), repr(fresh := make_pair(START))):
        assert not any(line in shown for line in (*lines, *fresh.key.splitlines()[1:-1]))
    assert set(lines) <= set(config.secrets)
    record = logging.makeLogRecord({"msg": f"cannot sign with {config.c2pa_key}"})
    logged = RedactingFormatter(config.secrets).format(record)
    assert not any(line in logged for line in lines)


def own(folder: Path, now: datetime = START) -> Pair:
    """The pair of a store."""
    return own_pair(folder / "c2pa", now)


def test_the_pair_is_made_once_per_store(tmp_path: Path) -> None:
    """The same pair at every start, another for another store, and the key for its owner's eyes only."""
    first = own(tmp_path)
    assert own(tmp_path) == own(tmp_path, START + timedelta(days=3000)) == first
    assert own(tmp_path / "other") != first
    assert configured_pair(read_config({"DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3"}), START) == first
    if sys.platform != "win32":
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "c2pa").rglob("*")}
        assert stat.S_IMODE((tmp_path / "c2pa").stat().st_mode) == 0o700
        assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
        assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}


def test_of_many_first_starts_one_pair_is_left(tmp_path: Path) -> None:
    """Processes that start at once all sign with the same pair, and leave nothing else behind."""
    with ThreadPoolExecutor(16) as pool:
        pairs = list(pool.map(own, [tmp_path] * 48))
    assert len({one.key for one in pairs}) == 1
    assert sorted(path.name for path in (tmp_path / "c2pa").rglob("*")) == ["1", "certificate.pem", "key.pem"]


@pytest.mark.parametrize("away", [LIFE / 2 + timedelta(days=2), 2 * LIFE, timedelta(days=-9)])
def test_a_pair_is_replaced_long_before_its_end(tmp_path: Path, away: timedelta) -> None:
    """Past half its life, or when the clock was wrong, another is made; the old one stays where it was."""
    first = own(tmp_path)
    second = own(tmp_path, START + away)
    assert second != first
    assert own(tmp_path, START + away) == second
    assert second.starts_at <= START + away < second.expires_at - LIFE / 2
    assert {path.name for path in (tmp_path / "c2pa").iterdir()} == {"1", "2"}


def test_a_spoiled_folder_is_one_sentence(tmp_path: Path) -> None:
    """A key that is cut, a file where the folder should be: the operator learns which folder."""
    own(tmp_path)
    (tmp_path / "c2pa" / "1" / "key.pem").write_text("-----BEGIN")
    with pytest.raises(ConfigError, match=r"c2pa.*cannot be used"):
        own(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"file.*cannot be used"):
        own(tmp_path / "file")


def test_a_killed_first_start_leaves_no_half_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was written before the folder got its name is not taken for a pair."""

    def killed(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            own(tmp_path)
    (tmp_path / "c2pa" / "new-left" / "pair").mkdir(parents=True)
    assert own(tmp_path) == own(tmp_path)
