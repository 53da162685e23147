"""A recording without the events that turned out not to belong to the iteration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.layers import ForwardPass, LayerGraph


@dataclass(frozen=True, slots=True)
class Beside:
    """Indices of events, and of the trace's lines that go with them."""

    events: frozenset[int] = frozenset()
    lines: frozenset[int] = frozenset()

    def has(self, span: PhaseSpan) -> bool:
        """Whether a span has events and all of them are left out."""
        return span.start < span.stop and self.events.issuperset(range(span.start, span.stop))


def without(recording: Recording, beside: Beside, serial: int) -> Recording:
    """The recording without some events, as another one with a ``serial`` of its own.

    The spans that are left out whole are not among its spans already. The table of tensors is
    shared.
    """
    kept = [i not in beside.events for i in range(len(recording.events))]
    at = list(accumulate(kept, initial=0))

    def known(event: int | None) -> int | None:
        return at[event] if event is not None and event < len(kept) and kept[event] else None

    error, earlier = recording.error, recording.earlier_graphs
    others = [(known(i), slot, node, nr) for i, slot, node, nr in recording.graph.others]
    return replace(
        recording,
        serial=serial,
        events=tuple(event for event, keeps in zip(recording.events, kept, strict=True) if keeps),
        spans=tuple(
            replace(span, start=at[span.start], stop=at[span.stop]) for span in recording.spans
        ),
        graph=replace(
            recording.graph,
            others=tuple((i, slot, node, nr) for i, slot, node, nr in others if i is not None),
        ),
        passes=tuple(
            ForwardPass(at[one.start], _moved(one.layers, at)) for one in recording.passes
        ),
        trace=tuple(
            (line, at[event])
            for i, (line, event) in enumerate(recording.trace)
            if i not in beside.lines
        ),
        taken=tuple(replace(taken, after=at[taken.after]) for taken in recording.taken),
        buffers=tuple(
            replace(buffer, values=tuple((at[event], value) for event, value in buffer.values))
            for buffer in recording.buffers
        ),
        error=error
        and replace(error, event=known(error.event), changed_at=known(error.changed_at)),
        earlier_graphs=earlier and replace(earlier, event=known(earlier.event)),
    )


def _moved(layers: LayerGraph, at: Sequence[int]) -> LayerGraph:
    moved = (replace(y, operations=tuple(at[i] for i in y.operations)) for y in layers.layers)
    return replace(layers, layers=tuple(moved))
