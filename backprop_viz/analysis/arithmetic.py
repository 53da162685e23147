"""How torch's kernels round, in numpy: each operation gives torch's own bits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Operand = Any  # an array, one element of it, or a Python float: what torch works with


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How a processor's kernels round.

    ``fused``: a product is added without being rounded first, as torch's kernels do on any
    processor that can (AVX2 and AVX-512 alike, in the tail of an array too). ``root_ulps``: by
    how many units in the last place the math library's square root may differ from the nearest
    number; the one torch uses on Intel sometimes differs by one. ``second_root_ulps``: the same of
    a rule's second root.
    """

    fused: bool = True
    root_ulps: int = 0
    second_root_ulps: int = 0

    def add(self, a: Operand, b: Operand, alpha: float) -> Operand:
        """``a.add(b, alpha=alpha)``."""
        return self._multiply_add(b, a.dtype.type(alpha), a)

    def addcmul(self, a: Operand, b: Operand, value: float) -> Operand:
        """``a.addcmul(b, b, value=value)``."""
        return self._multiply_add(a.dtype.type(value) * b, b, a)

    def addcdiv(self, a: Operand, b: Operand, c: Operand, value: float) -> Operand:
        """``a.addcdiv(b, c, value=value)``."""
        return a + a.dtype.type(value) * b / c

    def lerp(self, a: Operand, b: Operand, weight: float) -> Operand:
        """``a.lerp(b, weight)``, computed from the nearer of its ends."""
        kind = a.dtype.type
        if abs(kind(weight)) < 0.5:
            return self._multiply_add(kind(weight), b - a, a)
        return self._multiply_add(kind(weight) - kind(1), b - a, b)

    def root(self, a: Operand) -> Operand:
        """``a.sqrt()``."""
        return _moved(np.sqrt(a), self.root_ulps)

    def second_root(self, a: Operand) -> Operand:
        """``a.sqrt()``, where the rule has taken a root before."""
        return _moved(np.sqrt(a), self.second_root_ulps)

    def _multiply_add(self, a: Operand, b: Operand, c: Operand) -> Operand:
        return fma(a, b, c) if self.fused and c.dtype == np.float32 else a * b + c


def _moved(a: Operand, ulps: int) -> Operand:
    """A number, or the next one in a direction."""
    return np.nextafter(a, a.dtype.type(np.copysign(np.inf, ulps))) if ulps else a


def fma(a: Operand, b: Operand, c: Operand) -> Operand:
    """``a * b + c`` of float32 numbers, rounded once."""
    a, b, c = (np.asarray(x, np.float64) for x in (a, b, c))
    product = a * b  # exact: twice 24 bits are fewer than 53
    total = np.asarray(product + c)
    part = total - product
    lost = (product - (total - part)) + (c - part)
    # Rounded to odd, so that the second rounding cannot meet a tie that the first one made.
    toward = np.where(lost > 0, np.inf, -np.inf)
    inexact = np.isfinite(total) & (lost != 0) & (total.view(np.int64) & 1 == 0)
    return np.where(inexact, np.nextafter(total, toward), total).astype(np.float32)
