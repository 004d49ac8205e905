"""The Discord client: what it loads, how it answers an interaction, and the one reporter of errors."""

import asyncio
import logging
import math
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers import ALREADY_ACKNOWLEDGED, GIVEN_UP, Answer, brief
from bot.chores import Chores
from bot.errors import (
    AlreadyHandled,
    ApiError,
    DiscordRefused,
    Refusal,
    SwapFailed,
    Unexpected,
)
from bot.fetch import CONNECTION_ERRORS, Reader, Trace
from bot.language import speak
from bot.links import Links
from bot.log import bind
from bot.metrics import Metrics, Shard
from bot.policy import DefaultLimits
from bot.precheck import Precheck
from bot.shards import Identifies, Shards
from bot.store.database import Store
from bot.store.swaps import Swap
from bot.swaps import Swaps
from bot.translator import CommandTranslator
from bot.words import operator as operator_words
from bot.words.failures import failure

if TYPE_CHECKING:
    from bot.marker import Marker

log = logging.getLogger(__name__)

# discord.py would warn at each start that it lacks what only voice needs.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

_INVALID_SHARD, _SHARDING_REQUIRED = 4010, 4011
"""How Discord ends a session (source: its opcodes and status codes page)."""

FIRST_ANSWER_SECONDS = 3.0
"""How long Discord waits for the first answer to an interaction (source: its developer documentation)."""

EXTENSIONS = (
    "cogs.faceswap",
    "cogs.results",
    "cogs.faces",
    "cogs.face_menu",
    "cogs.avatar_menu",
    "cogs.consent",
    "cogs.privacy",
    "cogs.credits",
    "cogs.moderation",
    "cogs.servers",
    "cogs.verify",
    "cogs.reports",  # adds to the moderators' commands, as servers does
)


@dataclass(frozen=True)
class Services:
    """What the cogs work with, put together by the composition root."""

    store: Store
    swaps: Swaps
    limits: DefaultLimits
    price_micros: int
    now: Callable[[], datetime]
    pictures: Reader
    """Reads what Discord holds."""
    links: Links
    chores: Chores
    marker: "Marker"
    saved_faces: int
    """How many faces a member may save."""
    new_seed: Callable[[], int]
    """A seed that was not asked for."""
    operator_channel_id: int | None
    precheck: Precheck
    metrics: Metrics
    shards: Shards
    identifies: Identifies


class FaceSwapBot(commands.AutoShardedBot):
    """The unmodified discord.py bot with the smallest intents and caches that slash commands need."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ReportingTree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0,  # commands work at once; nothing here waits for the guilds' details
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=cast("Trace", services.metrics.trace()),  # the library takes None, and says otherwise
            shard_count=services.shards.count,
            shard_ids=services.shards.ids,  # pyright: ignore[reportArgumentType] - takes None and a tuple too
            shard_connect_timeout=None,  # the turn to identify may be long in coming
        )
        self.services = services
        self._attending: set[asyncio.Task[Any]] = set()

    async def setup_hook(self) -> None:
        """Recover what an earlier process left, before the gateway is there; then publish the commands."""
        await self.services.swaps.open(self.reply_to)
        self.services.chores.start()
        await self.load_cogs()
        await self.tree.set_translator(CommandTranslator())
        await self._keep_session_limits()
        if self.services.shards.lead:
            await self.tree.sync()

    async def load_cogs(self) -> None:
        """Add every command and listener."""
        for extension in EXTENSIONS:
            # Not load_extension: it is for files that change meanwhile, and runs each of them anew.
            await import_module(extension).setup(self)

    async def _keep_session_limits(self) -> None:
        """Learn how fast sessions may begin; raises DiscordRefused when too few are left for today."""
        limits = await self.fetch_session_start_limits()
        self.services.shards.check_limit(
            total=limits.total,
            remaining=limits.remaining,
            reset_after=timedelta(milliseconds=limits.reset_after),
        )
        self.services.identifies.max_concurrency = limits.max_concurrency

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Let the sessions of a bot of several shards begin one after the other, in all its processes."""
        if self.shard_count == 1:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await self.services.identifies.turn(shard_id or 0)

    async def on_ready(self) -> None:
        """Say that commands are taken now."""
        log.info(
            "Ready as %s in %d servers, %d of %s shards",
            self.user,
            len(self.guilds),
            len(self.shards),
            self.shard_count,
        )

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Report what a button, a select or a form raised; what no member waits for is only logged."""
        error = sys.exception()
        if args and isinstance(args[0], discord.Interaction) and isinstance(error, Exception):
            await report(cast("discord.Interaction[FaceSwapBot]", args[0]), error)
        else:
            await super().on_error(event_method, *args, **kwargs)

    def dispatch(self, event_name: str, /, *args: object, **kwargs: object) -> None:
        """Hand an event to its listeners; when an interaction's came in is known here first."""
        if args and isinstance(args[0], discord.Interaction):
            self.services.metrics.received(args[0].id)
        super().dispatch(event_name, *args, **kwargs)

    def connections(self) -> list[Shard]:
        """How the gateway's connections are, of all shards that this process is to have."""
        latencies = dict(self.latencies)
        wanted = self.shard_ids or range(self.shard_count or 0)
        # Not finite before the first heartbeat was answered, and once the connection is closed.
        found = {shard: latencies.get(shard, math.inf) for shard in wanted}
        return [Shard(shard, math.isfinite(latency), latency) for shard, latency in found.items()]

    def attend(self, interaction: discord.Interaction[Any]) -> None:
        """Note that the current task answers a member: in their language, and closing waits for it."""
        speak(interaction.locale.value)
        member, guild_id, shards = interaction.user, interaction.guild_id, self.shard_count
        bind(
            swap_id=interaction.id,  # what the swap will be called that it may begin
            guild_id=guild_id,
            shard_id=(guild_id >> 22) % shards if guild_id and shards else None,
            private=(member.name, member.global_name, member.display_name),
        )
        task = asyncio.current_task()
        if task is not None:
            self._attending.add(task)
            task.add_done_callback(self._attending.discard)

    async def attended(self) -> None:
        """Wait until the members who have just typed or pressed something are answered."""
        if self._attending:
            await asyncio.wait(self._attending, timeout=FIRST_ANSWER_SECONDS)

    def reply_to(self, swap: Swap) -> Answer:
        """Where the answer to this swap goes."""
        return Answer(self, swap)


