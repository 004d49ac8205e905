"""Broken, self-contradicting and two-faced pictures: some are read, some refused, none does anything else."""

from tests.hostile.forged import HTML, ZIP
from tests.hostile.making import (
    PNG_START,
    exif,
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
    tiff,
    vp8l,
    vp8x,
    webp_chunk,
    webp_frame,
    with_segments,
)

_GPS = 0x8825
_ORIENTATION = 0x0112


def _cut(kind: str, *parts: float, **options: object) -> dict[str, bytes]:
    data = small(kind, **options)
    name = " ".join([kind.lower(), *options])
    return {f"{name}: cut at {part:.0%}": data[: round(len(data) * part)] for part in parts}


def _flipped(data: bytes, name: bytes, after: int) -> bytes:
    """Change one byte behind a name."""
    at = data.index(name) + after
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


_DHT = b"\xff\xc4"

BROKEN: dict[str, bytes] = {
    **_cut("PNG", 0.1, 0.5, 0.9),
    **_cut("JPEG", 0.1, 0.5, 0.9),
    **_cut("JPEG", 0.5, 0.8, progressive=True),
    **_cut("WEBP", 0.3, 0.9),
    **_cut("WEBP", 0.5, lossless=True),
    **_cut("GIF", 0.5),
    "png: wrong checksum of its header": png(png_chunk(b"IHDR", ihdr(16, 16)[8:-4], 1), flat(16, 16)),
    "png: wrong checksum of its data": _flipped(good_png(), b"IDAT", -1),
    "png: a flipped byte in its data": _flipped(good_png(), b"IDAT", 9),
    "png: no pixels wide": png(ihdr(0, 16), flat(16, 16)),
    "png: no pixels at all": png(ihdr(0, 0), flat(0, 0)),
    "png: no data": png(ihdr(16, 16)),
    "png: data before its header": png(flat(16, 16), ihdr(16, 16)),
    "png: a chunk that claims 4 GB": PNG_START + ihdr(16, 16) + b"\xff\xff\xff\xffIDAT" + bytes(50),
    "png: a header that is too short": PNG_START + png_chunk(b"IHDR", b"\0\0\0\x10"),
    "png: a palette picture without a palette": png(ihdr(16, 16, 8, 3), flat(16, 16, 8)),
    "png: a depth that does not exist": png(ihdr(16, 16, 7, 2), flat(16, 16)),
    "png: a filter that does not exist": png(
        ihdr(4, 1), png_chunk(b"IDAT", bytes.fromhex("789c63646462666105000033001600"))
    ),
    "jpeg: no pixels": resized_jpeg(0, 0, small("JPEG")),
    "jpeg: lossless": small("JPEG").replace(b"\xff\xc0\x00", b"\xff\xc3\x00"),
    "jpeg: 12 bits": small("JPEG").replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"),
    "jpeg: start and end alone": b"\xff\xd8\xff\xd9",
    "jpeg: starts without end": b"\xff\xd8" * 5000,
    "webp: claims 4 GB": riff(vp8l(16, 16), size=2**32 - 2),
    "webp: no pictures": riff(vp8x(16, 16, 2), webp_chunk(b"ANIM", bytes(6))),
    "webp: a frame beyond the canvas": riff(
        vp8x(16, 16, 2), webp_chunk(b"ANIM", bytes(6)), webp_frame(16, 16, 9000, 9000)
    ),
    "webp: nothing in it": riff(),
    "webp: rubbish as data": riff(webp_chunk(b"VP8 ", b"\x9d\x01\x2a" * 30)),
    "gif: no frame": gif(16, 16),
    "gif: no pixels": gif(0, 0, gif_frame(0, 0)),
    "gif: data without end": gif(16, 16, b"," + bytes(8) + b"\0\x02" + b"\xff" + bytes(255), end=b""),
}
"""No whole pictures."""

