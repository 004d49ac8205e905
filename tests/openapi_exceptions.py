"""Where discord.py or Discord itself is known to differ from Discord's published document, and why.

The one list: nothing else in the tests excuses a difference.
"""

import re
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class Rule:
    """`label` is matched against the route (or schema), `finding` against the sentence; both as searches."""

    label: str
    finding: str
    reason: str

    def covers(self, label: str, finding: str) -> bool:
        """Tell whether this rule explains a finding."""
        return bool(re.search(self.label, label) and re.search(self.finding, finding))


EXCEPTIONS: tuple[Rule, ...] = (
    Rule(
        r"/commands$",
        r"options\.\d+\.channel_types\.\d+: 16 is not valid",
        "the document forgets media channels (16), which the documentation lists and discord.py names",
    ),
    Rule(
        r".",
        r"message_reference\.type: 0 was expected$",
        "the document forgets forwards (1), which the documentation lists and discord.py names",
    ),
    Rule(
        r"POST /attachments/refresh-urls",
        r"request: this route is not in the document$",
        "undocumented, yet open to bots: it is the only way to renew an address of which no message is known",
    ),
    Rule(
        r"PUT /applications/\{application_id\}(/guilds/\{guild_id\})?/commands",
        r"request: unknown property \[\]\.nsfw$",
        "the document forgets nsfw in requests, though answers have it and the documentation describes it",
    ),
    Rule(
        r"PATCH |POST /interactions/",
        r"request: unknown property (\.data)?\.tts$",
        "discord.py sends tts with every message, edits too; Discord takes no notice",
    ),
    Rule(
        r".",
        r"request: unknown property (\.data)?\.embeds\[\]\.flags$",
        "discord.py sends the flags an embed was given when it is echoed or built; Discord takes no notice",
    ),
    Rule(
        r"PATCH ",
        r"unknown property \.attachments\[\]\.(proxy_url|url|size|spoiler|height|width|content_type)",
        "discord.py echoes a kept attachment whole, where its id would do; Discord takes no notice",
    ),
    Rule(
        r".",
        r"answer 4\d\d: errors\..*: '[A-Z0-9_]+' is not of type 'integer'$",
        "inner error codes are names (BASE_TYPE_MAX_LENGTH), as the documentation shows, not integers",
    ),
)

_IDS = {
    "recipient_id", "channel_id", "guild_id", "message_id", "attachments[].id", "default_values[].id",
    "allowed_mentions.users[]", "allowed_mentions.roles[]",
}  # fmt: skip


def ids_as_text(body: object, key: str = "") -> object:
    """Write as text the ids that discord.py sends as numbers; Discord takes both, the document only text.

    These are `recipient_id`, the ids of a message reference, those of a select's default values and of
    allowed mentions, and `attachments[].id` (an index for new files).
    """
    if isinstance(body, list):
        return [ids_as_text(one, f"{key}[]") for one in cast("list[object]", body)]
    if isinstance(body, dict):
        return {name: ids_as_text(one, _key(key, name)) for name, one in cast("dict[str, Any]", body).items()}
    return str(body) if key in _IDS and isinstance(body, int) else body


def _key(parent: str, name: str) -> str:
    return f"{parent}.{name}" if parent in {"attachments[]", "default_values[]", "allowed_mentions"} else name
