"""Who and where: users, servers, roles, members, channels. Plain data with the permission arithmetic."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox import acts
from bot.sandbox.permissions import ALL, BOT, DIRECT_MESSAGE, Permission

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from bot.sandbox.played import Played, Reply
    from bot.sandbox.wire import Json
    from bot.sandbox.world import World

TEXT, DM, VOICE, GROUP, CATEGORY, ANNOUNCEMENT = range(6)
"""Channel types (source: Discord's channel resource)."""


class Actor(ABC):
    """Someone who uses commands: a user, or a member."""

    @property
    @abstractmethod
    def account(self) -> "User":
        """The user, so that a user and a member can be asked alike."""

    def install(self) -> None:
        """Add the bot to one's own account; its commands are then offered in other places too."""
        self.account.installed = True

    def uninstall(self) -> None:
        """Remove the bot from one's own account."""
        self.account.installed = False

    async def slash(self, channel: "Channel", command: str, /, **options: object) -> "Played":
        """Run a slash command as Discord's client would; see `acts.slash`."""
        return await acts.slash(self.account, channel, command, options)

    async def autocomplete(
        self,
        channel: "Channel",
        command: str,
        /,
        *,
        option: str,
        typed: str | float,
        timeout_seconds: float = 10,
        **others: object,
    ) -> "list[Json]":
        """Type into an option and return the choices that are suggested; see `acts.autocomplete`."""
        return await acts.autocomplete(
            self.account,
            channel,
            command,
            others,
            option=option,
            typed=typed,
            timeout_seconds=timeout_seconds,
        )

    async def use_menu(
        self, channel: "Channel", name: str, *, on: "Message | Reply | User | Member"
    ) -> "Played":
        """Pick a command from the menu of a message or a person; see `acts.use_menu`."""
        return await acts.use_menu(self.account, channel, name, on)


@dataclass(eq=False)
class User(Actor):
    """An account; `avatar` is its hash on the CDN, `dms_open` whether the bot may write to it.

    `adult_dms` is the user's own setting that allows age-restricted commands in direct messages; `installed`
    tells whether the user added the bot to their own account, which brings its commands wherever they are;
    `about` is what the user tells of themselves.
    """

    world: "World" = field(repr=False)
    id: int
    name: str
    bot: bool = False
    avatar: str | None = None
    dms_open: bool = True
    locale: str = "en-US"
    adult_dms: bool = False
    installed: bool = False
    about: str = ""

    @property
    def account(self) -> "User":
        """The user itself."""
        return self


@dataclass(eq=False)
class Role:
    """A server's role; `permissions` is a bit set."""

    id: int
    name: str
    permissions: int
    position: int = 1
    managed: bool = False


@dataclass(eq=False)
class Member(Actor):
    """A user in one server."""

    user: User
    guild: "Guild" = field(repr=False)
    roles: list[Role]
    joined_at: float
    avatar: str | None = None

    @property
    def account(self) -> User:
        """The user behind the member."""
        return self.user

    def permissions(self) -> int:
        """Bits the member has in the server at large."""
        bits = self.guild.everyone.permissions
        for role in self.roles:
            bits |= role.permissions
        whole = self.user.id == self.guild.owner_id or bits & Permission.ADMINISTRATOR
        return ALL if whole else bits


@dataclass
class Overwrite:
    """Bits a channel adds for, or takes from, a role (`kind` 0) or a member (1)."""

    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Channel:
    """A channel of a server, a direct message of `recipient` and the bot, or one among `people` alone."""

    id: int
    kind: int
    name: str = ""
    guild: "Guild | None" = field(default=None, repr=False)
    recipient: User | None = None
    people: tuple[User, ...] = ()
    nsfw: bool = False
    position: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    messages: "dict[int, Message]" = field(default_factory=dict[int, "Message"], repr=False)

    def overwrite(self, target: Role | Member, *, allow: int = 0, deny: int = 0) -> None:
        """Allow or deny bits to a role or a member in this channel."""
        key, kind = (target.id, 0) if isinstance(target, Role) else (target.user.id, 1)
        self.overwrites[key] = Overwrite(kind, allow, deny)

    @property
    def company(self) -> tuple[User, ...]:
        """The people of a direct message or a group, without the bot."""
        return self.people or ((self.recipient,) if self.recipient else ())

    @property
    def context(self) -> int:
        """Discord's name for the place: 0 a server, 1 the bot's direct messages, 2 those of others."""
        return 0 if self.guild else 2 if self.people else 1

    def permissions(self, user: User) -> int:
        """Bits `user` has here, overwrites included (order: everyone, roles, member; 0 for a stranger)."""
        if self.guild is None:
            inside = user in self.company or (user.bot and not self.people)
            return DIRECT_MESSAGE if inside else 0
        member = self.guild.members.get(user.id)
        if member is None:
            return 0
        bits = member.permissions()
        if bits == ALL:
            return bits
        roles = [self.overwrites[role.id] for role in member.roles if role.id in self.overwrites]
        layers = [self.overwrites.get(self.guild.id), _merged(roles), self.overwrites.get(user.id)]
        for layer in filter(None, layers):
            bits = bits & ~layer.deny | layer.allow
        return bits if bits & Permission.VIEW_CHANNEL else 0

    def allows(self, user: User, bits: int) -> bool:
        """Tell whether `user` has all of `bits` here."""
        return self.permissions(user) & bits == bits


def _merged(overwrites: list[Overwrite]) -> Overwrite:
    both = Overwrite(0)
    for one in overwrites:
        both.allow |= one.allow
        both.deny |= one.deny
    return both


@dataclass(eq=False)
class Guild:
    """A server. The role with the server's own id is @everyone."""

    world: "World" = field(repr=False)
    id: int
    name: str
    owner_id: int
    joined_at: float
    roles: dict[int, Role] = field(default_factory=dict[int, Role], repr=False)
    members: dict[int, Member] = field(default_factory=dict[int, Member], repr=False)
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel], repr=False)
    locale: str = "en-US"
    unavailable: bool = False
    command_overrides: dict[str, dict[int, bool]] = field(
        default_factory=dict[str, dict[int, bool]], repr=False
    )

    @property
    def everyone(self) -> Role:
        """The role every member has."""
        return self.roles[self.id]

    def create_role(self, name: str, *, permissions: int = 0, managed: bool = False) -> Role:
        """Add a role."""
        role = Role(self.world.ids.next(), name, permissions, len(self.roles), managed)
        self.roles[role.id] = role
        self.world.announce_role(self, role)
        return role

    def create_channel(self, name: str, *, nsfw: bool = False, kind: int = TEXT) -> Channel:
        """Add a channel, age-restricted when `nsfw`; `kind` is its type."""
        channel = Channel(self.world.ids.next(), kind, name, self, nsfw=nsfw, position=len(self.channels))
        self.channels[channel.id] = channel
        self.world.channels[channel.id] = channel
        self.world.announce_channel(channel)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Remove a channel, with all that is in it."""
        del self.channels[channel.id], self.world.channels[channel.id]
        self.world.announce_channel(channel, gone=True)

    def join(
        self, user: User, *, permissions: int = 0, roles: tuple[Role, ...] = (), avatar: bytes | None = None
    ) -> Member:
        """Make a user a member; `permissions` come as a role of their own, beside what @everyone has.

        `avatar` is a picture for this server alone.
        """
        held = list(roles)
        if permissions:
            held.append(self.create_role(f"{user.name}'s", permissions=permissions))
        member = Member(user, self, held, self.world.clock.now())
        if avatar is not None:
            member.avatar = self.world.cdn.put_avatar(f"/guilds/{self.id}/users/{user.id}/avatars", avatar)
        self.members[user.id] = member
        self.world.watch.changed(self)
        return member

    def remove(self, user: User) -> None:
        """Let a user leave; when it is the bot, it is told that it left."""
        del self.members[user.id]
        self.world.watch.changed(self)
        if user is self.world.bot:
            self.world.announce_removal(self)

    def kick_bot(self) -> None:
        """Let an admin remove the bot."""
        self.remove(self.world.bot)

    def fail(self) -> None:
        """Begin an outage: the server is unavailable to the bot, which is still in it."""
        self.unavailable = True
        self.world.announce_removal(self)

    def recover(self) -> None:
        """End an outage."""
        self.unavailable = False
        self.world.announce_guild(self, joined=False)

    def invite_bot(self, *, permissions: int = BOT) -> None:
        """Let an admin add the bot, for the first time or again."""
        managed = self.create_role(self.world.bot.name, permissions=permissions, managed=True)
        self.join(self.world.bot, roles=(managed,))
        self.world.announce_guild(self, joined=True)

    def override_command(self, name: str, target: Role | Member | Channel, *, allowed: bool) -> None:
        """Let an admin override who is offered a command, and where: its default permissions hold no more."""
        key = target.user.id if isinstance(target, Member) else target.id
        self.command_overrides.setdefault(name, {})[key] = allowed
