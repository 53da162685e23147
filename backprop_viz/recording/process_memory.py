"""The process's own memory."""

import ctypes
import sys


def give_back_memory() -> None:
    """Give to the system what is free in the heap, where that is glibc's.

    It would keep for good what was taken for a moment, if anything is behind it.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
