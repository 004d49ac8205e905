"""What tests of reports share: a result, reporting it either way, and what is left of it."""

import random
from dataclasses import dataclass, field

from PIL import Image

from bot.client import FaceSwapBot
from bot.sandbox import Played, Reply
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Member, User
from tests.e2e.conftest import Place
from tests.e2e.moderating import admin, answered
from tests.engine.photos import file_of

MENU = "Report face swap"


@dataclass
class Court:
    """A server with a log channel, its moderator, and somebody who reports."""

    place: Place
    bot: FaceSwapBot
    log: Channel
    grace: Member
    bob: Member
    extra: dict[str, Member] = field(default_factory=dict[str, Member])

    @classmethod
    async def of(cls, place: Place, bot: FaceSwapBot, *, log: bool = True) -> "Court":
        """Set it up; without a log channel where that is wanted."""
        grace = place.guild.join(place.sandbox.create_user("Grace"), permissions=Permission.MANAGE_GUILD)
        bob = place.guild.join(place.sandbox.create_user("Bob"))
        court = cls(place, bot, place.guild.create_channel("log"), grace, bob)
        if log:
            panel = await admin(place, grace, "settings")
            await answered(await panel.select("settings-log", by=grace, values=[court.log]))
            await place.sandbox.until(lambda: court.logged() or None, 5, "the first line of the log")
        return court

    def member(self, name: str) -> Member:
        """Somebody else."""
        if name not in self.extra:
            self.extra[name] = self.place.guild.join(self.place.sandbox.create_user(name))
        return self.extra[name]

    def logged(self) -> list[Reply]:
        """What the log channel shows now, oldest first."""
        return self.place.said(self.log)

    def cases(self) -> list[Reply]:
        """The cases in it."""
        return [one for one in self.logged() if "Reported face swap" in one.text]

    async def report(
        self,
        on: Reply,
        *,
        by: Member | User | None = None,
        reason: str = "other",
        note: str = "",
        channel: Channel | None = None,
    ) -> Played:
        """Report a message by its menu, up to the form that is sent."""
        who = by or self.bob
        opened = await who.use_menu(channel or self.place.channel, MENU, on=on)
        return await opened.submit({"reason": reason, "note": note}, by=who)

    async def reported(self, on: Reply, *, by: Member | User | None = None, reason: str = "other") -> str:
        """Report a message by its menu, and return what the reporter is told in private."""
        reply = await (await self.report(on, by=by, reason=reason)).reply()
        assert reply.ephemeral
        return reply.content

    async def press_report(self, on: Reply, *, by: Member | None = None, reason: str = "other") -> Played:
        """Report a message by its button, up to the form that is sent."""
        opened = await on.press("Report", by=by or self.bob)
        return await opened.submit({"reason": reason}, by=by or self.bob)

    async def decide(self, button: str, *, by: Member | None = None) -> Played:
        """Press a button of the newest case, as soon as it is there."""
        case = await self.place.sandbox.until(lambda: (self.cases() or [None])[-1], 5, "the case")
        played = await case.press(button, by=by or self.grace)
        await played.first_response()
        return played

    async def kept(self) -> list[object]:
        """The state of every case, and whether its picture is kept."""
        rows = await self.place.rows("SELECT state, picture IS NOT NULL AS kept FROM cases ORDER BY id")
        return [(row["state"], bool(row["kept"])) for row in rows]

    async def actions(self) -> list[object]:
        """What moderators did, but for setting up the log."""
        rows = await self.place.rows("SELECT action FROM actions ORDER BY acted_at, interaction_id")
        return [row["action"] for row in rows if row["action"] != "settings"]


def is_hidden(reply: Reply) -> bool:
    """Whether a message shows its picture no more, nor anything that leads to it."""
    assert not reply.deleted
    return not reply.attachments and not reply.buttons() and "cdn" not in str(reply.components)


def photograph(seed: int) -> bytes:
    """A picture with enough in it to be told from others."""
    noise = Image.frombytes("L", (9, 8), random.Random(seed).randbytes(72))  # noqa: S311 - the same in each run
    return file_of(noise.resize((180, 160), Image.Resampling.BICUBIC))
