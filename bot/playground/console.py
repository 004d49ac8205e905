"""The console: what the page may do to the sandbox, the API and the bot, and what it shows of the wire."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.errors import CannotServe
from bot.playground.api import API_FAULTS, Api
from bot.playground.bot_process import BotProcess
from bot.playground.discord_faults import DiscordFaults
from bot.playground.record import Recorder
from bot.sandbox import Sandbox
from bot.sandbox.rest.call import Exchange
from bot.sandbox.web import Refused
from bot.sandbox.wire import Json

TIMES_MAX = 50
JUMP_MAX_SECONDS = 400 * 24 * 3600


class Console:
    """Does what the page's drawer asks for. It records from the moment it is made."""

    def __init__(self, sandbox: Sandbox, api: Api, bot: BotProcess, recorder: Recorder) -> None:
        self._sandbox = sandbox
        self._api = api
        self._bot = bot
        self._discord = DiscordFaults(sandbox)
        self._jumped = 0
        self._process = asyncio.Lock()
        self.recorder = recorder
        self._acts: Mapping[str, Callable[[Json], Awaitable[str]]] = {
            "fault": self._fault,
            "clear-faults": self._clear,
            "drop-socket": self._drop,
            "expire-links": self._expire,
            "kill-bot": self._kill,
            "start-bot": self._start,
            "advance": self._advance,
        }
        sandbox.rest.on_exchange = self._exchange
        sandbox.gateway.on_event = recorder.event

    def shown(self) -> Json:
        """Return everything the drawer shows."""
        api = [
            {"id": one.id, "label": one.label, "group": "Face-swap API", "armed": self._api.armed[one.id]}
            for one in API_FAULTS
        ]
        return {
            "exchanges": self.recorder.exchanges.list(),
            "events": self.recorder.events.list(),
            "faults": [*api, *self._discord.shown()],
            "clock": {"offset_seconds": self._jumped},
        }

    def can(self) -> dict[str, bool]:
        """Everything that there is to do."""
        return {"kill": True, "faults": True, "clock": True}

    def listen(self, listener: Callable[[str, Json], None]) -> Callable[[], None]:
        """Tell a listener of every entry from now on, until what is returned is called."""
        self.recorder.listeners.add(listener)
        return lambda: self.recorder.listeners.discard(listener)

    async def do(self, body: Json) -> str:
        """Do one thing and return a sentence that says so; raises Refused."""
        wanted = body.get("do")
        act = self._acts.get(wanted) if isinstance(wanted, str) else None
        if act is None:
            raise Refused("The console knows no such thing.")
        return await act(body)

    async def _fault(self, asked: Json) -> str:
        times = _whole(asked.get("times", 1), TIMES_MAX, "How many times")
        fault_id = asked.get("id")
        known = next((one for one in API_FAULTS if one.id == fault_id), None)
        if known is not None:
            self._api.arm(known.id, times)
            return f"{known.label}: the next {_counted(times, 'swap')}."
        done = self._discord.arm(fault_id, times)
        if done is None:
            raise Refused("There is no such fault.")
        return done

    async def _clear(self, _: Json) -> str:
        self._api.armed.clear()
        self._discord.clear()
        return "Nothing goes wrong on purpose any more."

    async def _drop(self, _: Json) -> str:
        if not self._sandbox.gateway.sockets:
            raise Refused("The bot is not connected.")
        self._sandbox.gateway.drop()
        return "The bot's connection to the gateway was cut."

    async def _expire(self, _: Json) -> str:
        self._sandbox.world.cdn.expire()
        return "Every link to a picture has expired; whoever asks Discord gets a fresh one."

    async def _kill(self, _: Json) -> str:
        async with self._process:
            if not self._bot.running:
                raise Refused("The bot is not running.")
            await self._bot.kill()
        return "The bot was killed in the middle of whatever it did."

    async def _start(self, _: Json) -> str:
        async with self._process:
            if self._bot.running:
                raise Refused("The bot is running.")
            try:
                await self._bot.start()
            except CannotServe as error:
                raise Refused(str(error)) from None
        return "The bot is back, with the store it left."

    async def _advance(self, asked: Json) -> str:
        seconds = _whole(asked.get("seconds"), JUMP_MAX_SECONDS, "How many seconds")
        self._sandbox.clock.advance(seconds)
        self._jumped += seconds
        await self._bot.tell_time()
        self._sandbox.world.watch.changed()
        return f"It is {_counted(seconds, 'second')} later, for Discord and for the bot."

    def _exchange(self, exchange: Exchange) -> None:
        self.recorder.exchange(
            exchange.method,
            exchange.path,
            exchange.status,
            fault=exchange.fault,
            seconds=exchange.seconds,
            body=exchange.body,
            answer=exchange.answer,
        )


def _whole(value: object, most: int, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refused(f"{what}: a whole number from 1 to {most}.")
    return value


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
