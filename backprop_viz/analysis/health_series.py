"""The health of the tensors of a long run, iteration by iteration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.recording.run.history import Series
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.health import IterationHealth, Role, TensorHealth

# What can be followed, by the names of TensorHealth.
MEASURES = ("norm", "mean", "low", "high", "zeros")


@dataclass(frozen=True, slots=True, eq=False)
class HealthSeries:
    """One tensor over the iterations in which it was: each array has the shape (n,).

    All are float64: ``values`` by measure, ``finite`` 1 or 0. Where there were no numbers, the
    values are NaN and ``finite`` is 1.
    """

    role: Role
    name: str
    number: int
    shape: tuple[int, ...]
    iterations: Array
    finite: Array
    values: dict[str, Array]

    @property
    def first_not_finite(self) -> int | None:
        """The first iteration in which an element was NaN or infinite; None if there is none."""
        at = np.flatnonzero(self.finite == 0)
        return int(self.iterations[at[0]]) if len(at) else None


class HealthCollection:
    """Grows by what was kept of iterations; the tensors are in the order in which they came."""

    def __init__(self) -> None:
        self._tensors: dict[tuple[Role, str, int], _Columns] = {}

    def extend(self, kept: Sequence[IterationHealth]) -> None:
        """Add iterations."""
        found: dict[tuple[Role, str, int], list[tuple[int, TensorHealth]]] = {}
        for iteration in kept:
            for tensor in iteration.tensors:
                key = (tensor.role, tensor.name, tensor.number)
                found.setdefault(key, []).append((iteration.iteration, tensor))
        for key, told in found.items():
            self._tensors.setdefault(key, _Columns()).extend(told)

    def series(self) -> tuple[HealthSeries, ...]:
        """All series as they are now; those given before do not change."""
        return tuple(
            columns.series(role, name, number)
            for (role, name, number), columns in self._tensors.items()
        )


class _Columns:
    """The numbers of one tensor."""

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()
        self._iterations, self._finite = Series(), Series()
        self._values = {measure: Series() for measure in MEASURES}

    def extend(self, told: Sequence[tuple[int, TensorHealth]]) -> None:
        self._shape = told[-1][1].shape
        self._iterations.extend(np.array([iteration for iteration, _ in told], np.float64))
        finite = [tensor.finite or bool(tensor.missing) for _, tensor in told]
        self._finite.extend(np.array(finite, np.float64))
        for measure, series in self._values.items():
            values = [np.nan if t.missing else getattr(t, measure) for _, t in told]
            series.extend(np.array(values, np.float64))

    def series(self, role: Role, name: str, number: int) -> HealthSeries:
        return HealthSeries(
            role,
            name,
            number,
            self._shape,
            self._iterations.view(),
            self._finite.view(),
            {measure: series.view() for measure, series in self._values.items()},
        )
