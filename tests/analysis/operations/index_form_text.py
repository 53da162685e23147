"""Evaluates formulas with indices, as they are written, by plain loops over Python's numbers.

The language, from what binds tightest:

- a number, a name, an element ``x[n, k + 1]`` (0 beyond the border), brackets, ``|x|``, ``⌊x⌋``;
  a function: ``exp(x)``, ``max(x, 0)``
- what is raised: ``x²``; ``√x``
- ``max x[2·i : 2·i + 2]``, of a slice; what lies beyond the border is left out
- ``·`` and ``/``; ``Σₘ`` and ``Πₘ``, of the product that follows, over the places of m
- ``+`` and ``−``; ``>``, ``=`` and the like, which are 1 or 0
- ``a where c, else b``
"""

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

Names = Mapping[str, Any]
Parsed = tuple[Any, ...]

_SUBSCRIPTS = dict(zip("ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "aehijklmnoprstuvx", strict=True))
_TOKEN = re.compile(
    rf"\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?|[ΣΠ][{''.join(_SUBSCRIPTS)}]*|∞"
    r"|[A-Za-zα-ωΦ](?:[A-Za-zα-ω]*)[\u0302′₀-₉]*|[²³½]|\S)"
)
_COMPARED = {
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "≠": operator.ne,
    "≥": operator.ge,
    "≤": operator.le,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "sign": np.sign,
    "round": round,
    "trunc": math.trunc,
    "max": max,
    "min": min,
    "σ": lambda x: 1 / (1 + math.exp(-x)),
    "Φ": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2,
    "φ": lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
}


def value_of(form: str, names: Names) -> float:
    """The right-hand side of a formula for one element. Raises SyntaxError for what is none."""
    _, equals, right = form.partition(" = ")
    if not equals:
        raise SyntaxError(f"{form!r} is no formula")
    reader = _Reader(right)
    parsed = reader.case()
    reader.end()
    return _value(parsed, names)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._words = _TOKEN.findall(text)
        self._at = 0

    @property
    def _next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _took(self, *words: str) -> str:
        word = self._next
        if word and word in words:
            self._at += 1
            return word
        return ""

    def _need(self, word: str) -> None:
        if not self._took(word):
            raise SyntaxError(f"{word!r} expected at {self._next!r} in {self._text!r}")

    def end(self) -> None:
        if self._next:
            raise SyntaxError(f"{self._next!r} is left over in {self._text!r}")

    def case(self) -> Parsed:
        one = self.compared()
        if not self._took("where"):
            return one
        condition = self.compared()
        self._need(",")
        self._need("else")
        return ("case", condition, one, self.case())

    def compared(self) -> Parsed:
        one = self.sum()
        sign = self._took(*_COMPARED)
        return ("compared", sign, one, self.sum()) if sign else one

    def sum(self) -> Parsed:
        parsed = self.product()
        while sign := self._took("+", "−"):
            parsed = (sign, parsed, self.product())
        return parsed

    def product(self) -> Parsed:
        if self._next[:1] in "ΣΠ" and self._next:
            sign = self._words[self._at]
            self._at += 1
            letters = tuple(_SUBSCRIPTS[each] for each in sign[1:])
            return (sign[0], letters, self.product())
        if self._took("−"):
            return ("−", ("number", 0.0), self.product())
        parsed = self.raised()
        while sign := self._took("·", "/"):
            right = self.product() if self._next[:1] in ("Σ", "Π") else self.raised()
            parsed = (sign, parsed, right)
        return parsed

    def raised(self) -> Parsed:
        if self._took("√"):
            return ("power", self.raised(), 0.5)
        parsed = self.operand()
        if power := self._took("²", "³"):
            return ("power", parsed, 2 if power == "²" else 3)
        return parsed

    def operand(self) -> Parsed:
        word = self._next
        self._at += 1
        if word == "(":
            parsed = self.case()
            self._need(")")
            return parsed
        if word == "|":
            parsed = self.case()
            self._need("|")
            return ("|", parsed)
        if word in ("⌊", "⌈"):
            parsed = self.case()
            self._need("⌋" if word == "⌊" else "⌉")
            return (word, parsed)
        if word == "max" and self._next == "x":
            return ("largest", self.operand())
        if word == "½":
            return ("number", 0.5)
        if word[:1].isdigit():
            return ("number", float(word) if not word.isdecimal() else int(word))
        if not word or not word[0].isalpha():
            raise SyntaxError(f"{word!r} is no operand in {self._text!r}")
        if self._took("("):
            return ("function", word, self._list(")"))
        return ("element", word, self._places() if self._took("[") else ())

    def _places(self) -> tuple[Parsed, ...]:
        """The places along an element's axes; a place may be a slice."""
        items = [self._place()]
        while self._took(","):
            items.append(self._place())
        self._need("]")
        return tuple(items)

    def _place(self) -> Parsed:
        if self._took(":"):
            return ("slice", None, None, ("number", 1))
        start = self.case()
        if not self._took(":"):
            return start
        stop = self.case()
        return ("slice", start, stop, self.case() if self._took(":") else ("number", 1))

    def _list(self, end: str) -> tuple[Parsed, ...]:
        items = [self.case()]
        while self._took(","):
            items.append(self.case())
        self._need(end)
        return tuple(items)


def _value(parsed: Parsed, names: Names) -> Any:
    match parsed:
        case ("number", number):
            return number
        case ("element", name, ()):
            found = names[name]
            return found.item() if isinstance(found, np.ndarray) else found
        case ("largest", ("element", name, place)):
            return _part(names[name], place, names).max().item()
        case ("element", name, place):
            return _element(names[name], [int(_value(each, names)) for each in place])
        case ("function", name, given):
            return FUNCTIONS[name](*(_value(each, names) for each in given))
        case ("|", inner):
            return abs(_value(inner, names))
        case ("⌊", inner):
            return math.floor(_value(inner, names))
        case ("⌈", inner):
            return math.ceil(_value(inner, names))
        case ("power", inner, power):
            return _value(inner, names) ** power
        case ("case", condition, one, other):
            return _value(one if _value(condition, names) else other, names)
        case ("compared", sign, one, other):
            return int(_COMPARED[sign](_value(one, names), _value(other, names)))
        case ("+", one, other):
            return _value(one, names) + _value(other, names)
        case ("−", one, other):
            return _value(one, names) - _value(other, names)
        case ("·", one, other):
            return _value(one, names) * _value(other, names)
        case ("/", one, other):
            return _value(one, names) / _value(other, names)
        case ("Σ", letters, inner):
            return math.fsum(_over(letters, inner, names))
        case ("Π", letters, inner):
            return math.prod(_over(letters, inner, names))
    raise SyntaxError(str(parsed))


def _over(letters: Sequence[str], inner: Parsed, names: Names) -> Iterator[float]:
    sizes = [_size(letter, inner, names) for letter in letters]
    for places in np.ndindex(*sizes):
        yield _value(inner, {**names, **dict(zip(letters, places, strict=True))})


def _size(letter: str, parsed: Any, names: Names) -> int:
    """How many places a letter has: the size of an axis of which it is the index."""
    for array, axis in _axes_of(letter, parsed, names):
        return array.shape[axis]
    raise SyntaxError(f"{letter} is no index in {parsed}")


def _axes_of(letter: str, parsed: Any, names: Names) -> Iterator[tuple[Any, int]]:
    match parsed:
        case ("element", name, place) if place:
            for axis, each in enumerate(place):
                if each == ("element", letter, ()):
                    yield names[name], axis
                yield from _axes_of(letter, each, names)
        case tuple():
            for each in parsed:
                yield from _axes_of(letter, each, names)


def _element(array: Any, place: Sequence[int]) -> float:
    if len(place) != array.ndim:
        raise SyntaxError(f"{place} is no place in {array.shape}")
    inside = all(0 <= i < n for i, n in zip(place, array.shape, strict=True))
    return array[tuple(place)].item() if inside else 0.0


def _part(array: Any, place: Sequence[Parsed], names: Names) -> Any:
    """A part of an array, whose slices are cut at the border."""
    wanted = []
    for each, size in zip(place, array.shape, strict=True):
        if each[0] != "slice":
            wanted.append([int(_value(each, names))])
            continue
        if each[1] is None:
            wanted.append(list(range(size)))
            continue
        start, stop, step = (int(_value(end, names)) for end in each[1:])
        wanted.append([i for i in range(start, stop, step) if 0 <= i < size])
    return array[np.ix_(*wanted)]
