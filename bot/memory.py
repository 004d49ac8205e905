"""Has pictures of several threads share memory, where the C library can be told to."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_SETTINGS = {
    _M_ARENA_MAX: 2,
    _M_MMAP_THRESHOLD: 8 * 1024 * 1024,
    _M_TRIM_THRESHOLD: 16 * 1024 * 1024,
}


def use_few_heaps() -> None:
    """Let all threads use two heaps, in which blocks of a picture's size are used again and again.

    By itself glibc gives each thread a heap, and pictures leave all of them full of holes: with results of
    4 MB a third more memory. Where each large block is mapped by itself instead, a swap takes a tenth more
    processor time, since the system clears every page of it (`python -m tests.bench load` and `bot`).
    Nothing is done without glibc. Source: mallopt(3).
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    for parameter, value in _SETTINGS.items():
        mallopt(parameter, value)
