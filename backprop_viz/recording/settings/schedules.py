"""How the learning rate falls from iteration to iteration: names, options and numbers, no torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_AT_ONCE = 65_536

# Each schedule's options and what they are unless told: cosine falls to 0 over ``iterations`` and
# stays there; step multiplies by ``gamma`` every ``step_size`` iterations, as torch's StepLR.
# The digits preset goes by this length: tests/benchmarks/bench_classification.py measures it.
SCHEDULES: Mapping[str, Mapping[str, float]] = {
    "none": {},
    "cosine": {"iterations": 6500},
    "step": {"step_size": 2000, "gamma": 0.1},
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule by name, with the options that were given.

    Raises ValueError for an unknown name, an unknown option or a value that means nothing.
    """

    name: str = "none"
    given: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in SCHEDULES:
            raise ArgumentError(
                QT_TRANSLATE_NOOP("errors", "schedule must be one of {0}, not {1}."),
                ", ".join(SCHEDULES),
                repr(self.name),
            )
        if not isinstance(self.given, Mapping):
            raise ArgumentError(
                QT_TRANSLATE_NOOP("errors", "The options of a schedule are named, not {0}."),
                repr(self.given),
            )
        if unknown := set(self.given) - set(SCHEDULES[self.name]):
            takes = ", ".join(SCHEDULES[self.name]) or "none"
            raise ArgumentError(
                QT_TRANSLATE_NOOP(
                    "errors", "The schedule {0} does not take {1}; its options: {2}."
                ),
                self.name,
                ", ".join(sorted(unknown)),
                takes,
            )
        for name, value in self.given.items():
            if name == "gamma":
                if not (math.isfinite(value) and value >= 0):
                    raise ArgumentError(
                        QT_TRANSLATE_NOOP("errors", "gamma must be a number from 0 up, not {0}."),
                        repr(value),
                    )
            elif not float(value).is_integer() or value < 1:
                raise ArgumentError(
                    QT_TRANSLATE_NOOP("errors", "{0} must be a whole number from 1 up, not {1}."),
                    name,
                    repr(value),
                )

    @property
    def options(self) -> dict[str, float]:
        """All of its options, those not given at their defaults."""
        return {**SCHEDULES[self.name], **self.given}

    def factor(self, iteration: int) -> float:
        """The factor of the rate after this many iterations of cosine: from 1 down to 0, then 0."""
        return (1 + math.cos(math.pi * min(iteration / self.options["iterations"], 1))) / 2

    def next_rate(self, base: float, rate: float, iteration: int) -> float:
        """The rate after ``iteration`` iterations, at least 1, where ``rate`` was the one before.

        In torch's own order of operations, so that the last bit is the same.
        """
        if self.name == "cosine":
            return base * self.factor(iteration)
        if self.name == "step" and iteration % self.options["step_size"] == 0:
            return rate * self.options["gamma"]
        return rate

    def rate(self, base: float, iteration: int) -> float:
        """The rate after ``iteration`` iterations of a run that began at ``base``."""
        if self.name == "cosine":
            return base * self.factor(iteration)
        if self.name == "step":
            times = int(iteration // self.options["step_size"])
            return _multiplied(base, self.options["gamma"], times)
        return base


def _multiplied(rate: float, gamma: float, times: int) -> float:
    """The rate times gamma, again and again: a power would differ in the last bit."""
    while times:
        factors = np.full(min(times, _AT_ONCE) + 1, gamma)
        factors[0] = rate
        with np.errstate(all="ignore"):
            before, rate = np.multiply.accumulate(factors)[-2:].tolist()
        if rate == before:  # 0, infinite, or the last bit that is left: it stays so
            return rate
        times -= len(factors) - 1
    return rate
