"""The one place that knows discord.py's insides: where its addresses are kept."""

from collections.abc import Generator
from contextlib import contextmanager

import discord
import discord.gateway
import discord.http
import yarl

_HOLDERS: tuple[tuple[type, str, str], ...] = (
    (discord.http.Route, "BASE", "https://discord.com/api/v10"),
    (discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", "wss://gateway.discord.gg/"),
    (discord.Asset, "BASE", "https://cdn.discordapp.com"),
)
"""Every address discord.py 2.7 connects to by itself, and what it is out of the box.

Interaction webhooks are built on `Route` too; attachments and the gateway to resume come from the server.
"""


class DoorwayError(RuntimeError):
    """This discord.py keeps its addresses elsewhere: a bot would reach the real Discord."""


def addresses() -> list[str]:
    """Return where discord.py connects to now: REST, gateway, CDN."""
    return [str(getattr(holder, name, None)) for holder, name, _ in _HOLDERS]


def check() -> None:
    """Raise DoorwayError unless discord.py holds its addresses where we set them."""
    for (holder, name, usual), now in zip(_HOLDERS, addresses(), strict=True):
        if now != usual:
            raise DoorwayError(
                f"discord.py {discord.__version__}: {holder.__name__}.{name} is not {usual}; "
                "it was moved, or it is redirected already"
            )


@contextmanager
def redirected(base_url: str) -> Generator[None]:
    """Let every discord.py client of this process talk to the sandbox at `base_url`; process-wide.

    Raises DoorwayError when discord.py is not as expected, or is redirected already.
    """
    check()
    url = yarl.URL(base_url)
    before = [getattr(holder, name) for holder, name, _ in _HOLDERS]
    after = [f"{base_url}/api/v10", url.with_scheme("ws") / "gateway", f"{base_url}/cdn"]
    try:
        for (holder, name, _), address in zip(_HOLDERS, after, strict=True):
            setattr(holder, name, address)
        yield
    finally:
        for (holder, name, _), address in zip(_HOLDERS, before, strict=True):
            setattr(holder, name, address)
