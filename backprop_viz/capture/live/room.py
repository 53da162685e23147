"""How much memory the recording of an iteration may take, of what the system has."""

import os
import sys

# This share of the system's memory; where it does not tell how much that is, so many bytes.
_SHARE, _UNKNOWN = 4, 4 << 30


def most_bytes() -> int:
    """The most bytes that one iteration may take. More would have the system end the script."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _SHARE
    except (AttributeError, OSError, ValueError):
        return _UNKNOWN


def say_left_out(iteration: int, size: int) -> None:
    """Tell whoever runs the script that an iteration took too much."""
    print(
        f"backprop_viz: iteration {iteration} is not recorded: it takes more than "
        f"{size / 2**30:.1f} GiB, too much of the memory that there is. Record fewer modules "
        '(--only), or none of their numbers (bv.watch(..., keep="health")).',
        file=sys.stderr,
    )
