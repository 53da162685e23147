"""The modules of a network, its buffers, and what its optimizers go by."""

from collections.abc import Mapping
from dataclasses import dataclass

from backprop_viz.recording.settings.run_settings import OptionValue
from backprop_viz.recording.trace.quick_records import quickly_made
from backprop_viz.recording.trace.torch_error import CodePlace


@quickly_made
@dataclass(frozen=True, slots=True)
class Module:
    """A module: its dotted name, "" for the network itself, and the name of its class.

    ``also``: the other names under which the network holds the same module.
    ``validated_in_training``: of the network itself, the line at which the loop, before this
    iteration, judged what it made without gradients, while it was in training mode.
    """

    name: str
    kind: str
    also: tuple[str, ...] = ()
    validated_in_training: CodePlace | None = None


@dataclass(frozen=True, slots=True)
class ModuleBuffer:
    """A tensor that a module keeps and no optimizer updates, such as a running mean.

    ``values``: from how many events on it has which value, as ids of tensors. The first is 0.
    """

    name: str
    values: tuple[tuple[int, int], ...]

    def value_id(self, position: int) -> int:
        """The id of its value after the first ``position`` events."""
        return next(tensor for start, tensor in reversed(self.values) if start <= position)


@quickly_made
@dataclass(frozen=True, slots=True)
class OptimizerGroup:
    """A group of parameters that an optimizer updates with the same options.

    ``rule`` is the ``op`` of its updates, ``number`` the group's place in the optimizer's
    ``param_groups``. ``options`` are those of the step that was recorded, ``parameters`` dotted
    names. ``schedule_ahead``: a learning rate schedule had stepped before the optimizer ever did.
    ``only_cleared``: the loop's source has it clear gradients and nowhere has it step.
    """

    rule: str
    number: int
    options: Mapping[str, OptionValue]
    parameters: tuple[str, ...]
    schedule_ahead: bool = False
    only_cleared: bool = False
