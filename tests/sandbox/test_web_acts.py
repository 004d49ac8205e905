"""Acting through the page: every kind of act reaches discord.py as Discord's own client would send it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox import Permission, Sandbox
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.web import Page, Sample
from tests.sandbox.browser import Browser, Events, opened
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Connect


@pytest.fixture
def page() -> Page:
    """A page with one sample."""
    return Page(samples={"cat.png": Sample("cat.png", "Cat", "A cat.", PIXEL)})


@pytest.fixture
async def ada_at(sandbox: Sandbox, ada: Member, bot: Bot) -> AsyncIterator[Browser]:
    """Ada with the page open, and a bot connected."""
    assert bot
    async with opened(sandbox, ada) as browser:
        yield browser


@pytest.fixture
async def events(ada_at: Browser) -> AsyncIterator[Events]:
    """What Ada's page hears."""
    async with ada_at.stream() as stream:
        yield stream


async def test_a_command_takes_files_samples_and_numbers(
    ada_at: Browser, events: Events, channel: Channel
) -> None:
    """One's own file and a sample arrive under their names, and the deferred answer is shown to everybody."""
    options = {"source": {"file": "f0"}, "target": {"sample": "cat.png"}, "quality": 50}
    parts = {"f0": ("me.png", PIXEL)}
    await ada_at.does(events, channel, "slash", command="swap", options=options, parts=parts)
    shown = await events.until("message", lambda one: not one["view"]["thinking"])
    assert shown["channel_id"] == str(channel.id)
    assert shown["view"]["message"]["content"] == "cat.png"
    assert [one["filename"] for one in shown["view"]["message"]["attachments"]] == ["me.png-50.png"]
    assert shown["view"]["command"]["name"] == "swap"
    async with ada_at.session.get(shown["view"]["message"]["attachments"][0]["url"]) as response:
        assert await response.read() == PIXEL
    assert [one["message"]["content"] for one in await ada_at.messages(channel)] == ["cat.png"]


async def test_a_button_edits_and_follows_up(ada_at: Browser, events: Events, channel: Channel) -> None:
    """A press changes the message in place and adds a private one, which can be dismissed."""
    pair = {"source": {"sample": "cat.png"}, "target": {"sample": "cat.png"}}
    await ada_at.does(events, channel, "slash", command="swap", options=pair)
    shown = await events.until("message", lambda one: one["view"]["message"]["components"])
    await ada_at.does(events, channel, "press", message=shown["view"]["message"]["id"], custom_id="again")
    noted = await events.until("message", lambda one: one["view"]["ephemeral"])
    assert noted["view"]["message"]["content"] == "noted"
    contents = [one["message"]["content"] for one in await ada_at.messages(channel)]
    assert contents == ["pressed", "noted"]
    assert (await ada_at.act(channel, "delete", message=noted["view"]["message"]["id"]))[0] == 200
    assert (await events.until("gone"))["message_id"] == noted["view"]["message"]["id"]
    assert len(await ada_at.messages(channel)) == 1


async def test_every_select_takes_ids(
    sandbox: Sandbox, guild: Guild, channel: Channel, bot: Bot, ada: Member
) -> None:
    """Channels, roles, people and words are chosen by id and come back as objects; what hides is not."""
    assert bot
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_GUILD))
    crew = guild.create_role("Crew")
    ids = {"channel": str(channel.id), "ada": str(ada.user.id), "crew": str(crew.id)}
    async with opened(sandbox, mod) as at, at.stream() as events:
        await at.does(events, channel, "slash", command="settings")
        (panel,) = await at.messages(channel)
        message = panel["message"]["id"]
        for select, values, told in (
            ("channels", [ids["channel"]], "AppCommandChannel general"),
            ("roles", [ids["crew"]], "Role Crew"),
            ("people", [ids["ada"]], "Member ada"),
            ("anyone", [ids["ada"], ids["crew"]], "Member ada, Role Crew"),
            ("size", ["l"], "str l"),
        ):
            await at.does(events, channel, "select", message=message, custom_id=select, values=values)
            shown = await events.until("message", lambda one, told=told: told in str(one))
            assert shown["view"]["ephemeral"] is True
        hidden = guild.create_channel("hidden")
        hidden.overwrite(guild.everyone, deny=int(Permission.VIEW_CHANNEL))
        more: dict[str, Any] = {"message": message, "custom_id": "channels", "values": [str(hidden.id)]}
        assert await at.act(channel, "select", **more) == (422, {"refused": "What was chosen is not here."})


