"""Leaves of the graph that are no parameters of the model: layers in a plain list, or made anew."""

from collections.abc import Iterator

from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording


def find(recording: Recording) -> Iterator[Finding]:
    """``unregistered``: may be meant, as with another network's weights or a searched-for input."""
    if any(parameter.full_shape is not None for parameter in recording.parameters):
        return  # fully_shard has whole parameters made while the model runs
    leaves = {
        node.id
        for node in recording.graph.nodes
        if node.name == "AccumulateGrad" and node.parameter is None
    }
    for node in sorted(leaves):
        event = recording.ran_at.get(node)
        if event is not None:
            grad = recording.events[event].outputs[0]
            shape = "" if grad is None else "x".join(map(str, grad.shape))
            yield Finding("unregistered", "hint", (shape,), event=event)
