"""Where a number comes from: a sum of terms, each a product of factors. Plain data."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.explanations.components import Component
from backprop_viz.recording.explanations.number import Number

_Floats = NDArray[np.float64]
_Indices = NDArray[np.int64]
# The largest terms that are written for a console; the rest are counted.
_MOST_TERMS = 8


@dataclass(frozen=True, slots=True, eq=False)
class FactorColumn:
    """One factor of each of K terms.

    ``role`` is its name in the field's terms, as a code: "kernel", "window", "upstream", "local",
    "pre_activation", ... ``values`` (K,). Where the values are elements of a recorded tensor,
    ``tensor`` is its id, ``indices`` (K, d) their places, and ``event``, ``slot``, ``arrived``,
    ``intermediate`` and ``component`` are those of ``Number``. ``axes`` are the names of the d
    axes, as codes: "sample", "channel", "row", ...; () where they are not known. With a
    ``function``, such as "σ(x)", the values are that function of the elements x.
    """

    role: str
    values: _Floats
    tensor: int | None = None
    indices: _Indices | None = None
    event: int | None = None
    slot: int = 0
    arrived: bool = False
    axes: tuple[str, ...] = ()
    function: str = ""
    intermediate: str = ""
    component: Component = ""

    def number(self, term: int) -> Number | None:
        """The recorded number that a term's factor is, or is a function of; None without one."""
        if self.tensor is None or self.indices is None:
            return None
        index = tuple(int(i) for i in self.indices[term])
        return Number(
            self.tensor,
            index,
            self.event,
            self.slot,
            self.arrived,
            self.intermediate,
            self.component,
        )

    def only(self, terms: _Indices) -> "FactorColumn":
        """The same factor of some of the terms."""
        indices = None if self.indices is None else self.indices[terms]
        return replace(self, values=self.values[terms], indices=indices)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """K terms of one form: ``values`` (K,) are the products of the ``factors``, in float64.

    ``name`` is a code: "products", "bias", "before", ... The terms stand in the order in which a
    person would write the sum; ``order`` gives them the largest first.
    """

    name: str
    values: _Floats
    factors: tuple[FactorColumn, ...] = ()

    @property
    def order(self) -> _Indices:
        """The terms' places, as ``largest_first`` has them."""
        return largest_first(self.values)

    def only(self, terms: _Indices) -> "Part":
        """The same with some of the terms."""
        factors = tuple(column.only(terms) for column in self.factors)
        return replace(self, values=self.values[terms], factors=factors)


def largest_first(values: _Floats) -> _Indices:
    """The places of terms, the largest by absolute value first; equal ones in their order.

    Before all others those that are NaN: whatever there is beside one, the sum is NaN by it.
    """
    broken = np.isnan(values)
    return np.lexsort((-np.abs(np.where(broken, 0.0, values)), ~broken))


def terms_sum(values: _Floats) -> float:
    """What terms add up to; NaN of Inf and -Inf, of which numpy need not warn."""
    with np.errstate(invalid="ignore", over="ignore"):
        return float(values.sum())


