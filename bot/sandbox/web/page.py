"""The routes of the page: its files, what a person sees, and what a person does."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

from aiohttp import web

from bot.sandbox import payloads
from bot.sandbox.clock import iso
from bot.sandbox.errors import NotOffered
from bot.sandbox.gateway import Gateway
from bot.sandbox.places import Channel, User
from bot.sandbox.web import offered, views
from bot.sandbox.web.acts import perform
from bot.sandbox.web.console import Console, Refused
from bot.sandbox.web.guard import HEADERS, guarded, refusal
from bot.sandbox.web.incoming import Malformed, TooLarge, channel, person, read_act, read_json
from bot.sandbox.web.samples import Sample
from bot.sandbox.web.stream import Stream
from bot.sandbox.wire import Json
from bot.sandbox.world import World

_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
}
_KEPT = HEADERS | {"Cache-Control": "private, max-age=3600"}
"""Samples do not change; the page's own files do, under the hands of who works on them."""

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """One sandbox's page; `Sandbox.start(page=…)` serves it. `console` may be set once it is served."""

    def __init__(self, *, samples: Mapping[str, Sample] | None = None) -> None:
        self.samples = dict(samples or {})
        self.origin = ""
        self._console: Console | None = None

    def mount(self, app: web.Application, world: World, gateway: Gateway) -> None:
        """Add the page's routes to the sandbox's; `origin` is set once the sandbox listens."""
        self._world, self._gateway = world, gateway
        self.stream = Stream(world)
        app.on_shutdown.append(self._close)
        routes: list[tuple[str, str, Answer]] = [
            ("GET", "/", self._index),
            ("GET", "/static/{name}", self._static),
            ("GET", "/sandbox/samples/{name}", self._sample),
            ("GET", "/sandbox/state", self._state),
            ("GET", "/sandbox/messages", self._messages),
            ("GET", "/sandbox/commands", self._commands),
            ("GET", "/sandbox/stream", self._events),
            ("POST", "/sandbox/acts", self._act),
            ("GET", "/sandbox/console", self._entries),
            ("POST", "/sandbox/console", self._do),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, guarded(_answered(handler), lambda: self.origin))

    @property
    def console(self) -> Console | None:
        """What stands behind the drawer for engineers, if anything does."""
        return self._console

    @console.setter
    def console(self, console: Console) -> None:
        self._console = console
        console.listen(self.stream.entry)

    async def _close(self, _: web.Application) -> None:
        self.stream.close()

    # Files

    async def _index(self, _: web.Request) -> web.Response:
        return _file("index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return _file(request.match_info["name"])

    async def _sample(self, request: web.Request) -> web.Response:
        found = self.samples.get(request.match_info["name"])
        return _missing() if found is None else _asset(found.name, found.data, _KEPT)

    # Reading

    async def _state(self, request: web.Request) -> web.Response:
        asked = request.query.get("as")
        reader = views.someone(self._world) if asked is None else person(self._world, asked)
        if reader is None:
            raise Malformed("There is nobody to be.")
        can = {"kill": False, "faults": False, "clock": False}
        bot: Json = {
            "user": payloads.user(self._world.bot),
            "connected": bool(self._gateway.connected()),
            "can": can if self._console is None else can | self._console.can(),
        }
        listed = [
            {"name": one.name, "url": f"/sandbox/samples/{one.name}", "alt": one.alt, "label": one.label}
            for one in self.samples.values()
        ]
        now = iso(self._world.clock.now())
        return _json(views.places(reader) | {"samples": listed, "bot": bot, "now": now})

    async def _messages(self, request: web.Request) -> web.Response:
        reader, place = self._where(request)
        return _json({"messages": views.messages(reader, place)})

    async def _commands(self, request: web.Request) -> web.Response:
        return _json(offered.commands(*self._where(request)))

    def _where(self, request: web.Request) -> tuple[User, Channel]:
        reader = person(self._world, request.query.get("as"))
        place = channel(self._world, request.query.get("channel"))
        if not place.permissions(reader):
            raise NotOffered(f"{reader.name} does not see this channel.")
        return reader, place

    async def _events(self, request: web.Request) -> web.StreamResponse:
        reader = person(self._world, request.query.get("as"))
        return await self.stream.serve(request, reader, console=request.query.get("console") == "1")

    # Doing

    async def _act(self, request: web.Request) -> web.Response:
        return _json(await perform(await read_act(request, self._world, self.samples)))

    async def _entries(self, _: web.Request) -> web.Response:
        return _missing() if self._console is None else _json(self._console.shown())

    async def _do(self, request: web.Request) -> web.Response:
        if self._console is None:
            return _missing()
        return _json({"done": await self._console.do(await read_json(request))})


def _answered(handler: Answer) -> Answer:
    """Answer what cannot be done with a sentence."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except TooLarge as error:
            return refusal(413, str(error))
        except Malformed as error:
            return refusal(400, str(error))
        except (NotOffered, Refused) as error:
            return _json({"refused": str(error)}, status=422)

    return answer


def _json(body: Json, *, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers=HEADERS | {"Cache-Control": "no-store"})


def _file(name: str) -> web.Response:
    """Return a file of the page's by its name alone: there are no folders to climb."""
    folder = files("bot.sandbox.web") / "static"
    found = next((one for one in folder.iterdir() if one.name == name and one.is_file()), None)
    return _missing() if found is None else _asset(name, found.read_bytes())


def _asset(name: str, data: bytes, headers: dict[str, str] = HEADERS) -> web.Response:
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=data, content_type=kind, charset=charset, headers=headers)


def _missing() -> web.Response:
    return refusal(404, "There is nothing here.")
