"""What members see come back, and what they do with it: replies, their controls, and forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.components import BUTTON, GALLERY, LINK, walk
from bot.sandbox.controls import SELECTS
from bot.sandbox.errors import NotOffered
from bot.sandbox.forms import Form
from bot.sandbox.kinds import Callback
from bot.sandbox.picks import pick
from bot.sandbox.transcript import words
from bot.sandbox.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.interactions import Interaction
    from bot.sandbox.messages import Attachment, Message, Snapshot
    from bot.sandbox.places import Member, User

THINKING = 1 << 7


@dataclass(frozen=True)
class FirstResponse:
    """What the member saw first, `seconds` after asking; `kind` names Discord's callback type."""

    kind: str
    seconds: float
    ephemeral: bool
    reply: "Reply | None" = None


@dataclass(frozen=True)
class Played:
    """An interaction that a member began; everything that waits does so without polling."""

    raw: "Interaction" = field(repr=False)

    async def first_response(self, timeout_seconds: float = 10) -> FirstResponse:
        """Wait for the first response; raises TimeoutError."""
        raw, world = self.raw, self.raw.user.world
        what = f"a first response to {raw.kind.name}"
        kind = await world.watch.until(lambda: raw.response, timeout_seconds, what)
        ephemeral = raw.original is not None and raw.original.only_for is not None
        reply = None if raw.original is None else Reply(raw.original)
        return FirstResponse(kind.name, (raw.responded_at or 0) - raw.created_at, ephemeral, reply)

    async def reply(
        self, timeout_seconds: float = 10, *, until: "Callable[[Reply], bool] | None" = None
    ) -> "Reply":
        """Wait until the answer no longer thinks and `until` holds; raises TimeoutError."""

        def there() -> "Reply | None":
            message = self.raw.original
            if message is None or message.flags & THINKING or message.deleted:
                return None
            reply = Reply(message)
            return reply if until is None or until(reply) else None

        world = self.raw.user.world
        return await world.watch.until(there, timeout_seconds, f"the reply to {self.raw.kind.name}")

    async def followup(self, number: int = 1, timeout_seconds: float = 10) -> "Reply":
        """Wait for the follow-up message of that number, counted from 1; raises TimeoutError."""
        found, world = self.raw.followups, self.raw.user.world

        def there() -> "Reply | None":
            return Reply(found[number - 1]) if len(found) >= number else None

        return await world.watch.until(there, timeout_seconds, f"follow-up {number}")

    @property
    def modal(self) -> Form | None:
        """The form the bot opened, if it did."""
        return Form(self.raw) if self.raw.response is Callback.MODAL else None

    async def form(self, timeout_seconds: float = 10) -> Form:
        """Wait for the form that the bot opens; raises TimeoutError."""
        world = self.raw.user.world
        what = f"the form that answers {self.raw.kind.name}"
        return await world.watch.until(lambda: self.modal, timeout_seconds, what)

    async def submit(
        self, values: Mapping[str, object] | None = None, /, *, by: "User | Member", **named: object
    ) -> "Played":
        """Fill in the form the bot opened, by custom_ids or labels, and send it.

        A text is given as a string, a file as an Upload, what a select or an upload takes as one value or a
        list; controls that are not named keep what they were preset to. Raises NotOffered when the form is
        another's or was sent already, and for values that the client would not take.
        """
        form = await self.form()
        user, world = by.account, self.raw.user.world
        if user is not self.raw.user:
            raise NotOffered(f"{user.name} does not see this form")
        if any(one.trigger is self.raw and one.response is not None for one in world.interactions.values()):
            raise NotOffered("the form was sent and is closed")
        return Played(world.open_submit(self.raw, form.fill({**(values or {}), **named})))


@dataclass(frozen=True)
class Picture:
    """One item of a gallery; `data` is None for a link to elsewhere."""

    url: str = field(repr=False)
    description: str | None
    spoiler: bool
    file: "Attachment | None"

    @property
    def data(self) -> bytes | None:
        """What the file holds."""
        return None if self.file is None else self.file.data


@dataclass(frozen=True)
class Reply:
    """A message as its reader sees it; live: a later edit shows."""

    raw: "Message" = field(repr=False)

    @property
    def content(self) -> str:
        """The text."""
        return self.raw.content

    @property
    def embeds(self) -> list[Json]:
        """The embeds, as sent."""
        return self.raw.embeds

    @property
    def components(self) -> list[Json]:
        """The components, as sent, with ids."""
        return self.raw.components

    @property
    def attachments(self) -> "list[Attachment]":
        """All files, those shown inside embeds or components too; `data` holds the bytes."""
        return self.raw.attachments

    @property
    def pictures(self) -> list[Picture]:
        """What its galleries show, in order."""
        files = {f"attachment://{one.filename}": one for one in self.raw.attachments}
        items = [item for one in walk(self.raw.components) if one["type"] == GALLERY for item in one["items"]]
        urls = [(item["media"]["url"], item) for item in items]
        return [Picture(url, one["description"], one["spoiler"], files.get(url)) for url, one in urls]

    @property
    def pings(self) -> set[int]:
        """The ids of whom it notified, none in answers that were deferred; see `bot.sandbox.pings`."""
        return self.raw.pings

    @property
    def mentions(self) -> set[int]:
        """The ids of whom it mentions now, notified or not."""
        return {one.id for one in self.raw.mentions}

    @property
    def ephemeral(self) -> bool:
        """Whether only one member sees it."""
        return self.raw.only_for is not None

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self.raw.deleted

    @property
    def history(self) -> "list[Snapshot]":
        """What it showed, oldest first; the last is what it shows now."""
        return self.raw.history

    @property
    def text(self) -> str:
        """Every word in it: text, embeds and text displays, by lines."""
        return words(self.raw)

    def buttons(self) -> list[Json]:
        """Return its buttons, in order."""
        return [one for one in walk(self.raw.components) if one["type"] == BUTTON]

    def selects(self) -> list[Json]:
        """Return its selects, in order."""
        return [one for one in walk(self.raw.components) if one["type"] in SELECTS]

    async def press(self, button: str, *, by: "User | Member") -> Played:
        """Press a button, named by its custom_id or its label.

        Raises NotOffered when the reader sees no such button, or cannot press it.
        """
        usable = [one for one in self.buttons() if one["style"] != LINK]
        return self._use(by.account, usable, button, "label", {})

    async def select(self, select: str, *, by: "User | Member", values: Sequence[object]) -> Played:
        """Choose in a select, named by its custom_id or its placeholder; the values replace its defaults.

        A value is an option's value or label, or a Member, User, Role or Channel. Raises NotOffered when the
        reader sees no such select, cannot use it, or could not choose these.
        """
        return self._use(by.account, self.selects(), select, "placeholder", {"values": values})

    def _use(self, user: "User", controls: list[Json], name: str, told_by: str, more: Json) -> Played:
        message = self.raw
        world = message.author.world
        if message.deleted or not world.sees(user, message):
            raise NotOffered(f"{user.name} does not see this message")
        found = next((one for one in controls if name in {one.get("custom_id"), one.get(told_by)}), None)
        if found is None:
            raise NotOffered(f"no {name} among {[one.get(told_by) or one['custom_id'] for one in controls]}")
        if found.get("disabled"):
            raise NotOffered(f"{name} is disabled")
        data: Json = {"custom_id": found["custom_id"], "component_type": found["type"], "id": found["id"]}
        if "values" in more:
            resolved: Json = {}
            data["values"] = pick(user, message.channel, found, more["values"], resolved)
            data |= {"resolved": resolved} if resolved else {}
        return Played(world.open_component(user, message, data))
