"""Pen paths to canvases: what a round pen leaves on a dark canvas, for many drawings at once."""

import numpy as np
from numpy.typing import NDArray

Greys = NDArray[np.float32]

CANVAS = 64  # pixels; about three times what the preparation keeps

_SUMMED = 64  # points of a path that are summed at once
_MARGIN = 11.0  # room for the widest pen around the path


def render(points: Greys, down: NDArray[np.bool_], pen: Greys) -> Greys:
    """Draw paths `points` (N, K, 2), in any unit, where the pen is `down` (N, K).

    Neighbouring points are joined while both are down. `pen` (N, K) is the pen's width at each
    point, as a share of the path's longer side. Returns canvases (N, 64, 64) in 0..1.
    """
    fitted = _fit(points, down)
    return _ink(fitted, down, np.multiply(pen, CANVAS / 2 - _MARGIN, dtype=np.float32))


def _fit(points: Greys, down: NDArray[np.bool_]) -> Greys:
    """Paths in pixels: scaled and centred on the canvas."""
    low = np.where(down[:, :, None], points, np.inf).min(axis=1)
    high = np.where(down[:, :, None], points, -np.inf).max(axis=1)
    scale = (CANVAS - 2 * _MARGIN) / (high - low).max(axis=1)
    fitted: Greys = (points - ((low + high) / 2)[:, None]) * scale[:, None, None] + CANVAS / 2
    return fitted


def _ink(points: Greys, down: NDArray[np.bool_], radius: Greys) -> Greys:
    """Canvases of paths in pixels.

    A Gaussian of half the pen's radius, moved along the path, sums to
    exp(-(distance / sigma)^2 / 2) beside it, which gives the distance to the path back. A
    Gaussian is a product of one over x and one over y, so the sum over the path is one matrix
    product a drawing.
    """
    sigma = np.divide(radius, 2, dtype=np.float32)
    joined = down[:, 1:] & down[:, :-1]
    step = np.linalg.norm(np.diff(points, axis=1), axis=2) * joined
    length = np.zeros(down.shape, np.float32)
    length[:, 1:] += step / 2
    length[:, :-1] += step / 2
    across = _gaussian(points[:, :, 0], sigma)
    upright = _gaussian(points[:, :, 1], sigma)
    upright *= (length / (np.sqrt(2 * np.pi, dtype=np.float32) * sigma))[:, :, None]
    total = _products(upright.transpose(0, 2, 1), across)
    distance = np.sqrt(-2 * np.log(np.clip(total, 1e-6, 1)))  # in sigmas; the edge is at 2
    edge = sigma.mean(axis=1)[:, None, None]
    ink: Greys = np.clip(0.5 + (2 - distance) * edge, 0, 1)
    return ink


def _products(left: Greys, right: Greys) -> Greys:
    """The matrix products (N, I, K) @ (N, K, J), the same whatever number of cores there is.

    A BLAS shares products that are larger than these parts out among its threads, and then sums in
    another order; for so little it is no sooner done, and keeps a core from others meanwhile.
    """
    total: Greys = left[:, :, :_SUMMED] @ right[:, :_SUMMED]
    for start in range(_SUMMED, left.shape[2], _SUMMED):
        part = slice(start, start + _SUMMED)
        total += left[:, :, part] @ right[:, part]
    return total


def _gaussian(centre: Greys, sigma: Greys) -> Greys:
    """exp(-((pixel - centre) / sigma)^2 / 2) at every pixel's middle: (N, K) to (N, K, 64)."""
    narrow = np.sqrt(0.5, dtype=np.float32) / sigma
    pixel = np.arange(0.5, CANVAS, dtype=np.float32)
    power = pixel * narrow[:, :, None]
    power -= (centre * narrow)[:, :, None]
    np.square(power, out=power)
    # Far from the pen it is as good as 0; a product of two must not be a (slow) denormal number.
    np.minimum(power, 40, out=power)
    np.negative(power, out=power)
    result: Greys = np.exp(power, out=power)
    return result
