"""Writes a recording as records: only what is new since the last time."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from backprop_viz.recording.format import frames
from backprop_viz.recording.format.call_codec import told_call
from backprop_viz.recording.format.codec import array_pieces, encoded
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


def _all_numbers(_: int, array: Array) -> Iterable[Buffer]:
    return array_pieces(array)


class RecordingWriter:
    """Remembers what it has written of the newest serial, and writes only the rest.

    A recording that does not continue that one is written whole. ``packed`` encodes a tensor, given
    with its id; by default all of its numbers are written.
    """

    def __init__(self, packed: Callable[[int, Array], Iterable[Buffer]] = _all_numbers) -> None:
        self._packed = packed
        self._last: Recording | None = None
        self._tensors = 0

    def pieces(self, recording: Recording) -> list[Buffer]:
        """The bytes of the records that are new, in pieces; nothing if none is."""
        if self._last is recording:
            return []
        return [piece for record in self._records(recording) for piece in record]

    def _records(self, recording: Recording) -> Iterator[Iterator[Buffer]]:
        before = self._last
        if before is None or not _continues(before, recording):
            yield _record(RecordType.BEGIN, _begin(recording))
            before, known = Recording(recording.iteration, ()), 0
        else:
            known = self._tensors
        tensors = recording.tensors.since(known)
        for number, array in enumerate(tensors, known):
            place = number.to_bytes(8, "little")
            yield frames.record_pieces(RecordType.TENSOR, (place, *self._packed(number, array)))
        if new := recording.events[len(before.events) :]:
            yield _record(RecordType.EVENTS, EventsRecord(tuple(map(_event, new))))
        if _has_other_graph(before, recording):
            nodes = tuple(event.node for event in recording.events)
            yield _record(RecordType.GRAPH, GraphRecord(recording.graph, nodes))
        for i, ran in enumerate(recording.passes):
            if i >= len(before.passes) or ran != before.passes[i]:
                yield _record(RecordType.LAYERS, LayersRecord(ran.layers, ran.start))
        same = sum(
            1 for pair in zip(before.spans, recording.spans, strict=False) if pair[0] == pair[1]
        )
        for span in recording.spans[same:]:
            yield _record(RecordType.SPAN, SpanRecord(span))
        yield _record(RecordType.STATE, _state(recording, len(before.trace)))
        self._last, self._tensors = recording, known + len(tensors)


def health_pieces(health: IterationHealth) -> list[Buffer]:
    """The bytes of a record of an iteration's health, in pieces."""
    return list(frames.record_pieces(RecordType.HEALTH, (encoded(health),)))


def _record(kind: RecordType, value: Struct) -> Iterator[Buffer]:
    return frames.record_pieces(kind, (encoded(value),))


def _continues(before: Recording, recording: Recording) -> bool:
    """Whether a recording has all of an earlier one at its beginning."""
    return (
        before.serial == recording.serial
        and before.preview == recording.preview
        and before.given_batch == recording.given_batch
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
        dict(event.state_ids),
        None if event.call is None else told_call(event.call),
        dict(event.missing),
        event.module,
        event.place,
        event.grad_enabled,
    )


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
