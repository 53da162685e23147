"""Records made by hand, from arrays: for tests that need numbers which no training gives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backprop_viz.recording.iteration import Recording, new_serial
from backprop_viz.recording.trace.events import Event, Parameter, TensorIds
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array, TensorTable

Arrays = Sequence[Array | None]


def made_recording(
    iteration: int = 1,
    parameters: Mapping[str, tuple[Array, Array | None]] | None = None,
    events: Sequence[tuple[Phase, str, Arrays, Arrays]] = (),
    input: Array | None = None,
    **more: Any,
) -> Recording:
    """A recording of parameters (value, grad) and events (phase, op, inputs, outputs)."""
    tensors = TensorTable()
    return Recording(
        iteration,
        tuple(
            Parameter(name, tensors.add(value), _added(tensors, grad), tensors)
            for name, (value, grad) in (parameters or {}).items()
        ),
        tuple(
            Event(phase, op, _all_added(tensors, inputs), _all_added(tensors, outputs), tensors)
            for phase, op, inputs, outputs in events
        ),
        input_id=_added(tensors, input),
        tensors=tensors,
        **more,
    )


def changed_event(
    event: Event,
    inputs: Arrays | None = None,
    outputs: Arrays | None = None,
    state: Mapping[str, tuple[Array | None, Array]] | None = None,
) -> Event:
    """The event with other tensors in place of its own, which stay where none are given."""
    tensors = event.tensors
    ids: dict[str, Any] = {}
    if inputs is not None:
        ids["input_ids"] = _all_added(tensors, inputs)
    if outputs is not None:
        ids["output_ids"] = _all_added(tensors, outputs)
    if state is not None:
        ids["state_ids"] = {
            name: (_added(tensors, before), tensors.add(after))
            for name, (before, after) in state.items()
        }
    return replace(event, **ids)


def changed_recording(recording: Recording, **fields: Any) -> Recording:
    """The recording with other fields, as if another recorder had made it."""
    return replace(recording, serial=new_serial(), **fields)


def torn(recording: Recording) -> Recording:
    """The recording with a tensor of its own for whatever an event read or made."""
    tensors = TensorTable(recording.tensors.since(0))

    def copied(ids: TensorIds) -> TensorIds:
        return tuple(None if i is None else tensors.add(tensors[i].copy()) for i in ids)

    events = tuple(
        replace(e, tensors=tensors, input_ids=copied(e.input_ids), output_ids=copied(e.output_ids))
        for e in recording.events
    )
    return changed_recording(recording, events=events, tensors=tensors)


def _added(tensors: TensorTable, array: Array | None) -> int | None:
    return None if array is None else tensors.add(array)


def _all_added(tensors: TensorTable, arrays: Arrays) -> tuple[int | None, ...]:
    return tuple(_added(tensors, array) for array in arrays)
