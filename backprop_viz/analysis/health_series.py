"""How the tensors of a long run were, iteration by iteration, from what was kept of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.recording.events import Array
from backprop_viz.recording.health import IterationHealth, Role, TensorHealth

# What can be followed, by the names of TensorHealth.
MEASURES = ("norm", "mean", "low", "high", "zeros")


@dataclass(frozen=True, slots=True, eq=False)
class HealthSeries:
    """One tensor over the iterations in which it was: each array has the shape (n,).

    ``iterations`` are int64, ``values`` float64 by measure, ``finite`` bool. Where there were no
    numbers, the values are NaN and ``finite`` is True.
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
        at = np.flatnonzero(~self.finite)
        return int(self.iterations[at[0]]) if len(at) else None


def health_series(kept: Sequence[IterationHealth]) -> tuple[HealthSeries, ...]:
    """The tensors in the order in which they first came."""
    found: dict[tuple[Role, str, int], list[tuple[int, TensorHealth]]] = {}
    for iteration in kept:
        for tensor in iteration.tensors:
            key = (tensor.role, tensor.name, tensor.number)
            found.setdefault(key, []).append((iteration.iteration, tensor))
    return tuple(
        HealthSeries(
            role,
            name,
            number,
            told[-1][1].shape,
            np.array([iteration for iteration, _ in told], np.int64),
            np.array([tensor.finite or bool(tensor.missing) for _, tensor in told]),
            {
                measure: np.array(
                    [np.nan if t.missing else getattr(t, measure) for _, t in told], np.float64
                )
                for measure in MEASURES
            },
        )
        for (role, name, number), told in found.items()
    )
