"""Largest and smallest elements: one wins, and its gradient goes back to it."""

from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.operation_entry import OperationEntry, OperationNode
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.analysis.operations.reduced_axes import reduced_elements
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event


@dataclass(frozen=True, slots=True)
class _Extreme:
    """The rules of max and min, along axes or of two tensors."""

    largest: bool

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
        if slot:
            return None
        tensor, place, _ = self._winner(call, index)
        return (product("value", tensor.one("winner", place), plain("one", 1.0)),)

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        tensor, place, count = self._winner(call, index)
        code = "largest_of" if self.largest else "smallest_of"
        return (Fact(code, (count, tensor.at(place)), (tensor.number(place),)),)

    def pair_facts(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        """Which of two tensors an element was taken from, or that both are equal there."""
        pair = call.tensor("input", 0), call.tensor("other", 1)
        own, other = (pair[k].at(pair[k].broadcast(index)) for k in (slot, 1 - slot))
        if pair[slot].shape != call.output().shape:
            return ()  # a sum over what was broadcast
        if own == other:
            return (Fact("extreme_shared", (own,)),)
        won = own > other if self.largest else own < other
        return (Fact("extreme_won" if won else "extreme_lost", (own, other)),)

    def _winner(self, call: RecordedCall, index: Index) -> tuple[RecordedTensor, Index, int]:
        other = call.tensor_or_none("other", 1)
        if other is not None:
            pair = [(x, x.broadcast(index)) for x in (call.input, other)]
            values = np.array([x.at(place) for x, place in pair])
            return *pair[self._best(values)], 2
        keepdim = bool(call.option("keepdim", 2, False))
        found = reduced_elements(call.input, call.option("dim", 1), index, keepdim=keepdim)
        place = tuple(int(i) for i in found.places[self._best(found.values)])
        return call.input, place, len(found.places)

    def _best(self, values: np.ndarray) -> int:
        return int(values.argmax() if self.largest else values.argmin())


def _entries(name: str, rules: _Extreme) -> tuple[OperationEntry, ...]:
    title = name.capitalize()
    node = "MaximumBackward0" if rules.largest else "MinimumBackward0"
    return (
        OperationEntry(
            functions=(name, f"a{name}"),
            derivative=f"{name}′",
            forward=rules.parts,
            facts=rules.facts,
            nodes=tuple(
                OperationNode(each)
                for each in (f"{title}Backward0", f"{title}Backward1", f"A{name}Backward0")
            ),
        ),
        OperationEntry(
            functions=(f"{name}imum",),
            derivative=f"{name}′",
            forward=rules.parts,
            facts=rules.facts,
            nodes=(OperationNode(node, facts=rules.pair_facts),),
        ),
    )


OPERATIONS = (*_entries("max", _Extreme(largest=True)), *_entries("min", _Extreme(largest=False)))
