"""The gateway, version 10: sessions that keep what they sent, and the sockets they are read through.

A session is a growing list of events; a socket sends from a cursor onwards. So sending live and replaying
after a resume are the same code.
"""

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox import payloads
from bot.sandbox.places import Guild
from bot.sandbox.starts import Shard
from bot.sandbox.wire import Json
from bot.sandbox.world import GUILDS, Event, World

_log = logging.getLogger(__name__)

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
"""Opcodes (source: Discord's opcodes and status codes page)."""

PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
KNOWN_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25
HEARTBEAT_MS = 41_250
ACK_SECONDS = 0.02
"""How long a heartbeat's answer takes: discord.py counts one that is faster than its own thread from the
heartbeat before, as a latency of 41 s."""

_KEPT_SESSIONS = 256
_KEPT_EVENTS = 500


@dataclass(eq=False)
class Session:
    """One identified connection of the bot; outlives its socket until it is invalidated."""

    id: str
    intents: int
    shard: Shard
    events: list[str] = field(default_factory=list[str], repr=False)
    wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    socket: "Socket | None" = field(default=None, repr=False)

    def receives(self, event: Event) -> bool:
        """Whether an event is of a kind that was asked for, and of this shard."""
        return self.shard.has(event.guild_id) and (event.intent == 0 or bool(event.intent & self.intents))

    def add(self, name: str, payload: Json) -> None:
        """Append an event; its sequence number is its place, counted from 1."""
        frame = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": payload}
        self.events.append(json.dumps(frame))
        self.wake.set()


@dataclass(eq=False)
class Socket:
    """One websocket, and the task that writes a session's events to it."""

    ws: web.WebSocketResponse
    request: web.Request = field(repr=False)
    session: Session | None = None
    writer: asyncio.Task[None] | None = None

    async def send(self, op: int, payload: object = None) -> None:
        """Send a frame that is no event."""
        await self._put(json.dumps({"op": op, "d": payload, "s": None, "t": None}))

    def attach(self, session: Session, cursor: int) -> None:
        """Begin to send a session's events from `cursor` onwards."""
        self.session, session.socket = session, self
        self.writer = asyncio.create_task(self._write(session, cursor))

    async def _write(self, session: Session, cursor: int) -> None:
        while True:
            while cursor < len(session.events):
                frame = session.events[cursor]
                cursor += 1
                await self._put(frame)
            session.wake.clear()
            await session.wake.wait()

    async def _put(self, frame: str) -> None:
        """Write a frame; a client that is just going misses it, and gets what is an event when it resumes."""
        with suppress(ConnectionError):
            await self.ws.send_str(frame)

    def abort(self) -> None:
        """Cut the connection without a closing frame."""
        if self.request.transport is not None:
            self.request.transport.abort()


