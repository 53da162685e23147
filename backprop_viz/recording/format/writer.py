"""Writes a recording as records: only what is new since the last time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from backprop_viz.recording.format import frames
from backprop_viz.recording.format.call_codec import told_call
from backprop_viz.recording.format.codec import encoded
from backprop_viz.recording.format.compact_arrays import ViewPacker
from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.format.records import (
    BeginRecord,
    EventRecord,
    EventsRecord,
    GraphRecord,
    LayersRecord,
    ParameterRecord,
    RecordType,
    SpanRecord,
    StateRecord,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event, PhaseSpan
from backprop_viz.recording.trace.health import IterationHealth

# Encodes a tensor, given with its id; those of a recording come in the order of their ids.
Packing = Callable[[int, Array], Iterable[Buffer]]


def _views_told(_: Recording) -> Packing:
    return ViewPacker().pieces


class RecordingWriter:
    """Remembers what it has written of the newest serial, and writes only the rest.

    A recording that does not continue that one is written whole. ``packing`` gives what encodes the
    tensors of a recording; by default only one that is a view of an earlier one is told by that.
    """

    def __init__(self, packing: Callable[[Recording], Packing] = _views_told) -> None:
        self._packing = packing
        self._packed: Packing
        self._last: Recording | None = None
        self._tensors = 0

    def pieces(self, recording: Recording) -> list[Buffer]:
        """The bytes of the records that are new, in pieces; nothing if none is."""
        if self._last is recording:
            return []
        found: list[Buffer] = []
        before = self._last
        if before is None or not _continues(before, recording):
            found += _record(RecordType.BEGIN, _begin(recording))
            before, known = Recording(recording.iteration, ()), 0
            packed = self._packing(recording)
        else:
            known, packed = self._tensors, self._packed
        tensors, kind = recording.tensors.since(known), RecordType.TENSOR
        for number, array in enumerate(tensors, known):
            place = number.to_bytes(8, "little")
            found += frames.record_pieces(kind, (place, *packed(number, array)))
        if new := recording.events[len(before.events) :]:
            found += _record(RecordType.EVENTS, EventsRecord(tuple(map(_event, new))))
        if _has_other_graph(before, recording):
            nodes = tuple([event.node for event in recording.events])
            found += _record(RecordType.GRAPH, GraphRecord(recording.graph, nodes))
        for i, ran in enumerate(recording.passes):
            if i >= len(before.passes) or ran != before.passes[i]:
                found += _record(RecordType.LAYERS, LayersRecord(ran.layers, ran.start))
        same = sum(
            1 for pair in zip(before.spans, recording.spans, strict=False) if pair[0] == pair[1]
        )
        for span in recording.spans[same:]:
            found += _record(RecordType.SPAN, SpanRecord(span))
        found += _record(RecordType.STATE, _state(recording, len(before.trace)))
        self._last, self._tensors, self._packed = recording, known + len(tensors), packed
        return found


def health_pieces(health: IterationHealth) -> list[Buffer]:
    """The bytes of a record of an iteration's health, in pieces."""
    return frames.record_pieces(RecordType.HEALTH, (encoded(health),))


def _record(kind: RecordType, value: Struct) -> list[Buffer]:
    return frames.record_pieces(kind, (encoded(value),))


def _continues(before: Recording, recording: Recording) -> bool:
    """Whether a recording has all of an earlier one at its beginning."""
    return (
        before.serial == recording.serial
        and before.preview == recording.preview
        and before.given_batch == recording.given_batch
        and len(before.parameters) == len(recording.parameters)  # more: some were lazy
        and len(before.events) <= len(recording.events)
        and _grows(before.spans, recording.spans)
        and before.trace == recording.trace[: len(before.trace)]
    )


def _grows(before: Sequence[PhaseSpan], spans: Sequence[PhaseSpan]) -> bool:
    """Whether spans are those of before, the last of which may have been under way, and more."""
    if len(before) > len(spans):
        return False
    pairs = list(zip(before, spans, strict=False))
    return all(old == new for old, new in pairs[:-1]) and all(
        old == new or old.grows_into(new) for old, new in pairs[-1:]
    )


def _has_other_graph(before: Recording, recording: Recording) -> bool:
    if recording.graph is not before.graph and recording.graph != before.graph:
        return True
    pairs = zip(before.events, recording.events, strict=False)
    return any(old is not new and old.node != new.node for old, new in pairs)


def _begin(recording: Recording) -> BeginRecord:
    return BeginRecord(
        recording.serial,
        recording.iteration,
        tuple(
            ParameterRecord(p.name, p.value_id, p.grad_id, p.requires_grad, p.full_shape)
            for p in recording.parameters
        ),
        recording.samples,
        recording.preview,
        recording.model,
        recording.intervention,
        recording.given_batch,
        recording.modules,
    )


def _event(event: Event) -> EventRecord:
    return EventRecord(
        event.phase,
        event.op,
        event.input_ids,
        event.output_ids,
        event.node,
        event.parameter,
        event.line,
        event.tracked,
        _dict(event.state_ids),
        None if event.call is None else told_call(event.call),
        _dict(event.missing),
        event.module,
        event.place,
        event.grad_enabled,
    )


def _dict(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table as MessagePack takes it, which is only read."""
    return table if type(table) is dict else dict(table)


def _state(recording: Recording, traced: int) -> StateRecord:
    return StateRecord(
        recording.input_id,
        recording.labels_id,
        recording.loss,
        dict(recording.options),
        recording.backwards,
        recording.failure,
        recording.cleared,
        recording.trace[traced:],
        recording.buffers,
        recording.groups,
        recording.error,
        recording.taken,
        recording.earlier_graphs,
        recording.loss_scale,
    )