async def test_a_form_is_opened_filled_in_and_sent(ada_at: Browser, events: Events, channel: Channel) -> None:
    """The page gets the form as the bot made it, and sends texts, choices, roles and files by custom_id."""
    opening = await ada_at.does(events, channel, "slash", command="form")
    assert (opening["state"], opening["form"]["title"]) == ("modal", "Limits")
    labels = [one["label"] for one in opening["form"]["components"]]
    assert labels == ["Swaps a day", "Note", "Size", "Crew", "Face"]
    values = {"swaps": "7", "size": ["l"], "face": [{"file": "f0"}]}
    parts = {"f0": ("me.png", PIXEL)}
    sent = await ada_at.does(events, channel, "submit", interaction=opening["id"], values=values, parts=parts)
    assert (sent["kind"], sent["state"]) == ("modal", "answered")
    (answer,) = await ada_at.messages(channel)
    assert "str 7" in answer["message"]["content"]
    assert "Attachment" in answer["message"]["content"]
    again = await ada_at.act(channel, "submit", interaction=opening["id"], values=values, parts=parts)
    assert again == (422, {"refused": "the form was sent and is closed"})


async def test_nobody_uses_what_another_sees(
    sandbox: Sandbox, ada_at: Browser, events: Events, guild: Guild, channel: Channel
) -> None:
    """A private message and an open form are their reader's alone, whoever knows their ids."""
    form = await ada_at.does(events, channel, "slash", command="form")
    await ada_at.does(events, channel, "slash", command="private", options={"text": "psst"})
    private = (await ada_at.messages(channel))[0]["message"]["id"]
    async with opened(sandbox, guild.join(sandbox.create_user("Bo"))) as at:
        tries: tuple[tuple[str, dict[str, Any]], ...] = (
            ("delete", {"message": private}),
            ("press", {"message": private, "custom_id": "x"}),
            ("select", {"message": private, "custom_id": "x", "values": []}),
            ("menu", {"menu": "message", "name": "Look", "target": private}),
            ("submit", {"interaction": form["id"], "values": {"swaps": "1"}}),
        )
        for kind, more in tries:
            assert (await at.act(channel, kind, **more))[0] == 422, kind
    assert len(await ada_at.messages(channel)) == 1


async def test_suggestions_follow_what_is_typed(ada_at: Browser, channel: Channel) -> None:
    """Other options go along; what suggests nothing says so."""
    asked: dict[str, Any] = {"command": "face use", "options": {"count": 3}, "option": "name", "typed": "a"}
    status, answer = await ada_at.act(channel, "autocomplete", **asked)
    assert status == 200
    assert answer["choices"][0] == {"name": "Ada x3", "value": "Ada"}
    asked["option"] = "count"
    assert (await ada_at.act(channel, "autocomplete", **asked))[0] == 422


async def test_menus_open_on_messages_and_people(
    sandbox: Sandbox, ada_at: Browser, events: Events, channel: Channel
) -> None:
    """A message with its files, and a member, arrive as what the menu was opened on."""
    status, wrote = await ada_at.act(
        channel, "write", parts={"f0": ("a.png", PIXEL)}, content="look", files=[{"file": "f0"}]
    )
    assert status == 200
    menu = {"menu": "message", "name": "Report face swap", "target": wrote["message"]}
    await ada_at.does(events, channel, "menu", **menu)
    shown = await events.until("message", lambda one: one["view"]["ephemeral"])
    assert shown["view"]["message"]["content"] == "ada look ['a.png']"
    await ada_at.does(events, channel, "menu", menu="user", name="Who is this", target=ada_at.me)
    shown = await events.until(
        "message", lambda one: one["view"]["command"] and one["view"]["command"]["kind"] == "user"
    )
    assert shown["view"]["message"]["content"] == "Member Ada"
    assert shown["view"]["command"]["kind"] == "user"
    assert sandbox.complaints == []


