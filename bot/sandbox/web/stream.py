"""What happens, as it happens, to every open page: server-sent events for one person each."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.clock import FIRST_RESPONSE_SECONDS
from bot.sandbox.interactions import Interaction
from bot.sandbox.kinds import Callback, Kind
from bot.sandbox.messages import Message
from bot.sandbox.places import User
from bot.sandbox.web.guard import HEADERS, refusal
from bot.sandbox.web.views import is_shown, view
from bot.sandbox.wire import Json, as_object
from bot.sandbox.world import World

READERS = 64
WAITING = 500
"""How many pages are open at once, and how many things wait to be sent to one before it is given up."""

QUIET_SECONDS = 15.0
_FAILED = {
    Kind.COMMAND: "The application did not respond",
    Kind.COMPONENT: "This interaction failed",
    Kind.MODAL: "Something went wrong. Try again.",
}


@dataclass(eq=False)
class Reader:
    """One open page. What waits for it is kept by what it is about, so that only the latest of it is sent."""

    user: User
    console: bool
    request: web.Request = field(repr=False)
    waiting: dict[object, tuple[str, object]] = field(default_factory=dict[object, tuple[str, object]])
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    open: bool = True

    def tell(self, about: object, name: str, what: object) -> None:
        """Let an event be sent; one that waited about the same is replaced."""
        self.waiting[about] = (name, what)
        self.wake.set()
        if len(self.waiting) > WAITING:
            self.close()
            if self.request.transport is not None:  # what is being written would wait for ever
                self.request.transport.abort()

    @property
    def gone(self) -> bool:
        """Whether the page was closed, which is noticed only when something is written to it."""
        return self.request.transport is None or self.request.transport.is_closing()

    def close(self) -> None:
        """End it; the page connects again and reads everything anew."""
        self.open = False
        self.waiting.clear()
        self.wake.set()

    def frames(self) -> str:
        """Return what waits, written as the page reads it."""
        waiting, self.waiting = self.waiting, {}
        self.wake.clear()
        shown = [(name, what) for name, what in waiting.values() if _concerns(name, what, self.user)]
        told = [(name, _shown(what, self.user)) for name, what in shown]
        return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in told)


def _concerns(name: str, what: object, reader: User) -> bool:
    """Look again whether a message is shown: it is sent later than it was told of, as it is then."""
    return not isinstance(what, Message) or name == "gone" or is_shown(what, reader)


def _shown(what: object, reader: User) -> Json:
    if isinstance(what, Message):
        about: Json = {"channel_id": str(what.channel.id), "message_id": str(what.id)}
        return about | {"view": view(what, reader)} if is_shown(what, reader) else about
    if isinstance(what, Interaction):
        return _state(what)
    return as_object(what)  # an entry of the console's, or nothing to tell but that it happened


def _state(of: Interaction) -> Json:
    shown: Json = {
        "id": str(of.id),
        "kind": of.kind.name.lower(),
        "state": _standing(of),
        "text": None,
        "channel_id": str(of.channel.id),
        "message_id": None if of.source is None else str(of.source.id),
    }
    if shown["state"] == "failed":
        shown["text"] = _FAILED[of.kind]
    if shown["state"] == "modal":
        form = of.response_data
        shown["form"] = {key: form[key] for key in ("title", "custom_id", "components")}
    return shown


def _standing(of: Interaction) -> str:
    if of.response is not None:
        return "modal" if of.response is Callback.MODAL else "answered"
    return "failed" if of.missed(of.user.world.clock.now()) else "pending"


class Stream:
    """Tells every open page what its person sees."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.readers: set[Reader] = set()
        self._pending: set[Interaction] = set()
        world.watch.listeners.add(self.hear)

    def hear(self, what: object) -> None:
        """Pass a change of the world on."""
        self.look()
        if isinstance(what, Message):
            self._message(what)
        elif isinstance(what, Interaction):
            self._interaction(what)
        elif what is not None:
            for reader in list(self.readers):
                reader.tell("state", "state", None)

    def entry(self, name: str, what: Json) -> None:
        """Pass an entry of the console on to who watches it."""
        for reader in list(self.readers):
            if reader.console:
                reader.tell(object(), name, what)

    def look(self) -> None:
        """Tell of interactions whose time for an answer has passed by now."""
        now = self._world.clock.now()
        for one in [one for one in self._pending if one.missed(now)]:
            self._pending.discard(one)
            self._tell(one)

    def _message(self, what: Message) -> None:
        for reader in list(self.readers):
            if self._world.sees(reader.user, what):
                reader.tell(what, "message" if is_shown(what, reader.user) else "gone", what)

    def _interaction(self, what: Interaction) -> None:
        if what.kind is Kind.AUTOCOMPLETE:
            return
        if what.response is None:
            self._pending.add(what)
            asyncio.get_running_loop().call_later(FIRST_RESPONSE_SECONDS + 0.05, self.look)
        else:
            self._pending.discard(what)
        self._tell(what)

    def _tell(self, what: Interaction) -> None:
        for reader in list(self.readers):
            if reader.user is what.user:
                reader.tell(what, "interaction", what)

    def close(self) -> None:
        """End every stream."""
        self._world.watch.listeners.discard(self.hear)
        for reader in list(self.readers):
            reader.close()

    async def serve(self, request: web.Request, user: User, *, console: bool) -> web.StreamResponse:
        """Send events until the page goes, falls behind, or the sandbox stops."""
        for one in [one for one in self.readers if one.gone]:
            self.readers.discard(one)
            one.close()
        if len(self.readers) >= READERS:
            return refusal(503, "Too many pages are open.")
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        reader = Reader(user, console, request)
        self.readers.add(reader)
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            while reader.open:
                await response.write((reader.frames() or ": still here\n\n").encode())
                await _woken(reader)
        except ConnectionError:
            pass  # the page went away
        finally:
            self.readers.discard(reader)
        return response


async def _woken(reader: Reader) -> None:
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            await reader.wake.wait()
    except TimeoutError:
        pass
