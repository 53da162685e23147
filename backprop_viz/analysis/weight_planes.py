"""Planes in the space of a network's weights: their directions, and what lies in them.

Weights are flat vectors (n,) float64; a plane is its two directions (2, n) from a point.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_Floats = NDArray[np.float64]
# A direction that is a smaller part than this of what it was made from counts as zero.
_NOTHING = 1e-6


def filter_normalised(weights: Sequence[NDArray[np.float32]], seed: int) -> _Floats:
    """A random direction (n,) as long as the weights, filter by filter.

    Each filter of a convolution, and each row of a matrix, is drawn from a normal distribution and
    scaled to the norm of the weight's own. What has one dimension is left alone: biases, and the
    weights of normalisation layers.
    Source: Li et al. 2018, https://arxiv.org/abs/1712.09913, section 4
    """
    random = np.random.default_rng(seed)
    parts = []
    for weight in weights:
        drawn = random.standard_normal(weight.shape)
        if weight.ndim < 2:
            parts.append(np.zeros(weight.size))
            continue
        rows, drawn = weight.reshape(len(weight), -1), drawn.reshape(len(weight), -1)
        norms = np.linalg.norm(rows.astype(np.float64), axis=1)
        parts.append((drawn * (norms / np.linalg.norm(drawn, axis=1))[:, None]).ravel())
    return np.concatenate(parts) if parts else np.zeros(0)


def main_directions(offsets: _Floats) -> tuple[_Floats, _Floats]:
    """The two main directions (2, n) of points (k, n), and the share (2,) each has of them.

    They are orthonormal. The points are taken from the origin, not from their mean, as in Li et
    al.: the origin, which is where the run is now, lies in the plane. Raises ArgumentError where
    the points do not span a plane.
    """
    # The eigenvectors of (k, k) give those of (n, n), of which k matter at most.
    values, vectors = np.linalg.eigh(offsets @ offsets.T)
    order = np.argsort(values)[::-1][:2]
    if len(order) < 2 or values[order[1]] <= _NOTHING**2 * values[order[0]]:
        raise ArgumentError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The run's path, as far as it is kept, is too short to have two main directions: "
                "train some iterations first.",
            )
        )
    directions = vectors[:, order].T @ offsets
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    # An eigenvector may as well have the other sign: the start of the run is on the right.
    directions[directions @ offsets[0] < 0] *= -1
    return directions, values[order] / values.sum()


def directions_through(first: _Floats, second: _Floats, spare: _Floats) -> tuple[_Floats, bool]:
    """The directions (2, n) of the plane through the origin and two points (n,).

    They are orthogonal; the first leads to the first point. Where the points lie on one line with
    the origin, ``spare`` gives the second direction, and the answer's second part is False.
    Raises ArgumentError where both points are the origin.
    """
    points = sorted((first, second), key=np.linalg.norm, reverse=True)
    along = first if np.linalg.norm(first) > _NOTHING * np.linalg.norm(points[0]) else second
    other = second if along is first else first
    length = np.linalg.norm(along)
    if length == 0:
        raise same_weights()
    across = other - along * (other @ along / length**2)
    spans = bool(np.linalg.norm(across) > _NOTHING * np.linalg.norm(other))
    if not spans:
        across = spare - along * (spare @ along / length**2)
        across *= length / np.linalg.norm(across)
    return np.stack((along, across)), spans


def same_weights() -> ArgumentError:
    """What is said where two sets of weights are no two."""
    return ArgumentError(
        QT_TRANSLATE_NOOP("errors", "The weights of these iterations are the same: choose others.")
    )


def projected(directions: _Floats, offsets: _Floats) -> tuple[_Floats, float]:
    """The coordinates (k, 2) of points (k, n) in a plane, and the share that lies in it.

    The share is of the sum of squared distances from the origin; NaN where all are 0.
    """
    coordinates, *_ = np.linalg.lstsq(directions.T, offsets.T, rcond=None)
    whole = float((offsets**2).sum())
    share = float(((directions.T @ coordinates) ** 2).sum()) / whole if whole else float("nan")
    return np.asarray(coordinates.T, np.float64), share
