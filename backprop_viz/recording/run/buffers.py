"""Room for numbers that are only ever appended."""

import numpy as np
from numpy.typing import NDArray

# A longer run gets room for about an hour more at once, so that its memory does not keep growing.
LONG = 4096
RESERVED = 400_000


def reserved(
    buffer: NDArray[np.float64], filled: int, size: int, iterations: int = 1
) -> NDArray[np.float64]:
    """The buffer if it has room for ``size`` numbers, else a larger one that begins with these.

    ``iterations`` is how many of them a number stands for.
    The old one, of which ``filled`` numbers count, is left as it is for those who look at it.
    """
    if size <= len(buffer):
        return buffer
    ahead = RESERVED // iterations if size * iterations > LONG else 0
    room = max(256, 2 * size, ahead)
    larger = np.full(room, np.nan)  # written to, for what is only allocated is not there yet
    larger[:filled] = buffer[:filled]
    return larger
