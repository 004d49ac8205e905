"""The town with the real bot in it, through the page: everything that members and moderators can do there."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.compose import compose
from bot.config import read_config
from bot.engine.assets import asset
from bot.run import serve
from bot.sandbox import Sandbox
from bot.sandbox.doorway import redirected
from bot.sandbox.places import Channel, User
from bot.sandbox.web import Page, Sample, samples, town
from tests.sandbox.browser import opened
from tests.scripted_api import PNG, ScriptedApi

FACE = Sample("face.png", "Face", "A face.", PNG)


@pytest.fixture
def page() -> Page:
    """A page with one sample."""
    return Page(samples={"face.png": FACE})


@pytest.fixture
async def built(page: Page) -> AsyncIterator[Sandbox]:
    """The town, without a bot."""
    async with Sandbox.start(page=page) as sandbox:
        town(sandbox, page.samples)
        yield sandbox
        assert sandbox.complaints == []


@pytest.fixture
async def lived_in(built: Sandbox, tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The town, with the bot as it runs in production between it and a scripted API."""
    sandbox = built
    async with ScriptedApi() as api:
        settings = {
            "DISCORD_TOKEN": sandbox.token,
            "SEGMIND_API_KEY": "SG_test_key_0123456789",
            "SEGMIND_BASE_URL": api.base_url,
            "DATABASE_URL": f"sqlite:///{tmp_path}/store.sqlite3",
            "PRECHECK": "off",
            "COOLDOWN_SECONDS": "0",
            "SHUTDOWN_GRACE": "0",
        }
        with redirected(sandbox.base_url):
            async with compose(read_config(settings), picture_origins=(sandbox.base_url,)) as bot:
                stop = asyncio.Event()
                task = asyncio.create_task(serve(bot, sandbox.token, stop, 0))
                await sandbox.wait_until_ready()
                yield sandbox
                await bot.services.swaps.idle()
                stop.set()
                await task


def person(sandbox: Sandbox, name: str) -> User:
    """Who is called so."""
    return next(one for one in sandbox.world.users.values() if one.name == name)


def place(sandbox: Sandbox, name: str) -> Channel:
    """What is called so."""
    return next(one for one in sandbox.world.channels.values() if one.name == name)


def controls(part: Any) -> list[dict[str, Any]]:
    """Everything with a custom_id in a message or a form."""
    if isinstance(part, list):
        return [found for one in part for found in controls(one)]  # pyright: ignore[reportUnknownVariableType] - JSON
    if not isinstance(part, dict):
        return []
    inner = [found for one in part.values() for found in controls(one)]  # pyright: ignore[reportUnknownVariableType] - JSON
    return [part, *inner] if "custom_id" in part and "type" in part else inner


def is_answer(view: Any, command: str) -> bool:
    """Whether a message is what came of a command, no longer thinking."""
    return not view["thinking"] and view["command"] is not None and view["command"]["name"] == command


async def test_members_swap_and_use_what_they_get(lived_in: Sandbox) -> None:
    """A command with pictures, buttons under the result, a saved face by suggestion, and both menus."""
    faces = place(lived_in, "faces")
    async with opened(lived_in, person(lived_in, "Nora")) as at, at.stream() as events:
        pair = {"source": {"sample": "face.png"}, "target": {"file": "t"}}
        parts = {"t": ("target.png", PNG)}
        await at.does(events, faces, "slash", command="faceswap", options=pair, parts=parts)
        told = await events.until("message", lambda one: "Re-roll" in str(one["view"]))
        result = told["view"]["message"]
        buttons = {one["label"]: one["custom_id"] for one in controls(result["components"])}
        opened_form = await at.does(
            events, faces, "press", message=result["id"], custom_id=buttons["Before/after"]
        )
        assert opened_form["state"] == "answered"
        face = {"name": "me", "picture": {"sample": "face.png"}}
        await at.does(events, faces, "slash", command="face save", options=face)
        await events.until("message", lambda one: is_answer(one["view"], "face save"))
        asked: dict[str, Any] = {"command": "face use", "option": "name", "typed": "m"}
        _, suggested = await at.act(faces, "autocomplete", **asked)
        assert [one["value"] for one in suggested["choices"]] == ["me"]
        menu: dict[str, Any] = {"menu": "message", "name": "Swap a face into this", "target": result["id"]}
        form = await at.does(events, faces, "menu", **menu)
        assert form["state"] == "modal"
        upload = next(one for one in controls(form["form"]["components"]) if one["type"] == 19)
        values = {upload["custom_id"]: [{"file": "f"}]}
        parts = {"f": ("mine.png", PNG)}
        sent = await at.does(events, faces, "submit", interaction=form["id"], values=values, parts=parts)
        assert sent["state"] == "answered"
        target = str(person(lived_in, "Vera").id)
        menu = {"menu": "user", "name": "Swap onto this avatar", "target": target}
        assert (await at.does(events, faces, "menu", **menu))["state"] == "modal"