class Closed(Exception):
    """The sandbox ends a connection with one of Discord's close codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Gateway:
    """Accepts sockets, keeps sessions, and passes every event on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.privileged_intents = 0  # what the application was granted in the developer portal
        self.sessions: dict[str, Session] = {}
        self.sockets: set[Socket] = set()
        self.recent: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self.on_event: Callable[[str, Json], None] = lambda _name, _payload: None
        self.identifies = 0
        self.resumes = 0
        world.publish = self.publish

    def connected(self) -> list[Session]:
        """Return sessions that have a socket now."""
        return [session for session in self.sessions.values() if session.socket is not None]

    def publish(self, event: Event) -> None:
        """Give an event to every session that it belongs to: two of one shard both get it, as on a deploy."""
        self.recent.append(event)
        asked = [session for session in self.sessions.values() if session.receives(event)]
        for session in asked:
            session.add(event.name, event.payload(session.intents))
        if asked:
            self.on_event(event.name, event.payload(asked[-1].intents))

    # Faults on demand

    def drop(self) -> None:
        """Cut every socket; the sessions can be resumed."""
        for socket in list(self.sockets):
            socket.abort()

    async def reconnect(self) -> None:
        """Ask every client to reconnect and resume (opcode 7)."""
        for socket in list(self.sockets):
            await socket.send(RECONNECT)

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid (opcode 9); it must identify anew."""
        for socket in list(self.sockets):
            if socket.session is not None and not resumable:
                self.sessions.pop(socket.session.id, None)
            await socket.send(INVALID_SESSION, resumable)

    # One connection

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Answer a websocket request."""
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, request)
        self.sockets.add(socket)
        try:
            await self._converse(socket)
        except Closed as closed:
            await ws.close(code=closed.code, message=closed.reason.encode())
        except ConnectionError:
            _log.debug("the client went away")
        finally:
            self._forget(socket)
        return ws

    async def _converse(self, socket: Socket) -> None:
        query = socket.request.query
        if query.get("v") != "10" or query.get("encoding") != "json":
            raise Closed(4012, "Invalid API version")
        await socket.send(HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})
        async for message in socket.ws:
            if message.type is not WSMsgType.TEXT:
                raise Closed(4002, "Decode error")
            frame: Json = json.loads(message.data)
            await self._receive(socket, frame["op"], frame.get("d"))

    def _forget(self, socket: Socket) -> None:
        self.sockets.discard(socket)
        if socket.writer is not None:
            socket.writer.cancel()
        session = socket.session
        if session is not None and session.socket is socket:
            session.socket = None
            if socket.ws.close_code in {1000, 1001}:  # the client ended it; there is nothing to resume
                self.sessions.pop(session.id, None)
        self._world.watch.changed(self._world.bot)

    async def _receive(self, socket: Socket, op: int, payload: Any) -> None:  # noqa: ANN401  # a frame's "d" is anything
        if op == HEARTBEAT:
            await asyncio.sleep(ACK_SECONDS)
            await socket.send(HEARTBEAT_ACK)
        elif op == IDENTIFY:
            await self._identify(socket, payload)
        elif op == RESUME:
            await self._resume(socket, payload)
        elif socket.session is None:
            raise Closed(4003, "Not authenticated")
        elif op != PRESENCE:
            self._world.complain(f"gateway opcode {op}")
            raise Closed(4001, "Unknown opcode")

    async def _identify(self, socket: Socket, payload: Json) -> None:
        if socket.session is not None:
            raise Closed(4005, "Already authenticated")
        self._check_token(payload)
        world, intents = self._world, self._intents(payload)
        shard = _shard(payload.get("shard", [0, 1]))
        guilds = [guild for guild in world.joined() if shard.has(guild.id)]
        if len(guilds) > world.starts.guilds_per_shard:
            raise Closed(4011, "Sharding required")
        if world.starts.remaining <= 0:
            world.complain("an identify over the daily limit, for which Discord resets the token")
            raise Closed(4004, "Authentication failed")
        if not world.starts.begin(shard, world.clock.now()):
            await socket.send(INVALID_SESSION, False)
            return
        session = Session(secrets.token_hex(16), intents, shard)
        while len(self.sessions) >= _KEPT_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        self.sessions[session.id] = session
        self.identifies += 1
        self._greet(session, "READY", self._ready(session, guilds))
        for guild in guilds:
            if intents & GUILDS and not guild.unavailable:
                self._greet(session, "GUILD_CREATE", payloads.guild_create(guild, world.bot, joined=False))
        socket.attach(session, 0)
        world.watch.changed(world.bot)

    def _intents(self, payload: Json) -> int:
        intents = payload.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise Closed(4013, "Invalid intent(s)")
        if intents & PRIVILEGED & ~self.privileged_intents:
            raise Closed(4014, "Disallowed intent(s)")
        return intents

    def _greet(self, session: Session, name: str, payload: Json) -> None:
        """Send an event to one session alone."""
        session.add(name, payload)
        self.on_event(name, payload)

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        world = self._world
        return {
            "v": 10,
            "user": payloads.own_user(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": world.gateway_url,
            "shard": [session.shard.id, session.shard.count],
            "application": {"id": str(world.bot.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
        }

    async def _resume(self, socket: Socket, payload: Json) -> None:
        self._check_token(payload)
        session = self.sessions.get(payload.get("session_id") or "")
        if session is None:
            await socket.send(INVALID_SESSION, False)
            return
        cursor = payload.get("seq")
        if not isinstance(cursor, int) or not 0 <= cursor <= len(session.events):
            raise Closed(4007, "Invalid seq")
        if session.socket is not None:
            session.socket.abort()
        self.resumes += 1
        self._greet(session, "RESUMED", {"_trace": []})
        socket.attach(session, cursor)
        self._world.watch.changed(self._world.bot)

    def _check_token(self, payload: Json) -> None:
        if payload.get("token") != self._world.token:
            raise Closed(4004, "Authentication failed")


def _shard(given: object) -> Shard:
    match given:
        case [int(key), int(count)] if 0 <= key < count:
            return Shard(key, count)
        case _:
            raise Closed(4010, "Invalid shard")
