"""Files as parts: whatever they are made of, they are rebuilt or refused, and never followed for long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.containers import credentials, marked, parts
from bot.pictures import Kind, open_picture, sniff
from tests.provenance.samples import PICTURES, encode, scene
from tests.verified import verify

PLAIN = [name for name in PICTURES if name != "webp-animated"]


@pytest.mark.parametrize("name", PLAIN)
def test_rebuilding_twice_changes_nothing_more(name: str) -> None:
    """What was rebuilt is a whole picture, and is what rebuilding makes of it again."""
    data = PICTURES[name]()
    kind = sniff(data)
    assert kind is not None
    once = marked(data, kind, b"<x/>")
    assert verify(once) is kind
    assert marked(once, kind, b"<x/>") == once
    assert open_picture(once).mode == open_picture(data).mode
    assert [name for name, _ in parts(once, kind)]


def test_an_animation_is_refused() -> None:
    """Frames of an animated WebP are not put together here; nor is a GIF."""
    with pytest.raises(ValueError, match="animated"):
        marked(PICTURES["webp-animated"](), Kind.WEBP, b"")
    with pytest.raises(ValueError, match="gif"):
        marked(encode(scene(), "gif"), Kind.GIF, b"")


@pytest.mark.parametrize("name", PLAIN)
def test_no_cut_file_is_rebuilt(name: str) -> None:
    """A file that lacks its end is refused, wherever it was cut."""
    data = PICTURES[name]()
    kind = sniff(data)
    assert kind is not None
    for end in {*range(12, len(data), 61), len(data) - 1}:
        with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
            marked(data[:end], kind, b"")


@pytest.mark.parametrize(
    "name", ["png-p-transparent", "jpeg-progressive", "webp-lossy-alpha", "webp-lossless"]
)
@given(data=st.data())
@settings(max_examples=150)
def test_damage_is_refused_or_harmless(name: str, data: st.DataObject) -> None:
    """Bytes changed anywhere: a ValueError or a file, and nothing else."""
    good = PICTURES[name]()
    kind = sniff(good)
    assert kind is not None
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(12, len(good) - 1))] = data.draw(st.integers(0, 255))
    credentials(bytes(changed), kind)
    try:
        marked(bytes(changed), kind, b"")
    except ValueError:
        return


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.PNG, b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0aaAa\0\0\0\0" * 500_000),
        (Kind.JPEG, b"\xff\xd8" + b"\xff" * 6_000_000),
        (Kind.JPEG, b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * 3_000_000),
        (Kind.JPEG, b"\xff\xd8" + b"\xff\xe0\0\2" * 1_500_000),
        (Kind.WEBP, b"RIFF\x10\x1b\x5b\0WEBP" + b"NOTE\0\0\0\0" * 750_000),
    ],
    ids=["chunks", "fill", "stuffing", "segments", "notes"],
)
def test_many_small_parts_take_no_time(kind: Kind, data: bytes) -> None:
    """Six megabytes of nothing are gone through once, in linear time and without recursion."""
    began = time.perf_counter()
    assert credentials(data, kind) == b""
    assert time.perf_counter() - began < 20


def test_transparency_is_announced() -> None:
    """A bare lossless WebP says in its pixels' header that it is transparent; the new header says so too."""
    lossless = dict(parts(PICTURES["webp-lossless-alpha"](), Kind.WEBP))[b"VP8L"]
    for alpha in (True, False):
        bits = int.from_bytes(lossless[1:5], "little") & ~(1 << 28) | alpha << 28
        body = b"WEBPVP8L" + len(lossless).to_bytes(4, "little") + lossless[:1] + bits.to_bytes(4, "little")
        body += lossless[5:] + bytes(len(lossless) % 2)
        bare = b"RIFF" + len(body).to_bytes(4, "little") + body
        header = dict(parts(marked(bare, Kind.WEBP, b"<x/>"), Kind.WEBP))[b"VP8X"]
        assert bool(header[0] & 0x10) is alpha
        assert int.from_bytes(header[4:7], "little") + 1 == open_picture(bare).width
