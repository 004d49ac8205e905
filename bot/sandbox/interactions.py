"""One interaction: what was asked, and its life from the event to the dead token."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.clock import FIRST_RESPONSE_SECONDS, TOKEN_SECONDS
from bot.sandbox.errors import ApiError, NotPlayed
from bot.sandbox.places import Channel, Guild, User
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.messages import Message


class Kind(IntEnum):
    """What the member did (source: Discord's interaction types)."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """What the bot may answer first (source: Discord's interaction callback types)."""

    PONG = 1
    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


_ALLOWED = {
    Kind.COMMAND: {Callback.MESSAGE, Callback.DEFER, Callback.MODAL},
    Kind.COMPONENT: {
        Callback.MESSAGE,
        Callback.DEFER,
        Callback.DEFER_UPDATE,
        Callback.UPDATE,
        Callback.MODAL,
    },
    Kind.AUTOCOMPLETE: {Callback.AUTOCOMPLETE},
    Kind.MODAL: {Callback.MESSAGE, Callback.DEFER, Callback.DEFER_UPDATE, Callback.UPDATE},
}


@dataclass(eq=False)
class Interaction:
    """What a member did, once; times are in seconds of the sandbox's clock."""

    id: int
    token: str = field(repr=False)
    kind: Kind
    user: User
    channel: Channel
    data: Json = field(repr=False)
    created_at: float
    source: "Message | None" = field(default=None, repr=False)
    attachment_size_limit: int = 10 * 1024 * 1024
    response: Callback | None = None
    responded_at: float | None = None
    response_data: Json = field(default_factory=dict[str, object], repr=False)
    original: "Message | None" = field(default=None, repr=False)
    followups: "list[Message]" = field(default_factory=list["Message"], repr=False)

    @property
    def guild(self) -> Guild | None:
        """The server it happened in."""
        return self.channel.guild

    def missed(self, now: float) -> bool:
        """Tell whether the bot let the time for a first response pass."""
        return self.response is None and now - self.created_at > FIRST_RESPONSE_SECONDS

    def require_unanswered(self, now: float) -> None:
        """Raise 40060 when it was answered already, 10062 when that is too late."""
        if self.response is not None:
            raise ApiError(40060)
        if self.missed(now):
            raise ApiError(10062)

    def respond(self, callback: int, now: float) -> Callback:
        """Take the first response, or raise 10062 when it is late and 40060 when it is the second."""
        self.require_unanswered(now)
        try:
            kind = Callback(callback)
        except ValueError:
            raise NotPlayed(f"interaction callback type {callback}") from None
        if kind not in _ALLOWED[self.kind]:
            raise NotPlayed(f"callback {kind.name} to a {self.kind.name}")
        self.response, self.responded_at = kind, now
        return kind

    def require_token(self, now: float) -> None:
        """Raise 50027 when the token is dead, 10015 when nothing was answered yet."""
        if now - self.created_at > TOKEN_SECONDS:
            raise ApiError(50027)
        if self.response is None:
            raise ApiError(10015)
