"""The grid of a loss surface: in which order it is computed, and how a part of it is shown."""

import numpy as np
from numpy.typing import NDArray


def grid_levels(resolution: int) -> list[NDArray[np.int64]]:
    """The points (m, 2) of a grid of so many rows and columns, a coarse grid first, then finer.

    Each level has every second row and column that the next has, the middle among them.
    """
    middle = (resolution - 1) // 2
    places = np.abs(np.arange(resolution) - middle)
    # How often a place's distance from the middle can be halved: the coarsest level has the most.
    depth = 0
    while 2 ** (depth + 1) <= max(middle, 1):
        depth += 1
    # At least five points a side come first, where there are so many.
    depth = max(0, depth - 1)
    found, done = [], np.zeros((resolution, resolution), dtype=bool)
    for level in range(depth, -1, -1):
        here = places % 2**level == 0
        new = here[:, None] & here[None, :] & ~done
        done |= new
        found.append(np.argwhere(new))
    return found


def with_nearest(losses: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The losses (n, n), with those of the nearest coarse point where a point is not known yet.

    NaN where no coarse point is known either.
    """
    middle = (len(losses) - 1) // 2
    places = np.arange(len(losses)) - middle
    step = 1
    while step <= max(middle, 1):
        # The last coarse row and column before the edge, on either side.
        first, last = -(middle // step), (len(losses) - 1 - middle) // step
        nearest = np.clip(np.rint(places / step).astype(int), first, last) * step + middle
        coarse = np.unique(nearest)
        if known[np.ix_(coarse, coarse)].all():
            return np.where(known, losses, losses[np.ix_(nearest, nearest)])
        step *= 2
    return np.where(known, losses, np.nan)
