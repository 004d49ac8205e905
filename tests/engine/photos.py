"""The two portraits, and files made from them."""

import io
from functools import cache
from typing import Any

from PIL import Image

from bot.engine.assets import asset

COLLINS, HOPPER, CAT, ROCKET = "astronaut.png", "grace_hopper.jpg", "chelsea.png", "rocket.jpg"


@cache
def photo(name: str, side: int | None = None) -> Image.Image:
    """One photograph as RGB, resized so that its longer side is `side`. Do not change it in place."""
    image = Image.open(asset(name)).convert("RGB")
    if side is None:
        return image
    scale = side / max(image.size)
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The image as a file; PNG is packed in haste, as its size is nobody's concern."""
    if kind == "PNG":
        options.setdefault("compress_level", 1)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def huge_file() -> bytes:
    """Hopper in 36 megapixels, as large as a phone's largest picture."""
    return file_of(photo(HOPPER).resize((6000, 6000), Image.Resampling.NEAREST), "JPEG")


def group(side: int = 540) -> Image.Image:
    """Three faces side by side: Collins, Hopper, Collins mirrored."""
    collins, hopper = photo(COLLINS, side), photo(HOPPER, side)
    picture = Image.new("RGB", (2 * collins.width + hopper.width, side), (90, 110, 120))
    picture.paste(collins, (0, 0))
    picture.paste(hopper, (collins.width, 0))
    picture.paste(collins.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (collins.width + hopper.width, 0))
    return picture
