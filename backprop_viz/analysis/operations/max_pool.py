"""Max pooling: the largest element of each window passes, and its gradient goes back to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.operation_entry import OperationEntry, OperationNode
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, plain, product
from backprop_viz.analysis.operations.windows import Windows, windows_of
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event

_POSITIONS = ("depth", "row", "column")


@dataclass(frozen=True, slots=True)
class _MaxPool:
    """The rules of max pooling over this many dimensions."""

    dimensions: int
    adaptive: bool

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
        if slot:  # the winners' places
            return None
        winner = _winner(call, self.windows(call).places(index))
        return (product("value", call.input.one("winner", winner), plain("one", 1.0)),)

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        places = self.windows(call).places(index)
        winner = _winner(call, places)
        ranked = [winner, *(place for place in places if place != winner)]
        numbers = tuple(call.input.number(place) for place in ranked)
        return (Fact("pool_winner", tuple(map(call.input.at, ranked)), numbers),)

    def node_facts(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        x = call.input
        if self.dimensions == 1:  # torch pools over two dimensions, the first of which has length 1
            index = (*index[:-2], index[-1])
        windows = self.windows(call)
        having = [windows.places(output) for output in windows.outputs(index)]
        if not having:
            return (Fact("pool_unused", (x.at(index),), (x.number(index),)),)
        winners = [_winner(call, places) for places in having]
        won = winners.count(index)
        if won:
            others = [p for p in having[0] if p != index] if len(having) == 1 else []
            values = (won, len(having), len(having[0]), x.at(index), *map(x.at, others))
            return (Fact("pool_gradient_passed", values, tuple(map(x.number, (index, *others)))),)
        other = winners[0]
        values = (len(having), len(having[0]), x.at(index), x.at(other))
        return (Fact("pool_gradient_stopped", values, (x.number(index), x.number(other))),)

    def lost(self, call: RecordedCall, index: Index) -> tuple[tuple[Index, Index], ...]:
        windows = self.windows(call)
        having = windows.outputs(index)
        winners = [(output, _winner(call, windows.places(output))) for output in having]
        return () if any(winner == index for _, winner in winners) else tuple(winners)

    def form(self, call: RecordedCall) -> str:
        return self.windows(call).form(call.tensor("input", 0).array.ndim, "max {0}")

    def windows(self, call: RecordedCall) -> Windows:
        """The windows of a recorded call."""
        return windows_of(call, self.dimensions, adaptive=self.adaptive, dilated=True)


def _winner(call: RecordedCall, places: Sequence[Index]) -> Index:
    """As torch chooses: the first of the largest, but the last NaN if there is one."""
    values = np.array([call.input.at(place) for place in places])
    if np.isnan(values).any():
        return places[int(np.flatnonzero(np.isnan(values))[-1])]
    return places[int(values.argmax())]


def _entry(dimensions: int, adaptive: bool) -> OperationEntry:
    rules = _MaxPool(dimensions, adaptive)
    name = f"max_pool{dimensions}d"
    if adaptive:
        functions = tuple(f"adaptive_{name}{end}" for end in ("", "_with_indices"))
        node = f"AdaptiveMaxPool{max(2, dimensions)}DBackward0"
    else:
        functions = (name, f"{name}_with_indices")
        node = f"MaxPool{max(2, dimensions)}DWithIndicesBackward0"
    known = ("channel", *_POSITIONS[-dimensions:])
    return OperationEntry(
        functions=functions,
        roles=("window",),
        form=rules.form,
        axes={"winner": known, "window": known, "output": known},
        forward=rules.parts,
        facts=rules.facts,
        nodes=(OperationNode(node, facts=rules.node_facts),),
        lost=rules.lost,
        composite=dimensions == 1,
    )


OPERATIONS = tuple(_entry(d, adaptive) for adaptive in (False, True) for d in (1, 2, 3))
