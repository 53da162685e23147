"""A term of the loss that is made of the weights, cut off from them: it adds to no gradient."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place

_ADDS = ("add", "add_", "sub", "sub_", "rsub", "sum", "stack")


def find(recording: Recording) -> Iterator[Finding]:
    """``detached_term``: the call that cut it off, where it is added, and the weights it is of.

    Only what is made of nothing but weights: a loss that is divided by its own size, or that has
    another output's value for a target, is meant.
    """
    makers: dict[int, tuple[int, Event]] = {}
    weights = {p.value_id: p.name for p in recording.parameters if p.requires_grad}
    for i, event in forward_events(recording):
        adds = event.op in _ADDS and event.phase is Phase.LOSS and tracked(event)
        for tensor in event.input_ids if adds else ():
            array = None if tensor is None else recording.tensors[tensor]
            if array is None or array.ndim or tensor in weights:
                continue
            found = _of_weights_alone(makers, weights, tensor)
            if found is not None:
                cut, name = found
                place = makers[cut][1].place
                values = (makers[cut][1].op, "" if place is None else said_place(place))
                yield Finding("detached_term", "warning", values, name, makers[cut][0])
                return
        makers.update((t, (i, event)) for t in event.output_ids if t is not None)


def _of_weights_alone(
    makers: dict[int, tuple[int, Event]], weights: dict[int, str], term: int | None
) -> tuple[int, str] | None:
    """What was cut off from a weight on the way to a term, and the weight; None else."""
    waiting, seen = [term], {term}
    found: tuple[int, str] | None = None
    while waiting:
        tensor = waiting.pop()
        if tensor is None or tensor not in makers:
            return None  # an input, or a number of another kind
        _, event = makers[tensor]
        if tracked(event):
            return None
        for read in event.input_ids:
            if read in weights:
                found = tensor, weights[read]
            elif read not in seen:
                seen.add(read)
                waiting.append(read)
    return found
