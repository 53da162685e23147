"""How far an operation's result may be from what float64 makes of the same inputs."""

from collections.abc import Iterable, Sequence

import numpy as np

from backprop_viz.recording.trace.events import Array

# An operation that adds up many terms is off by so many roundings of its largest result.
_ROUNDINGS = 2**12
# Of 16 bits only the inputs and the result are rounded; the sum between is made in float32.
_ROUNDINGS_OF_16_BITS = 4
# A few functions of a number, such as its logarithm, are off by so many roundings of it.
_ROUNDINGS_OF_INPUTS = 16
_BFLOAT16_EPS = 2.0**-7
_FLOAT32_EPS = float(np.finfo(np.float32).eps)


def rounding_of(array: Array) -> float:
    """The largest error of these numbers, as a share of the largest that went into them."""
    if _is_bfloat16(array):
        return _ROUNDINGS_OF_16_BITS * _BFLOAT16_EPS
    if array.dtype == np.float16:
        return _ROUNDINGS_OF_16_BITS * float(np.finfo(np.float16).eps)
    eps = float(np.finfo(array.dtype).eps) if array.dtype.kind in "fc" else _FLOAT32_EPS
    return _ROUNDINGS * eps


def rounding_of_inputs(arrays: Iterable[Array | None]) -> float:
    """How far a result may be off where what was read cancels in it, as a KL divergence near 0."""
    floats = [a for a in arrays if a is not None and a.size and a.dtype.kind in "fc"]
    finite = [float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) for a in floats]
    eps = [float(np.finfo(a.dtype).eps) for a in floats]
    return _ROUNDINGS_OF_INPUTS * max((e * a for e, a in zip(eps, finite, strict=True)), default=0)


def is_sum_of(total: Array, arrays: Sequence[Array]) -> bool:
    """Whether torch may have added up arrays of one shape to another one."""
    if not arrays or any(array.shape != total.shape for array in arrays):
        return False
    # A gradient of a few numbers may look as if it were of 16 bits.
    alike = min(map(_step_of, (total, *arrays)))
    wide = np.result_type(total, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        added = np.sum(arrays, axis=0, dtype=wide)
        size = sum(float(np.abs(array).max(initial=0.0)) for array in arrays)
        off = np.abs(added - total)
    near = off <= len(arrays) * alike * size
    return bool((near | ~np.isfinite(total)).all())


def _step_of(array: Array) -> float:
    """How far one number is from the next, as a share of it."""
    if _is_bfloat16(array):
        return _BFLOAT16_EPS
    return float(np.finfo(array.dtype).eps) if array.dtype.kind in "fc" else 0.0


def _is_bfloat16(array: Array) -> bool:
    """Whether float32 numbers came from bfloat16, which numpy does not have: half the bits are 0.

    Numbers that were rounded to bfloat16 on their way, as gradients under autocast, are so too.
    """
    if array.dtype != np.float32 or not array.size:
        return False
    bits = np.ascontiguousarray(array).view(np.uint32)
    return not bool((bits & 0xFFFF).any())