@dataclass(frozen=True, slots=True)
class TermFactor:
    """One factor of one term: its role, its value, and which recorded number it is, if any.

    With a ``function`` the value is that function of the number.
    """

    role: str
    value: float
    number: Number | None
    function: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a sum; its ``value`` is the product of its ``factors``."""

    part: str
    value: float
    factors: tuple[TermFactor, ...]


class Terms(Sequence[Term]):
    """The terms of an explanation, as ``largest_first`` has them, made when asked for."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        values = [part.values for part in parts]
        sizes = [len(each) for each in values]
        self.values: _Floats = np.concatenate(values) if values else np.empty(0)
        self._of = np.repeat(np.arange(len(parts)), sizes)
        self._at = np.concatenate([np.arange(n) for n in sizes]) if sizes else np.empty(0, int)
        self._order = largest_first(self.values)

    def __len__(self) -> int:
        return len(self._order)

    @property
    def ordered_values(self) -> _Floats:
        """What each of them adds, (K,), without making any."""
        return self.values[self._order]

    @overload
    def __getitem__(self, index: int) -> Term: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Term, ...]: ...
    def __getitem__(self, index: int | slice) -> Term | tuple[Term, ...]:
        if isinstance(index, slice):
            return tuple(self._term(int(i)) for i in self._order[index])
        return self._term(int(self._order[index]))

    def __iter__(self) -> Iterator[Term]:
        return (self._term(int(i)) for i in self._order)

    def _term(self, place: int) -> Term:
        part, at = self._parts[self._of[place]], int(self._at[place])
        factors = tuple(
            TermFactor(column.role, float(column.values[at]), column.number(at), column.function)
            for column in part.factors
        )
        return Term(part.name, float(part.values[at]), factors)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was so: which branch was taken, what a quantity was.

    ``code`` names a sentence, into which ``values`` are put: "relu_stopped" (-0.31,),
    "pool_winner" (...). ``numbers`` are recorded numbers that the sentence speaks of.
    """

    code: str
    values: tuple[float | int | str, ...] = ()
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NumberExplanation:
    """Why a recorded number is what it is.

    - ``value``: what torch has, as a Python float. Of a complex element it is the real part, or
      the imaginary one if that was asked for (``Number.component``).
    - ``kind``: "forward", "loss", "gradient" (sent by a node), "arrived" (at a node),
      "accumulated" (a ``.grad``), "update" (a new weight), "given" (nothing recorded made it),
      "intermediate" (computed inside an operation: ``value`` is then the sum).
    - ``op``: the operation, the grad_fn node's name, or the optimizer's.
    - ``formula``: the rule in symbols, on one line.
    - ``parts``: the sum, in the order in which a person would write it.
    - ``total``: the sum of all terms in float64.
    - ``facts``: which branch was taken, and what went into it.
    - ``reason``: why there are no terms, as a code with values; None where there are.
    - ``imaginary``: where a complex element was asked about as a whole, the explanation of its
      imaginary part; else None.
    """

    number: Number
    value: float
    kind: str
    op: str
    formula: str = ""
    parts: tuple[Part, ...] = ()
    total: float = 0.0
    facts: tuple[Fact, ...] = ()
    reason: Fact | None = None
    imaginary: "NumberExplanation | None" = None

    def __repr__(self) -> str:
        """As text for a console: the number, its rule, and the largest terms of its sum."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        number = self.number
        place = f"[{', '.join(map(str, number.index))}]" if number.index else ""
        where = "" if number.event is None else f" of event {number.event}"
        inside = f" {number.intermediate}" if number.intermediate else ""
        yield f"{self.kind}{where}, {self.op}{inside}{place} = {_number(self.value)}"
        if self.formula:
            yield f"  {self.formula}"
        if self.reason is None:
            terms, told = self.terms, (_number(self.total), _number(self.residual))
            yield from (f"  {_term(term)}" for term in terms[:_MOST_TERMS])
            if len(rest := terms.ordered_values[_MOST_TERMS:]):
                said = "the smallest term" if len(rest) == 1 else f"{len(rest)} smaller terms"
                yield f"  {_number(terms_sum(rest))} = {said}"
            if self.kind == "measure" and self.op == "norm":
                yield f"  sum of squares {told[0]}, its root {_number(self.value)}"
            else:
                yield "  sum {}, rounding {}".format(*told)
        else:
            yield f"  no terms: {_fact(self.reason)}"
        yield from (f"  {_fact(fact)}" for fact in self.facts)
        if self.imaginary is not None:
            yield "and its imaginary part:"
            yield from self.imaginary._lines()

    @property
    def terms(self) -> Terms:
        """The terms, the largest by absolute value first."""
        return Terms(self.parts)

    @property
    def residual(self) -> float:
        """torch's value less the sum: what the rounding of its dtype left.

        0 where both are NaN, or the same infinity. NaN where no sum is made; ``reason`` says why.
        """
        if self.reason is not None:
            return math.nan
        same = self.value == self.total or (math.isnan(self.value) and math.isnan(self.total))
        return 0.0 if same else self.value - self.total


