"""Has memory that is free again given back to the system, where the C library can be told to."""

import ctypes
import sys

_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 512 * 1024


def give_large_blocks_back() -> None:
    """Let the C library map each large block by itself, so that freeing it gives it back at once.

    By itself glibc raises this bound to the largest block it has seen, and pictures of several threads then
    leave its heaps full of holes: with results of 4 MB a third more memory (`python -m tests.bench load`).
    Nothing is done without glibc. Source: mallopt(3).
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
