"""Linear layers with nothing between them: together they are one linear layer."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event


def find(recording: Recording) -> Iterator[Finding]:
    """``no_activation``, of the first two; not where the layer between is narrow on purpose.

    Nor where one module multiplies by matrices that it computes, as by the L and the U of a flow.
    """
    made: dict[int | None, tuple[int, int]] = {}
    readers: dict[int | None, int] = {}
    computed: set[int | None] = set()
    for _, event in forward_events(recording):
        computed.update(event.output_ids)
        for tensor in set(event.input_ids):
            readers[tensor] = readers.get(tensor, 0) + 1
    for i, event in forward_events(recording):
        if event.op != "linear" or not tracked(event):
            continue
        read, out = event.inputs[0], event.outputs[0]
        if read is None or out is None:
            continue
        width, before = read.shape[-1], made.get(event.input_ids[0])
        if before is not None and readers[event.input_ids[0]] == 1:
            inner, first = before
            names = _name(recording, recording.events[first]), _name(recording, event)
            alike = recording.events[first].module == event.module
            factors = alike and event.input_ids[1] in computed
            if width >= min(inner, out.shape[-1]) and not factors:
                yield Finding("no_activation", "hint", names, event=i)
                return
        made[event.output_ids[0]] = (width, i)


def _name(recording: Recording, event: Event) -> str:
    """A linear layer's module; the network's own linear step by its weight, or as torch has it."""
    weights: dict[int | None, str] = {p.value_id: p.name for p in recording.parameters}
    return event.module or weights.get(event.input_ids[1], event.op)
