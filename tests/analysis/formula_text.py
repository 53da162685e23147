"""Evaluates the formulas that the program shows, as they are written.

The language, from what binds tightest:

- a number, a name (``w``, ``lr``, ``β₁``, ``x̂``, ``w.grad``), ``x[i]``, brackets, ``|x|``, ``⌊x⌋``;
  a function right before its bracket: ``σ(x)``, ``max(x, 0)``, ``mean(h·x̂)``
- what is raised: ``xᵖ⁻¹``, ``0.9ᵗ``, ``0.9^t``, ``Aᵀ`` (transposed)
- ``√x``
- ``·`` and ``/``, element by element; ``@``, of matrices; ``⋆`` and ``∗``, which the caller gives
- a function with a space after it, of all of the product that follows: ``Σ g·x``, ``ln x``
- ``+`` and ``−``; the sign
- ``a where c, else b``; ``a, b where c``; c compares by ``=``, ``>``, ``<``, ``≥``, ``≤``

Statements stand in lines, or three spaces apart: ``∂L/∂x = g·w``, ``m ← 0.9·m + 0.1·g``. With
``,  h = g·γ`` a name is defined that the others use.
"""

import math
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Value = Any

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵖʸˣᵗ", "0123456789+−pyxt", strict=True))
_LOWERED = "₀₁₂₃₄₅₆₇₈₉ᵢₙₜ₊₋"
_TOKEN = re.compile(
    rf"(?P<number>\d+(\.\d+)?(e[+-]?\d+)?|[½¼])"
    rf"|(?P<name>(\.?[A-Za-zΑ-Ωα-ω][\u0302′]?)+[{_LOWERED}]*)"
    rf"|(?P<raised>ᵀ|[{''.join(_RAISED)}]+)"
    r"|(?P<sign>[^\s\w])|(?P<space>\s+)"
)
_COMPARED: Mapping[str, Callable[[Value, Value], Value]] = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    "≥": operator.ge,
    "≤": operator.le,
}
_erf = np.vectorize(math.erf)


def _density(x: Value) -> Value:
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


_OF_ELEMENTS: Mapping[str, Callable[..., Value]] = {
    "ln": np.log,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "sign": np.sign,
    "round": np.round,
    "σ": lambda x: 1 / (1 + np.exp(-x)),
    "Φ": lambda x: (1 + _erf(x / math.sqrt(2))) / 2,
    "φ": _density,
}
_OF_SEVERAL: Mapping[str, Callable[[Value, Value], Value]] = {"max": np.maximum, "min": np.minimum}
_OF_ALL: Mapping[str, Callable[..., Value]] = {
    "Σ": np.sum,
    "Π": np.prod,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
}
_FUNCTIONS = {*_OF_ELEMENTS, *_OF_SEVERAL, *_OF_ALL}


class FormulaText:
    """The statements of a text; ``axes``: what Σ, mean and the like are taken over (all)."""

    def __init__(self, text: str, axes: Mapping[str, Any] | None = None) -> None:
        parts = [part.strip() for part in re.split(r"\n|,?\s{3,}|,\s{2,}", text)]
        self.statements = [_statement(part) for part in parts]
        self._axes = axes or {}

    def carried_out(self, names: Mapping[str, Value]) -> dict[str, Value]:
        """The names after the statements, one after the other."""
        known = dict(names)
        for target, _, right in self.statements:
            known[target] = evaluated(right, known, self._axes)
        return known

    def definitions(self, names: Mapping[str, Value]) -> dict[str, Value]:
        """The names, and those that the statements after the first define."""
        known = dict(names)
        for target, _, right in reversed(self.statements):
            if not target.startswith("∂") and target not in known:
                known[target] = evaluated(right, known, self._axes)
        return known

    def gradients(self, names: Mapping[str, Value]) -> dict[str, Value]:
        """What stands for each ``∂L/∂x``, by x; the other statements are definitions."""
        known = self.definitions(names)
        found = {}
        for target, sign, right in self.statements:
            if target.startswith("∂L/∂"):
                name, _, index = target.removeprefix("∂L/∂").partition("[")
                value = evaluated(right, known, self._axes)
                if index:
                    value = _placed(known, name, index.removesuffix("]"), sign, value)
                found[name] = value
        return found

    def value(self, names: Mapping[str, Value]) -> Value:
        """The right-hand side of the first statement."""
        (_, _, right), *others = self.statements
        known = dict(names)
        for target, _, definition in reversed(others):
            known[target] = evaluated(definition, known, self._axes)
        return evaluated(right, known, self._axes)


def evaluated(text: str, names: Mapping[str, Value], axes: Mapping[str, Any]) -> Value:
    """The value of an expression. Raises SyntaxError for what is none, KeyError for a name."""
    reader = _Reader(text, {"e": math.e, **names}, axes)
    with np.errstate(all="ignore"):
        return reader.statement()


def _number(text: str) -> int | float:
    if text.isdecimal():
        return int(text)
    return float(text) if text.isascii() else unicodedata.numeric(text)


def _statement(text: str) -> tuple[str, str, str]:
    parts = re.split(r"\s(=|←|\+=)\s", text, maxsplit=1)
    if len(parts) != 3:
        raise SyntaxError(f"{text!r} is no statement")
    return parts[0], parts[1], parts[2]


def _placed(names: Mapping[str, Value], name: str, index: str, sign: str, value: Value) -> Value:
    """Zeros like the name's value, with a value put in at an index, or added there."""
    result = np.zeros_like(names[name])
    place = _Reader(index, names, {}).index()
    if sign == "+=":
        np.add.at(result, place, value)
    else:
        result[place] = value
    return result


