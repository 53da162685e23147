"""Numbers as text: short enough for a column, and rounded from what torch gave."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from backprop_viz.analysis.doubles import less, sum_of_squares
from backprop_viz.analysis.numbers.number_names import element_name

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SHORT_SUM, _FLOAT32_DIGITS = 4, 9
_MOST_DIGITS = 17  # tell any float64 from its neighbours


def short(value: Any, digits: int = 4) -> str:
    """Four significant digits: ``0.0213``, ``2.304``, ``8.850e-5``; whole numbers as they are."""
    return _text(value, "", digits)


def signed(value: Any, digits: int = 4) -> str:
    """Like ``short`` with the sign always shown: ``+0.02131``; zero has none."""
    return _text(value, "+", digits)


def rounded(value: Any, digits: int = 4, sign: str = "") -> Iterator[str]:
    """A number in ever fewer digits, for a place with little room: ``1.234e-5`` … ``1e-5``."""
    return (_text(value, sign, fewer) for fewer in range(digits, 0, -1))


def full(value: Any) -> str:
    """Every digit that tells the number from its neighbours of the same type."""
    return str(value)


def apart(values: Sequence[Any], digits: int = 4, sign: str = "+") -> tuple[str, ...]:
    """Numbers in as many digits as tell those apart that differ, so that a change is seen.

    ``sign``: "+" shows it always, "" only below zero.
    """
    different = len({full(value) for value in values})
    texts = tuple(_text(value, sign, digits) for value in values)
    while len(set(texts)) < different and digits < _MOST_DIGITS:
        digits += 1
        texts = tuple(_text(value, sign, digits) for value in values)
    return texts


def in_sum(value: Any, terms: Sequence[float]) -> str:
    """A number of a short sum: to the place where the smallest term has its second digit.

    So a step of 2.9e-6 is seen in the weight that it moves. A long sum is written as ``signed``.
    """
    sizes = [abs(float(term)) for term in terms if term and math.isfinite(term)]
    number = float(value)
    if not 2 <= len(sizes) <= _SHORT_SUM or number == 0 or not math.isfinite(number):
        return signed(value)
    digits = math.floor(math.log10(abs(number))) - math.floor(math.log10(min(sizes))) + 2
    return signed(value, min(max(4, digits), _FLOAT32_DIGITS))


def compared(then: Any, now: Any, exact: bool = False) -> tuple[str, str, str]:
    """Two numbers and what the second has more; ``exact``: with every digit."""
    more = less(now, then)[()]
    if exact:
        return full(then), full(now), full(more)
    return (*apart((then, now)), signed(more))  # type: ignore[return-value]


def numpy_text(value: Any) -> str:
    """The number as Python with NumPy reads it: ``np.float32(0.1)``."""
    scalar = np.asarray(value)
    text = str(scalar[()])
    if not np.isfinite(scalar) and not np.iscomplexobj(scalar):
        text = text.replace("nan", "np.nan").replace("inf", "np.inf")
    return f"np.{scalar.dtype.name}({text})"


def hexadecimal(value: Any) -> str:
    """The number's bits as C and Python write them: ``0x1.99999a0000000p-4``."""
    return float(value).hex()


def element_text(name: str, index: Sequence[int], value: Any, exact: bool = False) -> str:
    """An element of a tensor and its value: ``conv1[48, 0, 19, 12] = +0.0001018``.

    ``exact``: with every digit that tells it from its neighbours.
    """
    return f"{element_name(name, index)} = {full(value) if exact else signed(value)}"


def decade(exponent: int) -> str:
    """A power of ten as an axis writes it: ``10⁻³``."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def index_text(index: int, shape: tuple[int, ...]) -> str:
    """The place of a flat index in an array of this shape: ``3,0,1,2``."""
    return ",".join(str(i) for i in np.unravel_index(index, shape)) if shape else "0"


def norm(array: np.ndarray[Any, Any]) -> float:
    """The L2 norm, of real or complex numbers, in float64; NaN and infinity pass through."""
    return math.sqrt(sum_of_squares(array))


def duration(seconds: float) -> str:
    """Seconds in a readable unit: ``0.24 ms``, ``5.1 ms``, ``48 ms``, ``1.23 s``."""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    ms = seconds * 1000
    return f"{ms:.0f} ms" if ms >= 9.95 else f"{ms:.2g} ms"


def _text(value: Any, sign: str, digits: int = 4) -> str:
    if isinstance(value, int | np.integer | np.bool_):
        return f"{int(value):{sign}d}" if value else "0"
    if np.iscomplexobj(value):
        # The imaginary part has its sign always: 0.3124-0.5211j.
        return f"{_text(value.real, sign, digits)}{_text(value.imag, '+', digits)}j"
    number = float(value)
    if math.isnan(number):
        return "nan"
    if number == 0:
        return "0" if math.copysign(1, number) > 0 else "-0"
    if math.isinf(number):
        return f"{number:{sign}}"
    # Where room is short, so are zeros before the digits.
    least = 1e-4 if digits > 3 else 1e-3
    if least <= abs(number) < 10**digits - 0.5:
        return f"{number:{sign}#.{digits}g}".removesuffix(".")
    mantissa, _, exponent = f"{number:{sign}.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"
