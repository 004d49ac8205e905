"""What marks cost, beside the bare encode of the same picture: a portrait of 1024 px in each format.

The bars: at most 50 ms (95th percentile) to sign a PNG, its self-check included, and at most 4 KiB added.
"""
# ruff: noqa: T201 - a benchmark prints

import statistics
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PIL import Image

from bot import badge
from bot.containers import marked
from bot.keyring import make_pair
from bot.marker import XMP, Marker
from bot.pictures import Kind
from bot.provenance import Judge
from tests.engine.photos import COLLINS, file_of, photo
from tests.stores import START

RUNS = 40
SIDE = 1024
PLENTY = 50_000_000

_PNG = {
    "level 6": {"compress_level": 6},
    "level 1": {"compress_level": 1},
    "level 1, run lengths alone": {"compress_level": 1, "compress_type": zlib.Z_RLE},
}


@dataclass(frozen=True)
class Taken:
    """Milliseconds."""

    median: float
    late: float

    def __str__(self) -> str:
        return f"{self.median:7.1f} {self.late:7.1f}"


def timed(work: Callable[[], object], runs: int = RUNS) -> Taken:
    """Median and 95th percentile, after one run that does not count."""
    work()
    taken: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return Taken(statistics.median(taken), sorted(taken)[int(0.95 * len(taken))])


def main() -> None:
    """Measure and print."""
    pair = make_pair(START)
    marker, judge = Marker(pair, START), Judge([str(pair.chain)])
    picture = photo(COLLINS).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    options = {Kind.PNG: {}, Kind.JPEG: {"quality": 92}, Kind.WEBP: {"quality": 92}}
    print(f"{'ms':38}{'p50':>8}{'p95':>8}  bare encodes   bytes added")
    for kind, chosen in options.items():
        data = file_of(picture, kind.value, **chosen)
        bare = timed(lambda kind=kind, chosen=chosen: file_of(picture, kind.value, **chosen), 9)

        def line(name: str, work: Callable[[], object], of: float = bare.median, kind: Kind = kind) -> None:
            taken = timed(work)
            print(f"{kind:5} {name:31} {taken}  {taken.median / of:12.2f}")

        def mark(*, badged: bool, data: bytes = data) -> bytes:
            made = marker.mark(data, badge=badged, limit_bytes=PLENTY, swap_id=2**62, made_at=START)
            return made.data

        body = marked(data, kind, XMP)
        signed = mark(badged=False)
        print(f"{kind:5} {'bare encode (Pillow)':31} {bare}  {1:12.2f}   {len(data)} in all")
        line("rebuild with XMP alone", lambda data=data, kind=kind: marked(data, kind, XMP))
        line(
            "sign and self-check",
            lambda body=body, kind=kind: marker._signed(body, kind, 1, START),  # pyright: ignore[reportPrivateUsage] - a part of the whole is measured
        )
        line("verify", lambda signed=signed: judge.verdict(signed))
        line("mark without badge: all of it", lambda mark=mark: mark(badged=False))
        line("mark with badge: all of it", lambda mark=mark: mark(badged=True))
        print(f"{kind:5} {'added without badge':31} {len(signed) - len(data):44} bytes")
    print(f"draw the badge{'':24} {timed(lambda: badge.draw(picture.copy()))}")
    for name, chosen in _PNG.items():
        save = partial(file_of, picture, "PNG", **chosen)
        print(f"PNG {name:34} {timed(save, 9)}  {len(save()):9} bytes")


if __name__ == "__main__":
    main()
