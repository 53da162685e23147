"""What the optimizers went by as they last stepped."""

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from backprop_viz.capture.code.only_cleared import is_only_cleared
from backprop_viz.capture.tensors.from_device import number_in
from backprop_viz.capture.watches.optimizer_rules import rule_of
from backprop_viz.recording.trace.modules import OptimizerGroup

# Making a schedule counts as its first.
_ONE_STEP = 2
_PLAIN = frozenset({bool, int, float, str, type(None)})
_IN_TUPLES = frozenset({int, float, type(None)})  # that a record has a list of


class UsedOptions:
    """Read before each step: after it a schedule sets the next iteration's rate."""

    def __init__(self, optimizers: Sequence[Optimizer], names: Mapping[int, str]) -> None:
        self._optimizers, self._names = optimizers, names
        self._used: dict[int, tuple[OptimizerGroup, ...]] = {}
        self._rate: float | None = None
        self._idle: set[int] = set()  # those of which the source says that they never step
        # Those with a schedule that have never stepped: torch keeps account of that.
        fresh = (one for one in optimizers if hasattr(one.step, "_wrapped_by_lr_sched"))
        self._fresh = {id(one) for one in fresh if not getattr(one, "_opt_called", False)}

    def note(self, optimizers: Iterable[Optimizer], rate: float | None) -> None:
        """These are about to step; ``rate`` is the loop's own, where none has it."""
        self._rate = rate
        steps = list(optimizers)
        rest = (one for one in self._optimizers if id(one) not in self._used and one not in steps)
        self._idle = {id(one) for one in rest if is_only_cleared(one)}
        for one in steps:
            ahead = id(one) in self._fresh and _schedule_is_ahead(one)
            found = groups_of([one], self._names)
            if ahead:
                found = tuple(replace(group, schedule_ahead=True) for group in found)
            self._used[id(one)] = found
            self._fresh.discard(id(one))

    def never_step(self) -> None:
        """The source says that none of the optimizers ever steps."""
        self._idle = set(map(id, self._optimizers))

    def groups(self) -> tuple[OptimizerGroup, ...]:
        """The groups of the optimizers that stepped, in their order; then the others, as now."""
        found = list(self._used.values())
        for one in self._optimizers:
            if id(one) not in self._used:
                groups, idle = groups_of([one], self._names), id(one) in self._idle
                found.append(tuple(replace(group, only_cleared=idle) for group in groups))
        return tuple(group for groups in found for group in groups)

    def options(self, rate: float | None) -> dict[str, Any]:
        """Those of the first group; without one the rate that was used, else this one."""
        for group in self.groups():
            return dict(group.options)
        rate = rate if self._rate is None else self._rate
        return {} if rate is None else {"lr": rate}


def _schedule_is_ahead(optimizer: Optimizer) -> bool:
    """Whether a schedule of an optimizer that has never stepped has stepped.

    One that has stepped often goes on from a checkpoint; of a step that a GradScaler has left out
    torch keeps no account.
    """
    if optimizer.state:
        return False
    ahead = False
    for one in gc.get_objects():
        if issubclass(type(one), GradScaler):
            return False
        if issubclass(type(one), LRScheduler) and one.optimizer is optimizer:
            ahead |= one._step_count == _ONE_STEP
    return ahead


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
            _names_of(group["params"], names),
        )
        for optimizer in optimizers
        for number, group in enumerate(optimizer.param_groups)
    )


def _names_of(tensors: Sequence[Tensor], names: Mapping[int, str]) -> tuple[str, ...]:
    keys = list(map(id, tensors))
    if keys == list(names):  # all of a model's, as a rule
        return tuple(names.values())
    return tuple([names[key] for key in keys if key in names])


def _plain(value: Any) -> Any:
    """An option as a record holds it: a tensor of one element as its number."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Tensor):
        number = number_in(value) if value.numel() == 1 else None
        return str(value) if number is None else number
    if isinstance(value, tuple | list):
        found = tuple(_plain(each) for each in value)
        return found if _IN_TUPLES.issuperset(map(type, found)) else str(value)
    return value if isinstance(value, int | float | str) else str(value)
