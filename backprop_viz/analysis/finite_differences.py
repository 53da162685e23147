"""A gradient compared with finite differences of the loss along one number.

A ``FiniteDifferences`` runs the loss at one place after the other, the most telling first, so that
a check can be shown while it grows, done in slices, and left off at any time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The kinked operation that a unit belongs to -> which side of its kink each unit is on, as a whole
# number: whether a relu passes, which element of a max pool's window won.
Sides = Mapping[Any, NDArray[Any]]

# CS231n, https://cs231n.github.io/neural-networks-3/#gradcheck
WRONG, UNCOMFORTABLE, HAPPY = 1e-2, 1e-4, 1e-7
# The sweep of h: decades, then what lies between them.
DECADES = tuple(float(f"1e{power}") for power in range(-12, 1))
BETWEEN = tuple(float(f"3e{power}") for power in range(-12, 0))
_BAD = {"suspicious", "wrong"}
# How many units are named, and how many runs may go into finding where they switch.
NAMED, SEARCHED = 32, 48
# The places of a switch are known to this share of h.
_TOLERANCE = 1e-3
# A loss is a sum of many rounded terms: its last digits are noise.
_ROUNDING = 32 * np.finfo(np.float64).eps


@dataclass(frozen=True, slots=True)
class LossRun:
    """The loss at one place, and the sides of its kinks that the units are on there."""

    loss: float
    sides: Sides


@dataclass(frozen=True, slots=True)
class UnitSwitch:
    """A unit of a kinked operation that switches where the number is moved by ``at``.

    ``unit`` is its place among the operation's units, flat.
    """

    operation: Any
    unit: int
    at: float


@dataclass(frozen=True, slots=True)
class SweepStep:
    """One step of the sweep: the central difference with ``size`` h, and its relative error."""

    size: float
    estimate: float
    error: float
    verdict: str


def relative_error(a: float, b: float) -> float:
    """|a - b| / max(|a|, |b|); 0 where both are 0, NaN where either is no number."""
    largest = max(abs(a), abs(b))
    return 0.0 if largest == 0 else abs(a - b) / largest


def verdict_of(estimate: float, exact: float, rounding: float = 0.0) -> str:
    """What a central difference says of a gradient, after CS231n's thresholds.

    "correct", "kinks", "suspicious", "wrong" as in ``GradientCheck``; "zero" where both are 0.
    ``rounding``: how far the rounding of the loss alone may move the estimate. Where the two differ
    by no more, a large error is no fault: "rounding".
    """
    error = relative_error(estimate, exact)
    if estimate == exact == 0:
        return "zero"
    if error <= HAPPY:
        return "correct"
    if error <= UNCOMFORTABLE:
        return "kinks"
    if abs(estimate - exact) <= rounding:
        return "rounding"
    # NaN is neither above nor below: it is wrong.
    return "suspicious" if error <= WRONG else "wrong"


class FiniteDifferences:
    """The check of one number: ``run`` gives the loss where the number has a value.

    ``value`` is the number, ``exact`` its gradient in float64. ``asked`` is the step h to look at
    closely, ``span`` how far the curve of the loss reaches to either side, in ``points`` places.
    ``landing`` is by how much the optimizer moved the number. Raises ValueError if ``asked`` or
    ``span`` is not positive, or ``asked`` too small to change the number.

    What is found so far: ``steps`` by h, ``curve`` (by how much the number is moved -> the loss),
    ``landed`` (the loss where the optimizer's step lands), the ``switches`` within the step asked,
    the nearest to 0 first, and how many units have ``switched``. ``done`` counts the runs.
    """

    def __init__(
        self,
        run: Callable[[float], LossRun],
        value: float,
        exact: float,
        asked: float,
        span: float,
        landing: float | None = None,
        points: int = 41,
    ) -> None:
        for name, size in (("h", asked), ("the span", span)):
            if not size > 0:
                raise ValueError(f"{name} has to be positive, not {size}")
        if value + asked == value - asked:
            raise ValueError(f"h {asked} is too small to change {value}")
        self.value, self.exact, self.asked, self.landing = value, exact, asked, landing
        wanted = dict.fromkeys((asked, *DECADES[::-1], *BETWEEN[::-1]))
        self.sizes = tuple(h for h in wanted if value + h != value - h)
        self.steps: dict[float, SweepStep] = {}
        self.curve: dict[float, float] = {}
        self.landed: float | None = None
        self.switches: tuple[UnitSwitch, ...] = ()
        self.switched: int | None = None
        self.done = 0
        self._places = _coarse_first(points, span)
        self._run_at = run
        self._searching = SEARCHED

    @property
    def total(self) -> int:
        """How many runs the check takes; an upper bound until the switches are found."""
        curve = len(self._places) + (self.landing is not None)
        return 1 + 2 * len(self.sizes) + curve + self._searching

    @property
    def best(self) -> SweepStep:
        """The step of the sweep with the smallest error; errors of NaN do not count."""
        return min(self.steps.values(), key=lambda step: (np.isnan(step.error), step.error))

    @property
    def judged(self) -> SweepStep:
        """The step that the verdict is of: the best, or where that errs one of two that agree."""
        best = self.best
        if best.verdict in _BAD or best.verdict == "rounding":
            return min(self._agreeing, key=lambda step: step.error, default=best)
        return best

    @property
    def _agreeing(self) -> list[SweepStep]:
        """Steps with a large error, each after a smaller one that gives the same slope."""
        told = [self.steps[h] for h in sorted(self.steps) if self.steps[h].verdict in _BAD]
        return [b for a, b in pairwise(told) if relative_error(a.estimate, b.estimate) <= WRONG]

    @property
    def verdict(self) -> str:
        """What the sweep says: the verdict of the step judged, but for two cases.

        "on_kink": the best step or the one asked errs, and the number lies on a kink. "rounding":
        small steps drown in rounding, and no two others agree on what the slope is.
        """
        best, asked = self.best.verdict, self.steps[self.asked].verdict
        if any(switch.at == 0 for switch in self.switches) and {best, asked} & _BAD:
            return "on_kink"
        drowned = any(step.verdict == "rounding" for step in self.steps.values())
        if drowned and best in _BAD and not self._agreeing:
            return "rounding"
        return self.judged.verdict

    def slices(self) -> Iterator[None]:
        """Do the check; it can be left off, and shown, at each ``yield``.

        That is after three runs at first, then after each.

        First the step that was asked, then as much as tells the shape of everything, then the rest.
        """
        here = self._run(0.0)
        self.curve[0.0] = here.loss
        ends = self._run(-self.asked), self._run(self.asked)
        self._note_step(self.asked, *ends)
        yield
        if self.landing is not None:
            self.landed = self._run(self.landing).loss
            yield
        yield from self._losses(self._places[:10])
        yield from self._sweep(h for h in self.sizes if h in DECADES)
        yield from self._search(here.sides, ends)
        yield from self._losses(self._places[10:])
        yield from self._sweep(h for h in self.sizes if h in BETWEEN)

    def _run(self, moved: float) -> LossRun:
        self.done += 1
        return self._run_at(self.value + moved)

    def _losses(self, places: list[float]) -> Iterator[None]:
        for moved in places:
            self.curve[moved] = self._run(moved).loss
            yield

    def _sweep(self, sizes: Iterator[float]) -> Iterator[None]:
        for h in sizes:
            if h not in self.steps:
                left = self._run(-h)
                yield  # what else is to be done need not wait for two
                self._note_step(h, left, self._run(h))
                yield

    def _note_step(self, h: float, left: LossRun, right: LossRun) -> None:
        # What was added is rounded, so the places are not 2h apart to the last bit.
        apart = (self.value + h) - (self.value - h)
        estimate = (right.loss - left.loss) / apart
        rounding = _ROUNDING * max(abs(left.loss), abs(right.loss)) / apart
        self.steps[h] = SweepStep(
            h,
            estimate,
            relative_error(estimate, self.exact),
            verdict_of(estimate, self.exact, rounding),
        )

    # -- switches ------------------------------------------------------------------------------

    def _search(self, here: Sides, ends: tuple[LossRun, LossRun]) -> Iterator[None]:
        """Find the units that switch between the ends, and by bisection where, the nearest first.

        Not found is a unit that switches twice between two places that were run.
        """
        h, begun = self.asked, self.done
        before, after = (end.sides for end in ends)
        self.switched = sum(
            int(np.count_nonzero((before[k] != here[k]) | (here[k] != after[k]))) for k in here
        )
        brackets = [_Bracket(-h, 0.0, before, here), _Bracket(0.0, h, here, after)]
        brackets = [bracket for bracket in brackets if bracket.differ]
        found: list[_Bracket] = []
        named = 0
        while brackets:
            brackets.sort(key=lambda bracket: bracket.nearest)
            bracket = brackets.pop(0)
            narrow = bracket.width <= _TOLERANCE * h or not bracket.divisible(self.value)
            if narrow or named >= NAMED or self.done - begun >= SEARCHED:
                found.append(bracket)
                named += bracket.differ
                continue
            middle = (bracket.left + bracket.right) / 2
            halves = bracket.halves(middle, self._run(middle).sides)
            brackets += [half for half in halves if half.differ]
            yield
        switches: list[UnitSwitch] = []
        for bracket in found:
            at = 0.0 if self._at_once(bracket) else (bracket.left + bracket.right) / 2
            units = bracket.units(NAMED - len(switches))
            switches += [UnitSwitch(operation, unit, at) for operation, unit in units]
        switches.sort(key=lambda switch: abs(switch.at))
        self.switches = tuple(switches)
        self._searching = self.done - begun

    def _at_once(self, bracket: "_Bracket") -> bool:
        """Whether units of a bracket switch as soon as the number is moved at all."""
        least = 1e-12 * max(abs(self.value), 1.0)
        if bracket.nearest > 0 or bracket.width <= least:
            return False
        from_left = bracket.left == 0
        moved = least if from_left else -least
        halves = bracket.halves(moved, self._run(moved).sides)
        return halves[0 if from_left else 1].differ == bracket.differ


class _Bracket:
    """An interval, and the sides at its ends; ``differ`` units have another side at the other."""

    def __init__(self, left: float, right: float, before: Sides, after: Sides) -> None:
        self.left, self.right = left, right
        self.before, self.after = before, after
        self.differ = sum(int(np.count_nonzero(before[k] != after[k])) for k in before)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def nearest(self) -> float:
        """How far from 0 it begins."""
        return min(abs(self.left), abs(self.right))

    def divisible(self, value: float) -> bool:
        """Whether there is a float between the ends of the interval around ``value``."""
        middle = value + (self.left + self.right) / 2
        return value + self.left < middle < value + self.right

    def halves(self, middle: float, sides: Sides) -> tuple["_Bracket", "_Bracket"]:
        return (
            _Bracket(self.left, middle, self.before, sides),
            _Bracket(middle, self.right, sides, self.after),
        )

    def units(self, most: int) -> list[tuple[Any, int]]:
        """The operations and flat places of at most ``most`` units that differ."""
        found: list[tuple[Any, int]] = []
        for operation in self.before:
            places = np.flatnonzero(self.before[operation] != self.after[operation])
            found += [(operation, int(place)) for place in places[: most - len(found)]]
        return found


def _coarse_first(count: int, span: float) -> list[float]:
    """``count`` places from -span to span without 0: the ends, then ever finer between them."""
    grid = np.linspace(-span, span, count)
    strides = [1 << power for power in reversed(range((count - 1).bit_length() + 1))]
    order = dict.fromkeys((0, count - 1, *(i for s in strides for i in range(0, count, s))))
    return [float(grid[i]) for i in order if i != (count - 1) / 2]
