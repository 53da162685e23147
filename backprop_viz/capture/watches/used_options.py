"""What the optimizers went by as they last stepped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from backprop_viz.capture.watches.parameter_watch import rule_of
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.trace.modules import OptimizerGroup
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def several(optimizers: Optimizer | Sequence[Optimizer] | None) -> tuple[Optimizer, ...]:
    """One optimizer, several or none. Raises ArgumentError for anything else."""
    if optimizers is None:
        return ()
    found = tuple(optimizers) if isinstance(optimizers, Iterable) else (optimizers,)
    if not all(isinstance(one, Optimizer) for one in found):
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "optimizer must be a torch.optim.Optimizer, or several.")
        )
    return found


class UsedOptions:
    """Read before each step: after it a schedule sets the next iteration's rate."""

    def __init__(self, optimizers: Sequence[Optimizer], names: Mapping[int, str]) -> None:
        self._optimizers, self._names = optimizers, names
        self._used: dict[int, tuple[OptimizerGroup, ...]] = {}
        self._rate: float | None = None

    def note(self, optimizers: Iterable[Optimizer], rate: float | None) -> None:
        """These are about to step; ``rate`` is the loop's own, where none has it."""
        self._rate = rate
        self._used |= {id(one): groups_of([one], self._names) for one in optimizers}

    def groups(self) -> tuple[OptimizerGroup, ...]:
        """The groups of the optimizers that stepped, in their order; then the others, as now."""
        others = [one for one in self._optimizers if id(one) not in self._used]
        found = [*self._used.values(), groups_of(others, self._names)]
        return tuple(group for groups in found for group in groups)

    def options(self, rate: float | None) -> dict[str, Any]:
        """Those of the first group; without one the rate that was used, else this one."""
        for group in self.groups():
            return dict(group.options)
        rate = rate if self._rate is None else self._rate
        return {} if rate is None else {"lr": rate}


def groups_of(
    optimizers: Sequence[Optimizer], names: Mapping[int, str]
) -> tuple[OptimizerGroup, ...]:
    """The groups of some optimizers, with those parameters that have a name.

    ``names``: a parameter's dotted name by the ``id()`` of its tensor.
    """
    return tuple(
        OptimizerGroup(
            rule_of(optimizer),
            number,
            {key: _plain(value) for key, value in group.items() if key != "params"},
            tuple(names[id(p)] for p in group["params"] if id(p) in names),
        )
        for optimizer in optimizers
        for number, group in enumerate(optimizer.param_groups)
    )


def _plain(value: Any) -> Any:
    """An option as a record holds it: a tensor of one element as its number."""
    if isinstance(value, Tensor):
        return value.item() if value.numel() == 1 else str(value)
    if isinstance(value, tuple | list):
        return tuple(_plain(each) for each in value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)
