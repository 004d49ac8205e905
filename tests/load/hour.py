"""An hour of a bot's life in a few minutes: what members, moderators, Discord and the API do, all at once.

Whoever acts waits little and minds nothing: what is refused, late or lost is part of the hour.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.sandbox import NotOffered, Played, Reply, Sandbox, Upload
from bot.sandbox.kinds import Callback
from bot.sandbox.permissions import Permission
from bot.sandbox.places import Channel, Guild, Member
from tests.load.stack import Running, ended

PATIENCE = 4.0
_UNDER_RESULTS = ("Re-roll", "Edit", "Before/after", "Details", "Post to channel", "Report", "Delete")
_FORMS: Mapping[str, Mapping[str, object]] = {"Edit": {"seed": "7"}, "Report": {"reason": "other"}}


@dataclass
class Hour:
    """Who acts, where, and what came of it.

    `picture` makes inputs that nobody has sent before; `resting` are the bot's tasks when nothing happens.
    """

    run: Running
    rng: random.Random
    picture: Callable[[], bytes]
    resting: Counter[str] = field(default_factory=Counter[str])
    moderators: dict[int, Member] = field(default_factory=dict[int, Member])
    results: deque[tuple[Reply, Member, Channel]] = field(default_factory=lambda: deque(maxlen=30))
    guests: deque[Guild] = field(default_factory=deque[Guild])
    done: Counter[str] = field(default_factory=Counter[str])
    failed: Counter[str] = field(default_factory=Counter[str])

    @property
    def sandbox(self) -> Sandbox:
        """Where it happens."""
        return self.run.sandbox

    async def tasks(self) -> Counter[str]:
        """The bot's tasks now, by what they run."""
        return Counter((await self.run.ask("held"))["tasks"])

    async def pass_(self, events: int, seconds: float, *, people: int = 10, rounds: int = 12) -> None:
        """Let so many things happen, by so many people at once, while so much time goes by.

        Time goes on in leaps, mostly while nobody waits: within three seconds of a command it would be late.
        Every third leap comes in the midst of what is under way, whose tokens die with it.
        """
        for number in range(rounds):
            acting = asyncio.gather(*(self._act(events // rounds // people) for _ in range(people)))
            if number % 3 == 2:
                await asyncio.wait({acting}, timeout=1)
            else:
                await acting
            self.sandbox.clock.advance(seconds / rounds)
            await self.run.ask(f"advance {seconds / rounds}")
            await acting

    async def _act(self, times: int) -> None:
        acts: list[tuple[Callable[[], Awaitable[object]], int]] = [
            (self.swap, 40),
            (self.press, 25),
            (self.credits, 6),
            (self.settings, 5),
            (self.saved_face, 6),
            (self.suggest, 6),
            (self.menu, 8),
            (self.come_and_go, 2),
            (self.reconnect, 1),
        ]
        for _ in range(times):
            (act,) = self.rng.choices([one for one, _ in acts], [weight for _, weight in acts])
            try:
                await act()
            except (NotOffered, TimeoutError) as error:
                self.failed[f"{act.__name__}: {type(error).__name__}"] += 1
            self.done[act.__name__] += 1

    async def swap(self) -> None:
        """A command, to its end."""
        member, channel = self.rng.choice(self.run.seats)
        given = {"source": Upload("a.png", self.picture()), "target": Upload("b.png", self.picture())}
        played = await member.slash(channel, "faceswap", **given, private=self.rng.random() < 0.3)
        await self._ended(played, member, channel)

    async def press(self) -> None:
        """A button under a result, and what comes of it."""
        reply, member, channel = self._result()
        name = self.rng.choice(_UNDER_RESULTS)
        label = next(
            (one["label"] for one in reply.buttons() if str(one.get("label")).startswith(name)), name
        )
        played = await reply.press(label, by=member)
        played = await self._submitted(played, _FORMS.get(name, {}), member)
        if name in ("Re-roll", "Edit"):
            await self._ended(played, member, channel)

    async def credits(self) -> None:
        """What a member has left, and the history."""
        member, channel = self.rng.choice(self.run.seats)
        await (await member.slash(channel, "credits show")).reply(PATIENCE)
        await (await member.slash(channel, "credits history")).reply(PATIENCE)

    async def settings(self) -> None:
        """A moderator opens the panel, changes numbers, and looks at the server's use."""
        _, channel = self.rng.choice(self.run.seats)
        assert channel.guild is not None
        grace = self.moderators.get(channel.guild.id)
        if grace is None:
            user = self.sandbox.create_user("Grace")
            grace = channel.guild.join(user, permissions=Permission.MANAGE_GUILD)
            self.moderators[channel.guild.id] = grace
        panel = await (await grace.slash(channel, "faceswap-admin settings")).reply(PATIENCE)
        played = await panel.press("Change numbers", by=grace)
        await self._submitted(played, {"daily": str(self.rng.randint(500, 900))}, grace)
        await (await grace.slash(channel, "faceswap-admin usage")).reply(PATIENCE)

    async def saved_face(self) -> None:
        """A face is saved, listed and deleted."""
        member, channel = self.rng.choice(self.run.seats)
        given = {"name": "Me", "picture": Upload("me.png", self.picture())}
        await (await member.slash(channel, "face save", **given)).reply(PATIENCE)
        await (await member.slash(channel, "face list")).reply(PATIENCE)
        await (await member.slash(channel, "face delete", name="Me")).reply(PATIENCE)

    async def suggest(self) -> None:
        """Somebody types a name letter by letter."""
        member, channel = self.rng.choice(self.run.seats)
        target = Upload("b.png", self.picture())
        for typed in ("", "M"):
            await member.autocomplete(
                channel, "face use", option="name", typed=typed, target=target, timeout_seconds=PATIENCE
            )

    async def menu(self) -> None:
        """A menu of a message: verify or report a result, or swap a face into a picture."""
        member, channel = self.rng.choice(self.run.seats)
        if self.rng.random() < 0.4:
            written = self.sandbox.write(member, channel, "look", [Upload("c.png", self.picture())])
            played = await member.use_menu(channel, "Swap a face into this", on=written)
            face = {"The face to use": Upload("f.png", self.picture())}
            # A form that is never sent is part of the hour, too.
            if self.rng.random() < 0.7:
                played = await self._submitted(played, face, member)
                await self._ended(played, member, channel)
            return
        reply, _, channel = self._result()
        name = self.rng.choice(["Verify face swap", "Report face swap"])
        await self._submitted(await member.use_menu(channel, name, on=reply), _FORMS["Report"], member)

    async def come_and_go(self) -> None:
        """The bot comes into one more server, and is removed from the one before."""
        guild = self.sandbox.create_guild("Guest")
        guild.create_channel("general")
        self.guests.append(guild)
        if len(self.guests) > 3:
            self.guests.popleft().kick_bot()

    async def reconnect(self) -> None:
        """Discord cuts the connection, asks for another, or forgets the session."""
        gateway = self.sandbox.gateway
        match self.rng.randrange(3):
            case 0:
                gateway.drop()
            case 1:
                await gateway.reconnect()
            case _:
                await gateway.invalidate(resumable=False)
        await self.sandbox.wait_until_ready()

    async def _submitted(self, played: Played, values: Mapping[str, object], by: Member) -> Played:
        """Wait for a first response; where that is a form, send it and wait for its response."""
        await played.first_response(PATIENCE)
        if played.raw.response is not Callback.MODAL:
            return played
        sent = await played.submit(values, by=by)
        await sent.first_response(PATIENCE)
        return sent

    async def _ended(self, played: Played, member: Member, channel: Channel) -> None:
        """Wait for a swap's end, and remember its picture, if it has one."""
        reply = await played.reply(PATIENCE, until=lambda _: ended(played.raw))
        if reply.attachments:
            self.results.append((reply, member, channel))

    def _result(self) -> tuple[Reply, Member, Channel]:
        if not self.results:
            raise NotOffered("no result is there yet")
        return self.rng.choice(self.results)
