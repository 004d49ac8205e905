"""Files of other kinds under a picture's name: programs, documents, films, and other pictures."""

import gzip
import io
import zipfile

from tests.hostile.making import small


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Main-Class: Evil\n")
    return out.getvalue()


ZIP = _zip()
HTML = b"<!doctype html><html><script>location='http://169.254.169.254/'</script></html>"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    b'<image xlink:href="http://127.0.0.1:%d/canary.png"/></svg>'
)


def _box(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + brand + b"mif1" + b"\0\0\0\x08mdat"


FORGED: dict[str, bytes] = {
    "nothing at all": b"",
    "one byte": b"\x89",
    "a megabyte of zeros": bytes(2**20),
    "text": b"hello\r\n" * 100,
    "windows program": b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(500),
    "linux program": b"\x7fELF\x02\x01\x01" + bytes(500),
    "shell script": b"#!/bin/sh\ncurl http://127.0.0.1/\n",
    "html": HTML,
    "svg that names a server": SVG % 9,
    "svg, compressed": gzip.compress(SVG % 9),
    "xml with an external entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI(http://127.0.0.1/)>>>>endobj\n%%EOF",
    "postscript, for which Pillow starts a program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "mp4": _box(b"isom"),
    "heic": _box(b"heic"),
    "avif": _box(b"avif"),
    "zip": ZIP,
    "tiff, little-endian": small("TIFF"),
    "tiff, big-endian": b"MM\0*\0\0\0\x08\0\0",
    "tiff of the wrong endianness": b"MM*\0\x08\0\0\0\0\0",
    "bigtiff": b"II+\0\x08\0\0\0" + bytes(16),
    "bmp": small("BMP"),
    "bmp of 2 gigapixels": b"BM" + bytes(12) + b"(\0\0\0\xff\xff\0\0\xff\xff\0\0\x01\0\x18\0" + bytes(24),
    "icon": b"\0\0\x01\0\x01\0" + bytes(30),
    "photoshop": b"8BPS\0\x01" + bytes(6) + b"\0\x03\0\0\xff\xff\0\0\xff\xff\0\x08\0\x03",
    "ppm of 2 gigapixels": b"P6 50000 50000 255\n" + bytes(99),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99),
    "radiance": b"#?RADIANCE\n",
    "dds": b"DDS |\0\0\0" + bytes(120),
    "riff, but sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
    "the first bytes of a png alone": b"\x89PNG\r\n\x1a\n",
    "a png with unix line ends": small("PNG").replace(b"\r\n", b"\n"),
    "a jpeg behind a byte": b"\0" + small("JPEG"),
    "a pdf that holds a jpeg": b"%PDF-1.4\n" + small("JPEG"),
    "a zip that holds a png": ZIP[:30] + small("PNG") + ZIP[30:],
}
"""None of these is a picture to the bot, whatever its name or declared type says."""
