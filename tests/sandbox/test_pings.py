"""Whom a message notifies."""

import discord
import pytest

from bot.sandbox import Permission, Reply, Sandbox
from bot.sandbox.places import Channel, Guild, Member
from bot.sandbox.wire import Json
from tests.openapi import Document
from tests.sandbox.client import Bot
from tests.sandbox.conftest import Rest

V2 = 1 << 15
SILENT: Json = {"parse": []}


@pytest.mark.parametrize(
    ("text", "allowed", "who"),
    [
        ("<@{ada}> and <@!{bea}>", None, "ada bea"),
        ("<@{ada}> and <@{bea}>", SILENT, ""),
        ("<@{ada}> and <@{bea}>", {}, ""),
        ("<@{ada}> and <@{bea}>", {"users": ["{bea}"]}, "bea"),
        ("<@{ada}>", {"users": ["{bea}"]}, ""),
        ("<@{ada}>", {"parse": ["roles"]}, ""),
        ("`<@{ada}>` ```\n<@{ada}>\n```", None, ""),
        ("<@{zoe}>", None, ""),
        ("<@&{crew}> @everyone", None, ""),
    ],
)
@pytest.mark.parametrize("display", [False, True])
async def test_who_is_notified(
    sandbox: Sandbox,
    guild: Guild,
    channel: Channel,
    rest: Rest,
    *,
    text: str,
    allowed: Json | None,
    who: str,
    display: bool,
) -> None:
    """What is mentioned and allowed, in the text or in a text display; strangers and code are not."""
    crew = guild.create_role("Crew")
    ids = {name: guild.join(sandbox.create_user(name), roles=(crew,)).user.id for name in ("ada", "bea")}
    named = ids | {"zoe": sandbox.create_user("zoe").id, "crew": crew.id}
    shown = text.format(**named)
    body: Json = {"flags": V2, "components": [{"type": 17, "components": [{"type": 10, "content": shown}]}]}
    body = body if display else {"content": shown}
    if allowed is not None:
        users: list[str] = allowed.get("users", [])
        body["allowed_mentions"] = allowed | (
            {"users": [one.format(**named) for one in users]} if users else {}
        )
    _, sent = await rest("POST", f"/channels/{channel.id}/messages", body)
    assert Reply(channel.messages[int(sent["id"])]).pings == {ids[name] for name in who.split()}


async def test_roles_and_everyone(
    sandbox: Sandbox, guild: Guild, channel: Channel, ada: Member, *, rest: Rest
) -> None:
    """With Mention Everyone, and when it is allowed: who has the role, or who sees the channel."""
    crew = guild.create_role("Crew")
    bea = guild.join(sandbox.create_user("Bea"), roles=(crew,))
    channel.overwrite(guild.members[sandbox.world.bot.id], allow=int(Permission.MENTION_EVERYONE))
    for text, expected in (
        (f"<@&{crew.id}>", {bea.user.id}),
        ("@here", {ada.user.id, bea.user.id, guild.owner_id}),
    ):
        for allowed, who in ((None, expected), (SILENT, set[int]())):
            body: Json = {"content": text, "allowed_mentions": allowed}
            _, sent = await rest("POST", f"/channels/{channel.id}/messages", body)
            assert channel.messages[int(sent["id"])].pings == who
            assert (sent["mention_everyone"], sent["mention_roles"]) == (
                bool(who) and text == "@here",
                [str(crew.id)] if who and text != "@here" else [],
            )


async def test_replies_and_edits(
    document: Document, sandbox: Sandbox, bot: Bot, channel: Channel, ada: Member
) -> None:
    """A reply notifies unless it says otherwise; an edit mentions and notifies nobody."""
    there = await bot.fetch_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    asked = await there.fetch_message(sandbox.write(ada, channel, "hello").id)
    assert channel.messages[(await asked.reply("hi")).id].pings == {ada.user.id}
    assert channel.messages[(await asked.reply("hi", mention_author=True)).id].pings == {ada.user.id}
    sent = await asked.reply("hi", mention_author=False)
    assert channel.messages[sent.id].pings == set()
    await sent.edit(content=ada.user.name + f" <@{ada.user.id}>")
    assert (channel.messages[sent.id].mentions, channel.messages[sent.id].pings) == ([ada.user], set())
    assert document.check_all(sandbox.exchanges) == []


@pytest.mark.usefixtures("bot")
async def test_a_deferred_answer_notifies_nobody(
    sandbox: Sandbox, channel: Channel, ada: Member, rest: Rest
) -> None:
    """What fills the placeholder mentions without notifying; the follow-up after it notifies."""
    body = {"content": f"<@{ada.user.id}>"}
    for method, path in (("PATCH", "/messages/@original"), ("POST", "")):
        played = await ada.slash(channel, "boom")
        await rest("POST", f"/interactions/{played.raw.id}/{played.raw.token}/callback", {"type": 5})
        hook = f"/webhooks/{sandbox.world.bot.id}/{played.raw.token}"
        await rest(method, hook + path, body)
        await rest("POST", hook, body)
        first, then = await played.reply(), await played.followup()
        assert (first.mentions, first.pings) == ({ada.user.id}, set())
        assert (then.mentions, then.pings) == ({ada.user.id}, {ada.user.id})


@pytest.mark.usefixtures("bot")
async def test_answers_notify(guild: Guild, channel: Channel, ada: Member) -> None:
    """A mention in a public answer does; a private one tells nobody but its reader."""
    bea = guild.join(guild.world.create_user("Bea"))
    public = await (await ada.slash(channel, "echo", text="hi", user=bea)).reply()
    private = await (await ada.slash(channel, "private", text=f"<@{bea.user.id}><@{ada.user.id}>")).reply()
    assert (public.pings, private.pings) == ({bea.user.id}, {ada.user.id})


async def test_leave_for_all_and_for_some(channel: Channel, rest: Rest) -> None:
    """Discord takes only one of the two."""
    body: Json = {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["5"]}}
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", body)
    assert status == 400
    assert "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE" in str(answer)
