"""What one training iteration was: frozen records of numpy arrays, safe to hand to any thread.

Nothing here imports torch. The recorder makes these on the worker; the views read them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .lesson import Lesson

Array = NDArray[Any]


class Phase(StrEnum):
    """The five phases of an iteration, in their legal order."""

    ZERO_GRAD = "zero_grad"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


PHASES = tuple(Phase)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is made from. Equal settings give equal runs, bit for bit."""

    data: str = "strokes"
    loss: str = "cross_entropy"
    optimizer: str = "sgd"
    lr: float = 0.05
    batch_size: int = 64
    seed: int = 0
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    set_to_none: bool = True
    clear_gradients: bool = True
    mnist_root: str | None = None
    schedule: str = "none"
    schedule_options: Mapping[str, float] = field(default_factory=dict)
    folder_root: str | None = None
    input_form: str = "batch"

    @property
    def root(self) -> str | None:
        """The folder of the data, for data that is read from one."""
        return {"mnist": self.mnist_root, "folder": self.folder_root}.get(self.data)

    def live(self) -> dict[str, Any]:
        """The settings that can change while the network stays.

        Random data is drawn before the run begins, as many inputs as a batch has.
        """
        rate = ("lr", "schedule", "schedule_options")
        size = () if self.data == "random" else ("batch_size",)
        names = (*rate, *size, "set_to_none", "clear_gradients", "input_form")
        return {name: getattr(self, name) for name in names}

    def continues(self, other: "Settings") -> bool:
        """Whether a run with ``other`` can go on with these; if not, it begins afresh."""
        return replace(other, **self.live()) == self


