"""Pictures as cameras and the API make them, by size: the same in every run."""

import io
import random

from PIL import Image

_GRAIN = 4
"""Pixels across one random field; between the fields the colour is even, as in a photograph."""


def picture(width: int, height: int, kind: str, **options: object) -> bytes:
    """A picture of soft noise, encoded; 784 by 588 pixels are 1.0 MB as PNG."""
    small = width // _GRAIN, height // _GRAIN
    pixels = random.Random(1).randbytes(small[0] * small[1] * 3)  # noqa: S311 - noise, not a secret
    file = io.BytesIO()
    whole = Image.frombytes("RGB", small, pixels).resize((width, height), Image.Resampling.BICUBIC)
    whole.save(file, kind, **options)
    return file.getvalue()
