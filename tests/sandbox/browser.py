"""The page's requests as a browser makes them, without the page's scripts."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.sandbox import Sandbox
from bot.sandbox.places import Channel, Member, User

Parts = dict[str, tuple[str, bytes]]
"""Files by the name that an act refers to them by."""

Answer = tuple[int, Any]
"""A status, and the JSON that came with it."""


@dataclass(frozen=True)
class Events:
    """An open stream; `heard` are the events that nobody has asked for yet."""

    response: aiohttp.ClientResponse
    heard: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])

    async def until(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """The data of the first event of that name that fits."""
        async with asyncio.timeout(10):
            while True:
                found = next((one for one in self.heard if one[0] == name and fits(one[1])), None)
                if found is not None:
                    self.heard.remove(found)
                    return found[1]
                self.heard.append(await self.next())

    async def next(self) -> tuple[str, Any]:
        """The next event."""
        name = ""
        async for raw in self.response.content:
            key, _, value = raw.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                return name, json.loads(value)
        raise EOFError


@dataclass(frozen=True)
class Browser:
    """One person in front of the page."""

    session: aiohttp.ClientSession
    who: User | Member

    @property
    def me(self) -> str:
        """The id to act as."""
        return str(self.who.account.id)

    async def get(self, path: str, *, channel: Channel | None = None) -> Answer:
        """Read something of the page's as this person."""
        query = {"as": self.me} | ({"channel": str(channel.id)} if channel else {})
        async with self.session.get(f"/sandbox/{path}", params=query) as response:
            return response.status, await response.json()

    async def messages(self, channel: Channel) -> list[Any]:
        """What is on the screen in a channel."""
        return (await self.get("messages", channel=channel))[1]["messages"]

    async def act(
        self,
        channel: Channel,
        kind: str,
        *,
        parts: Parts | None = None,
        **more: object,
    ) -> Answer:
        """Do something in a channel."""
        form = aiohttp.FormData(default_to_multipart=True)
        act = {"as": self.me, "channel": str(channel.id), "kind": kind, **more}
        form.add_field("act", json.dumps(act), content_type="application/json")
        for key, (filename, data) in (parts or {}).items():
            form.add_field(key, data, filename=filename)
        async with self.session.post("/sandbox/acts", data=form, headers={"X-Sandbox": "1"}) as response:
            return response.status, await response.json()

    @asynccontextmanager
    async def stream(self, **query: str) -> AsyncGenerator[Events]:
        """Hear what happens."""
        asked = {"as": self.me, **query}
        async with self.session.get("/sandbox/stream", params=asked) as response:
            assert response.status == 200
            yield Events(response)

    async def does(self, events: Events, channel: Channel, kind: str, **more: Any) -> Any:
        """Do something, and return the interaction once the bot has answered it, or failed to."""
        status, began = await self.act(channel, kind, **more)
        assert status == 200, began
        return await events.until(
            "interaction", lambda one: one["id"] == began["interaction"] and one["state"] != "pending"
        )


@asynccontextmanager
async def opened(sandbox: Sandbox, who: User | Member) -> AsyncGenerator[Browser]:
    """Open the page."""
    async with aiohttp.ClientSession(sandbox.base_url) as session:
        yield Browser(session, who)
