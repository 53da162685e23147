"""Recorded numbers with twice the digits, in which sums and differences lose none that are seen."""

from typing import Any

import numpy as np

from backprop_viz.recording.trace.tensors import Array


def in_doubles(array: Array) -> Array:
    """A copy in float64; complex numbers in complex128, with their imaginary parts."""
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def less(now: Any, then: Any) -> Array:
    """Now less then, in doubles; infinity less infinity is NaN."""
    with np.errstate(invalid="ignore"):
        return np.asarray(in_doubles(np.asarray(now)) - in_doubles(np.asarray(then)))


def sum_of_squares(array: Array) -> float:
    """The sum of the squares of all numbers, of complex ones of their sizes, in float64."""
    size = np.abs(array) if np.iscomplexobj(array) else array
    # Not by a dot product: BLAS would wait for threads of its own while training has the cores.
    return float(np.square(size, dtype=np.float64).sum())
