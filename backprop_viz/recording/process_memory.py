"""The process's own memory."""

import ctypes
import sys


def give_back_memory() -> None:
    """Return free memory of the heap to the system, where the heap is glibc's.

    glibc keeps memory that was needed for a moment as long as anything lies behind it.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
