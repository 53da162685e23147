"""Dropout: what is kept is scaled up, all else becomes 0.

What was drawn is seen by the numbers before and after, so that it is known of a device, too, on
which it cannot be drawn again.
"""

import numpy as np

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedNode,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Array, Event

_FEATURES = ("dropout1d", "dropout2d", "dropout3d", "feature_dropout")


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return _fate(call, index, call.input.array, call.output().array)


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    arrived, sent = event.inputs[0], event.outputs[0]
    return () if arrived is None or sent is None else _fate(call, index, arrived, sent)


def _fate(call: RecordedCall, index: Index, before: Array, after: Array) -> tuple[Fact, ...]:
    """What became of an element: seen by the numbers before and after."""
    p = _share(call)
    if not _training(call) or p == 0:
        return (Fact("dropout_off"),)
    kept = _kept(call, index, before, after)
    if kept is None:
        return (Fact("dropout_of_zero", (p,)),)
    return (Fact("dropout_kept", (p, _scale(p))) if kept else Fact("dropout_dropped", (p,)),)


def _share(call: RecordedCall) -> float:
    """How large a share is dropped."""
    return float(call.option("p", 1, 0.5))


def _scale(p: float) -> float:
    """What is kept is multiplied by this."""
    return 0.0 if p == 1 else 1 / (1 - p)


def _training(call: RecordedCall) -> bool | None:
    """None where the call leaves it open: torch then scales the output, but not the gradient."""
    given = call.option("training", 2, call.option("train", 2, True))
    return None if given is None else bool(given)


def _kept(call: RecordedCall, index: Index, before: Array, after: Array) -> bool | None:
    """Whether an element was kept; None where the numbers do not tell, as of 0."""
    name = "" if call.event.call is None else call.event.call.name.strip("_")
    # Whole channels are dropped, the first two indices.
    place = index[:2] if name in _FEATURES else index
    was, became = np.asarray(before[place]), np.asarray(after[place])
    telling = np.isfinite(was) & (was != 0)
    return bool(became[telling].any()) if telling.any() else None


def _drawn_here(call: RecordedCall) -> bool:
    """Whether torch draws the same numbers again from the recorded state."""
    return call.event.call is not None and call.event.call.random is not None


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    if slot or not _training(call):
        return None
    kept = _kept(call, index, call.input.array, call.output().array)
    if kept is None and _drawn_here(call):
        return None
    if not kept:
        return ()
    mask = plain("mask", _scale(_share(call)))
    return (product("products", call.input.one("input", index), mask),)


def _sent_parts(node: RecordedNode, slot: int, index: Index) -> tuple[Part, ...] | None:
    call, arrived, sent = node.call, node.arrived().array, node.event.outputs[slot]
    if slot or not _training(call) or sent is None:
        return None
    kept = _kept(call, index, call.input.array, call.output().array)
    kept = _kept(call, index, arrived, sent) if kept is None else kept
    upstream = node.upstream(np.array([index], np.int64))
    if kept is not None:
        mask = plain("mask", _scale(_share(call)) if kept else 0.0)
        return (product("products", upstream, mask),)
    # Both are 0, and nobody knows what was drawn.
    return None if _drawn_here(call) else (product("products", upstream),)


_SENT = (SentGradient("mask"),)

OPERATIONS = (
    OperationEntry(
        functions=("dropout", "native_dropout", *_FEATURES),
        coefficient="mask",
        forward=_parts,
        facts=_facts,
        nodes=(
            OperationNode("MulBackward0", _SENT, _node_facts, _sent_parts),
            OperationNode("NativeDropoutBackward0", _SENT, _node_facts, _sent_parts),
        ),
        composite=True,
    ),
)
