"""One interaction: what was asked, and its life from the event to the dead token."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.clock import FIRST_RESPONSE_SECONDS, TOKEN_SECONDS
from bot.sandbox.errors import ApiError, InvalidForm, NotPlayed
from bot.sandbox.kinds import Callback, Kind
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Guild, User
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.messages import Message


EXTERNAL_FOLLOWUPS = 5
"""What a token allows where only a user installed the bot (source: Discord, Create Followup Message)."""

_LATER = {10, 12, 13}
"""Upsells and activities: Discord has them, the sandbox does not play them."""

_ALLOWED = {
    Kind.COMMAND: {Callback.MESSAGE, Callback.DEFER, Callback.MODAL},
    Kind.COMPONENT: {*Callback} - {Callback.PONG, Callback.AUTOCOMPLETE},
    Kind.AUTOCOMPLETE: {Callback.AUTOCOMPLETE},
    Kind.MODAL: {Callback.MESSAGE, Callback.DEFER, Callback.DEFER_UPDATE, Callback.UPDATE},
}


@dataclass(eq=False)
class Interaction:
    """What a member did, once; times are in seconds of the sandbox's clock.

    `source` is the message whose control was used, or whose control opened the form that was submitted;
    `trigger` is what was answered with that form. `owners` says through whose installation it came: under "0"
    the server's id ("0" in the bot's direct messages), under "1" the id of the user who installed the bot.
    """

    id: int
    token: str = field(repr=False)
    kind: Kind
    user: User
    channel: Channel
    data: Json = field(repr=False)
    created_at: float
    owners: dict[str, str]
    source: "Message | None" = field(default=None, repr=False)
    trigger: "Interaction | None" = field(default=None, repr=False)
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

    @property
    def external(self) -> bool:
        """Whether the bot is here by a user's installation alone."""
        return "0" not in self.owners

    @property
    def forced_private(self) -> bool:
        """Whether Discord makes every answer ephemeral: a server that lets this user's own apps not speak."""
        lacks = not self.channel.allows(self.user, Permission.USE_EXTERNAL_APPS)
        return self.external and self.guild is not None and lacks

    def missed(self, now: float) -> bool:
        """Tell whether the bot let the time for a first response pass."""
        return self.response is None and now - self.created_at > FIRST_RESPONSE_SECONDS

    def accept(self, callback: object, now: float) -> Callback:
        """Return the kind of a first response, which may be given now.

        Raises 40060 when there was one, 10062 when it is too late, 50035 when the kind does not suit.
        """
        if self.response is not None:
            raise ApiError(40060)
        if self.missed(now):
            raise ApiError(10062)
        if callback in _LATER:
            raise NotPlayed(f"interaction callback type {callback}")
        allowed = _ALLOWED[self.kind]
        if self.source is None:
            allowed = allowed - {Callback.UPDATE}
        if callback not in allowed:
            listed = ", ".join(str(int(one)) for one in sorted(allowed))
            raise InvalidForm("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return Callback(callback)

    def require_followup(self) -> None:
        """Raise 40094 for a sixth follow-up where only a user has installed the bot."""
        if self.external and len(self.followups) >= EXTERNAL_FOLLOWUPS:
            raise ApiError(40094)

    def require_token(self, now: float) -> None:
        """Raise 50027 when the token is dead, 10015 when nothing was answered yet."""
        if now - self.created_at > TOKEN_SECONDS:
            raise ApiError(50027)
        if self.response is None:
            raise ApiError(10015)
