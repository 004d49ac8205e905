"""Pictures that ask for far more than they hold: pixels, coefficients, scans, blocks, frames, texts.

Each is made when it is needed, by a function, since some are large.
"""

import io
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image

from tests.hostile.making import (
    flat,
    gif,
    gif_frame,
    good_png,
    ihdr,
    png,
    png_chunk,
    resized_jpeg,
    riff,
    segment,
    small,
    vp8l,
    vp8x,
    webp_chunk,
    webp_frame,
    with_segments,
)

MEGA = 2**20


def _inflating(prefix: bytes, size: int) -> bytes:
    """Deflate many zeros behind a prefix."""
    squeeze = zlib.compressobj(1)
    body = b"".join(squeeze.compress(bytes(MEGA)) for _ in range(size // MEGA))
    return prefix + body + squeeze.flush()


@cache
def _hundred_megabytes() -> bytes:
    return _inflating(b"", 100 * MEGA)


def _many_texts() -> bytes:
    """Just under what one text may hold, over and over."""
    body = zlib.compress(bytes(MEGA - 1000), 1)
    return good_png(*(png_chunk(b"zTXt", b"k%d\0\0" % number + body) for number in range(60)))


def _animated_png(frames: int, claimed: int) -> bytes:
    control = png_chunk(b"acTL", claimed.to_bytes(4, "big") + bytes(4))
    body = flat(16, 16)[8:-4]

    def shown(number: int) -> bytes:
        place = (16).to_bytes(4, "big") * 2 + bytes(8) + b"\0\x01\0\x0a\0\0"
        return png_chunk(b"fcTL", number.to_bytes(4, "big") + place)

    more = b"".join(
        shown(2 * number - 1) + png_chunk(b"fdAT", (2 * number).to_bytes(4, "big") + body)
        for number in range(1, frames)
    )
    return png(ihdr(16, 16), control, shown(0), flat(16, 16), more)


def _one_component_a_scan() -> bytes:
    """Baseline, but the first scan holds one of three components: libjpeg then keeps everything."""
    data = bytearray(resized_jpeg(8000, 5000, small("JPEG")))
    at = data.index(b"\xff\xda")
    return bytes(data[:at]) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + bytes(data[at + 14 :])


def _scans(number: int) -> bytes:
    """Six megapixels, progressive, with one scan after the other that changes nothing."""
    data = resized_jpeg(3000, 2000, small("JPEG", progressive=True))
    last = data.rindex(b"\xff\xda")
    return data[:last] + (data[last:-2] * number)[: 8 * MEGA] + b"\xff\xd9"


def _twelve_megapixels() -> bytes:
    return png(ihdr(4000, 3000), flat(4000, 3000))


def _wide_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8000, 5000)).save(out, "JPEG", quality=20)
    return out.getvalue()


