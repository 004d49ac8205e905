"""The Discord client: what it loads, how it answers an interaction, and the one reporter of errors."""

import io
import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot import replies
from bot.errors import (
    AlreadyHandled,
    BotError,
    DeliveryDelayed,
    DiscordRefused,
    TokenExpired,
    Undeliverable,
    Unexpected,
    UploadRefused,
)
from bot.fetch import CONNECTION_ERRORS
from bot.pictures import Kind
from bot.policy import DefaultLimits
from bot.store.database import Store
from bot.store.swaps import Swap
from bot.swaps import Receipt, Swaps

log = logging.getLogger(__name__)

# discord.py would warn at each start that it lacks what only voice needs.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EXTENSIONS = ("cogs.faceswap", "cogs.credits")

# Discord's JSON error codes (source: its developer documentation, "Opcodes and status codes").
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
_TOO_LARGE = 40005
_GONE = (10008, 10015, UNKNOWN_INTERACTION, 50027)  # message, webhook, interaction, or its token

# The route takes this word where discord.py's signature knows only numbers.
_ORIGINAL = cast("int", "@original")


@dataclass(frozen=True)
class Services:
    """What the cogs work with, put together by the composition root."""

    store: Store
    swaps: Swaps
    limits: DefaultLimits
    price_micros: int
    now: Callable[[], datetime]


class FaceSwapBot(commands.Bot):
    """The unmodified discord.py bot with the smallest intents and caches that slash commands need."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ReportingTree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.services = services

    async def setup_hook(self) -> None:
        """Recover what an earlier process left, before the gateway is there; then publish the commands."""
        await self.services.swaps.recover(self.reply_to)
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Say that commands are taken now."""
        log.info("Ready as %s in %d servers", self.user, len(self.guilds))

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Report what a button, a select or a form raised; what no member waits for is only logged."""
        error = sys.exception()
        if args and isinstance(args[0], discord.Interaction) and isinstance(error, Exception):
            await report(cast("discord.Interaction[FaceSwapBot]", args[0]), error)
        else:
            await super().on_error(event_method, *args, **kwargs)

    def reply_to(self, swap: Swap) -> "OriginalResponse":
        """Where the answer to this swap goes."""
        return OriginalResponse(self, swap)


class OriginalResponse:
    """The answer to one interaction, edited by its token: needs no gateway and works after a restart."""

    def __init__(self, client: discord.Client, swap: Swap) -> None:
        self._webhook = discord.Webhook.partial(swap.application_id, swap.token, client=client)
        self._swap = swap

    async def waiting(self) -> bool:
        """Whether the member still sees the placeholder that the defer left."""
        try:
            message = await self._webhook.fetch_message(_ORIGINAL)
        except discord.NotFound:
            return False
        return message.flags.loading or not (message.content or message.attachments)

    async def show(self, data: bytes, kind: Kind, receipt: Receipt) -> None:
        """Replace the placeholder by the picture; doing so twice changes nothing.

        Raises TokenExpired, Undeliverable, UploadRefused or DeliveryDelayed.
        """
        text = replies.result(self._swap.user_id, receipt)
        file = discord.File(io.BytesIO(data), f"faceswap.{kind.extension}", description=replies.ALT_TEXT)
        try:
            await self._webhook.edit_message(_ORIGINAL, content=text, attachments=[file])
        except discord.HTTPException as error:
            raise _why_not(error) from None
        except CONNECTION_ERRORS:
            raise DeliveryDelayed from None

    async def fail(self, error: BotError) -> None:
        """Replace the placeholder by words; never raises for what Discord answers."""
        try:
            await self._webhook.edit_message(_ORIGINAL, content=replies.failure(error), attachments=[])
        except (discord.HTTPException, *CONNECTION_ERRORS) as refused:
            log.warning("Swap %d: the member could not be told: %s", self._swap.id, _brief(refused))


class ReportingTree(app_commands.CommandTree[FaceSwapBot]):
    """A command tree whose errors all reach the one reporter."""

    async def on_error(
        self, interaction: discord.Interaction[FaceSwapBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Report what a command raised."""
        await report(
            interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error
        )


async def report(interaction: discord.Interaction[FaceSwapBot], error: Exception) -> None:
    """Tell the member what happened, privately, by whichever way is still open.

    An interaction that another process has, or that Discord has given up, is left alone.
    """
    if isinstance(error, AlreadyHandled):
        return
    if isinstance(error, discord.HTTPException) and error.code in (UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED):
        log.warning("Interaction %d was not ours to answer: %s", interaction.id, _brief(error))
        return
    if not isinstance(error, BotError):
        log.error("Interaction %d failed unexpectedly", interaction.id, exc_info=error)
        error = Unexpected()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(replies.failure(error), ephemeral=True)
        else:
            await interaction.response.send_message(replies.failure(error), ephemeral=True)
    except (discord.HTTPException, *CONNECTION_ERRORS) as refused:
        log.warning("Interaction %d: the member could not be told: %s", interaction.id, _brief(refused))


def _why_not(error: discord.HTTPException) -> BotError:
    """What Discord's refusal of an edit means for the swap."""
    if error.status == 413 or error.code == _TOO_LARGE:
        return UploadRefused()
    if error.code in _GONE or error.status == 404:
        return TokenExpired()
    if error.status == 429 or error.status >= 500:
        return DeliveryDelayed(_retry_after(error))
    log.error("Discord refused a result: %s", _brief(error))
    return Undeliverable()


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0


def _brief(error: BaseException) -> str:
    """An error without its text from outside: a client error's holds the URL, and so the token."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__


@dataclass(frozen=True)
class Identity:
    """Who a token belongs to."""

    name: str
    application_id: int


async def connect(bot: FaceSwapBot, token: str) -> None:
    """Log in and stay connected; raises DiscordRefused when Discord does not let us in."""
    with _refusals():
        await bot.start(token)


async def identify(token: str) -> Identity:
    """Ask Discord whose token this is, without connecting; raises DiscordRefused."""
    with _refusals():
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(token)
            if client.user is None or client.application_id is None:
                raise DiscordRefused("Discord did not say whose token DISCORD_TOKEN is. Try again.")
            return Identity(str(client.user), client.application_id)


def invite_url(application_id: int) -> str:
    """The address that adds the bot to a server; answering slash commands takes no permission."""
    return discord.utils.oauth_url(
        application_id, permissions=discord.Permissions.none(), scopes=("bot", "applications.commands")
    )


@contextmanager
def _refusals() -> Generator[None]:
    """Turn what discord.py raises at the door into one sentence."""
    try:
        yield
    except discord.LoginFailure:
        raise DiscordRefused(
            "Discord does not accept DISCORD_TOKEN. Make a new one at discord.com/developers/applications "
            "→ your application → Bot → Reset Token, and set it in .env."
        ) from None
    except discord.HTTPException as error:
        raise DiscordRefused(f"Discord cannot be used right now ({_brief(error)}). Try again.") from None
    except (discord.GatewayNotFound, discord.ConnectionClosed, *CONNECTION_ERRORS) as error:
        raise DiscordRefused(
            f"Discord cannot be reached ({_brief(error)}). Check this machine's network."
        ) from None
