"""Which file a loop's lines are of: the main script's, or that of the notebook's cell that runs."""

import linecache
import sys
from types import FrameType


def loop_source(before: str | None) -> str | None:
    """The file of the main script; without one the cell that this thread's loop runs in.

    That is the cell ``before`` as long as it runs, else the innermost one that does.
    """
    main = sys.modules["__main__"]
    if (path := getattr(main, "__file__", None)) is not None:
        return str(path)
    found: str | None = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        # What runs in a main module that has no file is a cell, or was typed in.
        if frame.f_globals is main.__dict__:
            if name == before:
                return before
            if found is None and linecache.getlines(name):
                found = name
        frame = frame.f_back
    return found or before
