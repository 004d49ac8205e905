"""Discord's rules, met through the real client or by plain requests."""

import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from bot.sandbox import Limits, Permission, Sandbox, Upload
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.sandbox.client import PIXEL, Bot
from tests.sandbox.conftest import Connect, Rest

A = Upload("a.png", PIXEL)


async def failure(bot: Bot) -> int:
    """Wait until the bot's command has failed, and return Discord's code."""
    async with asyncio.timeout(5):
        await bot.failed.wait()
    (error,) = bot.errors
    assert isinstance(error, discord.HTTPException)
    return error.code


@pytest.mark.parametrize(
    ("held", "seconds", "expected"),
    [("callback", 3.5, 10062), ("messages/@original", 15 * 60 + 1, 50027)],
)
async def test_late_answers_find_a_dead_token(
    sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel, *, held: str, seconds: float, expected: int
) -> None:
    """The first response has three seconds, everything after it fifteen minutes."""
    release = asyncio.Event()
    fault = sandbox.faults.add(path_regex=held, release=release)
    await ada.slash(channel, "swap", source=A, target=A)
    await fault.met.wait()
    sandbox.clock.advance(seconds)
    release.set()
    assert await failure(bot) == expected


async def test_two_processes_get_every_interaction_and_one_answers(
    sandbox: Sandbox, guild: Guild, connect: Connect, ada: Member, channel: Channel
) -> None:
    """Both receive it; the second to answer is told that it was acknowledged."""
    assert guild.members
    one, two = await connect(), await connect(bots=2)
    reply = await (await ada.slash(channel, "private", text="hi")).reply()
    assert reply.content == "hi"
    await sandbox.until(lambda: sandbox.exchanges[-1].status == 400 or None, 5, "the refusal")
    loser = one if one.errors else two
    assert await failure(loser) == 40060


async def test_a_file_over_the_limit_is_refused(
    sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """413 and 40005; the interaction's own limit says so beforehand."""
    sandbox.limits = Limits(file=len(PIXEL) - 1)
    told = await (await ada.slash(channel, "where")).reply()
    assert told.content.startswith(str(len(PIXEL) - 1))
    await ada.slash(channel, "swap", source=A, target=A)
    assert await failure(bot) == 40005


async def test_a_request_over_the_limit_is_refused(
    sandbox: Sandbox, bot: Bot, ada: Member, channel: Channel
) -> None:
    """The whole request has a limit of its own."""
    sandbox.limits = Limits(request=400)
    await ada.slash(channel, "swap", source=A, target=A)
    assert await failure(bot) == 40005


@pytest.mark.usefixtures("bot")
async def test_the_deferral_settles_who_sees_the_answer(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest
) -> None:
    """The first follow-up fills a public placeholder, even when it asks to be private."""
    played = await ada.slash(channel, "boom")
    path = f"/interactions/{played.raw.id}/{played.raw.token}/callback?with_response=1"
    status, answer = await rest("POST", path, {"type": 5})
    assert (status, answer["interaction"]["response_message_loading"]) == (200, True)
    hook = f"/webhooks/{sandbox.world.bot.id}/{played.raw.token}"
    await rest("POST", hook, {"content": "secret?", "flags": 64})
    reply = await played.reply()
    assert (reply.content, reply.ephemeral) == ("secret?", False)
    await rest("PATCH", f"{hook}/messages/@original", {"flags": 64})
    assert not reply.ephemeral


async def test_direct_messages_need_an_open_door(sandbox: Sandbox, guild: Guild, bot: Bot) -> None:
    """A member who takes none, and a stranger, are 50007; others get the message."""
    bea, carl = sandbox.create_user("Bea"), sandbox.create_user("Carl", dms_open=False)
    guild.join(bea)
    guild.join(carl)
    await (await bot.fetch_user(bea.id)).send("hello")
    assert [one.content for one in sandbox.dm(bea).messages.values()] == ["hello"]
    for user in (carl, sandbox.create_user("Dora")):
        with pytest.raises(discord.Forbidden) as caught:
            await (await bot.fetch_user(user.id)).send("hello")
        assert caught.value.code == 50007


@pytest.mark.parametrize(
    ("denied", "expected"),
    [(Permission.SEND_MESSAGES, 50013), (Permission.ATTACH_FILES, None), (Permission.VIEW_CHANNEL, 50001)],
)
async def test_channel_permissions_hold(
    sandbox: Sandbox, guild: Guild, channel: Channel, rest: Rest, *, denied: int, expected: int | None
) -> None:
    """What the channel takes from the bot, the bot cannot do there."""
    channel.overwrite(guild.members[sandbox.world.bot.id], deny=denied)
    _, answer = await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"})
    assert answer.get("code") == expected


async def test_an_enforced_nonce_posts_once(sandbox: Sandbox, channel: Channel, rest: Rest) -> None:
    """The same nonce gives the same message for a few minutes, and a new one later; history hides it."""
    path, body = f"/channels/{channel.id}/messages", {"content": "x", "nonce": "7", "enforce_nonce": True}
    _, first = await rest("POST", path, body)
    _, again = await rest("POST", path, body)
    assert again["id"] == first["id"]
    assert first["nonce"] == "7"
    sandbox.clock.advance(600)
    _, later = await rest("POST", path, body)
    _, history = await rest("GET", f"{path}?limit=10")
    assert [one["id"] for one in history] == [later["id"], first["id"]]
    assert "nonce" not in history[0]


@pytest.mark.usefixtures("bot")
async def test_an_answer_must_suit_the_interaction(
    sandbox: Sandbox, ada: Member, channel: Channel, rest: Rest
) -> None:
    """A command has no message to update: Discord lists what it has, and it may still be answered."""
    played = await ada.slash(channel, "boom")
    path = f"/interactions/{played.raw.id}/{played.raw.token}/callback"
    for wrong in (6, 7, 8, 99, None):
        status, answer = await rest("POST", path, {"type": wrong})
        (error,) = answer["errors"]["type"]["_errors"]
        assert (status, error["code"]) == (400, "BASE_TYPE_CHOICES")
        assert error["message"] == "Value must be one of {4, 5, 9}."
    assert (await rest("POST", path, {"type": 12}))[0] == 400
    assert [one.rpartition(": ")[2] for one in sandbox.complaints] == ["interaction callback type 12"]
    sandbox.complaints.clear()
    assert (await rest("POST", path, {"type": 4, "data": {"content": "x"}}))[0] == 204
    assert (await rest("POST", path, {"type": 4, "data": {"content": "x"}}))[1]["code"] == 40060


async def test_ids_must_be_snowflakes(rest: Rest) -> None:
    """Discord's form error, not a crash."""
    status, answer = await rest("GET", "/channels/general")
    assert (status, answer["code"]) == (400, 50035)


BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "x"}
TEXT = {"type": 10, "content": "x"}
V2 = 1 << 15


