"""How much memory the recording of an iteration may take, of what the system has."""

import os

from backprop_viz.recording.errors import UserError
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
