"""A request on its way to a handler, the table of handlers, and what is remembered of both."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.uploads import File
from bot.sandbox.wire import Json, as_list, as_object
from bot.sandbox.world import World

Answer = Json | list[Json] | None
"""A handler's result: the JSON body, or None for 204."""


@dataclass(frozen=True)
class Call:
    """A request: path parameters and body as parsed, files by their index."""

    world: World = field(repr=False)
    path: dict[str, str]
    query: dict[str, str]
    body: object
    files: dict[int, File]

    def id(self, name: str) -> int:
        """Return a path parameter that is a snowflake; raises InvalidForm when it is none."""
        return snowflake(self.path[name], name)

    def form(self) -> Json:
        """Return the body as an object."""
        return as_object(self.body)

    def items(self) -> list[Json]:
        """Return the body as a list."""
        return as_list(self.body)


def snowflake(value: object, name: str) -> int:
    """Read an id; raises InvalidForm as Discord does for one that is no snowflake."""
    text = str(value)
    if not text.isdecimal():
        raise InvalidForm(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One route of Discord's document; `webhook` ones are authorised by the token in their path."""

    method: str
    template: str
    handler: Handler = field(repr=False)
    query: frozenset[str]
    webhook: bool
    pattern: re.Pattern[str] = field(repr=False)


class Router:
    """The routes the sandbox plays, matched in order of registration."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def add(
        self, method: str, template: str, handler: Handler, *, query: str = "", webhook: bool = False
    ) -> None:
        """Register a handler; `query` lists the parameters it understands, separated by spaces."""
        escaped = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped))
        self.routes.append(Route(method, template, handler, frozenset(query.split()), webhook, pattern))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and its path parameters; raises NotPlayed with 404."""
        for route in self.routes:
            match = route.pattern.fullmatch(path) if route.method == method else None
            if match is not None:
                return route, match.groupdict()
        raise NotPlayed(f"unknown route {method} {path}", status=404)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    `template` is None for an unknown route; `fault` marks an injected answer; `seconds` is how long it took.
    """

    at: float
    method: str
    path: str
    template: str | None
    query: dict[str, str]
    body: object = field(repr=False)
    files: list[str]
    multipart: bool
    status: int
    answer: object = field(repr=False)
    fault: bool = False
    seconds: float = 0