def gallery(url: str, description: str | None = None) -> Json:
    """Return a gallery with one item."""
    return {"type": 12, "items": [{"media": {"url": url}, "description": description}]}


REFUSED: list[tuple[Json, str]] = [
    ({}, "50006"),
    ({"content": "x" * 2001}, "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "x" * 257}]}, "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"description": "x" * 4000}] * 2}, "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"title": "x"}] * 11}, "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"image": {"url": "attachment://no.png"}}]}, "REFERENCED_ATTACHMENT_NOT_FOUND"),
    ({"components": [{"type": 1, "components": [BUTTON] * 6}]}, "BASE_TYPE_BAD_LENGTH"),
    ({"components": [{"type": 1, "components": [BUTTON, BUTTON]}]}, "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (
        {"components": [{"type": 1, "components": [BUTTON | {"custom_id": "x" * 101}]}]},
        "BASE_TYPE_BAD_LENGTH",
    ),
    ({"components": [TEXT]}, "UNION_TYPE_CHOICES"),
    ({"flags": V2, "components": [TEXT], "content": "x"}, "MESSAGE_CANNOT_USE_LEGACY_FIELDS"),
    ({"flags": V2, "components": [TEXT] * 41}, "BASE_TYPE_BAD_LENGTH"),
    ({"flags": V2, "components": [{"type": 12, "items": []}]}, "BASE_TYPE_BAD_LENGTH"),
    ({"flags": V2, "components": [{"type": 12, "items": [{}]}]}, "BASE_TYPE_REQUIRED"),
    ({"flags": V2, "components": [gallery("ftp://a/b.png")]}, "URL_TYPE_INVALID_SCHEME"),
    ({"flags": V2, "components": [gallery("http://a/b.png", "x" * 1025)]}, "BASE_TYPE_BAD_LENGTH"),
    ({"flags": V2, "components": [gallery("attachment://no.png")]}, "REFERENCED_ATTACHMENT_NOT_FOUND"),
    (
        {"flags": V2, "components": [{"type": 13, "file": {"url": "http://a/b.png"}}]},
        "URL_TYPE_INVALID_SCHEME",
    ),
    (
        {"flags": V2, "components": [{"type": 17, "accent_color": 1 << 24, "components": [TEXT]}]},
        "NUMBER_TYPE_MAX",
    ),
    ({"flags": 64, "content": "x"}, "MESSAGE_FLAGS_INVALID"),
    ({"attachments": [{"id": "5", "filename": "x"}]}, "ATTACHMENT_NOT_FOUND"),
]


