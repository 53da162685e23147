"""Numbers as text: short enough for a column, and never other than torch gave them."""

import math
from typing import Any

import numpy as np

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value: Any, digits: int = 4) -> str:
    """Four significant digits: ``0.02131``, ``2.304``, ``8.850e-5``; whole numbers as they are."""
    return _text(value, "", digits)


def signed(value: Any, digits: int = 4) -> str:
    """Like ``short`` with the sign always shown: ``+0.02131``; zero has none."""
    return _text(value, "+", digits)


def full(value: Any) -> str:
    """Every digit that tells the number from its neighbours of the same type."""
    return str(value)


def decade(exponent: int) -> str:
    """A power of ten as an axis writes it: ``10⁻³``."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def index_text(index: int, shape: tuple[int, ...]) -> str:
    """The place of a flat index in an array of this shape: ``3,0,1,2``."""
    return ",".join(str(i) for i in np.unravel_index(index, shape)) if shape else "0"


def norm(array: np.ndarray[Any, Any]) -> float:
    """The L2 norm, summed in float64; NaN and infinity pass through."""
    # Not by a dot product: BLAS would wait for threads of its own while training has the cores.
    return math.sqrt(float(np.square(array, dtype=np.float64).sum()))


def _text(value: Any, sign: str, digits: int = 4) -> str:
    if isinstance(value, int | np.integer | np.bool_):
        return f"{int(value):{sign}d}" if value else "0"
    if np.iscomplexobj(value):
        return str(value)
    number = float(value)
    if math.isnan(number):
        return "nan"
    if number == 0:
        return "0" if math.copysign(1, number) > 0 else "-0"
    if math.isinf(number):
        return f"{number:{sign}}"
    if 1e-3 <= abs(number) < 10**digits - 0.5:
        return f"{number:{sign}#.{digits}g}".removesuffix(".")
    mantissa, _, exponent = f"{number:{sign}.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"
