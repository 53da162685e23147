"""One recorded iteration, and a cursor in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from backprop_viz.recording.events import (
    Array,
    Event,
    Failure,
    GradientIntervention,
    Parameter,
    PhaseSpan,
)
from backprop_viz.recording.graph import Graph
from backprop_viz.recording.layers import Layer, LayerGraph
from backprop_viz.recording.phases import Phase

NO_GRAPH = Graph()
NO_LAYERS = LayerGraph()


@dataclass(frozen=True, slots=True)
class Kept:
    """How the recording of an iteration was made, so that it can be made again.

    ``samples``, ``intervention`` and ``backwards`` are those of the ``Recording``.
    """

    iteration: int
    samples: int | None = None
    intervention: GradientIntervention | None = None
    backwards: int = 1


@dataclass(frozen=True, eq=False)
class Recording:
    """One iteration, or as much of it as has run.

    ``samples`` is how many samples of each batch were kept (None: all); ``input`` and
    ``labels`` are cut the same way. ``preview`` marks a forward pass run on a copy of the
    network before the first step, to have a graph to show: its events are not yet history.
    ``model`` is the name of the network's class, ``options`` what the optimizer goes by (lr,
    momentum, betas …, as in torch's param_groups). ``intervention`` tells of gradients that were
    changed on purpose in this iteration, ``backwards`` how often backward ran in it.
    ``given_batch``: its batch was not the loader's but a drawing, or a sample chosen by hand.
    ``trace`` are the lines of the network's forward as they ran: each one's number in its source
    file, and how many events came before it. ``cleared``: whether zero_grad was called; if not,
    gradients accumulate.
    """

    iteration: int
    parameters: tuple[Parameter, ...]
    events: tuple[Event, ...] = ()
    spans: tuple[PhaseSpan, ...] = ()
    graph: Graph = NO_GRAPH
    layers: LayerGraph = NO_LAYERS
    input: Array | None = None
    labels: Array | None = None
    loss: float | None = None
    samples: int | None = None
    preview: bool = False
    model: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    intervention: GradientIntervention | None = None
    backwards: int = 1
    given_batch: bool = False
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

    def at(self, position: int) -> "Cursor":
        """The state after the first ``position`` events."""
        return Cursor(self, max(0, min(position, len(self.events))))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A recording seen with the cursor after its first ``position`` events."""

    recording: Recording
    position: int

    @property
    def event(self) -> Event | None:
        """The event just done, None at the very start."""
        return self.recording.events[self.position - 1] if self.position else None

    @property
    def at_end(self) -> bool:
        """Whether all that was recorded is shown."""
        return self.position == len(self.recording.events)

    def events_of(self, parameter: str) -> Iterator[Event]:
        """The events of a parameter up to the cursor, in order."""
        for i in self.recording.happened_to.get(parameter, ()):
            if i < self.position:
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
        done = [i for i in self.recording.runs.get(node, ()) if i < self.position]
        return self.recording.events[done[-1]] if done else None

    def activation(self, layer: Layer) -> Array | None:
        """What a layer has computed so far, batch first; None before it ran.

        No further than the operation whose output is shown.
        """
        done = [i for i in layer.leading if i < self.position]
        if not layer.operations:
            return self.recording.input
        return self.recording.events[done[-1]].outputs[0] if done else None

    def gradient(self, layer: Layer) -> Array | None:
        """The gradient of the loss with respect to a layer's shown tensor, None until it came."""
        event = None if layer.node is None else self.backward_event(layer.node)
        return (
            None
            if event is None or layer.output_nr >= len(event.inputs)
            else event.inputs[layer.output_nr]
        )