class _Reader:
    """Reads an expression from left to right, and works it out meanwhile."""

    def __init__(self, text: str, names: Mapping[str, Value], axes: Mapping[str, Any]) -> None:
        self._text, self._names, self._axes = text, names, axes
        found = list(_TOKEN.finditer(text))
        if "".join(token[0] for token in found) != text:
            raise SyntaxError(f"{text!r} holds signs that no formula has")
        self._tokens = [token for token in found if token.lastgroup != "space"]
        self._at = 0

    # -- the words ---------------------------------------------------------------------------

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def _kind(self) -> str:
        return str(self._tokens[self._at].lastgroup) if self._next else ""

    def _take(self, word: str = "") -> str:
        taken = self._next
        if not taken or (word and taken != word):
            raise SyntaxError(f"{word or 'more'} expected at {taken!r} in {self._text!r}")
        self._at += 1
        return taken

    def _took(self, word: str) -> bool:
        if self._next != word:
            return False
        self._at += 1
        return True

    @property
    def _tight(self) -> bool:
        """Whether nothing is between the word just taken and the next."""
        return (
            bool(self._next) and self._tokens[self._at - 1].end() == self._tokens[self._at].start()
        )

    @property
    def _operand_follows(self) -> bool:
        """Whether what comes next can begin an operand."""
        if self._kind == "name":
            return self._next not in ("where", "else")
        return self._kind == "number" or self._next in ("(", "√", "|")

    # -- what they mean ----------------------------------------------------------------------

    def statement(self) -> Value:
        """A case; of an indexed target ``a, else 0``."""
        value = self.case()
        if self._took(","):
            self._take("else")
            self._take("0")
        if self._next:
            raise SyntaxError(f"{self._next!r} is left over in {self._text!r}")
        return value

    def case(self) -> Value:
        """``a``, or ``a where c, else b``."""
        value = self._sum()
        if not self._took("where"):
            return value
        where = self._condition()
        self._take(",")
        self._take("else")
        return np.where(where, value, self._sum())

    def index(self) -> Value:
        """``i``, ``i:``, ``:i``, ``i:j``."""
        start = None if self._next == ":" else self._sum()
        if not self._took(":"):
            return start
        return slice(start, None if self._next in ("", "]") else self._sum())

    def _condition(self) -> Value:
        left, true = self._sum(), None
        while self._next in _COMPARED:
            compare, right = _COMPARED[self._take()], self._sum()
            true = compare(left, right) if true is None else true & compare(left, right)
            left = right
        return left if true is None else true

    def _sum(self) -> Value:
        value = -self._product() if self._took("−") else self._product()
        while self._next in ("+", "−"):
            value = value + self._product() if self._take() == "+" else value - self._product()
        return value

    def _product(self) -> Value:
        value = self._factor()
        while self._next in ("·", "/", "@", "⋆", "∗"):
            sign, other = self._take(), self._factor()
            if sign == "·":
                value = value * other
            elif sign == "/":
                value = value / other
            elif sign == "@":
                value = value @ other
            else:
                value = self._names[sign](value, other)
        return value

    def _factor(self) -> Value:
        if self._took("√"):
            return np.sqrt(self._raised(self._atom()))
        if self._next in _FUNCTIONS:
            name = self._take()
            if not self._tight and self._operand_follows:
                return self._applied(name, [self._product()])
            self._at -= 1
        return self._raised(self._atom())

    def _raised(self, value: Value) -> Value:
        while True:
            if self._took("^"):
                value = value ** self._atom()
            elif self._took("ᵀ"):
                value = self._names.get("ᵀ", lambda x: np.swapaxes(x, -1, -2))(value)
            elif self._kind == "raised":
                power = "".join(_RAISED[letter] for letter in self._take())
                value = value ** evaluated(power, self._names, self._axes)
            elif self._next == "[" and self._tight:
                self._take("[")
                value = value[self.index()]
                self._take("]")
            else:
                return value

    def _atom(self) -> Value:
        if self._kind == "number":
            return _number(self._take())
        if self._took("("):
            return self._closed(")")
        if self._took("|"):
            return np.abs(self._closed("|"))
        if self._took("⌊"):
            return np.floor(self._closed("⌋"))
        if self._took("⌈"):
            return np.ceil(self._closed("⌉"))
        if self._took("["):
            return self._names["["](*self._arguments("]"))
        if self._kind != "name":
            raise SyntaxError(f"{self._next!r} begins no operand in {self._text!r}")
        name = self._take()
        if self._next == "(" and self._tight:
            self._take("(")
            return self._applied(name, self._arguments(")"))
        return self._names[name]

    def _closed(self, end: str) -> Value:
        value = self.case()
        self._take(end)
        return value

    def _arguments(self, end: str) -> list[Value]:
        found = []
        while not self._took(end):
            # "…" stands for those that the caller knows of.
            found += [] if self._took("…") else [self.case()]
            self._took(",")
        return found

    def _applied(self, name: str, values: list[Value]) -> Value:
        if len(values) > 1 and name in _OF_SEVERAL:
            return _OF_SEVERAL[name](*values)
        if name in _OF_ELEMENTS:
            return _OF_ELEMENTS[name](*values)
        if name in _OF_ALL:
            axis = self._axes.get(name)
            return _OF_ALL[name](*values, axis=axis, keepdims=axis is not None)
        return self._names[name](*values)