async def test_moderators_change_the_limits(lived_in: Sandbox) -> None:
    """The panel is offered to who may manage the server; its selects and its form are taken."""
    office = place(lived_in, "moderators")
    async with opened(lived_in, person(lived_in, "Nora")) as at:
        assert (await at.get("commands", channel=office))[0] == 422
        refused = await at.act(place(lived_in, "general"), "slash", command="faceswap-admin settings")
        assert refused[0] == 422
    async with opened(lived_in, person(lived_in, "Ines")) as at, at.stream() as events:
        await at.does(events, office, "slash", command="faceswap-admin settings")
        (panel,) = await at.messages(office)
        assert panel["ephemeral"] is True
        message = panel["message"]["id"]
        about = {"message": message, "custom_id": "settings-channels"}
        values = [str(place(lived_in, "faces").id)]
        chosen = await at.does(events, office, "select", **about, values=values)
        assert chosen["state"] == "answered"
        form = await at.does(events, office, "press", message=message, custom_id="settings-numbers")
        fields = controls(form["form"]["components"])
        typed = {fields[0]["custom_id"]: "1"}
        sent = await at.does(events, office, "submit", interaction=form["id"], values=typed)
        assert sent["state"] == "answered"
        (panel,) = await at.messages(office)
        shown = str(panel["message"]["components"])
        assert values[0] in shown


async def test_everybody_finds_their_places(built: Sandbox) -> None:
    """Two members, a moderator, an owner and one of the other server; each a conversation with the bot."""
    seen: dict[str, tuple[list[str], list[str], int]] = {}
    for name in ("Nora", "Stella", "Ines", "Vera", "Jonas"):
        async with opened(built, person(built, name)) as at:
            _, state = await at.get("state")
        channels = [one["name"] for guild in state["guilds"] for one in guild["channels"]]
        seen[name] = ([one["name"] for one in state["guilds"]], channels, len(state["dms"]))
        assert {one["user"]["global_name"] for one in state["people"]} == set(seen) | {
            "Nora", "Stella", "Ines", "Vera", "Jonas"
        }  # fmt: skip
        assert all(one["about"] for one in state["people"])
    club, kettle = "Lantern Club", "Kupferkessel"
    assert seen["Nora"] == ([club], ["general", "faces", "after-dark"], 2)
    assert seen["Stella"][0] == seen["Vera"][0] == [club, kettle]
    assert seen["Ines"] == ([club], ["general", "faces", "after-dark", "moderators"], 2)
    assert seen["Jonas"] == ([kettle], ["stammtisch", "bilder"], 1)
    adult = [one.name for one in built.world.channels.values() if one.nsfw]
    assert adult == ["after-dark"]


async def test_the_group_has_the_commands_of_who_brought_the_bot(lived_in: Sandbox) -> None:
    """Stella added it to her account; Ines has nothing there. Jonas reads German."""
    group = place(lived_in, "Weekend plans")
    async with opened(lived_in, person(lived_in, "Ines")) as at:
        assert (await at.get("commands", channel=group))[1]["slash"] == []
    async with opened(lived_in, person(lived_in, "Stella")) as at, at.stream() as events:
        _, told = await at.get("commands", channel=group)
        assert "faceswap" in {one["name"] for one in told["slash"]}
        assert told["message"]
        pair = {"source": {"sample": "face.png"}, "target": {"sample": "face.png"}}
        await at.does(events, group, "slash", command="faceswap", options=pair)
        await events.until("message", lambda one: is_answer(one["view"], "faceswap"))
    async with opened(lived_in, person(lived_in, "Jonas")) as at:
        _, told = await at.get("commands", channel=place(lived_in, "stammtisch"))
    swap = next(one for one in told["slash"] if one["name"] == "faceswap")
    assert swap["description"] != "Put the face of one picture into another"


async def test_the_town_needs_no_portraits() -> None:
    """Without the engine's pictures people wear drawn heads; every avatar is there to be swapped onto."""
    async with Sandbox.start() as sandbox:
        town(sandbox, {})
        people = [one for one in sandbox.world.users.values() if one.about]
        assert len(people) == 5
        for one in people:
            data, _ = sandbox.world.cdn.files[f"/avatars/{one.id}/{one.avatar}.png"]
            with Image.open(io.BytesIO(data)) as picture:
                assert picture.size == (256, 256)


def test_samples_are_what_was_fetched(tmp_path: Path) -> None:
    """None where there are none, and an altered one is left out; each has words for who cannot see it."""
    assert samples(tmp_path) == {}
    (tmp_path / "astronaut.png").write_bytes(b"something else")
    assert samples(tmp_path) == {}
    (tmp_path / "astronaut.png").write_bytes(asset("astronaut.png").read_bytes())
    (found,) = samples(tmp_path).values()
    assert (found.name, found.label) == ("astronaut.png", "Astronaut")
    assert len(found.alt) > 20
