"""Pictures to try the bot with, out of the engine's pinned wheels: those of them that were fetched."""

from dataclasses import dataclass, field
from pathlib import Path

from bot.engine.assets import FOLDER, asset
from bot.errors import AssetError
from bot.sandbox.uploads import Upload

_WORDS = {
    "astronaut.png": ("Astronaut", "A smiling woman in an orange space suit, in front of a flag."),
    "grace_hopper.jpg": ("Admiral", "An older woman in a dark uniform with a peaked cap and glasses."),
    "chelsea.png": ("Cat, no human face", "The face of a ginger cat that looks aside."),
    "rocket.jpg": ("Rocket, nobody in it", "A rocket on its launch pad at dusk, lit from below."),
}
"""A label and an alternative text by file, those with faces first."""


@dataclass(frozen=True)
class Sample:
    """One picture; `name` is its file name."""

    name: str
    label: str
    alt: str
    data: bytes = field(repr=False)

    def upload(self) -> Upload:
        """Return it as a file to send, with its alternative text."""
        return Upload(self.name, self.data, description=self.alt)


def samples(folder: Path = FOLDER) -> dict[str, Sample]:
    """Read what is there and intact, by name."""
    found: dict[str, Sample] = {}
    for name, (label, alt) in _WORDS.items():
        try:
            found[name] = Sample(name, label, alt, asset(name, folder).read_bytes())
        except AssetError:
            continue
    return found
