"""What torch did in an iteration, one event after the other, with its tensors as numpy arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.quick_records import quickly_made
from backprop_viz.recording.trace.tensors import Array as Array
from backprop_viz.recording.trace.tensors import TensorTable
from backprop_viz.recording.trace.torch_error import CodePlace

# Tensors of the recording's table; None where torch has None.
TensorIds = tuple[int | None, ...]


@quickly_made
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Parameter:
    """A parameter as it was when the iteration began. ``grad`` is None where torch's is.

    ``value_id`` and ``grad_id`` are ids in ``tensors``, the iteration's table. ``full_shape`` is
    that of the whole parameter, where only this process's shard of it is recorded.
    """

    name: str
    value_id: int
    grad_id: int | None
    tensors: TensorTable = field(repr=False)
    requires_grad: bool = True
    full_shape: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        """Its name and shape."""
        return f"<Parameter {self.name}: {self.value.shape}>"

    @property
    def value(self) -> Array:
        """Its numbers, in torch's shape and dtype."""
        return self.tensors[self.value_id]

    @property
    def grad(self) -> Array | None:
        """Its ``.grad``, in the same shape."""
        return _array(self.tensors, self.grad_id)


@quickly_made
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Event:
    """One thing torch did. Its tensors are ids in ``tensors``, the iteration's table.

    - zero_grad: ``parameter``'s ``.grad`` before -> after.
    - forward and loss: tensors read -> tensors made; ``node`` is the output's grad_fn,
      ``line`` the line of the network's ``forward`` in its source file.
    - backward: the gradients that went into ``node`` -> those that came out. For an
      ``AccumulateGrad``: (``.grad`` before, the gradient that arrived) -> ``.grad`` after.
      Without a ``node`` and a ``parameter``: tensors read -> tensors made, as in forward, by the
      backward that somebody has written for the node that comes next, or by lines of a loop that
      change a ``.grad``.
    - update: (weight before, its ``.grad``) -> weight after; ``state`` holds the optimizer's
      own tensors for the parameter by name, before and after (None where there was none yet).
      Without a ``parameter``: tensors read -> tensors made, as in forward, by a loop's own lines
      that compute an update, or by the step of an optimizer whose rule is not known.

    ``missing`` says why tensors were not recorded, as a code by place: "input 0", "output 1".
    ``call`` is how a forward operation was called; None where an argument is no plain data. That of
    an all-reduce tells of the ranks (``recording.all_reduce``).
    ``module`` is the dotted name of the innermost module that ran a forward operation, "" for the
    network's own forward, None outside it. ``tracked``: whether autograd follows the output of a
    forward operation. It does not after ``detach`` or under ``no_grad``.
    ``grad_enabled``: whether torch recorded a graph at all, as it does not under ``no_grad``.
    ``place`` is the line of the user's code that it ran in, as a file's name and a number.
    """

    phase: Phase
    op: str
    input_ids: TensorIds
    output_ids: TensorIds
    tensors: TensorTable = field(repr=False)
    node: int | None = None
    parameter: str | None = None
    line: int | None = None
    tracked: bool = True
    state_ids: Mapping[str, tuple[int | None, int]] = field(default_factory=dict)
    call: Call | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    module: str | None = None
    place: CodePlace | None = None
    grad_enabled: bool = True

    @property
    def is_of_step(self) -> bool:
        """Whether it is an operation by which an update is computed, as by a loop's own lines."""
        return self.phase is Phase.UPDATE and self.parameter is None

    @property
    def is_beside_nodes(self) -> bool:
        """Whether it is one that somebody's own Function, or loop, runs in or after backward."""
        return self.phase is Phase.BACKWARD and self.node is None and self.parameter is None

    @property
    def is_beside_graph(self) -> bool:
        """Whether it is an operation of either kind: no backward goes through it."""
        return self.is_of_step or self.is_beside_nodes

    def __repr__(self) -> str:
        """What ran, and the shapes of what it read and made."""
        name = "" if self.parameter is None else f" {self.parameter}"
        read, made = (
            ", ".join(["None" if one is None else str(one.shape) for one in some]) or "nothing"
            for some in (self.inputs, self.outputs)
        )
        return f"<Event {self.phase.value} {self.op}{name}: {read} -> {made}>"

    @property
    def inputs(self) -> tuple[Array | None, ...]:
        """What it read."""
        return self.tensors.arrays_of(self.input_ids)

    @property
    def outputs(self) -> tuple[Array | None, ...]:
        """What it made."""
        return self.tensors.arrays_of(self.output_ids)

    @property
    def state(self) -> Mapping[str, tuple[Array | None, Array]]:
        """The optimizer's tensors for the parameter by name: (before, after)."""
        return {
            name: (_array(self.tensors, before), self.tensors[after])
            for name, (before, after) in self.state_ids.items()
        }


def _array(tensors: TensorTable, tensor: int | None) -> Array | None:
    return None if tensor is None else tensors[tensor]


@quickly_made
@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """The events ``start`` to ``stop`` (exclusive) of a phase, and the seconds torch took.

    A phase that has not ``ended`` is under way: there will be more of it.
    """

    phase: Phase
    start: int
    stop: int
    seconds: float
    ended: bool = True

    def is_over(self, position: int) -> bool:
        """Whether the phase has ended within the first ``position`` events."""
        return self.ended and position >= self.stop

    def grows_into(self, other: "PhaseSpan") -> bool:
        """Whether the other span is this one, later."""
        return not self.ended and (self.phase, self.start) == (other.phase, other.start)


@dataclass(frozen=True, slots=True)
class NumbersTaken:
    """Numbers of a tensor handed to Python or numpy, to which no graph goes on.

    ``call`` is how: "item", "tolist", "numpy", "float", ... ``tensor`` is the tensor's id,
    ``after`` the count of events before it, ``place`` the line of the user's code.
    """

    call: str
    tensor: int
    after: int
    place: CodePlace | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A forward that raised. No event of it is kept.

    ``kind`` and ``text`` are the exception's class and message. ``line`` is the line of the
    network's source. ``reached`` are the operations that ran, each with the shape of its output,
    the input first. ``op`` is the operation that raised, ``given`` the shapes of its tensors.
    """

    kind: str
    text: str
    line: int | None
    reached: tuple[tuple[str, tuple[int, ...]], ...]
    op: str
    given: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class GradientIntervention:
    """A change made on purpose to the gradients that flow out of a grad_fn node.

    ``node`` is the node's key, or its number in the graph that backward runs. ``kind``: "scale"
    (times ``value``), "clip" (each to -value..value), "zero", or "noise" (normal, of standard
    deviation ``value``).
    """

    node: str | int
    kind: str
    value: float = 1.0
