"""The one store: who and what there is, and the event every change sends to the gateway."""

import logging
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from bot.sandbox import payloads, referents
from bot.sandbox.bodies import Limits
from bot.sandbox.cdn import Cdn
from bot.sandbox.clock import Clock, Snowflakes
from bot.sandbox.commands import known_locale
from bot.sandbox.interactions import Interaction
from bot.sandbox.kinds import Kind
from bot.sandbox.messages import Message
from bot.sandbox.permissions import BOT, EVERYONE
from bot.sandbox.pings import mention
from bot.sandbox.places import DM, GROUP, Channel, Guild, Member, Role, User
from bot.sandbox.starts import SessionStarts
from bot.sandbox.uploads import File, Upload, store_file
from bot.sandbox.watch import Watch
from bot.sandbox.wire import Json

_log = logging.getLogger(__name__)

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 12, 1 << 15
"""Gateway intents (source: Discord's gateway documentation)."""


@dataclass(frozen=True)
class Event:
    """A gateway event: sent to sessions that have `intent` (0 for all), shaped by the session's intents.

    It goes to the shard of its server, or to shard 0 where it has none.
    """

    name: str
    intent: int
    guild_id: int | None
    payload: Callable[[int], Json]


class World:
    """Everything that exists in one sandbox. Changes go through its methods, which tell the gateway."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.clock = Clock()
        self.ids = Snowflakes(self.clock)
        self.cdn = Cdn(self.clock)
        self.watch = Watch()
        self.limits = Limits()
        self.starts = SessionStarts()
        self.publish: Callable[[Event], None] = lambda _event: None
        self.complaints: list[str] = []
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.messages: dict[int, Message] = {}  # every one there was, for transcripts
        self.commands: dict[int | None, dict[int, Json]] = {}
        self.commands_synced = 0
        self.gateway_url = ""
        self.owner = self.create_user("Operator")
        self.bot = self.create_user("Face Swap", bot=True)

    def create_user(
        self,
        name: str,
        *,
        bot: bool = False,
        dms_open: bool = True,
        avatar: bytes | None = None,
        locale: str = "en-US",
    ) -> User:
        """Add an account."""
        user = User(self, self.ids.next(), name, bot, None, dms_open, known_locale(locale))
        if avatar is not None:
            user.avatar = self.cdn.put_avatar(f"/avatars/{user.id}", avatar)
        self.users[user.id] = user
        return user

    def create_guild(
        self,
        name: str,
        *,
        owner: User | None = None,
        bot_permissions: int = BOT,
        with_bot: bool = True,
        locale: str = "en-US",
    ) -> Guild:
        """Add a server, with the bot in it unless told otherwise."""
        key, owner = self.ids.next(), owner or self.owner
        guild = Guild(self, key, name, owner.id, self.clock.now(), locale=known_locale(locale))
        guild.roles[key] = Role(key, "@everyone", EVERYONE, 0)
        guild.join(owner)
        self.guilds[key] = guild
        if with_bot:
            guild.invite_bot(permissions=bot_permissions)
        return guild

    def create_group(self, people: tuple[User, ...], name: str) -> Channel:
        """Add a channel among people without the bot: a direct message for two, a group for more."""
        kind = DM if len(people) <= 2 else GROUP
        channel = Channel(self.ids.next(), kind, name, people=people)
        self.channels[channel.id] = channel
        self.watch.changed(channel)
        return channel

    def dm(self, user: User) -> Channel:
        """Return the direct message channel between a user and the bot."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.next(), DM, recipient=user)
        self.channels[channel.id] = channel
        self.watch.changed(channel)
        return channel

    def takes_dms(self, user: User) -> bool:
        """Tell whether the bot may write to a user: they are connected, and the user allows it."""
        return user.dms_open and (user.installed or self.shares_guild(user))

    def shares_guild(self, user: User) -> bool:
        """Tell whether a user is in a server with the bot."""
        return any(user.id in guild.members for guild in self.joined())

    def joined(self) -> list[Guild]:
        """Return the servers the bot is in."""
        return [guild for guild in self.guilds.values() if self.bot.id in guild.members]

    def complain(self, complaint: str) -> None:
        """Note something that the sandbox does not know: loud, and a test ends with none."""
        self.complaints.append(complaint)
        _log.error("the sandbox does not know this: %s", complaint)

    # Interactions

    def open_command(self, user: User, channel: Channel, data: Json, owners: dict[str, str]) -> Interaction:
        """Begin a slash command, or one from a menu; `owners` are those of `Interaction`."""
        return self._open(Kind.COMMAND, user, channel, data, owners)

    def open_autocomplete(
        self, user: User, channel: Channel, data: Json, owners: dict[str, str]
    ) -> Interaction:
        """Begin to ask for suggestions."""
        return self._open(Kind.AUTOCOMPLETE, user, channel, data, owners)

    def open_component(self, user: User, message: Message, data: Json) -> Interaction:
        """Begin a button press, or a choice in a select, through whose installation the message came."""
        channel, asked = message.channel, message.interaction
        owners = asked.owners if asked else {"0": str(channel.guild.id if channel.guild else 0)}
        return self._open(Kind.COMPONENT, user, channel, data, owners, source=message)

    def open_submit(self, trigger: Interaction, data: Json) -> Interaction:
        """Begin the submission of the form that `trigger` was answered with."""
        return self._open(
            Kind.MODAL,
            trigger.user,
            trigger.channel,
            data,
            trigger.owners,
            source=trigger.source,
            trigger=trigger,
        )

    def _open(
        self,
        kind: Kind,
        user: User,
        channel: Channel,
        data: Json,
        owners: dict[str, str],
        *,
        source: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Begin an interaction and tell every connected process of the bot."""
        key, token = self.ids.next(), secrets.token_urlsafe(120)
        interaction = Interaction(
            key, token, kind, user, channel, data, self.clock.now(), owners, source, trigger
        )
        interaction.attachment_size_limit = self.limits.file
        self.interactions[token] = interaction
        shown = payloads.interaction(interaction, self.bot, self.cdn)
        self._send("INTERACTION_CREATE", 0, _guild_id(channel), shown)
        self.watch.changed(interaction)
        return interaction

    def refer(
        self, user: User, channel: Channel, kind: int, value: object, kinds: Collection[int] = ()
    ) -> referents.Found:
        """Return what an option or a select refers to; see `referents.refer`."""
        return referents.refer(user, channel, kind, value, kinds)

    def refer_target(
        self, user: User, channel: Channel, on: Message | User | Member
    ) -> tuple[int, referents.Found]:
        """Return what a menu was opened on; see `referents.target`."""
        return referents.target(user, channel, on)

    def sees(self, user: User, message: Message) -> bool:
        """Tell whether a user sees a message."""
        if message.only_for is not None:
            return message.only_for is user
        return message.channel.permissions(user) != 0

    # Messages

    def post(self, message: Message) -> None:
        """Put a finished message into its channel."""
        message.record(self.clock.now())
        self.messages[message.id] = message
        if message.only_for is None:
            message.channel.messages[message.id] = message
        self._tell("MESSAGE_CREATE", message, with_nonce=True)
        self.watch.changed(message)

    def edited(self, message: Message, before: list[str]) -> None:
        """Finish an edit; `before` are the CDN paths it had, of which unused ones are dropped."""
        now = self.clock.now()
        message.edited_at = now
        message.record(now)
        for path in set(before) - {one.path for one in message.attachments}:
            self.cdn.drop(path)
        self._tell("MESSAGE_UPDATE", message)
        self.watch.changed(message)

    def delete(self, message: Message) -> None:
        """Take a message away, and its files."""
        message.deleted_at = self.clock.now()
        message.channel.messages.pop(message.id, None)
        for one in message.attachments:
            self.cdn.drop(one.path)
        if message.only_for is None and message.channel.permissions(self.bot):
            where = _where(message.channel) | {"id": str(message.id)}
            self._send("MESSAGE_DELETE", _intent(message.channel), _guild_id(message.channel), where)
        self.watch.changed(message)

    def dismiss(self, message: Message) -> None:
        """Let the one who sees an ephemeral message take it off their screen."""
        message.dismissed = True
        self.watch.changed(message)

    def write(self, user: User, channel: Channel, content: str, files: Sequence[Upload] = ()) -> Message:
        """Let a user write an ordinary message."""
        message = Message(self.ids.next(), channel, user, self.clock.now(), content)
        message.attachments = [
            store_file(message, File(one.filename, one.data), {"description": one.description})
            for one in files
        ]
        mention(message, None)
        self.post(message)
        return message

    def forward(self, user: User, message: Message, channel: Channel) -> Message:
        """Let a user forward a message to a channel: a copy of what it shows now."""
        copy = replace(message, history=message.history[-1:])
        sent = Message(self.ids.next(), channel, user, self.clock.now(), forwarded=copy)
        self.post(sent)
        return sent

    def _tell(self, name: str, message: Message, *, with_nonce: bool = False) -> None:
        if message.only_for is not None or not message.channel.permissions(self.bot):
            return

        def shown(intents: int) -> Json:
            full = payloads.message(message, self.cdn, with_nonce=with_nonce) | _where(message.channel)
            if message.channel.guild and message.author.id in message.channel.guild.members:
                author = message.channel.guild.members[message.author.id]
                full["member"] = payloads.member(author, with_user=False)
            readable = (
                message.author is self.bot or message.channel.kind == DM or self.bot in message.mentions
            )
            if not readable and not intents & MESSAGE_CONTENT:
                full |= {"content": "", "embeds": [], "attachments": [], "components": []}
            return full

        self.publish(Event(name, _intent(message.channel), _guild_id(message.channel), shown))

    # Places

    def announce_role(self, guild: Guild, role: Role) -> None:
        """Tell of a new role."""
        self.watch.changed(guild)
        if self.bot.id in guild.members:
            shown = {"guild_id": str(guild.id), "role": payloads.role(role)}
            self._send("GUILD_ROLE_CREATE", GUILDS, guild.id, shown)

    def announce_channel(self, channel: Channel, *, gone: bool = False) -> None:
        """Tell of a new channel, or of one that is gone."""
        self.watch.changed(channel)
        if channel.guild is not None and self.bot.id in channel.guild.members:
            name = "CHANNEL_DELETE" if gone else "CHANNEL_CREATE"
            self._send(name, GUILDS, channel.guild.id, payloads.channel(channel))

    def announce_guild(self, guild: Guild, *, joined: bool) -> None:
        """Tell the bot of a server that it joined, or that is back after an outage."""
        self.watch.changed(guild)
        self._send("GUILD_CREATE", GUILDS, guild.id, payloads.guild_create(guild, self.bot, joined=joined))

    def announce_removal(self, guild: Guild) -> None:
        """Tell the bot that it was removed from a server, or that the server is unavailable."""
        self.watch.changed(guild)
        out = {"unavailable": True} if guild.unavailable else {}
        self._send("GUILD_DELETE", GUILDS, guild.id, {"id": str(guild.id)} | out)

    def _send(self, name: str, intent: int, guild_id: int | None, payload: Json) -> None:
        self.publish(Event(name, intent, guild_id, lambda _intents: payload))


def _intent(channel: Channel) -> int:
    return DIRECT_MESSAGES if channel.kind == DM else GUILD_MESSAGES


def _guild_id(channel: Channel) -> int | None:
    return channel.guild.id if channel.guild else None


def _where(channel: Channel) -> Json:
    shown: Json = {"channel_id": str(channel.id)}
    return shown | {"guild_id": str(channel.guild.id)} if channel.guild else shown
