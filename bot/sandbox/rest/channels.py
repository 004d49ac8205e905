"""Messages of channels, written by the bot as itself."""

from bot.sandbox import payloads
from bot.sandbox.bodies import (
    CHANNEL_EDIT_FIELDS,
    CHANNEL_FIELDS,
    CREATE_FLAGS,
    EDIT_FLAGS,
    apply,
    known_fields,
)
from bot.sandbox.errors import ApiError, InvalidForm, NotPlayed
from bot.sandbox.messages import EPHEMERAL, Message
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel
from bot.sandbox.rest.call import Answer, Call, Router, snowflake
from bot.sandbox.rest.places import find_channel
from bot.sandbox.rules import check_range
from bot.sandbox.wire import Json

NONCE_SECONDS = 180
"""How long an enforced nonce is unique ("the past few minutes": Discord gives no figure)."""


def find_message(call: Call, channel: Channel) -> Message:
    """Return the message of the path; raises 10008."""
    found = channel.messages.get(call.id("message_id"))
    if found is None:
        raise ApiError(10008)
    return found


def create(call: Call) -> Answer:
    """POST /channels/{channel_id}/messages."""
    world, channel, body = call.world, find_channel(call), call.form()
    known_fields(body, CHANNEL_FIELDS, "a channel message")
    _may_write(call, channel, body)
    if (again := _same_nonce(call, channel, body)) is not None:
        return payloads.message(again, world.cdn, with_nonce=True)
    if (body.get("flags") or 0) & EPHEMERAL:
        raise InvalidForm("flags", "MESSAGE_FLAGS_INVALID", "A channel message cannot be ephemeral")
    message = Message(world.ids.next(), channel, world.bot, world.clock.now(), nonce=body.get("nonce"))
    message.reply_to = _reply_to(channel, body)
    apply(message, body, call.files, flags_allowed=CREATE_FLAGS)
    world.post(message)
    return payloads.message(message, world.cdn, with_nonce=True)


def _may_write(call: Call, channel: Channel, body: Json) -> None:
    if channel.recipient is not None and not call.world.takes_dms(channel.recipient):
        raise ApiError(50007)
    needed = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    if body.get("embeds"):
        needed |= Permission.EMBED_LINKS
    if call.files:
        needed |= Permission.ATTACH_FILES
    if body.get("message_reference"):
        needed |= Permission.READ_MESSAGE_HISTORY
    if not channel.allows(call.world.bot, needed):
        raise ApiError(50013)


def _same_nonce(call: Call, channel: Channel, body: Json) -> Message | None:
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    if len(str(body["nonce"])) > 25:
        raise InvalidForm("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
    since = call.world.clock.now() - NONCE_SECONDS
    for message in channel.messages.values():
        own = message.author is call.world.bot and message.created_at >= since
        if own and message.nonce is not None and str(message.nonce) == str(body["nonce"]):
            return message
    return None


def _reply_to(channel: Channel, body: Json) -> Message | None:
    reference = body.get("message_reference")
    if not reference:
        return None
    found = channel.messages.get(int(reference["message_id"]))
    if found is None and reference.get("fail_if_not_exists", True):
        raise InvalidForm("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return found


def history(call: Call) -> Answer:
    """GET /channels/{channel_id}/messages: newest first; nothing without Read Message History."""
    channel = find_channel(call)
    if not channel.allows(call.world.bot, Permission.READ_MESSAGE_HISTORY):
        return []
    if len(set(call.query) - {"limit"}) > 1:
        raise NotPlayed("more than one of around, before and after")
    limit = _limit(call.query.get("limit", "50"))
    found = sorted(channel.messages.values(), key=lambda one: one.id)
    if "before" in call.query:
        found = [one for one in found if one.id < snowflake(call.query["before"], "before")]
    if "after" in call.query:
        found = [one for one in found if one.id > snowflake(call.query["after"], "after")][:limit]
    if "around" in call.query:
        middle = snowflake(call.query["around"], "around")
        earlier = [one for one in found if one.id < middle]
        found = found[max(0, len(earlier) - limit // 2) :][:limit]
    return [payloads.message(one, call.world.cdn) for one in reversed(found[-limit:])]


def _limit(text: str) -> int:
    if not text.lstrip("-").isdecimal():
        raise InvalidForm("limit", "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
    check_range({"limit": int(text)}, ("limit", "limit"), (1, 100), "")
    return int(text)


def read(call: Call) -> Answer:
    """GET one message."""
    channel = find_channel(call)
    if not channel.allows(call.world.bot, Permission.READ_MESSAGE_HISTORY):
        raise ApiError(50001)
    return payloads.message(find_message(call, channel), call.world.cdn)


def edit(call: Call) -> Answer:
    """PATCH one message of the bot's own."""
    channel, body = find_channel(call), call.form()
    known_fields(body, CHANNEL_EDIT_FIELDS, "a channel message")
    message = find_message(call, channel)
    if message.author is not call.world.bot:
        raise ApiError(50005)
    before = [one.path for one in message.attachments]
    apply(message, body, call.files, flags_allowed=EDIT_FLAGS)
    call.world.edited(message, before)
    return payloads.message(message, call.world.cdn)


def delete(call: Call) -> Answer:
    """DELETE one message: the bot's own, or another's with Manage Messages."""
    channel = find_channel(call)
    message = find_message(call, channel)
    if message.author is not call.world.bot and not channel.allows(
        call.world.bot, Permission.MANAGE_MESSAGES
    ):
        raise ApiError(50013 if channel.guild else 50003)
    call.world.delete(message)
    return None


def typing(call: Call) -> Answer:
    """POST /channels/{channel_id}/typing."""
    find_channel(call)
    return None


def register(router: Router) -> None:
    """Add this module's routes."""
    router.add("POST", "/channels/{channel_id}/messages", create)
    router.add("GET", "/channels/{channel_id}/messages", history, query="limit before after around")
    router.add("POST", "/channels/{channel_id}/typing", typing)
    router.add("GET", "/channels/{channel_id}/messages/{message_id}", read)
    router.add("PATCH", "/channels/{channel_id}/messages/{message_id}", edit)
    router.add("DELETE", "/channels/{channel_id}/messages/{message_id}", delete)
