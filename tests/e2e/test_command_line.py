"""The command line as an operator uses it: real processes, exit statuses, one sentence for each mistake."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from PIL import Image

from bot.sandbox import Sandbox
from tests.scripted_api import ScriptedApi, error

ROOT = Path(__file__).parent.parent.parent
ASSETS = ROOT / "data" / "assets"


async def run(*arguments: object, **variables: str) -> tuple[int, str, str]:
    """Run `python -m bot` to its end: exit status, output, log."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *(str(argument) for argument in arguments)),
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=PIPE,
        stderr=PIPE,
    )
    output, log = await process.communicate()
    assert process.returncode is not None
    assert b"Traceback" not in log
    return process.returncode, output.decode(), log.decode()


async def test_the_demo_leaves_a_swapped_picture(tmp_path: Path) -> None:
    """With nothing set up but the assets, the demo swaps two portraits and says where the picture is."""
    out = tmp_path / "out.jpg"
    status, output, _ = await run("demo", "-o", out)
    assert status == 0
    assert str(out) in output
    assert "AI face swap" in output
    with Image.open(out) as result, Image.open(ASSETS / "grace_hopper.jpg") as target:
        assert (result.format, result.size) == ("JPEG", target.size)
        face, collar = (200, 200, 300, 280), (40, 480, 120, 560)
        assert distance(result, target, face) > 10
        assert distance(result, target, collar) < 3


def distance(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Mean difference of two pictures inside a box, in grey levels."""
    pair = zip(one.convert("L").crop(box).tobytes(), other.convert("L").crop(box).tobytes(), strict=True)
    differences = [abs(a - b) for a, b in pair]
    return sum(differences) / len(differences)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["demo", "nothere.png", ASSETS / "rocket.jpg"], "nothere.png cannot be read"),
        (["demo", "-o", "out.bmp"], "has to end in one of"),
        (["demo", ASSETS / "chelsea.png", ASSETS / "astronaut.png"], "There is no picture"),
    ],
    ids=["missing", "format", "cat"],
)
async def test_a_demo_without_a_picture_says_why(arguments: list[object], sentence: str) -> None:
    """A missing file, a format it cannot write, a cat: one sentence, exit status 1."""
    status, _, log = await run(*arguments)
    assert status == 1
    assert sentence in log


async def test_every_configuration_problem_is_one_sentence() -> None:
    """Starting with mistakes names them all and starts nothing."""
    status, _, log = await run(SWAPS_AT_ONCE="none", LOG_LEVEL="loud")
    assert status == 1
    assert [line.split(":")[0] for line in log.splitlines()] == ["SWAPS_AT_ONCE", "LOG_LEVEL"]


async def test_a_wrong_token_is_one_sentence(tmp_path: Path) -> None:
    """Discord refuses the token: the operator reads what to do, and the token is in no log."""
    async with Sandbox.start() as sandbox, ScriptedApi() as api:
        status, _, log = await run(
            DISCORD_TOKEN="wrong-token-value",
            DISCORD_SANDBOX_URL=sandbox.base_url,
            SEGMIND_BASE_URL=api.base_url,
            DATABASE_URL=f"sqlite:///{tmp_path}/store.sqlite3",
        )
    assert status == 1
    assert "Discord does not accept DISCORD_TOKEN" in log
    assert "wrong-token-value" not in log


async def test_the_bot_starts_with_nothing_set(tmp_path: Path) -> None:
    """No account, no key: it runs on its own sandbox and engine until it is asked to stop."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot"),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/store.sqlite3"},
        stderr=PIPE,
    )
    assert process.stderr is not None
    log = b""
    while b"Ready as" not in log:
        line = await process.stderr.readline()
        assert line, log.decode()
        log += line
    process.terminate()
    rest = await process.stderr.read()
    assert await process.wait() == 0
    assert b"DISCORD_TOKEN is not set" in log
    assert b"Traceback" not in log + rest


async def test_check_says_one_line_for_each_part(tmp_path: Path) -> None:
    """Everything right: a line each, the balance, the invite URL, exit status 0."""
    async with Sandbox.start() as sandbox, ScriptedApi() as api:
        status, output, _ = await run(
            "check",
            DISCORD_TOKEN=sandbox.token,
            DISCORD_SANDBOX_URL=sandbox.base_url,
            SEGMIND_API_KEY="SG_key_of_the_operator",
            SEGMIND_BASE_URL=api.base_url,
            DATABASE_URL=f"sqlite:///{tmp_path}/store.sqlite3",
        )
    lines = output.splitlines()
    assert status == 0
    assert [line.split()[:2] for line in lines[:5]] == [
        ["Discord", "ok"],
        ["API", "ok"],
        ["Store", "ok"],
        ["Models", "ok"],
        ["Signing", "ok"],
    ]
    assert "$12.518" in lines[1]
    assert "https://discord.com/oauth2/authorize?client_id=" in lines[5]


async def test_check_names_what_is_wrong(tmp_path: Path) -> None:
    """A refused token, a refused key, an unusable store: each on its line, exit status 1, no secret shown."""
    (tmp_path / "file").write_text("")
    async with Sandbox.start() as sandbox, ScriptedApi() as api:
        api.script(error(401, "no"), path="/v1/get-user-credits")
        status, output, log = await run(
            "check",
            DISCORD_TOKEN="wrong-token-value",
            DISCORD_SANDBOX_URL=sandbox.base_url,
            SEGMIND_API_KEY="SG_key_of_the_operator",
            SEGMIND_BASE_URL=api.base_url,
            DATABASE_URL=f"sqlite:///{tmp_path}/file/store.sqlite3",
        )
    assert status == 1
    assert [line.split()[1] for line in output.splitlines()[:3]] == ["WRONG", "WRONG", "WRONG"]
    assert "SEGMIND_API_KEY" in output
    assert "DATABASE_URL" in output
    for secret in ("wrong-token-value", "SG_key_of_the_operator"):
        assert secret not in output + log