@dataclass(frozen=True, slots=True)
class Saved:
    """A tensor that a grad_fn node saved in forward for its backward: ``_saved_`` + ``name``."""

    name: str
    shape: tuple[int, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class Node:
    """One grad_fn node. ``x`` counts columns from the root, ``y`` lanes from the top.

    ``id`` is its number in this graph. ``key`` names it in every graph of a network: in that of
    the output and of the loss, in every iteration, whatever the loss. ``saved`` is freed when
    backward has run the node.
    """

    id: int
    name: str
    shape: tuple[int, ...] | None
    parameter: str | None = None
    x: float = 0.0
    y: float = 0.0
    saved: tuple[Saved, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph of grad_fn nodes; an edge leads from a node to one of its ``next_functions``."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()

    def find(self, node: str | int | None) -> Node | None:
        """The node of that key; of a number, the one that has it in this graph."""
        return next((n for n in self.nodes if node in (n.key, n.id)), None)


@dataclass(frozen=True, slots=True)
class Output:
    """What an operation made; ``node`` and ``slot`` are where its gradient enters the graph."""

    op: str
    node: int | None = None
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One column of the network: an operation and the element-wise ones that follow it.

    ``operations`` index the events; ``node`` and ``slot`` say where the gradient of the shown
    tensor enters the grad_fn graph. ``shape`` leaves out the batch dimension. ``outputs`` are what
    the operations made, in their order; that of ``shown`` is the tensor that is shown, None for
    the last.
    """

    id: int
    name: str
    operations: tuple[int, ...]
    shape: tuple[int, ...]
    parameters: tuple[str, ...] = ()
    node: int | None = None
    slot: int = 0
    x: float = 0.0
    y: float = 0.0
    outputs: tuple[Output, ...] = ()
    shown: int | None = None

    @property
    def leading(self) -> tuple[int, ...]:
        """The operations up to the one whose output is shown."""
        return self.operations if self.shown is None else self.operations[: self.shown + 1]

    @property
    def switchable(self) -> bool:
        """Whether there are several outputs to choose from; a loss is one number."""
        return len(self.outputs) > 1 and bool(self.shape)

    @property
    def next_shown(self) -> int:
        """Which output comes after the one that is shown; the first after the last."""
        return 0 if self.shown is None else self.shown + 1

    def showing(self, index: int) -> "Layer":
        """The same layer with the output of another of its operations shown."""
        if not self.switchable or not 0 <= index < len(self.outputs):
            return self
        last = index == len(self.outputs) - 1
        output = self.outputs[index]
        shown = None if last else index
        return replace(self, node=output.node, slot=output.slot, shown=shown)

    def titled(self, count: int | None = None) -> str:
        """Its name, saying which output is shown: ``conv1 · conv2d``, ``relu(conv1)``.

        ``count``: how many of its operations have run, where that is fewer.
        """
        done = len(self.leading) if count is None else min(count, len(self.leading))
        if not self.switchable or not done:
            return self.name
        if done == 1:
            return f"{self.name} · {self.outputs[0].op}"
        title = self.name
        for output in self.outputs[1:done]:
            title = f"{output.op}({title})"
        return title


@dataclass(frozen=True, slots=True)
class LayerGraph:
    """The network as its forward pass ran; an edge leads from a layer to one that reads it."""

    layers: tuple[Layer, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()

    def showing(self, chosen: Mapping[str, int]) -> "LayerGraph":
        """The network with other outputs shown: by a layer's name, which of its operations'."""
        if not any(layer.name in chosen for layer in self.layers):
            return self
        layers = (y.showing(chosen[y.name]) if y.name in chosen else y for y in self.layers)
        return replace(self, layers=tuple(layers))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as it was when the iteration began. ``grad`` is None where torch's is."""

    name: str
    value: Array
    grad: Array | None
    requires_grad: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One thing torch did.

    - zero_grad: ``parameter``'s ``.grad`` before -> after.
    - forward and loss: tensors read -> tensors made; ``node`` is the output's grad_fn,
      ``line`` the line of the network's ``forward`` in its source file.
    - backward: the gradients that went into ``node`` -> those that came out. For an
      ``AccumulateGrad``: (``.grad`` before, the gradient that arrived) -> ``.grad`` after.
    - update: (weight before, its ``.grad``) -> weight after; ``state`` holds the optimizer's
      own tensors for the parameter by name, before and after (None where there was none yet).

    ``tracked`` tells of a forward operation whether autograd follows its output: false after
    ``detach`` and under ``no_grad``.
    """

    phase: Phase
    op: str
    inputs: tuple[Array | None, ...]
    outputs: tuple[Array | None, ...]
    node: int | None = None
    parameter: str | None = None
    line: int | None = None
    tracked: bool = True
    state: Mapping[str, tuple[Array | None, Array]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alteration:
    """A change made on purpose to the gradients that flow out of a grad_fn node.

    ``node`` is the node's key, or its number in the graph that backward runs. ``kind``: "scale"
    (times ``value``), "clip" (each to -value..value), "zero", or "noise" (normal, of standard
    deviation ``value``).
    """

    node: str | int
    kind: str
    value: float = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """How the recording of an iteration was made, so that it can be made again.

    ``samples``, ``altered`` and ``backwards`` are those of the ``Recording``.
    """

    iteration: int
    samples: int | None = None
    altered: Alteration | None = None
    backwards: int = 1


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """The events ``start`` to ``stop`` of one phase, and the seconds torch took for it."""

    phase: Phase
    start: int
    stop: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """torch refused a forward, of which nothing stays.

    ``kind`` and ``text`` are the exception's, ``line`` is that of the network's source. ``reached``
    are the operations that ran, each with the shape of what it made, the input first; ``op`` is the
    one that did not, ``given`` the shapes of the tensors that it was given.
    """

    kind: str
    text: str
    line: int | None
    reached: tuple[tuple[str, tuple[int, ...]], ...]
    op: str
    given: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Recording:
    """One iteration, or as much of it as has run.

    ``samples`` is how many samples of each batch were kept (None: all); ``input`` and
    ``labels`` are cut the same way. ``preview`` marks a forward pass run on a copy of the
    network before the first step, to have a graph to show: its events are not yet history.
    ``model`` is the name of the network's class, ``options`` what the optimizer goes by (lr,
    momentum, betas …, as in torch's param_groups). ``altered`` tells of gradients that were
    changed on purpose in this iteration, ``backwards`` how often backward ran in it, ``lesson``
    that its batch was not the loader's but a drawing, or a sample chosen by hand. ``trace`` are the
    lines of the network's forward as they ran: each one's number in its source file, and how many
    events came before it. ``cleared``: whether zero_grad was called; if not, gradients accumulate.
    """

    iteration: int
    parameters: tuple[Parameter, ...]
    events: tuple[Event, ...] = ()
    spans: tuple[PhaseSpan, ...] = ()
    graph: Graph = Graph()
    layers: LayerGraph = LayerGraph()
    input: Array | None = None
    labels: Array | None = None
    loss: float | None = None
    samples: int | None = None
    preview: bool = False
    model: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    altered: Alteration | None = None
    backwards: int = 1
    lesson: bool = False
    failure: Failure | None = None
    trace: tuple[tuple[int, int], ...] = ()
    cleared: bool = True

    @cached_property
    def by_parameter(self) -> Mapping[str, Parameter]:
        """The parameters by dotted name."""
        return {p.name: p for p in self.parameters}

    @cached_property
    def ran_at(self) -> Mapping[int, int]:
        """For each grad_fn node that ran, the index of its first backward event."""
        return {node: indices[0] for node, indices in self.runs.items()}

    @cached_property
    def runs(self) -> Mapping[int, tuple[int, ...]]:
        """For each grad_fn node that ran, the indices of its backward events in order."""
        found: dict[int, list[int]] = {}
        for i, event in enumerate(self.events):
            if event.phase is Phase.BACKWARD and event.node is not None:
                found.setdefault(event.node, []).append(i)
        return {node: tuple(indices) for node, indices in found.items()}

    @cached_property
    def happened_to(self) -> Mapping[str, tuple[int, ...]]:
        """For each parameter, the indices of its events in order."""
        found: dict[str, list[int]] = {}
        for i, event in enumerate(self.events):
            if event.parameter is not None:
                found.setdefault(event.parameter, []).append(i)
        return {name: tuple(indices) for name, indices in found.items()}

    def span(self, phase: Phase) -> PhaseSpan | None:
        """What was recorded of a phase, or None if it has not run."""
        return next((s for s in self.spans if s.phase is phase), None)

    def at(self, cursor: int) -> "Moment":
        """The state after the first ``cursor`` events."""
        return Moment(self, max(0, min(cursor, len(self.events))))


@dataclass(frozen=True, slots=True)
class Moment:
    """A recording seen with the cursor after its first ``cursor`` events."""

    recording: Recording
    cursor: int

    @property
    def event(self) -> Event | None:
        """The event just done, None at the very start."""
        return self.recording.events[self.cursor - 1] if self.cursor else None

    @property
    def at_end(self) -> bool:
        """Whether all that was recorded is shown."""
        return self.cursor == len(self.recording.events)

    def events_of(self, parameter: str) -> Iterator[Event]:
        """The events of a parameter up to the cursor, in order."""
        for i in self.recording.happened_to.get(parameter, ()):
            if i < self.cursor:
                yield self.recording.events[i]

    def last(self, parameter: str, phase: Phase) -> Event | None:
        """The latest event of a phase for a parameter up to the cursor."""
        found = None
        for event in self.events_of(parameter):
            if event.phase is phase:
                found = event
        return found

    def value(self, parameter: str) -> Array | None:
        """The parameter's value at the cursor; None for a name the network has not."""
        update = self.last(parameter, Phase.UPDATE)
        if update is not None:
            return update.outputs[0]
        start = self.recording.by_parameter.get(parameter)
        return None if start is None else start.value

    def grad(self, parameter: str) -> Array | None:
        """The parameter's ``.grad`` at the cursor, None where torch has None."""
        return self._grad(parameter, (Phase.ZERO_GRAD, Phase.BACKWARD))

    def grad_before_backward(self, parameter: str) -> Array | None:
        """The parameter's ``.grad`` as backward found it (or would find it)."""
        return self._grad(parameter, (Phase.ZERO_GRAD,))

    def _grad(self, parameter: str, phases: tuple[Phase, ...]) -> Array | None:
        start = self.recording.by_parameter.get(parameter)
        grad = None if start is None else start.grad
        for event in self.events_of(parameter):
            if event.phase in phases:
                grad = event.outputs[0]
        return grad

    def backward_event(self, node: int) -> Event | None:
        """The last event in which backward ran a node, None while it has not reached it."""
        done = [i for i in self.recording.runs.get(node, ()) if i < self.cursor]
        return self.recording.events[done[-1]] if done else None

    def activation(self, layer: Layer) -> Array | None:
        """What a layer has computed so far, batch first; None before it ran.

        No further than the operation whose output is shown.
        """
        done = [i for i in layer.leading if i < self.cursor]
        if not layer.operations:
            return self.recording.input
        return self.recording.events[done[-1]].outputs[0] if done else None

    def gradient(self, layer: Layer) -> Array | None:
        """The gradient of the loss with respect to a layer's shown tensor, None until it came."""
        event = None if layer.node is None else self.backward_event(layer.node)
        return (
            None if event is None or layer.slot >= len(event.inputs) else event.inputs[layer.slot]
        )


@dataclass(frozen=True, slots=True)
class Curves:
    """Series of a run so far. ``loss[i]`` and ``accuracy[i]`` belong to iteration i + 1."""

    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    held_out_iteration: NDArray[np.float64]
    held_out_loss: NDArray[np.float64]
    held_out_accuracy: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user is to be told: a code that the window has a sentence for, and values.

    "withdrawn" takes back what was told of the ``subject``, which has gone right since.
    """

    code: str
    values: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the program; ``phase`` for those of the loop, ``source_line`` for the forward's.

    ``name`` is what a line of the loop is known by, however it reads: the one in which a phase's
    events happen has the phase's. ``runs``: at the "start" of its phase, before "each" of its
    events, at its "end", or "traced" as the recording's ``trace`` tells; "" for a line that never
    runs. One of ``every`` other than 1 only runs in iterations that this divides.
    """

    text: str
    phase: Phase | None = None
    source_line: int | None = None
    name: str = ""
    runs: Literal["", "start", "each", "end", "traced"] = ""
    every: int = 1

    @property
    def key(self) -> str | int | None:
        """What a breakpoint knows it by."""
        return self.name or self.source_line

    @property
    def runs_in(self) -> Phase:
        """The phase that it runs in: what is before the first belongs to that."""
        return self.phase or (Phase.ZERO_GRAD if self.name else Phase.FORWARD)


@dataclass(frozen=True, slots=True)
class Program:
    """The Python that is run, as lines to mark.

    ``network`` is the source of the network's class, ``printed`` what ``print(net)`` prints.
    """

    lines: tuple[Line, ...]
    network: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the net made of the drawing: 10 probabilities and the (32, 32) input it saw.

    ``looks_like_a_digit`` is another network's judgement; None where there is none.
    """

    probabilities: tuple[float, ...]
    seen: NDArray[np.float32]
    looks_like_a_digit: bool | None = None


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where, or on what condition, the cursor stops.

    ``kind`` "line", "layer", "node" and "parameter" name a place by ``key``: a line's key, a
    layer's name, a node's key, a parameter's dotted name. The cursor stops before a line, after
    all else. "loss_above",
    "norm_above" and "norm_below" (of any parameter's ``.grad``, or of the one that ``key``
    names) compare with ``value``.
    "grad_zero" and "grad_none" may name a parameter too, "not_finite" asks about everything.
    """

    kind: str
    key: str | int | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Reel:
    """The iterations kept in memory, oldest first, which is shown, and what they cost."""

    iterations: tuple[int, ...] = ()
    shown: int = 0
    bytes: int = 0
    budget: int = 256 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All the window shows at one instant. ``rate`` is in iterations per second.

    ``hit`` is the breakpoint that the cursor stopped at, until it moves on; ``playing`` says
    that the cursor moves by itself.
    """

    settings: Settings
    moment: Moment
    program: Program
    curves: Curves
    iteration: int
    due: Phase
    training: bool = False
    rate: float = 0.0
    device: str = "cpu"
    prediction: Prediction | None = None
    earlier: tuple[tuple[str, Curves], ...] = ()
    reel: Reel = Reel()
    breakpoints: tuple[Breakpoint, ...] = ()
    hit: Breakpoint | None = None
    playing: bool = False
    lesson: Lesson = field(default_factory=Lesson)
