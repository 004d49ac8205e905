"""Pictures that members send: with all that a camera writes into them, and such as are none."""

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

PLACE = "SECRET-PLACE"
"""What stands in the metadata of `photo`."""


def photo(size: tuple[int, int] = (60, 40), colour: str = "red") -> bytes:
    """A JPEG as a phone makes it: to be turned by a quarter, with where it was taken and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation
    exif[0x010E] = PLACE  # description
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}  # GPS
    return _encoded(Image.new("RGB", size, colour), "JPEG", exif=exif, comment=PLACE.encode())


def cutout(size: tuple[int, int] = (40, 40)) -> bytes:
    """A PNG that is partly transparent, with a text in it."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Location", PLACE)
    return _encoded(Image.new("RGBA", size, (200, 10, 10, 100)), "PNG", pnginfo=text)


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 900 megapixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)  # pyright: ignore[reportArgumentType] - each encoder has its own
    return out.getvalue()
