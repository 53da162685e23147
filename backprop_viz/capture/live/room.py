"""How much memory the recording of an iteration may take, of what the system has."""

import os
from typing import NamedTuple

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# This share of the system's memory; where it does not tell how much that is, so many bytes.
_SHARE, _UNKNOWN = 4, 4 << 30
# Where no optimizer ever steps, the first iteration has no end: so many backwards of it are kept.
MOST_BACKWARDS = 256


def most_bytes() -> int:
    """The most bytes that one iteration may take. More would have the system end the script."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _SHARE
    except (AttributeError, OSError, ValueError):
        return _UNKNOWN


class Passed(NamedTuple):
    """A limit is passed: whether what is recorded stays, and why it ends, if that is not said."""

    is_kept: bool
    why: UserError | None


class Limits:
    """What the recording of an iteration may take."""

    def __init__(self) -> None:
        self._backwards, self._told = 0, False

    def passed(self, ended: Phase, size: int, iteration: int, *, steps: bool) -> Passed | None:
        """Whether one of so many bytes is recorded no longer, where a phase has ``ended`` in it.

        ``steps``: an optimizer has stepped in the loop, or the loop says where an iteration ends.
        """
        self._backwards += ended is Phase.BACKWARD
        if size > most_bytes():
            told, self._told = self._told, True
            return Passed(False, None if told else left_out(iteration, size))
        if steps or self._backwards <= MOST_BACKWARDS:
            return None
        return Passed(True, never_steps(iteration, MOST_BACKWARDS))


def left_out(iteration: int, size: int) -> UserError:
    """Says that an iteration takes too much, more than so many bytes."""
    text = QT_TRANSLATE_NOOP(
        "errors",
        "Iteration {0} is not recorded: it takes more than {1} GiB, too much of the memory that "
        "there is. Record fewer modules (--only), or none of their numbers (bv.watch(..., "
        'keep="health")).',
    )
    return UserError(text, iteration, f"{size / 2**30:.1f}")


def never_steps(iteration: int, backwards: int) -> UserError:
    """Says that so many backwards have run and no optimizer has stepped yet."""
    text = QT_TRANSLATE_NOOP(
        "errors",
        "backward has run {0} times and no optimizer has stepped: the rest of iteration {1} is "
        "not recorded.",
    )
    return UserError(text, backwards, iteration)
