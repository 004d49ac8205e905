"""What a step costs this process: its largest growth in memory, and its time."""

import ctypes
import gc
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MMAP_THRESHOLD = -3  # glibc's malloc.h
_STATUS, _REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")

MOST_BYTES = 60_000_000
"""The bar: how much any one file or answer may make the process grow."""


@dataclass
class Cost:
    """Known when the block ends; `bytes` stays 0 where the system does not tell."""

    bytes: int = 0
    seconds: float = 0.0


def _kib(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", _STATUS.read_text("ascii"), re.MULTILINE)
    return int(found[1]) if found else 0


def _begin() -> int | None:
    """Give back what is free, and let the kernel count its high-water mark anew; None where it cannot.

    The mark counts every page, also those of C libraries, and also what was freed again.
    """
    gc.collect()
    gc.freeze()  # what is left lives on: no need to look through it the next time
    try:
        # Large blocks are given back at once, or what earlier tests left free would blur the count.
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 128 * 1024)
        ctypes.CDLL(None).malloc_trim(0)
        _REFS.write_text("5", "ascii")
    except (OSError, AttributeError, TypeError):  # not Linux, another C library, or not allowed
        return None
    return _kib("VmRSS")


@contextmanager
def measured() -> Generator[Cost]:
    """Measure what happens in the block, in this whole process."""
    cost, before = Cost(), _begin()
    began = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - began
        if before is not None:
            cost.bytes = max(0, _kib("VmHWM") - before) * 1024
