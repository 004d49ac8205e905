"""A stand-in for Discord on one loopback port: REST, gateway and CDN, driven from Python."""

import base64
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web

from bot.sandbox.bodies import Limits
from bot.sandbox.clock import Clock
from bot.sandbox.gateway import Gateway
from bot.sandbox.messages import Message
from bot.sandbox.permissions import BOT
from bot.sandbox.places import Channel, Guild, Member, User
from bot.sandbox.played import Reply
from bot.sandbox.server import PREFIX, RestServer
from bot.sandbox.transcript import transcript
from bot.sandbox.uploads import Upload
from bot.sandbox.world import World

if TYPE_CHECKING:
    from bot.sandbox.web.page import Page

T = TypeVar("T")
_CLIENT_MAX_BYTES = (
    1 << 30
)  # Discord's own limits are checked by the REST server, and answered as Discord does


class Sandbox:
    """One Discord of one's own. Make it with `async with Sandbox.start() as sandbox`."""

    def __init__(self, base_url: str, world: World, rest: RestServer, gateway: Gateway) -> None:
        self.base_url = base_url
        self.world = world
        self.rest = rest
        self.gateway = gateway
        self.faults = rest.faults
        self.exchanges = rest.exchanges

    @classmethod
    @asynccontextmanager
    async def start(
        cls, *, host: str = "127.0.0.1", port: int = 0, page: "Page | None" = None
    ) -> "AsyncGenerator[Sandbox]":
        """Serve until the block is left, a page too if one is given; port 0 lets the kernel choose."""
        world = World(_token())
        rest = RestServer(world)
        gateway = Gateway(world)
        app = web.Application(client_max_size=_CLIENT_MAX_BYTES)
        app.router.add_get("/gateway", gateway.serve)
        app.router.add_get("/cdn/{path:.*}", world.cdn.serve)
        app.router.add_route("*", PREFIX + "/{path:.*}", rest.serve)
        if page is not None:
            page.mount(app, world, gateway)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            real_port: int = runner.addresses[0][1]
            world.cdn.base_url = f"http://{host}:{real_port}/cdn"
            world.gateway_url = f"ws://{host}:{real_port}/gateway"
            if page is not None:
                page.origin = f"http://{host}:{real_port}"
            yield cls(f"http://{host}:{real_port}", world, rest, gateway)
        finally:
            gateway.drop()
            await runner.cleanup()

    @property
    def token(self) -> str:
        """The bot's token, valid nowhere else."""
        return self.world.token

    @property
    def clock(self) -> Clock:
        """The sandbox's time; `advance` it to let things expire."""
        return self.world.clock

    @property
    def limits(self) -> Limits:
        """Sizes that uploads by the bot may have; replace it to change them."""
        return self.world.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.world.limits = limits

    @property
    def complaints(self) -> list[str]:
        """What the bot did that the sandbox does not know: a test ends with none."""
        return self.world.complaints

    def create_user(
        self, name: str, *, dms_open: bool = True, avatar: bytes | None = None, locale: str = "en-US"
    ) -> User:
        """Add a person; `avatar` is a picture (an animated one too), `locale` their client's language."""
        return self.world.create_user(name, dms_open=dms_open, avatar=avatar, locale=locale)

    def create_guild(
        self,
        name: str,
        *,
        owner: User | None = None,
        bot_permissions: int = BOT,
        with_bot: bool = True,
        locale: str = "en-US",
    ) -> Guild:
        """Add a server, with the bot in it unless told otherwise; `locale` is its preferred one.

        Whoever runs the bot owns it unless another `owner` is given.
        """
        return self.world.create_guild(
            name, owner=owner, bot_permissions=bot_permissions, with_bot=with_bot, locale=locale
        )

    def dm(self, user: User) -> Channel:
        """Return the direct messages between a person and the bot."""
        return self.world.dm(user)

    def group(self, *people: User | Member, name: str = "") -> Channel:
        """Add a channel among people alone: direct messages of two, a group of more; the bot is not in it."""
        return self.world.create_group(tuple(one.account for one in people), name)

    def write(
        self, who: User | Member, channel: Channel, content: str, files: Sequence[Upload] = ()
    ) -> Message:
        """Let a person write an ordinary message, with files."""
        return self.world.write(who.account, channel, content, files)

    def forward(self, who: User | Member, message: Message | Reply, channel: Channel) -> Message:
        """Let a person forward a message; its copy is what a menu on the new one brings."""
        return self.world.forward(
            who.account, message.raw if isinstance(message, Reply) else message, channel
        )

    def delete(self, message: Message | Reply) -> None:
        """Let whoever may do so delete a message by hand; the bot is told as far as it sees the channel."""
        self.world.delete(message.raw if isinstance(message, Reply) else message)

    def forget_ephemeral_attachments(self, *, refreshed: bool = True) -> None:
        """Remove every file given to a command or a form, as Discord does after a time it does not state.

        Their addresses are 404 from then on; the fresh one that Discord gives on demand is 404 too, or none
        at all when not `refreshed` (which of both Discord does is not documented).
        """
        self.world.cdn.refreshes_gone = refreshed
        self.world.cdn.drop_all(f"/ephemeral-attachments/{self.world.bot.id}/")

    def enforce_rate_limits(self, *, speed: float = 1) -> None:
        """Have Discord's own rate limits; a `speed` of 20 makes their windows 20 times shorter."""
        self.rest.limits.enforce(speed=speed)

    def transcript(self, channel: Channel, as_user: User | Member) -> list[str]:
        """Return what a reader of the channel saw, line by line."""
        return transcript(self.world, channel, as_user.account)

    async def until(self, check: Callable[[], T | None], timeout_seconds: float, what: str) -> T:
        """Wait until `check` returns something, looking after every change; raises TimeoutError."""
        return await self.world.watch.until(check, timeout_seconds, what)

    async def wait_until_disconnected(self, timeout_seconds: float = 15) -> None:
        """Wait until no client is connected any more (after a kill); raises TimeoutError."""
        await self.until(lambda: not self.gateway.sockets or None, timeout_seconds, "no connection")

    async def wait_until_ready(self, *, bots: int = 1, timeout_seconds: float = 15) -> None:
        """Wait until that many clients are connected and commands were synced; raises TimeoutError."""

        def ready() -> bool | None:
            return (len(self.gateway.connected()) >= bots and self.world.commands_synced > 0) or None

        await self.until(ready, timeout_seconds, f"{bots} connected and synced")


def _token() -> str:
    """Make a token in the shape of Discord's: three parts with dots."""
    first = base64.urlsafe_b64encode(secrets.token_bytes(13)).decode().rstrip("=")
    return f"{first}.sndbox.{secrets.token_urlsafe(28)}"