async def test_people_write_to_each_other(
    sandbox: Sandbox, ada_at: Browser, events: Events, channel: Channel, guild: Guild
) -> None:
    """Pictures go along, mentions notify, one's own messages can be deleted and a moderator's word counts."""
    mod = guild.join(sandbox.create_user("Mo"), permissions=int(Permission.MANAGE_MESSAGES))
    async with opened(sandbox, mod) as at:
        hello = f"<@{ada_at.me}> hi"
        _, wrote = await at.act(channel, "write", content=hello, files=[{"sample": "cat.png"}])
        heard = await events.until("message")
        assert heard["view"]["pings_me"] is True
        (file,) = heard["view"]["message"]["attachments"]
        assert (file["filename"], file["description"]) == ("cat.png", "A cat.")
        refused = await ada_at.act(channel, "delete", message=wrote["message"])
        assert refused[0] == 422
        _, hers = await ada_at.act(channel, "write", content="mine")
        assert (await at.act(channel, "delete", message=hers["message"]))[0] == 200
        assert (await events.until("gone"))["message_id"] == hers["message"]
        assert [one["message"]["id"] for one in await at.messages(channel)] == [wrote["message"]]


async def test_no_answer_in_time_is_told_to_who_asked(
    sandbox: Sandbox, ada_at: Browser, events: Events, channel: Channel, guild: Guild
) -> None:
    """After three seconds the page says so, to nobody else, and only once they have passed."""
    other = guild.join(sandbox.create_user("Bo"))
    async with opened(sandbox, other) as at, at.stream() as elsewhere:
        status, began = await ada_at.act(channel, "slash", command="boom")
        assert status == 200
        assert (await events.until("interaction"))["state"] == "pending"
        sandbox.clock.advance(3)
        sandbox.world.watch.changed()
        failed = await events.until("interaction")
        assert (failed["id"], failed["state"]) == (began["interaction"], "failed")
        assert failed["text"] == "The application did not respond"
        await at.act(channel, "write", content="after")
        assert (await elsewhere.next())[0] == "message"


async def test_the_page_says_why_as_the_client_would(
    sandbox: Sandbox, ada_at: Browser, channel: Channel, guild: Guild
) -> None:
    """What Discord's client would not let one do is refused in a sentence, and reaches the bot in no way."""
    hidden = guild.create_channel("hidden")
    hidden.overwrite(guild.everyone, deny=int(Permission.VIEW_CHANNEL))
    before = len(sandbox.world.interactions)
    tries: tuple[tuple[Channel, str, dict[str, Any], str], ...] = (
        (channel, "slash", {"command": "nothing"}, "no command nothing"),
        (channel, "slash", {"command": "settings"}, "not offered settings"),
        (channel, "slash", {"command": "adult"}, "age-restricted"),
        (channel, "slash", {"command": "swap"}, "is required"),
        (channel, "slash", {"command": "chatter", "options": {"times": "two"}}, "takes int"),
        (channel, "slash", {"command": "chatter", "options": {"times": 2**60}}, "is between"),
        (channel, "slash", {"command": "private", "options": {"text": "x" * 6001}}, "is between"),
        (hidden, "slash", {"command": "place"}, "not in this channel"),
        (hidden, "write", {"content": "hello"}, "permission"),
        (channel, "write", {"content": "  "}, "empty"),
        (channel, "write", {"content": "x" * 2001}, "too long"),
        (channel, "press", {"message": "1", "custom_id": "again"}, "not there"),
        (channel, "submit", {"interaction": "1", "values": {}}, "no form"),
        (channel, "menu", {"menu": "message", "name": "Look", "target": "1"}, "not there"),
    )
    for where, kind, more, words in tries:
        status, answer = await ada_at.act(where, kind, **more)
        assert (status, words in answer["refused"]) == (422, True), (kind, answer)
    assert len(sandbox.world.interactions) == before


async def test_a_bot_that_is_gone_fails_and_comes_back(
    sandbox: Sandbox, ada: Member, channel: Channel, connect: Connect
) -> None:
    """The page tells when the bot connects; a command while it was gone is one that nobody answers."""
    async with opened(sandbox, ada) as at, at.stream() as events:
        assert (await at.get("state"))[1]["bot"]["connected"] is False
        assert (await at.act(channel, "slash", command="place"))[1]["refused"].startswith("no command")
        await connect()
        await events.until("state")
        assert (await at.get("state"))[1]["bot"]["connected"] is True
        assert (await at.does(events, channel, "slash", command="place"))["state"] == "answered"