class OperatorNotices:
    """Tells the operator what only the operator can mend: in the log, and in a channel where one is set."""

    def __init__(self, channel_id: int | None) -> None:
        self._channel_id = channel_id
        self._client: discord.Client | None = None

    def speak_through(self, client: discord.Client) -> None:
        """Use this client from now on."""
        self._client = client

    async def paused(self, error: ApiError) -> None:
        """Paid calls are paused, for this reason."""
        await self._say(operator_words.calls_paused(error))

    async def resumed(self) -> None:
        """Paid calls go on."""
        await self._say(operator_words.CALLS_RESUMED)

    async def low_balance(self, micros: int) -> None:
        """So little is left, in micro-dollars."""
        await self._say(operator_words.low_balance(micros))

    async def _say(self, text: str) -> None:
        log.warning("%s", text)
        if self._client is None or self._channel_id is None:
            return
        try:
            await self._client.get_partial_messageable(self._channel_id).send(text)
        except (discord.HTTPException, *CONNECTION_ERRORS) as refused:
            log.warning("The operator's channel cannot be written: %s", brief(refused))


class ReportingTree(app_commands.CommandTree[FaceSwapBot]):
    """A command tree whose errors all reach the one reporter."""

    async def interaction_check(self, interaction: discord.Interaction[FaceSwapBot], /) -> bool:
        """Let every command through, and have it waited for when the bot stops."""
        self.client.attend(interaction)
        return True

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
    if isinstance(error, Refusal):
        interaction.client.services.metrics.refused(type(error).__name__)
    if isinstance(error, discord.HTTPException) and error.code in (ALREADY_ACKNOWLEDGED, *GIVEN_UP):
        log.warning("Interaction %d is not ours to answer any more: %s", interaction.id, brief(error))
        return
    busy = isinstance(error, discord.HTTPException) and (error.status == 429 or error.status >= 500)
    if busy or isinstance(error, CONNECTION_ERRORS):
        log.warning("Interaction %d: Discord did not answer: %s", interaction.id, brief(error))
        error = Unexpected()
    elif not isinstance(error, Refusal | SwapFailed):
        log.error("Interaction %d failed unexpectedly", interaction.id, exc_info=error)
        error = Unexpected()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(failure(error), ephemeral=True)
        else:
            await interaction.response.send_message(failure(error), ephemeral=True)
    except (discord.HTTPException, *CONNECTION_ERRORS) as refused:
        log.warning("Interaction %d: the member could not be told: %s", interaction.id, brief(refused))


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
    """The address that adds the bot to a server, with the permissions it uses.

    Answering a command takes none; a result that is too late for its reply is a message of its own, looked
    for in the history after a crash, and moderators' actions are written to the channel they choose.
    """
    permissions = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
        read_message_history=True,
    )
    return discord.utils.oauth_url(
        application_id, permissions=permissions, scopes=("bot", "applications.commands")
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
        raise DiscordRefused(f"Discord cannot be used right now ({brief(error)}). Try again.") from None
    except (discord.GatewayNotFound, discord.ConnectionClosed, *CONNECTION_ERRORS) as error:
        if isinstance(error, discord.ConnectionClosed) and error.code in (_INVALID_SHARD, _SHARDING_REQUIRED):
            raise DiscordRefused(
                "Discord does not take the shards of SHARD_COUNT and SHARD_IDS: there are too few for the "
                "servers the bot is in. Leave both out, and as many as Discord recommends are used."
            ) from None
        raise DiscordRefused(
            f"Discord cannot be reached ({brief(error)}). Check this machine's network."
        ) from None
