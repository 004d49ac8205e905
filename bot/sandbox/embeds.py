"""Embeds: Discord's rules for them."""

from bot.sandbox.errors import InvalidForm, NotPlayed
from bot.sandbox.wire import Json, as_object

_LENGTHS = {"title": 256, "description": 4096}
_FIELDS = {
    "type", "title", "description", "url", "color", "timestamp", "fields", "author", "footer", "image",
    "thumbnail", "video", "provider", "flags",
}  # fmt: skip


def check_embeds(embeds: list[Json], path: str) -> None:
    """Raise InvalidForm where Discord would refuse: counts, lengths, 6000 characters in all."""
    if len(embeds) > 10:
        raise InvalidForm(path, "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = sum(_check_embed(embed, f"{path}.{index}") for index, embed in enumerate(embeds))
    if total > 6000:
        raise InvalidForm(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed(embed: Json, path: str) -> int:
    unknown = set(embed) - _FIELDS
    if unknown:
        raise NotPlayed(f"embed field {sorted(unknown)} at {path}")
    texts = [(name, embed.get(name) or "", limit) for name, limit in _LENGTHS.items()]
    texts.append(("footer.text", as_object(embed.get("footer")).get("text", ""), 2048))
    texts.append(("author.name", as_object(embed.get("author")).get("name", ""), 256))
    fields: list[Json] = embed.get("fields", [])
    if len(fields) > 25:
        raise InvalidForm(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, one in enumerate(fields):
        for name, limit in (("name", 256), ("value", 1024)):
            if not one.get(name):
                raise InvalidForm(
                    f"{path}.fields.{index}.{name}", "BASE_TYPE_REQUIRED", "This field is required"
                )
            texts.append((f"fields.{index}.{name}", one[name], limit))
    for name, text, limit in texts:
        if len(text) > limit:
            raise InvalidForm(
                f"{path}.{name}", "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."
            )
    return sum(len(text) for _, text, _ in texts)
