"""Does what a person does on the page, as Discord's own client would have it; ids come in, ids go out."""

from collections.abc import Awaitable, Callable

from bot.sandbox import acts
from bot.sandbox import commands as c
from bot.sandbox import controls as k
from bot.sandbox.components import walk
from bot.sandbox.errors import NotOffered
from bot.sandbox.forms import Form
from bot.sandbox.interactions import Interaction
from bot.sandbox.kinds import Callback
from bot.sandbox.messages import Message
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, User
from bot.sandbox.played import Played, Reply
from bot.sandbox.web.incoming import Act, Malformed, items, snowflake
from bot.sandbox.wire import Json, as_object

SUGGESTION_SECONDS = 3
"""How long the client waits for suggestions: as long as for any first response."""


async def perform(act: Act) -> Json:
    """Do it; raises Malformed, and NotOffered for what Discord's client would not let this person do."""
    deed = _DEEDS.get(str(act.body.get("kind")))
    if deed is None:
        raise Malformed(f"kind is one of {', '.join(_DEEDS)}.")
    return await deed(act)


async def _slash(act: Act) -> Json:
    kinds = _kinds(act)
    given = act.objects("options")
    values = {name: _option(act, kinds.get(name, 0), value) for name, value in given.items()}
    return _begun(await acts.slash(act.user, act.channel, act.text("command"), values))


def _kinds(act: Act) -> dict[str, int]:
    """Return the types of a command's options by name; raises NotOffered for a command that is not there."""
    command = act.text("command")
    if not command.strip():
        raise Malformed("command is empty.")
    _, wanted, _ = acts.meant(act.user, act.channel, command)
    return {one["name"]: one["type"] for one in wanted}


async def _autocomplete(act: Act) -> Json:
    kinds, command, option = _kinds(act), act.text("command"), act.text("option")
    # What is typed next to it goes along; a file does not, or every key would upload it again.
    along = {name for name, kind in kinds.items() if kind != c.ATTACHMENT and name != option}
    given = {name: value for name, value in act.objects("options").items() if name in along}
    values = {name: _option(act, kinds[name], value) for name, value in given.items()}
    about = {"option": option, "typed": act.text("typed")}
    try:
        choices = await acts.autocomplete(
            act.user, act.channel, command, values, **about, timeout_seconds=SUGGESTION_SECONDS
        )
    except TimeoutError:
        raise NotOffered("Loading options failed") from None
    return {"choices": choices}


def _option(act: Act, kind: int, value: object) -> object:
    if kind == c.ATTACHMENT:
        return act.upload(value)
    if kind in _REFERENCES:
        return _referent(act, act.channel, kind, value)
    return value


_REFERENCES = {c.USER, c.CHANNEL, c.ROLE, c.MENTIONABLE}
_SELECTS = {
    k.USER_SELECT: c.USER,
    k.ROLE_SELECT: c.ROLE,
    k.MENTIONABLE_SELECT: c.MENTIONABLE,
    k.CHANNEL_SELECT: c.CHANNEL,
}


def _referent(act: Act, channel: Channel, kind: int, value: object) -> object:
    """Return who or what an id stands for; raises NotOffered for what is not there."""
    key, world = snowflake(value, "a reference"), act.world
    roles = channel.guild.roles if channel.guild else {}
    known: object = None
    if kind in {c.USER, c.MENTIONABLE}:
        known = world.users.get(key)
    if kind in {c.ROLE, c.MENTIONABLE}:
        known = known or roles.get(key)
    if kind == c.CHANNEL and key in world.channels and world.channels[key].permissions(act.user):
        known = world.channels[key]
    if known is None:
        raise NotOffered("What was chosen is not here.")
    return known


async def _menu(act: Act) -> Json:
    on = _message(act, "target") if act.text("menu") == "message" else _target(act)
    return _begun(await acts.use_menu(act.user, act.channel, act.text("name"), on))


def _target(act: Act) -> User:
    found = act.world.users.get(snowflake(act.body.get("target"), "target"))
    if found is None:
        raise Malformed("There is nobody with this id.")
    return found


def _message(act: Act, key: str = "message") -> Message:
    """Return a message that this person sees; raises NotOffered."""
    found = act.world.messages.get(snowflake(act.body.get(key), key))
    if found is None or found.deleted or not act.world.sees(act.user, found):
        raise NotOffered("This message is not there.")
    return found


async def _press(act: Act) -> Json:
    return _begun(await Reply(_message(act)).press(act.text("custom_id"), by=act.user))


async def _select(act: Act) -> Json:
    message, custom_id = _message(act), act.text("custom_id")
    control = as_object(
        next((one for one in walk(message.components) if one.get("custom_id") == custom_id), None)
    )
    values = [_value(act, message.channel, control, one) for one in act.items("values")]
    return _begun(await Reply(message).select(custom_id, by=act.user, values=values))


def _value(act: Act, channel: Channel, control: Json, value: object) -> object:
    kind = control.get("type")
    if kind in _SELECTS:
        return _referent(act, channel, _SELECTS[kind], value)
    if kind == k.FILE_UPLOAD:
        return act.upload(value)
    if not isinstance(value, str):
        raise Malformed("What is chosen is named by a text.")
    return value


async def _submit(act: Act) -> Json:
    opened = _interaction(act)
    if opened.response is not Callback.MODAL:
        raise NotOffered("There is no form to send.")
    controls = {one["custom_id"]: one for one in Form(opened).controls.values()}
    values: dict[str, object] = {}
    for custom_id, value in act.objects("values").items():
        control = controls.get(custom_id, {})
        if control.get("type") == k.TEXT_INPUT:
            values[custom_id] = value
        else:
            values[custom_id] = [_value(act, opened.channel, control, one) for one in items(value, custom_id)]
    return _begun(await Played(opened).submit(values, by=act.user))


def _interaction(act: Act) -> Interaction:
    key = snowflake(act.body.get("interaction"), "interaction")
    found = next((one for one in act.world.interactions.values() if one.id == key), None)
    if found is None:
        raise NotOffered("There is no form to send.")
    return found


async def _write(act: Act) -> Json:
    user, channel, content = act.user, act.channel, act.text("content")
    files = [act.upload(one) for one in act.items("files")]
    needed = Permission.SEND_MESSAGES | (Permission.ATTACH_FILES if files else 0)
    if not channel.allows(user, needed):
        raise NotOffered("You do not have permission to send messages in this channel.")
    if not content.strip() and not files:
        raise NotOffered("Cannot send an empty message")
    if len(content) > 2000:
        raise NotOffered("Your message is too long: it has more than 2000 characters.")
    return {"message": str(act.world.write(user, channel, content, files).id)}


async def _delete(act: Act) -> Json:
    message, user = _message(act), act.user
    may = message.author is user or message.channel.allows(user, Permission.MANAGE_MESSAGES)
    if message.only_for is not None:
        act.world.dismiss(message)
        return {"message": str(message.id)}
    if not may:
        raise NotOffered("You do not have permission to delete this message.")
    act.world.delete(message)
    return {"message": str(message.id)}


def _begun(played: Played) -> Json:
    return {"interaction": str(played.raw.id)}


_DEEDS: dict[str, Callable[[Act], Awaitable[Json]]] = {
    "slash": _slash,
    "autocomplete": _autocomplete,
    "menu": _menu,
    "press": _press,
    "select": _select,
    "submit": _submit,
    "write": _write,
    "delete": _delete,
}
