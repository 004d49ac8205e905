"""Pictures of a size, encoded: photographs, since noise would take encoders and decoders longer."""

from PIL import Image

from tests.engine.photos import COLLINS, HOPPER, file_of, photo


def picture(name: str, side: int, kind: str, **options: object) -> bytes:
    """A portrait with sides of so many pixels."""
    return file_of(photo(name).resize((side, side), Image.Resampling.LANCZOS), kind, **options)


def inputs() -> tuple[bytes, bytes]:
    """Two portraits as members attach them, of 0.2 MB each."""
    return picture(HOPPER, 1024, "JPEG", quality=92), picture(COLLINS, 1024, "JPEG", quality=92)


def result() -> bytes:
    """What the API answers with: a PNG of 1 MB."""
    return picture(COLLINS, 880, "PNG")
