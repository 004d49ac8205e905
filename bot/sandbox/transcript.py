"""A channel in words, as one of its readers sees it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.sandbox.clock import FIRST_RESPONSE_SECONDS
from bot.sandbox.components import BUTTON, GALLERY, TEXT, walk
from bot.sandbox.controls import SELECTS
from bot.sandbox.deeds import deed, form_lines, select_line
from bot.sandbox.kinds import Callback, Kind
from bot.sandbox.wire import Json, as_object

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from bot.sandbox.places import Channel, User
    from bot.sandbox.world import World


def words(message: "Message") -> str:
    """Return every word of a message, by lines: text, text displays, embeds."""
    lines = [message.content] if message.content else []
    lines += [one["content"] for one in walk(message.components) if one["type"] == TEXT]
    for embed in message.embeds:
        lines += _embed(embed)
    return "\n".join(lines)


def _embed(embed: Json) -> list[str]:
    lines = [embed[key] for key in ("title", "description") if embed.get(key)]
    lines += [f"{one['name']}: {one['value']}" for one in embed.get("fields", [])]
    footer: str = as_object(embed.get("footer")).get("text", "")
    return [*lines, footer] if footer else lines


def transcript(world: "World", channel: "Channel", reader: "User") -> list[str]:
    """Return the lines a reader saw, oldest first: what was run, what came, what it became."""
    events: list[tuple[float, str]] = []
    for one in world.interactions.values():
        if one.channel is channel and one.user is reader and one.kind is not Kind.AUTOCOMPLETE:
            events.append((one.created_at, f"{reader.name} {deed(one)}"))
            if one.missed(world.clock.now()):
                sentence = "The application did not respond (only you see this)"
                events.append((one.created_at + FIRST_RESPONSE_SECONDS, sentence))
            if one.response is Callback.MODAL:
                events.append((one.responded_at or 0, "\n".join(form_lines(one))))
    for message in world.messages.values():
        if message.channel is channel and world.sees(reader, message):
            events += _appearances(message)
    lines: list[str] = []
    for at, text in sorted(events, key=lambda event: event[0]):
        first, *rest = text.split("\n")
        lines.append(f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}  {first}")
        lines += [f"          {one}" for one in rest]
    return lines


def _appearances(message: "Message") -> list[tuple[float, str]]:
    events: list[tuple[float, str]] = []
    private = f" (only you see this{', as the server wants' if message.forced_private else ''})"
    private = private if message.only_for else ""
    for number, shown in enumerate(message.history):
        verb = "is thinking…" if shown.thinking else "edits:" if _was_shown(message, number) else "says:"
        events.append((shown.at, f"{message.author.name}{private} {verb}"))
        if not shown.thinking:
            events[-1] = (shown.at, "\n".join([events[-1][1], *_body(message, number)]))
    if message.deleted_at is not None:
        events.append((message.deleted_at, f"{message.author.name}'s message is deleted{private}"))
    return events


def _gallery(one: Json) -> list[str]:
    """Say what a gallery shows, by its alternative texts."""
    covered = [" (covered)" if item["spoiler"] else "" for item in one["items"]]
    told = [f"▣ {item['description'] or 'a picture without words'}" for item in one["items"]]
    return [f"{words}{cover}" for words, cover in zip(told, covered, strict=True)]


def _was_shown(message: "Message", number: int) -> bool:
    return number > 0 and not message.history[number - 1].thinking


def _body(message: "Message", number: int) -> list[str]:
    shown = message.history[number]
    lines = shown.content.splitlines()
    if message.forwarded is not None:
        lines += ["↪ forwarded:", *_body(message.forwarded, -1)]
    lines += [
        line for one in walk(shown.components) if one["type"] == TEXT for line in one["content"].splitlines()
    ]
    lines += [line for embed in shown.embeds for text in _embed(embed) for line in text.splitlines()]
    for file in shown.attachments:
        size = f", {file.width} by {file.height}" if file.width else ""
        lines.append(f"⧉ {file.filename} ({file.size:,} bytes{size})")
    lines += [line for one in walk(shown.components) if one["type"] == GALLERY for line in _gallery(one)]
    lines += [select_line(message.channel, one) for one in walk(shown.components) if one["type"] in SELECTS]
    buttons = [f"[{one.get('label') or '…'}]" for one in walk(shown.components) if one["type"] == BUTTON]
    return [*lines, " ".join(buttons)] if buttons else lines
