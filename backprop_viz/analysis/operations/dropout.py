"""Dropout: what is kept is scaled up, all else becomes 0."""

import numpy as np

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.trace.events import Array, Event

_FEATURES = ("dropout1d", "dropout2d", "dropout3d", "feature_dropout")


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return _fate(call, index, call.input.array, call.output().array)


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    arrived, sent = event.inputs[0], event.outputs[0]
    return () if arrived is None or sent is None else _fate(call, index, arrived, sent)


def _fate(call: RecordedCall, index: Index, before: Array, after: Array) -> tuple[Fact, ...]:
    """What became of an element: seen by the numbers before and after."""
    p = float(call.option("p", 1, 0.5))
    training = call.option("training", call.option("train", 2, True), True)
    if not training or p == 0:
        return (Fact("dropout_off"),)
    name = "" if call.event.call is None else call.event.call.name.strip("_")
    # Whole channels are dropped, the first two indices.
    place = index[:2] if name in _FEATURES else index
    was, became = np.asarray(before[place]), np.asarray(after[place])
    if became.any():
        return (Fact("dropout_kept", (p, 1 / (1 - p))),)
    return (Fact("dropout_dropped", (p,)),) if was.any() else (Fact("dropout_of_zero", (p,)),)


_SENT = (SentGradient("mask"),)

OPERATIONS = (
    OperationEntry(
        functions=("dropout", *_FEATURES),
        coefficient="mask",
        facts=_facts,
        nodes=(
            OperationNode("MulBackward0", _SENT, _node_facts),
            OperationNode("NativeDropoutBackward0", _SENT, _node_facts),
        ),
        composite=True,
    ),
)
