"""What a seed changes about a swap: small departures from the recipe, each within bounds judged by eye."""

from dataclasses import dataclass

import numpy as np

from bot.segmind_wire import SEED_DEFAULT


@dataclass(frozen=True)
class Look:
    """The recipe's free choices; the defaults are the plain recipe."""

    shape: float = 0.0
    """Share of the target's own shape, and so of its expression, in the features."""
    light: float = 1.0
    """Factor of the skin's brightness."""
    warmth: float = 0.0
    """Shift from blue to yellow, as a share of the skin's brightness."""
    colour: float = 1.0
    """Factor of how colourful the skin is."""
    contrast: float = 1.0
    """Factor of the contrast within the face."""
    edge: float = 1.0
    """Factor of how far within the outline the face fades out, and of how softly."""
    fineness: float = 1.0
    """Factor of the sharpness that is aimed at."""

    @classmethod
    def of(cls, seed: int) -> "Look":
        """The look of a seed (0 to 2**64 - 1): plain for the default one, its own for any other."""
        if seed == SEED_DEFAULT:
            return cls()
        chance = np.random.default_rng(seed)
        # At least half of the way out, so that a new seed is always a visible change.
        parts = (chance.uniform(0.5, 1, 6) * chance.choice((-1, 1), 6)).tolist()
        light, warmth, colour, contrast, edge, fineness = parts
        return cls(
            shape=float(chance.uniform(0, 0.25)),
            light=1 + 0.05 * light,
            warmth=0.009 * warmth,
            colour=1 + 0.15 * colour,
            contrast=1 + 0.16 * contrast,
            edge=0.85 + 0.2 * edge,
            fineness=1 + 0.25 * fineness,
        )
