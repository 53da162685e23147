"""The variables of a function that runs, read so that nothing of them is kept."""

from inspect import CO_OPTIMIZED
from sys import getrefcount, version_info
from types import FrameType
from typing import Any

_SNAPSHOTS = version_info < (3, 13)
# The frame has it, a variable, and the argument of getrefcount.
_NOBODY_ELSE = 3


def variables_of(frame: FrameType) -> dict[str, Any]:
    """The local variables of a frame as they are now.

    Before 3.13 Python puts those of a function into a dictionary of the frame's, which keeps them
    alive: it is emptied again, unless a debugger has it. A function that calls ``locals()`` has
    been given that very dictionary, which is to stay as it is: nothing is known of its variables.
    """
    code = frame.f_code
    in_snapshot = _SNAPSHOTS and code.co_flags & CO_OPTIMIZED
    if in_snapshot and "locals" in code.co_names:
        return {}
    held = frame.f_locals
    found = dict(held)
    if in_snapshot and getrefcount(held) == _NOBODY_ELSE:
        held.clear()
    return found
