"""A graph that grows: ``total += loss`` keeps the graph of every iteration, and its memory."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place

# One earlier iteration's graph may be meant: a GAN's generator runs once for two losses.
_FROM = 2


def find(recording: Recording) -> Iterator[Finding]:
    """``growing_graph``: graphs of earlier iterations are held, at a line; shown by the loss."""
    held = recording.earlier_graphs
    if held is not None and held.iterations >= _FROM:
        place = held.op if held.place is None else said_place(held.place)
        losses = (i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS)
        event = max(losses, default=None) if held.event is None else held.event
        values = (held.iterations, held.nodes, place)
        yield Finding("growing_graph", "warning", values, event=event)
