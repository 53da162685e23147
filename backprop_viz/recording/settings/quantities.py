"""Numbers that a user may set: their kind, their range and their steps, and how they are read.

Neither Qt nor torch: the command line, dialogs and files can all go by the same declaration.
"""

import math
import re
import sys
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

LARGEST = sys.float_info.max

Real = int | float
Fault = Literal["no_number", "not_whole", "range", "tiny", "ambiguous"]

_MINUS = str.maketrans({"−": "-", "–": "-"})
_SHAPE = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>[0-9][0-9.,]*|[.,][0-9]+)(?P<power>[eE][+-]?[0-9]+)?"
)
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?P<sign>[.,])[0-9]{3}((?P=sign)[0-9]{3})*")
_SPACED = re.compile(r"(?<=[0-9])[ _'’\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")


class BadNumber(ValueError):  # noqa: N818 - a text is refused; the program has no error
    """A text is not a number of the quantity; ``fault`` says why.

    ``meanings`` are the two numbers that an ambiguous text could be.
    """

    def __init__(self, fault: Fault, meanings: tuple[str, str] = ("", "")) -> None:
        super().__init__(fault)
        self.fault = fault
        self.meanings = meanings


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number from ``low`` to ``high``, whole or not.

    ``above`` leaves out ``low`` itself, ``below`` leaves out ``high``; a bound of ``LARGEST``
    is none. ``step`` is what an arrow adds; with None it goes on to the next of 1, 2, 5 times a
    power of ten, the first of them ``least``. ``doubling`` goes from power of two to power of two.
    """

    low: float = -LARGEST
    high: float = LARGEST
    whole: bool = False
    above: bool = False
    below: bool = False
    step: float | None = None
    least: float = 1e-6
    doubling: bool = False

    @property
    def bounded(self) -> bool:
        """Whether there is any number that it leaves out."""
        return self.low > -LARGEST or self.high < LARGEST

    def holds(self, value: Real | Decimal) -> bool:
        """Whether a number is in the range; NaN is in none."""
        from_low = self.low < value if self.above else self.low <= value
        to_high = value < self.high if self.below else value <= self.high
        return from_low and to_high

    def read(self, text: str, decimal_sign: str = ".") -> Real:
        """The number that a person means by a text.

        ``1e-3``, ``.5``, ``−2``; ``0,01`` as well as ``0.01``. ``decimal_sign`` is that of the
        user's language: with it ``1,000`` is one or a thousand. Raises BadNumber for what is no
        number, is out of range, could be meant in two ways, or would come out as another number.
        """
        exact = _exact(text, decimal_sign, self.whole)
        if not self.holds(exact):
            raise BadNumber("range")
        if not self.whole:
            value = float(exact)
            if value == 0 != exact:
                raise BadNumber("tiny")
            # Next to an open end, rounding may come to lie on it.
            if not self.holds(value):
                raise BadNumber("range")
            return value
        if exact != exact.to_integral_value():
            raise BadNumber("not_whole")
        return int(exact)

    def stepped(self, value: Real, steps: int) -> Real:
        """The number that this many presses of an arrow lead to, within the range."""
        for _ in range(abs(steps)):
            following = self._next(value, steps > 0)
            if not self.holds(following):
                closed = not (self.below if steps > 0 else self.above)
                end = self.high if steps > 0 else self.low
                kind = int if self.whole else float
                return kind(end) if closed and abs(end) < LARGEST else value
            value = following
        return value

    def _next(self, value: Real, up: bool) -> Real:
        if self.doubling:
            exponent = math.log2(value) if value > 0 else 0
            power = math.floor(exponent) + 1 if up else math.ceil(exponent) - 1
            return int(2**power) if power >= 0 else 0
        if self.step is not None:
            change = Decimal(repr(self.step)) * (1 if up else -1)
            total = Decimal(repr(value)) + change
            return int(total) if self.whole else float(total)
        # Not -x, which makes a zero negative.
        return _next_rung(value, self.least) if up else 0.0 - _next_rung(0.0 - value, self.least)


def written(value: Real, decimal_sign: str = ".") -> str:
    """A number in as few digits as tell it from all others: ``64``, ``0.05``, ``1e-8``, ``1e9``."""
    if isinstance(value, int):
        return str(value)
    mantissa, power, exponent = repr(value).removesuffix(".0").partition("e")
    text = f"{mantissa.removesuffix('.0')}e{int(exponent)}" if power else mantissa
    digits = text.rstrip("0")
    zeros = len(text) - len(digits)
    if not power and zeros > 5 and len(digits.lstrip("-")) == 1:
        text = f"{digits}e{zeros}"
    return text.replace(".", decimal_sign)


def _exact(text: str, decimal_sign: str, whole: bool) -> Decimal:
    bare = _SPACED.sub("", text.strip().translate(_MINUS))
    shape = _SHAPE.fullmatch(bare)
    if shape is None:
        raise BadNumber("no_number")
    digits = _with_point(shape["digits"], decimal_sign, whole and not shape["power"])
    try:
        return Decimal(shape["sign"] + digits + (shape["power"] or ""))
    except InvalidOperation as error:  # an exponent of twenty digits
        raise BadNumber("range") from error


def _with_point(digits: str, decimal_sign: str, whole: bool) -> str:
    """Digits with a point for their decimal sign and without signs between groups."""
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return digits
    last = signs[-1]
    if len(set(signs)) == 2:
        # The sign that comes last, once, is the decimal one; the other one parts groups.
        front, _, rest = digits.rpartition(last)
        if last in front or not _GROUPS.fullmatch(front):
            raise BadNumber("no_number")
        return front.replace("," if last == "." else ".", "") + "." + rest
    grouped = bool(_GROUPS.fullmatch(digits))
    if len(signs) > 1 and not grouped:
        raise BadNumber("no_number")
    together, parted = digits.replace(last, ""), digits.replace(last, ".")
    if len(signs) > 1:
        return together
    if not grouped:
        return parted
    # 1,000 or 1.000. No whole number is written with a decimal sign, most others are.
    if whole == (last == decimal_sign):
        raise BadNumber("ambiguous", (_shortened(digits, last), together))
    return together if whole else parted


def _shortened(digits: str, sign: str) -> str:
    front, _, rest = digits.partition(sign)
    rest = rest.rstrip("0")
    return front + (sign + rest if rest else "")


def _next_rung(value: float, least: float) -> float:
    """The next number up of 1, 2, 5 times a power of ten; of those below ``least`` only 0."""
    if -least < value < least:
        return least if value >= 0 else 0.0
    if value < 0:
        # Up from below zero is down in size.
        down = [rung for rung in reversed(_ladder(-value)) if rung < -value * (1 - 1e-9)]
        return -down[0] if down and down[0] >= least else 0.0
    return next(rung for rung in _ladder(value) if rung > value * (1 + 1e-9))


def _ladder(value: float) -> list[float]:
    power = math.floor(math.log10(value))
    return [float(f"{m}e{p}") for p in (power - 1, power, power + 1) for m in (1, 2, 5)]
