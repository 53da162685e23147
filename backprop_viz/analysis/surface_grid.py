"""The grid of a loss surface: in which order it is computed, and how a part of it is shown."""

import numpy as np
from numpy.typing import NDArray


def grid_levels(rows: int, columns: int) -> list[NDArray[np.int64]]:
    """The points (m, 2) of a grid, a row and a column each: a coarse grid first, then finer.

    Each level has every second row and column that the next has, the middle among them.
    """
    middle = (max(rows, columns) - 1) // 2
    down, right = (np.abs(np.arange(size) - (size - 1) // 2) for size in (rows, columns))
    # How often a place's distance from the middle can be halved: the coarsest level has the most.
    depth = 0
    while 2 ** (depth + 1) <= max(middle, 1):
        depth += 1
    # At least five points a side come first, where there are so many.
    depth = max(0, depth - 1)
    found, done = [], np.zeros((rows, columns), dtype=bool)
    for level in range(depth, -1, -1):
        new = (down % 2**level == 0)[:, None] & (right % 2**level == 0)[None, :] & ~done
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


def contour_lines(
    values: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64], level: float
) -> NDArray[np.float64]:
    """Where values (ny, nx) at ``x`` (nx,) and ``y`` (ny,) have a level: line segments (m, 2, 2).

    Each is two points (x, y); between the points of the grid the values are linear.
    """
    corners = [values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]]
    xs = [*np.broadcast_arrays(x[None, :-1], x[None, 1:], x[None, 1:], x[None, :-1])]
    ys = [*np.broadcast_arrays(y[:-1, None], y[:-1, None], y[1:, None], y[1:, None])]
    crossed, places = [], []
    for a in range(4):  # the edges of all cells: lower, right, upper, left
        b = (a + 1) % 4
        crossed.append((corners[a] < level) != (corners[b] < level))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(crossed[a], (level - corners[a]) / (corners[b] - corners[a]), 0)
        along = [at[a] + share * (at[b] - at[a]) for at in (xs, ys)]
        places.append(np.stack(along, -1))
    saddle = np.logical_and.reduce(crossed)
    # In a saddle two lines pass the middle on either side, away from the corners like it.
    like_first = (sum(corners) / 4 < level) == (corners[0] < level)
    found = []
    for a, b in ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3)):
        here = crossed[a] & crossed[b] & ~saddle
        if (a, b) in ((0, 1), (2, 3)):
            here |= saddle & like_first
        elif (a, b) in ((1, 2), (3, 0)):
            here |= saddle & ~like_first
        found.append(np.stack((places[a][here], places[b][here]), 1))
    return np.concatenate(found)
