"""One recorded iteration, and a cursor in it."""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from backprop_viz.recording.explanations.components import Component
from backprop_viz.recording.explanations.explaining import explained
from backprop_viz.recording.explanations.number import asked_number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.names import expect_name
from backprop_viz.recording.notices.finding import Finding, found_in
from backprop_viz.recording.saving import save_page_to, save_to
from backprop_viz.recording.trace.earlier_graphs import EarlierGraphs
from backprop_viz.recording.trace.events import (
    Event,
    Failure,
    GradientIntervention,
    NumbersTaken,
    Parameter,
    PhaseSpan,
)
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.layers import ForwardPass, Layer, LayerGraph
from backprop_viz.recording.trace.modules import Module, ModuleBuffer, OptimizerGroup
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array, TensorTable
from backprop_viz.recording.trace.torch_error import TorchError

NO_GRAPH = Graph()
NO_LAYERS = LayerGraph()


def new_serial() -> int:
    """A number that no other recorder has, in any process: 63 random bits."""
    return secrets.randbits(63)


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """One iteration, or as much of it as has run.

    - ``tensors``: the iteration's table. ``input_id`` and ``labels_id`` are ids in it.
    - ``serial``: the recorder's number. Two recordings of one serial are the same iteration, one
      perhaps longer. The longer one has the same events first; but once the loss is computed, the
      graph is that of the loss, and the ``node`` of a forward event is its number in that graph.
    - ``samples``: how many samples of each batch were kept (None: all), also of ``input`` and
      ``labels``.
    - ``preview``: a forward pass on a copy of the network before the first step, so that there is
      a graph to show. Its events have not happened yet.
    - ``loss_scale``: what a GradScaler multiplied the ``loss`` by, before backward.
    - ``model``: the name of the network's class.
    - ``options``: the first optimizer's lr, momentum, betas, ..., as in its first param_group;
      ``groups`` has those of every optimizer and group.
    - ``passes``: the network as each forward pass before a backward ran. ``layers`` is the last.
    - ``modules``: the network and all its modules, in torch's order. ``buffers``: their buffers.
    - ``intervention``: a change made on purpose to this iteration's gradients.
    - ``backwards``: how often backward ran.
    - ``given_batch``: the batch was a drawing or a sample chosen by hand, not the loader's.
    - ``error``: what torch raised, and which tensor it is about; None if nothing was raised.
    - ``taken``: numbers that forward and loss handed to Python or numpy, the first thousand.
    - ``earlier_graphs``: what still holds the graphs of earlier iterations.
    - ``trace``: the lines of the network's forward as they ran: each line's number in its source
      file, and how many events came before it. Of a script: its own lines, among them those at
      which each phase began.
    - ``cleared``: whether zero_grad was called; if not, gradients accumulate.

    Recordings are equal if they have the same serial and are equally long: no array is compared.
    """

    iteration: int
    parameters: tuple[Parameter, ...]
    events: tuple[Event, ...] = ()
    spans: tuple[PhaseSpan, ...] = ()
    graph: Graph = NO_GRAPH
    passes: tuple[ForwardPass, ...] = ()
    input_id: int | None = None
    labels_id: int | None = None
    loss: float | None = None
    loss_scale: float | None = None
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
    modules: tuple[Module, ...] = ()
    buffers: tuple[ModuleBuffer, ...] = ()
    groups: tuple[OptimizerGroup, ...] = ()
    error: TorchError | None = None
    taken: tuple[NumbersTaken, ...] = ()
    earlier_graphs: EarlierGraphs | None = None
    tensors: TensorTable = field(default_factory=TensorTable, repr=False)
    serial: int = field(default_factory=new_serial)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Recording) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash((self.serial, len(self.events)))

    def __repr__(self) -> str:
        """Which iteration it is, and how much was recorded of it."""
        of = f" of {self.model}" if self.model else ""
        loss = "" if self.loss is None else f", loss {self.loss:.6g}"
        under_way = "" if self.under_way is None else f", {self.under_way.value} under way"
        error = "" if self.error is None else f", {self.error.kind} raised"
        counts = f"{len(self.parameters)} parameters, {len(self.events)} events"
        return f"<Recording{of}, iteration {self.iteration}: {counts}{loss}{under_way}{error}>"

    @property
    def _identity(self) -> tuple[object, ...]:
        """The serial, the lengths, and the small fields; the rest follows from these."""
        return (
            self.serial,
            self.iteration,
            self.samples,
            self.intervention,
            len(self.events),
            len(self.spans),
            self.under_way,
            len(self.trace),
            self.input_id,
            self.labels_id,
            self.preview,
            self.options,
            self.backwards,
            self.given_batch,
            self.failure,
            self.error,
            self.cleared,
        )

    @property
    def under_way(self) -> Phase | None:
        """The phase that has not ended, if the iteration was recorded within one."""
        return None if not self.spans or self.spans[-1].ended else self.spans[-1].phase

    @property
    def layers(self) -> LayerGraph:
        """The network as its last forward pass ran."""
        return self.passes[-1].layers if self.passes else NO_LAYERS

    def layers_at(self, position: int) -> LayerGraph:
        """The network as the pass under way after ``position`` events ran; else the first pass."""
        begun = [p for p in self.passes if p.start < position] or self.passes[:1]
        return begun[-1].layers if begun else NO_LAYERS

    def options_of(self, parameter: str, rule: str | None = None) -> Mapping[str, Any]:
        """The options of the optimizer that moves a parameter by updates of this ``op``."""
        found = self.group_of(parameter, rule)
        return self.options if found is None else found.options

    def group_of(self, parameter: str, rule: str | None = None) -> OptimizerGroup | None:
        """The group of a parameter in an optimizer; None where no optimizer has it."""
        mine = (group for group in self.groups if parameter in group.parameters)
        return next((group for group in mine if rule in (None, group.rule)), None)

    @property
    def input(self) -> Array | None:
        """The batch that the network was given, batch first."""
        return None if self.input_id is None else self.tensors[self.input_id]

    @property
    def labels(self) -> Array | None:
        """The labels (N,) of the batch."""
        return None if self.labels_id is None else self.tensors[self.labels_id]

    @property
    def recorded_samples(self) -> int:
        """How many samples of the batch are in the recording; at least 1."""
        batch = self.input if self.labels is None else self.labels
        return len(batch) if batch is not None and batch.ndim and len(batch) else 1

    def sample_of(self, tensor: Array, sample: int) -> int:
        """The place of a sample along a tensor's first dimension; 0 if that is not the batch."""
        return sample if sample < len(tensor) == self.recorded_samples else 0

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
        """What was recorded of a phase the first time that it ran, or None if it has not."""
        return next((s for s in self.spans if s.phase is phase), None)

    def span_of(self, index: int) -> PhaseSpan | None:
        """The span that an event is in."""
        return next((s for s in self.spans if s.start <= index < s.stop), None)

    def at(self, position: int) -> "Cursor":
        """The state after the first ``position`` events."""
        return Cursor(self, max(0, min(position, len(self.events))))

    def explain(
        self,
        event: int,
        output: int = 0,
        index: int | tuple[int, ...] = (),
        *,
        arrived: bool = False,
        intermediate: str = "",
        component: Component = "",
    ) -> NumberExplanation:
        """Where one element of what an event made comes from, with torch's value and its terms.

        With ``arrived``, of the gradient that arrived at output ``output`` of the event's node.
        With ``intermediate``, of a value that the operation computes on its way, as the terms of
        its output name it: "log_probability" inside a cross-entropy. A complex element is explained
        by its real part, with that of its imaginary part as ``imaginary``; ``component``, "real" or
        "imag", asks for one of them alone. Raises ValueError if there is no such element.
        """
        if not 0 <= event < len(self.events):
            raise ValueError(
                f"The recording has {len(self.events)} events, none of number {event}."
            )
        place = tuple(int(i) for i in (index if isinstance(index, Iterable) else (index,)))
        made = self.events[event]
        number = asked_number(made, event, output, place, arrived, intermediate, component)
        return explained(self, number)

    def findings(self) -> tuple[Finding, ...]:
        """What looks wrong in the iteration, the worst first; nothing if it is healthy."""
        return found_in(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a recording file (.bprec), in place of any that is there.

        ``backprop_viz.load`` reads it. Raises UserError if the file cannot be written.
        """
        save_to(self, path)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write it as a web page of at most 5 MB that needs no server, in place of any there.

        Raises UserError if the file cannot be written.
        """
        save_page_to(self, path)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A recording seen with the cursor after its first ``position`` events."""

    recording: Recording
    position: int

    def __repr__(self) -> str:
        """After how many events of which recording."""
        return f"<Cursor after {self.position} events of {self.recording!r}>"

    @property
    def event(self) -> Event | None:
        """The event just done, None at the very start."""
        return self.recording.events[self.position - 1] if self.position else None

    def span(self, phase: Phase) -> PhaseSpan | None:
        """The span of a phase that began last before the cursor; if none has, the first one."""
        spans = [s for s in self.recording.spans if s.phase is phase]
        begun = [s for s in spans if s.start < self.position or s.stop <= self.position]
        return begun[-1] if begun else next(iter(spans), None)

    @property
    def layers(self) -> LayerGraph:
        """The network as it ran in the pass that the cursor is in."""
        return self.recording.layers_at(self.position)

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
        """The parameter's value at the cursor; None for an unknown name."""
        return self._array(self.value_id(parameter))

    def value_id(self, parameter: str) -> int | None:
        """The id of ``value``."""
        update = self.last(parameter, Phase.UPDATE)
        if update is not None:
            return update.output_ids[0]
        start = self.recording.by_parameter.get(parameter)
        return None if start is None else start.value_id

    def grad(self, parameter: str) -> Array | None:
        """The parameter's ``.grad`` at the cursor, None where torch has None.

        Raises ValueError for a name that no parameter has.
        """
        expect_name(parameter, self.recording.by_parameter)
        return self._array(self.grad_id(parameter))

    def grad_id(self, parameter: str) -> int | None:
        """The id of ``grad``."""
        start = self.recording.by_parameter.get(parameter)
        grad = None if start is None else start.grad_id
        for event in self.events_of(parameter):
            if event.phase in (Phase.ZERO_GRAD, Phase.BACKWARD):
                grad = event.output_ids[0]
        return grad

    def grad_before_backward(self, parameter: str) -> Array | None:
        """The parameter's ``.grad`` as backward found it (or would find it)."""
        return self._array(self.grad_before_backward_id(parameter))

    def grad_before_backward_id(self, parameter: str) -> int | None:
        """The id of ``grad_before_backward``."""
        return self.before_backward.grad_id(parameter)

    @property
    def before_backward(self) -> "Cursor":
        """Where the backward begins that the cursor is in or after; the cursor before any."""
        span = self.span(Phase.BACKWARD)
        return self if span is None else self.recording.at(min(span.start, self.position))

    def backward_index(self, node: int) -> int | None:
        """The index of the last event in which backward ran a node, None if it has not."""
        done = [i for i in self.recording.runs.get(node, ()) if i < self.position]
        return done[-1] if done else None

    def backward_event(self, node: int) -> Event | None:
        """The last event in which backward ran a node, None while it has not reached it."""
        index = self.backward_index(node)
        return None if index is None else self.recording.events[index]

    def activation(self, layer: Layer) -> Array | None:
        """What a layer has computed so far, batch first; None before it ran.

        No further than the operation whose output is shown.
        """
        return self._array(self.activation_id(layer))

    def activation_id(self, layer: Layer) -> int | None:
        """The id of ``activation``."""
        if not layer.operations:
            # A stream of before version 1.1 tells of one input alone.
            return self.recording.input_id if layer.tensor is None else layer.tensor
        done = [i for i in layer.leading if i < self.position]
        return self.recording.events[done[-1]].output_ids[layer.place(len(done))] if done else None

    def gradient(self, layer: Layer) -> Array | None:
        """The gradient of the loss with respect to a layer's shown tensor, None until it came."""
        return self._array(self.gradient_id(layer))

    def gradient_id(self, layer: Layer) -> int | None:
        """The id of ``gradient``."""
        event = None if layer.node is None else self.backward_event(layer.node)
        if event is None or layer.output_nr >= len(event.input_ids):
            return None
        return event.input_ids[layer.output_nr]

    def _array(self, tensor: int | None) -> Array | None:
        return None if tensor is None else self.recording.tensors[tensor]