def shortened(explanation: NumberExplanation, most: int) -> NumberExplanation:
    """The same with this many terms of each part, the largest; ``total`` is still that of all."""
    parts = tuple(part.only(np.sort(part.order[:most])) for part in explanation.parts)
    return replace(explanation, parts=parts)


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a number changes next: elements of an event's output ``slot``.

    ``indices`` (M, d) are their places, ``derivatives`` (M,) how fast each changes with the
    number, the largest by absolute value first. Of complex elements it is their ``component``.
    """

    event: int
    slot: int
    tensor: int
    indices: _Indices
    derivatives: _Floats
    component: Component = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """A unit that is on one side of a kink in a part of an interval, and on the other beyond.

    ``number`` is an element of what the event made: a relu's, or the maximum of a window. Its
    ``index`` is () where the operation hides the unit inside. It switches where the number that
    is varied is moved by ``at``; 0 says that it is on the kink itself, as in a tie of a max pool.
    """

    number: Number
    op: str
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class GradientCheck:
    """A gradient against finite differences of the loss, on a float64 copy.

    - ``gradient``: what backward computed, in the recording's dtype; None where it was not
      recorded. ``exact``: the same in float64, from autograd on the copy.
    - ``loss``: the loss of the copy where nothing is moved.
    - ``steps`` (S,) are the sizes h of the sweep so far, ``estimates`` (S,) the central
      differences (L(x + h) - L(x - h)) / 2h, ``errors`` (S,) |estimate - exact| /
      max(|estimate|, |exact|), 0 where both are 0.
    - ``judged``: the place of the step that the verdict is of, mostly that of the smallest error.
      ``verdict``: what its error says, a code after CS231n's thresholds: "correct", "kinks" (fine
      where the loss has kinks), "suspicious", "wrong", "zero" (both are 0), "rounding" (the loss
      changes too little to tell), or "on_kink": it is large because the number lies on a kink,
      where there is no derivative.
      Source: https://cs231n.github.io/neural-networks-3/#gradcheck
    - ``asked_at``: the place of the step h that was ``asked``. ``asked_verdict``: what its error
      says, or "switched": it is large because units switch within [x - h, x + h].
    - ``switches``: units that switch there, the nearest to x first; ``switched`` counts them all.
      It is None until they were looked for.
    - ``moved`` (P,) and ``losses`` (P,): the loss where the number is moved by so much; moved 0
      is among them. ``landing``: by how much the optimizer's step moved it, and the loss there.
    - ``ranks``: whose loss that is, and whose gradient: one rank's own, or the mean of all of
      these. () where a single process has trained.
    """

    number: Number
    value: float
    gradient: float | None
    exact: float
    loss: float
    asked: float
    steps: _Floats
    estimates: _Floats
    errors: _Floats
    judged: int
    verdict: str
    asked_at: int
    asked_verdict: str
    moved: _Floats
    losses: _Floats
    switches: tuple[Switch, ...] = ()
    switched: int | None = None
    landing: tuple[float, float] | None = None
    ranks: tuple[int, ...] = ()

    def known_in(self, events: int) -> "GradientCheck":
        """The same without the switches that are of an event after so many."""
        known = [s for s in self.switches if s.number.event is None or s.number.event < events]
        return replace(self, switches=tuple(known))


def _term(term: Term) -> str:
    factors = " × ".join(map(_factor, term.factors))
    return f"{_number(term.value)} = {factors or term.part.replace('_', ' ')}"


def _factor(factor: TermFactor) -> str:
    number = factor.number
    place = "" if number is None else f"[{', '.join(map(str, number.index))}]"
    of = f" by {factor.function}" if factor.function else ""
    return f"{factor.role.replace('_', ' ')}{place}{of} {_number(factor.value)}"


def _fact(fact: Fact) -> str:
    values = ", ".join(_number(one) if isinstance(one, float) else str(one) for one in fact.values)
    return fact.code.replace("_", " ") + (f": {values}" if values else "")


def _number(value: float) -> str:
    return f"{value:.9g}"