ODD: dict[str, bytes] = {
    "png and zip (a jar)": good_png() + ZIP,
    "png and html": good_png(png_chunk(b"tEXt", b"Comment\0" + HTML)),
    "png and pdf": good_png(png_chunk(b"tEXt", b"k\0%PDF-1.7\n1 0 obj")),
    "jpeg and zip": small("JPEG") + ZIP,
    "jpeg and html": with_segments(segment(0xFE, HTML)),
    "jpeg and php": with_segments(segment(0xFE, b"<?php system($_GET[0]); ?>")),
    "webp and html": riff(vp8l(16, 16), webp_chunk(b"JUNK", HTML)),
    "gif and javascript": gif(16, 16, b"!\xfe\x0b*/=1;alert()\0", gif_frame(16, 16)),
    "gif and jar": gif(16, 16, gif_frame(16, 16)) + ZIP,
    "png: 16 bits of colour": png(ihdr(16, 16, 16, 2), flat(16, 16, 48)),
    "png: 16 bits of grey": png(ihdr(16, 16, 16, 0), flat(16, 16, 16)),
    "png: interlaced": png(ihdr(1, 1, 8, 2, 1), flat(1, 1)),
    "png: one colour in its palette": png(
        ihdr(16, 16, 8, 3), png_chunk(b"PLTE", bytes(3)), png_chunk(b"tRNS", bytes(256)), flat(16, 16, 8)
    ),
    "png: two headers, the second larger": png(ihdr(16, 16), ihdr(6000, 2000), flat(16, 16)),
    "png: one pixel": png(ihdr(1, 1), flat(1, 1)),
    "png: 16384 x 1": png(ihdr(16_384, 1), flat(16_384, 1)),
    "jpeg: no Huffman tables": small("JPEG").replace(_DHT, b"\xff\xec"),
    "jpeg: arithmetic coding": small("JPEG").replace(b"\xff\xc0\x00", b"\xff\xc9\x00"),
    "jpeg: cmyk": small("JPEG", "CMYK"),
    "jpeg: grey": small("JPEG", "L"),
    "jpeg: GPS": with_segments(exif(b"II", [(_GPS, 4, 1, 26)])),
    "jpeg: a thumbnail that holds a thumbnail": with_segments(
        segment(
            0xE1, b"Exif\0\0" + tiff(b"MM", [(0x0201, 4, 1, 60), (0x0202, 4, 1, 9)]) + small("JPEG")[:20_000]
        )
    ),
    "jpeg: EXIF that loops": with_segments(exif(b"II", [(0x8769, 4, 1, 8), (_GPS, 4, 1, 8)], next_at=8)),
    "jpeg: EXIF that points behind the file": with_segments(exif(b"II", [(0x010E, 2, 2**31, 2**31)])),
    "jpeg: EXIF of the wrong endianness": with_segments(
        segment(0xE1, b"Exif\0\0MM" + tiff(b"II", [(_ORIENTATION, 3, 1, 6)])[2:])
    ),
    "jpeg: EXIF that is no TIFF": with_segments(segment(0xE1, b"Exif\0\0ZZ" + bytes(40))),
    "jpeg: EXIF of one byte": with_segments(segment(0xE1, b"Exif\0\0I")),
    "jpeg: an orientation of 9": with_segments(exif(b"MM", [(_ORIENTATION, 3, 1, 9 << 16)])),
    "jpeg: an orientation that is a text": with_segments(exif(b"II", [(_ORIENTATION, 2, 4, 0x36363636)])),
    "jpeg: an orientation that is a fraction by 0": with_segments(exif(b"II", [(_ORIENTATION, 5, 1, 8)])),
    "jpeg: many pictures claimed": with_segments(
        segment(0xE2, b"MPF\0" + tiff(b"II", [(0xB001, 4, 1, 2**31), (0xB002, 7, 2**31, 9)]))
    ),
    "jpeg: ICC that is rubbish": with_segments(segment(0xE2, b"ICC_PROFILE\0\x01\x01" + b"\xff" * 500)),
    "webp: EXIF that points behind the file": riff(
        vp8x(16, 16, 8), vp8l(16, 16), webp_chunk(b"EXIF", tiff(b"II", [(_ORIENTATION, 3, 2**31, 2**31)]))
    ),
}
"""Readable, with something about them: what is read is the first picture, and nothing else is followed."""
