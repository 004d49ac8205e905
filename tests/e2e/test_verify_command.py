"""`verify` and `certificate` as an operator types them: verdicts, exit statuses, no token needed."""

import json
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.compose import open_marker, open_store, utc_now
from bot.config import read_config
from bot.credentials import verify
from tests.e2e.test_command_line import run
from tests.provenance.samples import PICTURES, PLENTY, SWAP


@pytest.fixture
async def database(tmp_path: Path) -> str:
    """A store whose bot has signed `made.png`, beside altered and strange files."""
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    store = await open_store(read_config({"DATABASE_URL": url}))
    marker = await open_marker(read_config({"DATABASE_URL": url}), store)
    await store.close()
    data = marker.mark(
        PICTURES["png-rgb"](), badge=True, limit_bytes=PLENTY, swap_id=SWAP, made_at=utc_now()
    ).data
    middle = data.index(b"IDAT") + 90
    for name, content in {
        "made.png": data,
        "altered.png": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "strange.webp": PICTURES["webp-lossy"](),
        "text.png": b"hello",
    }.items():
        (tmp_path / name).write_bytes(content)
    return url


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("made.png", 0, f"Made by this bot, and unaltered. It is swap {SWAP}."),
        ("altered.png", 1, f"Made by this bot, but altered since. It is swap {SWAP}."),
        ("strange.webp", 1, "No credentials of this bot"),
        ("text.png", 2, "This is no PNG, JPEG or WebP"),
        ("nothere.png", 2, "nothere.png cannot be read: No such file"),
        (".", 2, "cannot be read"),
    ],
)
async def test_a_file_is_judged(database: str, tmp_path: Path, name: str, status: int, says: str) -> None:
    """One sentence each, and status 0 for nothing but an untouched picture of this bot."""
    said: list[str] = []
    got = await verify(read_config({"DATABASE_URL": database}), tmp_path / name, said.append)
    (sentence,) = said
    assert got == status
    assert says in sentence


async def test_the_command_line_says_it(database: str, tmp_path: Path) -> None:
    """As a process: the sentence, and the status that a script reads."""
    for name, expected in {
        "made.png": (0, "Made"),
        "altered.png": (1, "Made"),
        "text.png": (2, "This"),
    }.items():
        status, output, log = await run("verify", tmp_path / name, DATABASE_URL=database)
        assert (status, output[:4], log) == (*expected, "")


async def test_without_a_store_nothing_is_claimed(tmp_path: Path) -> None:
    """Where no bot has run, verify says so, and makes no store and no key."""
    (tmp_path / "a.png").write_bytes(PICTURES["png-rgb"]())
    status, output, log = await run(
        "verify", tmp_path / "a.png", DATABASE_URL=f"sqlite:///{tmp_path}/data/store.sqlite3"
    )
    assert (status, output) == (1, "")
    assert "There is no store at" in log
    assert not (tmp_path / "data").exists()


async def test_a_printed_pair_can_be_pasted(tmp_path: Path) -> None:
    """What `certificate` prints goes into .env as it is, and the bot signs with it."""
    status, output, _ = await run("certificate")
    assert status == 0
    variables = {name: value or "" for name, value in dotenv_values(stream=StringIO(output)).items()}
    assert set(variables) == {"C2PA_CERT", "C2PA_KEY"}
    raw = {name: json.loads(value) for name, _, value in (one.partition("=") for one in output.splitlines())}
    for given in (variables, raw):
        got, said, _ = await run("check", **given, DATABASE_URL=f"sqlite:///{tmp_path}/store.sqlite3")
        assert "Signing  ok     Pictures can be signed until 20" in said
        assert got == 0


async def test_a_pair_is_written_once(tmp_path: Path) -> None:
    """Into a folder it goes as two files, which a second run does not overwrite."""
    folder = tmp_path / "keys"
    status, output, _ = await run("certificate", folder)
    assert status == 0
    variables = dict(line.split("=", 1) for line in output.splitlines())
    key = (folder / "key.pem").read_text()
    _, said, log = await run("check", **variables, DATABASE_URL=f"sqlite:///{tmp_path}/store.sqlite3")
    assert "Signing  ok" in said
    assert key.splitlines()[1] not in said + log + output
    status, _, log = await run("certificate", folder)
    assert status == 1
    assert "cannot be written: File exists" in log
    assert (folder / "key.pem").read_text() == key


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"C2PA_CERT": "-----BEGIN X-----", "C2PA_KEY": "-----BEGIN Y-----"},
            "C2PA_CERT holds no certificates",
        ),
        ({"DATABASE_URL": "postgres://ada:word@127.0.0.1:9/store"}, "python -m bot certificate"),
    ],
)
async def test_check_names_what_cannot_sign(variables: dict[str, str], sentence: str, tmp_path: Path) -> None:
    """A pair that would not do, and PostgreSQL without one: on its line, exit status 1."""
    given = {"DATABASE_URL": f"sqlite:///{tmp_path}/store.sqlite3", **variables}
    status, output, _ = await run("check", **given)
    assert status == 1
    (line,) = (line for line in output.splitlines() if line.startswith("Signing"))
    assert "WRONG" in line
    assert sentence in line