@pytest.mark.parametrize(("body", "rule"), REFUSED)
async def test_bodies_that_discord_refuses(channel: Channel, rest: Rest, body: Json, rule: str) -> None:
    """Lengths, counts, references and the Components V2 rules, each by Discord's name for it."""
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", body)
    assert status == 400
    assert rule in str(answer)
    assert channel.messages == {}


async def test_components_v2_cannot_be_taken_back(channel: Channel, rest: Rest) -> None:
    """Once the flag is on a message, neither content nor an edit without the flag is taken."""
    path = f"/channels/{channel.id}/messages"
    _, sent = await rest("POST", path, {"flags": V2, "components": [TEXT]})
    bodies: list[Json] = [{"flags": 0, "components": [TEXT]}, {"content": "x"}]
    for body in bodies:
        status, _ = await rest("PATCH", f"{path}/{sent['id']}", body)
        assert status == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("GET", "/nonsense", None, "unknown route"),
        ("POST", "/channels/{channel}/messages", {"content": "x", "colour": 1}, "unknown body field colour"),
        ("GET", "/channels/{channel}/messages?page=2", None, "unknown query parameter page"),
        ("POST", "/channels/{channel}/messages", {"components": [{"type": 23}]}, "component type 23"),
    ],
)
async def test_the_unknown_is_loud(
    sandbox: Sandbox,
    channel: Channel,
    rest: Rest,
    *,
    method: str,
    path: str,
    body: Json | None,
    complaint: str,
) -> None:
    """What the sandbox does not know is refused and remembered."""
    status, _ = await rest(method, path.format(channel=channel.id), body)
    assert status in {400, 404}
    (found,) = sandbox.complaints
    assert re.search(complaint, found)
    sandbox.complaints.clear()


async def test_broken_json_is_a_form_error(sandbox: Sandbox, channel: Channel) -> None:
    """400 and 50109, alone or as a part of a form."""
    url = f"{sandbox.base_url}/api/v10/channels/{channel.id}/messages"
    headers = {"Authorization": f"Bot {sandbox.token}"}
    form = aiohttp.FormData({"payload_json": "{"}, default_to_multipart=True)
    async with aiohttp.ClientSession(headers=headers) as session:
        for body in (b"{", form):
            async with session.post(url, data=body) as response:
                assert (response.status, (await response.json())["code"]) == (400, 50109)


async def test_what_was_never_there(sandbox: Sandbox, rest: Rest) -> None:
    """An unknown interaction is 10062; a webhook with an unknown token is 50027, and another's is 10015."""
    assert (await rest("POST", "/interactions/1/none/callback", {"type": 5}))[1]["code"] == 10062
    bot = sandbox.world.bot.id
    for webhook, code in ((bot, 50027), (bot + 1, 10015)):
        path = f"/webhooks/{webhook}/none/messages/@original"
        assert (await rest("PATCH", path, {"content": "x"}))[1]["code"] == code


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"nonce": "x" * 26, "enforce_nonce": True}, "NONCE_TYPE_TOO_LONG"),
        ({"nonce": "x" * 25, "enforce_nonce": True}, None),
        ({"message_reference": {"message_id": "1"}}, "REPLIES_UNKNOWN_MESSAGE"),
        ({"message_reference": {"message_id": "1", "fail_if_not_exists": False}}, None),
    ],
)
async def test_nonces_and_replies(channel: Channel, rest: Rest, more: Json, rule: str | None) -> None:
    """A nonce has 25 characters at most; a reply needs its message unless it says otherwise."""
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"} | more)
    assert status == (200 if rule is None else 400)
    assert rule is None or rule in str(answer["errors"])


async def test_a_form_may_come_in_small_pieces(sandbox: Sandbox, channel: Channel) -> None:
    """However a network cuts it: aiohttp's reader of forms warns of itself when a piece is very small."""
    head = b'--cut\r\nContent-Disposition: form-data; name="%s"; filename="a.bin"\r\n\r\n'
    file = head % b"files[0]" + bytes(40), b"\1" * 5, b"\2" * 30_000, b"\r\n--cut--\r\n"

    async def pieces() -> AsyncIterator[bytes]:
        for piece in file:
            yield piece
            await asyncio.sleep(0.02)  # until it was read

    headers = {
        "Authorization": f"Bot {sandbox.token}",
        "Content-Type": "multipart/form-data; boundary=cut",
    }
    url = f"{sandbox.base_url}/api/v10/channels/{channel.id}/messages"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, data=pieces()) as response,
    ):
        assert response.status == 200
        (attached,) = (await response.json())["attachments"]
        assert attached["size"] == 30_045
