"""A graph that grows: ``total += loss`` keeps the graph of every iteration, and its memory."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.earlier_graphs import IN_A_LIST
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place

# One earlier iteration's graph may be meant: a GAN's generator runs once for two losses.
_FROM = 2


def find(recording: Recording) -> Iterator[Finding]:
    """``growing_graph``: graphs of earlier iterations are held, at a line; shown by the loss.

    ``losses_kept``: the script has them in a list.
    """
    held = recording.earlier_graphs
    if held is not None and held.op == IN_A_LIST:
        made = [i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS]
        place = recording.events[made[-1]].place if made else None
        values = held.iterations, "" if place is None else said_place(place)
        yield Finding("losses_kept", "warning", values, event=made[-1] if made else None)
    elif held is not None and held.iterations >= _FROM:
        line = held.op if held.place is None else said_place(held.place)
        losses = (i for i, e in enumerate(recording.events) if e.phase is Phase.LOSS)
        event = max(losses, default=None) if held.event is None else held.event
        told = (held.iterations, held.nodes, line)
        yield Finding("growing_graph", "warning", told, event=event)
