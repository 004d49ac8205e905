"""Servers of the shards that a test wants."""

from bot.sandbox import Sandbox
from bot.sandbox.places import Guild


def guilds_of(sandbox: Sandbox, count: int) -> dict[int, Guild]:
    """A server of each of so many shards; which one is its, is in the milliseconds of its id."""
    found: dict[int, Guild] = {}
    while len(found) < count:
        sandbox.clock.advance(0.001)
        shard = (sandbox.world.ids.next() >> 22) % count
        guild = sandbox.create_guild(f"Shard {shard}")
        found.setdefault((guild.id >> 22) % count, guild)
    return found
