"""Messages and their attachments."""

from dataclasses import dataclass, field

from bot.sandbox.interactions import Interaction
from bot.sandbox.places import Channel, User
from bot.sandbox.wire import Json

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15
"""Message flags (source: Discord's message resource)."""


@dataclass(frozen=True)
class Attachment:
    """A file on the CDN under `path`; type and size are what was declared, `data` is what is there."""

    id: int
    filename: str
    data: bytes = field(repr=False)
    size: int
    content_type: str | None
    path: str = field(repr=False)
    width: int | None = None
    height: int | None = None
    description: str | None = None
    ephemeral: bool = False

    @property
    def spoiler(self) -> bool:
        """Whether Discord covers it."""
        return self.filename.startswith("SPOILER_")


@dataclass(frozen=True)
class Snapshot:
    """What a message showed at one time (seconds since the Unix epoch)."""

    at: float
    content: str
    embeds: list[Json]
    components: list[Json]
    attachments: list[Attachment]
    flags: int

    @property
    def thinking(self) -> bool:
        """Whether it was only "is thinking…"."""
        return bool(self.flags & LOADING)


@dataclass(eq=False)
class Message:
    """A message; `only_for` is the one member who sees it when it is ephemeral.

    `pings` are the ids of who was notified; `forwarded` is another message as it was when it was forwarded,
    `forced_private` tells that Discord made this one ephemeral though the bot did not ask, `dismissed` that
    the one who saw it took it off their screen, of which the bot learns nothing.
    """

    id: int
    channel: Channel
    author: User
    created_at: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    flags: int = 0
    mentions: list[User] = field(default_factory=list[User])
    mention_roles: list[int] = field(default_factory=list[int])
    mention_everyone: bool = False
    pings: set[int] = field(default_factory=set[int])
    edited_at: float | None = None
    nonce: str | int | None = None
    only_for: User | None = None
    interaction: Interaction | None = field(default=None, repr=False)
    reply_to: "Message | None" = field(default=None, repr=False)
    forwarded: "Message | None" = field(default=None, repr=False)
    forced_private: bool = False
    tts: bool = False
    deleted_at: float | None = None
    dismissed: bool = False
    history: list[Snapshot] = field(default_factory=list[Snapshot], repr=False)

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self.deleted_at is not None

    def has(self, flag: int) -> bool:
        """Tell whether a flag is set."""
        return bool(self.flags & flag)

    def record(self, at: float) -> None:
        """Remember what the message shows now."""
        shown = (list(self.embeds), list(self.components), list(self.attachments), self.flags)
        self.history.append(Snapshot(at, self.content, *shown))
