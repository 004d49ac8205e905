"""Exports of what the bot knows, as one JSON file that people and programs can read."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from datetime import datetime
from typing import LiteralString

from bot.store import export
from bot.store.database import Row, Store, from_ms

_ADDRESSES = ("source", "target", "pictures")
_SWITCHES = ("private", "spoiler", "age_restricted")
_EXACT = 2**53  # larger whole numbers are rounded by programs that read them as JavaScript does


async def of_member(store: Store, user_id: int, now: datetime) -> bytes:
    """Everything that the bot knows of a member."""
    return await _document(store, export.MEMBER, user_id, {"member_id": str(user_id)}, now)


async def of_server(store: Store, guild_id: int, now: datetime) -> bytes:
    """Everything that the bot keeps for a server and its moderators."""
    return await _document(store, export.SERVER, guild_id, {"server_id": str(guild_id)}, now)


def fitting(data: bytes, name: str, limit: int) -> tuple[bytes, str]:
    """The file and its name, compressed where Discord would not take it as it is (both in bytes)."""
    if len(data) <= limit:
        return data, name
    return gzip.compress(data), f"{name}.gz"


async def _document(
    store: Store, sections: Mapping[str, LiteralString], about: int, head: Mapping[str, str], now: datetime
) -> bytes:
    found: dict[str, list[Row]] = {section: [] for section in sections}
    for section, query in sections.items():
        after = -1
        while page := await store.run(export.page, query, about, after):
            found[section] += page
            after = page[-1]["position"]
    head = {**head, "made_at": now.isoformat(timespec="seconds")}
    return await asyncio.to_thread(_rendered, head, found)


def _rendered(head: Mapping[str, str], found: Mapping[str, list[Row]]) -> bytes:
    sections = {section: [_readable(row) for row in rows] for section, rows in found.items()}
    return json.dumps({**head, **sections}, indent=1, ensure_ascii=False).encode()


def _readable(row: Row) -> dict[str, object]:
    """A row as people read it: times in ISO 8601, ids as text, addresses without what signs them."""
    return {name: _value(name, value) for name, value in row.items() if name != "position"}


def _value(name: str, value: object) -> object:
    if isinstance(value, str) and name in _ADDRESSES:
        return "\n".join(line.partition("?")[0] for line in value.splitlines())
    if not isinstance(value, int):
        return value
    if name.endswith("_at"):
        return from_ms(value).isoformat(timespec="milliseconds")
    if name.endswith(("_id", "hash", "_by")) or value >= _EXACT:
        return str(value)
    return bool(value) if name in _SWITCHES else value
