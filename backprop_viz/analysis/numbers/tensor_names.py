"""Every tensor of a recording, under a name that says where it comes from."""

from collections.abc import Iterator, Mapping

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.tensors import Array

# Beside the tensors: each place of the recording, and the name of the tensor that is there.
PLACES_ARRAY = "places"


def named_tensors(recording: Recording) -> tuple[Mapping[str, Array], list[tuple[str, str]]]:
    """Each tensor once, by the first place where it is, and which one is at each place.

    Places are "before/conv1.weight", "before/conv1.weight.grad", "input", "labels",
    "buffers/NAME/POSITION", and of event 23 "event0023_forward_conv2d/input0", ".../output0" and
    ".../state_NAME_before", ".../state_NAME_after".
    """
    names: dict[int, str] = {}
    found: list[tuple[str, str]] = []
    for place, tensor in _places(recording):
        if tensor is not None:
            found.append((place, names.setdefault(tensor, place)))
    return {name: recording.tensors[number] for number, name in names.items()}, found


def _places(recording: Recording) -> Iterator[tuple[str, int | None]]:
    for parameter in recording.parameters:
        yield f"before/{parameter.name}", parameter.value_id
        yield f"before/{parameter.name}.grad", parameter.grad_id
    yield "input", recording.input_id
    yield "labels", recording.labels_id
    for buffer in recording.buffers:
        for position, value in buffer.values:
            yield f"buffers/{buffer.name}/{position}", value
    for number, event in enumerate(recording.events):
        for name, tensor in event_places(event):
            yield f"event{number:04d}_{event.phase.value}_{event.op}/{name}", tensor


def event_places(event: Event) -> Iterator[tuple[str, int | None]]:
    """What an event read and made, by ids: "input0", "output0", "state_exp_avg_before"."""
    for i, tensor in enumerate(event.input_ids):
        yield f"input{i}", tensor
    for i, tensor in enumerate(event.output_ids):
        yield f"output{i}", tensor
    for name, (before, after) in event.state_ids.items():
        yield f"state_{name}_before", before
        yield f"state_{name}_after", after