def _lzw(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("P", (width, height)).save(out, "GIF")
    return out.getvalue()


REFUSED: Mapping[str, Callable[[], bytes]] = {
    "png: 3.6 gigapixels declared": lambda: png(ihdr(60_000, 60_000), flat(16, 16)),
    "png: as wide as a number goes": lambda: png(ihdr(2**31 - 1, 1), flat(16, 16)),
    "png: 1 x 65535": lambda: png(ihdr(1, 65_535), flat(1, 65_535)),
    "png: 40 real megapixels of one bit": lambda: png(ihdr(8000, 5000, 1, 0), flat(8000, 5000, 1)),
    "png: 36 megapixels with alpha declared": lambda: png(ihdr(6000, 6000, 8, 6), flat(16, 16)),
    "png: 25 megapixels of 16 bits declared": lambda: png(ihdr(5000, 5000, 16, 0), flat(16, 16)),
    "png: 20 megapixels, interlaced, declared": lambda: png(ihdr(5000, 4000, 8, 2, 1), flat(16, 16)),
    "png: zTXt of 100 MB": lambda: good_png(png_chunk(b"zTXt", b"k\0\0" + _hundred_megabytes())),
    "png: iTXt of 100 MB": lambda: good_png(png_chunk(b"iTXt", b"k\0\1\0\0\0" + _hundred_megabytes())),
    "png: 60 texts of a megabyte": _many_texts,
    "png: two million empty chunks": lambda: good_png(png_chunk(b"prVt", b"") * 2_000_000),
    "jpeg: 65500 x 65500 declared": lambda: resized_jpeg(65_500, 65_500, small("JPEG")),
    "jpeg: 40 megapixels, progressive": lambda: resized_jpeg(8000, 5000, small("JPEG", progressive=True)),
    "jpeg: 40 megapixels, a component a scan": _one_component_a_scan,
    "jpeg: 20,000 scans": lambda: _scans(20_000),
    "jpeg: 6 million comments": lambda: with_segments(segment(0xFE, b"") * 6_000_000),
    "webp: 268 real megapixels in 50 bytes": lambda: riff(vp8l(16_383, 16_383)),
    "webp: 36 real megapixels in 50 bytes": lambda: riff(vp8l(6000, 6000)),
    "webp: 153 KB": lambda: riff(vp8l(16_383, 16_383), webp_chunk(b"JUNK", bytes(153_000))),
    "webp: a canvas of 2^48 pixels": lambda: riff(vp8x(2**24, 2**24), vp8l(16, 16)),
    "webp: a canvas of 40 megapixels around a dot": lambda: riff(
        vp8x(8000, 5000, 2), webp_chunk(b"ANIM", bytes(6)), webp_frame(16, 16)
    ),
    "png: EXIF of 20 MB": lambda: good_png(png_chunk(b"eXIf", b"II*\0" + bytes(20 * MEGA))),
    "jpeg: EXIF of 64 KB, 300 times": lambda: with_segments(
        segment(0xE1, b"Exif\0\0II*\0" + bytes(65_000)) * 300
    ),
    "jpeg: ICC of 16 MB": lambda: with_segments(
        *(segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 255]) + bytes(65_000)) for n in range(1, 256))
    ),
    "jpeg: 16 MB of application data": lambda: with_segments(segment(0xEB, bytes(65_000)) * 250),
    "webp: EXIF and XMP of 10 MB each": lambda: riff(
        vp8x(16, 16, 12),
        vp8l(16, 16),
        webp_chunk(b"EXIF", bytes(10 * MEGA)),
        webp_chunk(b"XMP ", bytes(10 * MEGA)),
    ),
    "gif: 3 million empty comments": lambda: gif(16, 16, b"!\xfe\0" * 3_000_000, gif_frame(16, 16)),
    "gif: 65535 x 65535": lambda: gif(65_535, 65_535, gif_frame(1, 1)),
    "gif: a frame beyond the canvas": lambda: gif(1, 1, gif_frame(65_535, 65_535)),
    "gif: 40 real megapixels in 30 KB": lambda: _lzw(8000, 5000),
}
"""Refused by what their structure says, before they are decoded."""

HARMLESS: Mapping[str, Callable[[], bytes]] = {
    "png: image data that goes on for 100 MB": lambda: png(
        ihdr(16, 16), png_chunk(b"IDAT", _hundred_megabytes())
    ),
    "png: iCCP of 100 MB": lambda: good_png(png_chunk(b"iCCP", b"k\0\0" + _hundred_megabytes())),
    "png: tEXt of 900 KB": lambda: good_png(png_chunk(b"tEXt", b"k\0" + b"x" * 900_000)),
    "png: 20 MB behind its end": lambda: good_png() + bytes(20 * MEGA),
    "png: 10,000 frames": lambda: _animated_png(10_000, 10_000),
    "png: 2^31 frames claimed, one there": lambda: _animated_png(1, 2**31 - 1),
    "png: 12 real megapixels": _twelve_megapixels,
    "jpeg: 40 real megapixels, baseline": _wide_jpeg,
    "webp: 2.3 real megapixels in 36 bytes": lambda: riff(vp8l(2048, 1152)),
    "webp: 10,000 frames": lambda: riff(
        vp8x(16, 16, 2), webp_chunk(b"ANIM", bytes(6)), webp_frame(16, 16) * 10_000
    ),
    "gif: 10,000 frames": lambda: gif(16, 16, gif_frame(16, 16) * 10_000),
    "gif: a comment of 10 MB": lambda: gif(
        16, 16, b"!\xfe" + (b"\xff" + b"c" * 255) * 40_000 + b"\0", gif_frame(16, 16)
    ),
}
"""Large or odd, yet cheap to read: they are pictures, or are refused as broken, within the same bounds."""
