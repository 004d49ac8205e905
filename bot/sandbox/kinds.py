"""What an interaction is, and how it may be answered."""

from enum import IntEnum


class Kind(IntEnum):
    """What the member did (source: Discord's interaction types)."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """What the bot may answer first (source: Discord's interaction callback types)."""

    PONG = 1
    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9
