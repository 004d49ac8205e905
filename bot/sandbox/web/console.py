"""What the page asks of the console for engineers, whatever stands behind it."""

from collections.abc import Callable
from typing import Protocol

from bot.sandbox.wire import Json

Listener = Callable[[str, Json], None]
"""Hears of an entry: "exchange" or "event", and what it says."""


class Refused(Exception):
    """What was asked cannot be done; the message is one sentence for the person who asked."""


class Console(Protocol):
    """Shows what the bot and Discord say to each other, and disturbs it; nothing it shows holds a secret."""

    def can(self) -> dict[str, bool]:
        """Tell what can be done here: `kill` the bot, arm `faults`, move the `clock`."""
        ...

    def shown(self) -> Json:
        """Return the last exchanges and events, the faults there are, and the clock."""
        ...

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener of every entry from now on, until what is returned is called."""
        ...

    async def do(self, body: Json) -> str:
        """Do what was asked and say so in a sentence; raises Refused."""
        ...
