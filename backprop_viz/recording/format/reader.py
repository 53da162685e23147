"""Reads records, and makes recordings of them."""

from collections.abc import Callable
from dataclasses import replace

from backprop_viz.recording.format.call_codec import understood_call
from backprop_viz.recording.format.codec import Malformed, decoded
from backprop_viz.recording.format.compact_arrays import unpacked_array
from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.format.records import (
    BeginRecord,
    EventRecord,
    EventsRecord,
    GraphRecord,
    LayersRecord,
    RecordType,
    SpanRecord,
    StateRecord,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event, Parameter, PhaseSpan
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.trace.layers import ForwardPass
from backprop_viz.recording.trace.tensors import TensorTable

_PLACE = 8  # the bytes of a tensor's id before its encoding


class RecordingReader:
    """Takes in records one by one; ``recording`` is what they tell so far.

    ``health`` is that of iterations of which nothing else was kept. Records of a type that is not
    known are passed over.
    """

    def __init__(self) -> None:
        self.health: list[IterationHealth] = []
        self._begin: BeginRecord | None = None
        self._handlers: dict[int, Callable[[Buffer], None]] = {
            RecordType.BEGIN: self._take_begin,
            RecordType.TENSOR: self._take_tensor,
            RecordType.EVENTS: self._take_events,
            RecordType.GRAPH: self._take_graph,
            RecordType.LAYERS: self._take_layers,
            RecordType.SPAN: self._take_span,
            RecordType.STATE: self._take_state,
            RecordType.HEALTH: self._take_health,
        }

    def take(self, kind: int, payload: Buffer) -> bool:
        """Take in a record. Returns whether it belongs to a recording.

        Raises Malformed for a damaged record. What follows is then passed over until another
        iteration begins.
        """
        handler = self._handlers.get(kind)
        if handler is None:
            return False
        if self._begin is not None or kind in (RecordType.BEGIN, RecordType.HEALTH):
            try:
                handler(payload)
            except Malformed as wrong:
                self._begin = None
                name = RecordType(kind).name.lower()
                raise Malformed(f"A {name} record cannot be read: {wrong}.") from wrong
        return True

    def recording(self) -> Recording | None:
        """The iteration as far as it was told; None before one begins."""
        begin = self._begin
        if begin is None:
            return None
        state = self._state
        return Recording(
            iteration=begin.iteration,
            parameters=tuple(
                Parameter(
                    p.name,
                    self._known(p.value),
                    self._known_or_none(p.grad),
                    self._tensors,
                    p.requires_grad,
                    p.full_shape,
                )
                for p in begin.parameters
            ),
            events=tuple(self._events),
            spans=tuple(self._spans),
            graph=self._graph,
            passes=tuple(self._passes),
            input_id=self._known_or_none(state.input),
            labels_id=self._known_or_none(state.labels),
            loss=state.loss,
            loss_scale=state.loss_scale,
            samples=begin.samples,
            preview=begin.preview,
            model=begin.model,
            options=state.options,
            intervention=begin.intervention,
            backwards=state.backwards,
            given_batch=begin.given_batch,
            failure=state.failure,
            trace=tuple(self._trace),
            cleared=state.cleared,
            modules=begin.modules,
            buffers=state.buffers,
            groups=state.groups,
            error=state.error,
            taken=state.taken,
            earlier_graphs=state.earlier_graphs,
            tensors=self._tensors,
            serial=begin.serial,
        )

    # -- what each record does ---------------------------------------------------------------

    def _take_begin(self, payload: Buffer) -> None:
        self._begin = decoded(payload, BeginRecord)
        self._tensors = TensorTable()
        self._events: list[Event] = []
        self._spans: list[PhaseSpan] = []
        self._trace: list[tuple[int, int]] = []
        self._passes: list[ForwardPass] = []
        self._graph, self._state = Graph(), StateRecord()

    def _take_tensor(self, payload: Buffer) -> None:
        number = int.from_bytes(payload[:_PLACE], "little")
        if number != len(self._tensors):
            raise Malformed(f"tensor {number} comes after {len(self._tensors)} tensors")
        self._tensors.add(unpacked_array(memoryview(payload)[_PLACE:], self._tensors))

    def _take_events(self, payload: Buffer) -> None:
        self._events += map(self._event, decoded(payload, EventsRecord).events)

    def _event(self, told: EventRecord) -> Event:
        ids = [*told.inputs, *told.outputs]
        for pair in told.state.values():
            ids += pair
        there = range(len(self._tensors))
        for tensor in ids:
            if tensor is not None and tensor not in there:
                raise _unknown(tensor, there)
        return Event(
            told.phase,
            told.op,
            told.inputs,
            told.outputs,
            self._tensors,
            told.node,
            told.parameter,
            told.line,
            told.tracked,
            told.state,
            None if told.call is None else understood_call(told.call, len(told.inputs)),
            told.missing,
            told.module,
            told.place,
            told.grad_enabled,
        )

    def _take_graph(self, payload: Buffer) -> None:
        told = decoded(payload, GraphRecord)
        if len(told.node_of_event) != len(self._events):
            raise Malformed(f"it has {len(told.node_of_event)} events of {len(self._events)}")
        for i, node in enumerate(told.node_of_event):
            if self._events[i].node != node:
                self._events[i] = replace(self._events[i], node=node)
        self._graph = told.graph

    def _take_layers(self, payload: Buffer) -> None:
        told = decoded(payload, LayersRecord)
        for layer in told.layers.layers:
            self._known_or_none(layer.tensor)
        self._passes = [p for p in self._passes if p.start != told.start]
        self._passes.append(ForwardPass(told.start, told.layers))

    def _take_span(self, payload: Buffer) -> None:
        span = decoded(payload, SpanRecord).span
        if self._spans and self._spans[-1].grows_into(span):
            self._spans.pop()
        self._spans.append(span)

    def _take_state(self, payload: Buffer) -> None:
        state = decoded(payload, StateRecord)
        for parameter in self._begin.parameters if self._begin is not None else ():
            self._known_or_none(parameter.value)
            self._known_or_none(parameter.grad)
        self._known_or_none(state.input)
        self._known_or_none(state.labels)
        for taken in state.taken:
            self._known(taken.tensor)
        for _, tensor in (pair for buffer in state.buffers for pair in buffer.values):
            self._known(tensor)
        self._state = state
        self._trace += state.trace

    def _take_health(self, payload: Buffer) -> None:
        self.health.append(decoded(payload, IterationHealth))

    def _known(self, tensor: int) -> int:
        there = range(len(self._tensors))
        if tensor not in there:
            raise _unknown(tensor, there)
        return tensor

    def _known_or_none(self, tensor: int | None) -> int | None:
        return None if tensor is None else self._known(tensor)


def _unknown(tensor: int, there: range) -> Malformed:
    return Malformed(f"it names tensor {tensor} of {len(there)}")
