"""First responses, and the interaction's webhook: the original response and follow-ups."""

import hmac
from collections.abc import Callable

from bot.sandbox import payloads
from bot.sandbox.bodies import (
    CREATE_FLAGS,
    EDIT_FLAGS,
    FOLLOWUP_FIELDS,
    RESPONSE_FIELDS,
    WEBHOOK_EDIT_FIELDS,
    apply,
    known_fields,
)
from bot.sandbox.commands import check_choices
from bot.sandbox.errors import ApiError
from bot.sandbox.interactions import Interaction
from bot.sandbox.kinds import Callback
from bot.sandbox.messages import EPHEMERAL, LOADING, Message
from bot.sandbox.modals import check_modal, shown
from bot.sandbox.options import leaves
from bot.sandbox.rest.call import Answer, Call, Router
from bot.sandbox.wire import Json, as_list


def respond(call: Call) -> Answer:
    """POST /interactions/{interaction_id}/{interaction_token}/callback."""
    interaction = call.world.interactions.get(call.path["interaction_token"])
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise ApiError(10062)
    body = call.form()
    known_fields(body, {"type", "data"}, "an interaction callback")
    now = call.world.clock.now()
    kind = interaction.accept(body.get("type"), now)
    # A refused body leaves the interaction unanswered, so its rules come before the transition.
    interaction.response_data = body.get("data") or {}
    _PLAY[kind](call, interaction, interaction.response_data)
    interaction.response, interaction.responded_at = kind, now
    call.world.watch.changed(interaction)
    return payloads.callback(interaction, call.world.cdn) if _wants_response(call) else None


def _wants_response(call: Call) -> bool:
    return call.query.get("with_response", "").lower() in {"1", "true"}


def _answer(call: Call, interaction: Interaction, data: Json) -> None:
    known_fields(data, RESPONSE_FIELDS, "an interaction response")
    message = _fresh(call, interaction, ephemeral=_private(data))
    apply(message, data, call.files, flags_allowed=CREATE_FLAGS, path="data")
    interaction.original = message
    call.world.post(message)


def _defer(call: Call, interaction: Interaction, data: Json) -> None:
    known_fields(data, {"flags"}, "a deferral")
    placeholder = _fresh(call, interaction, ephemeral=_private(data))
    placeholder.flags |= LOADING
    interaction.original = placeholder
    call.world.post(placeholder)


def _update(call: Call, interaction: Interaction, data: Json) -> None:
    known_fields(data, RESPONSE_FIELDS, "an interaction response")
    if interaction.source is not None:
        _edit(call, interaction.source, data, path="data")
    interaction.original = interaction.source


def _defer_update(_: Call, interaction: Interaction, data: Json) -> None:
    known_fields(data, {"flags"}, "a deferral")
    interaction.original = interaction.source


def _open_form(_: Call, interaction: Interaction, data: Json) -> None:
    known_fields(data, {"custom_id", "title", "components"}, "a form")
    check_modal(data)
    interaction.response_data = shown(data)


def _suggest(_: Call, interaction: Interaction, data: Json) -> None:
    known_fields(data, {"choices"}, "an autocomplete result")
    focused = next(one for one in leaves(interaction.data) if one.get("focused"))
    check_choices(as_list(data.get("choices")), focused["type"], "data.choices")


_PLAY: dict[Callback, Callable[[Call, Interaction, Json], None]] = {
    Callback.MESSAGE: _answer,
    Callback.DEFER: _defer,
    Callback.UPDATE: _update,
    Callback.DEFER_UPDATE: _defer_update,
    Callback.MODAL: _open_form,
    Callback.AUTOCOMPLETE: _suggest,
}


def _private(data: Json) -> bool:
    return bool((data.get("flags") or 0) & EPHEMERAL)


def _fresh(call: Call, interaction: Interaction, *, ephemeral: bool) -> Message:
    world = call.world
    message = Message(world.ids.next(), interaction.channel, world.bot, world.clock.now())
    message.interaction = interaction
    # A follow-up shows as a reply to the response, and a press's answer as a reply to what was pressed.
    message.reply_to = interaction.original or interaction.source
    if ephemeral or interaction.forced_private:
        message.flags, message.only_for = EPHEMERAL, interaction.user
        message.forced_private = not ephemeral
    return message


def _edit(call: Call, message: Message, body: Json, path: str = "") -> None:
    before = [one.path for one in message.attachments]
    apply(message, body, call.files, flags_allowed=EDIT_FLAGS, path=path)
    call.world.edited(message, before)


# The interaction's webhook


def _interaction(call: Call) -> Interaction:
    if call.id("webhook_id") != call.world.bot.id:
        raise ApiError(10015)
    token = call.path["webhook_token"]
    found = call.world.interactions.get(token)
    if found is None or not hmac.compare_digest(found.token, token):
        raise ApiError(50027)
    found.require_token(call.world.clock.now())
    if found.channel.id not in call.world.channels:
        raise ApiError(10003)
    return found


def _message(call: Call) -> Message:
    """Return the message the path names: the original response, or one sent with this token."""
    interaction = _interaction(call)
    key = call.path.get("message_id", "@original")
    if key == "@original":
        found = interaction.original
    else:
        mine = [interaction.original, *interaction.followups]
        found = next((one for one in mine if one and str(one.id) == key), None)
    if found is None or found.deleted:
        raise ApiError(10008)
    return found


def follow_up(call: Call) -> Answer:
    """POST /webhooks/{webhook_id}/{webhook_token}; the first one after a deferral fills the placeholder."""
    interaction, body = _interaction(call), call.form()
    known_fields(body, FOLLOWUP_FIELDS, "a follow-up")
    waiting = interaction.original
    if waiting is not None and waiting.has(LOADING) and not waiting.deleted:
        _edit(call, waiting, body)
        return payloads.message(waiting, call.world.cdn)
    interaction.require_followup()
    message = _fresh(call, interaction, ephemeral=_private(body))
    apply(message, body, call.files, flags_allowed=CREATE_FLAGS)
    interaction.followups.append(message)
    call.world.post(message)
    return payloads.message(message, call.world.cdn)


def read(call: Call) -> Answer:
    """GET …/messages/@original or …/messages/{message_id}."""
    return payloads.message(_message(call), call.world.cdn)


def edit(call: Call) -> Answer:
    """PATCH …/messages/@original or …/messages/{message_id}."""
    known_fields(call.form(), WEBHOOK_EDIT_FIELDS, "an edit of a response")
    message = _message(call)
    _edit(call, message, call.form())
    return payloads.message(message, call.world.cdn)


def delete(call: Call) -> Answer:
    """DELETE …/messages/@original or …/messages/{message_id}."""
    call.world.delete(_message(call))
    return None


def register(router: Router) -> None:
    """Add this module's routes."""
    callback = "/interactions/{interaction_id}/{interaction_token}/callback"
    router.add("POST", callback, respond, query="with_response", webhook=True)
    hook = "/webhooks/{webhook_id}/{webhook_token}"
    router.add("POST", hook, follow_up, query="wait thread_id with_components", webhook=True)
    for key in ("@original", "{message_id}"):
        router.add("GET", f"{hook}/messages/{key}", read, query="thread_id", webhook=True)
        router.add("PATCH", f"{hook}/messages/{key}", edit, query="thread_id with_components", webhook=True)
        router.add("DELETE", f"{hook}/messages/{key}", delete, query="thread_id", webhook=True)
