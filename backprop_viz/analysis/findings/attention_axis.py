"""A softmax of attention over the queries: each query's weights have any sum."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event

_PRODUCTS = ("matmul", "bmm", "mm", "einsum", "baddbmm")
# What may lie between a product and its softmax, and between that and the values.
_SCALES = ("mul", "rmul", "div", "truediv", "masked_fill", "masked_fill_", "where", "add", "sub")
_PASSES = ("dropout", "to", "float", "contiguous", "clone")


def find(recording: Recording) -> Iterator[Finding]:
    """``softmax_over_queries``: of scores of a sequence with itself, which then weigh its values.

    Slot attention means it, and divides by the sum over the keys before it weighs anything.
    """
    for i, event in forward_events(recording):
        made = event.outputs[0] if event.outputs else None
        if event.op != "softmax" or event.call is None or made is None or not tracked(event):
            continue
        if made.ndim < 2 or made.shape[-1] != made.shape[-2] or made.shape[-1] == 1:
            continue
        axis = event.call.argument("dim", 1)
        if axis not in (-2, made.ndim - 2) or not _are_scores(recording, i):
            continue
        if _weighs_by_rows(recording, event):
            shape = "×".join(map(str, made.shape))
            yield Finding("softmax_over_queries", "warning", (axis, shape), event=i)


def _are_scores(recording: Recording, index: int) -> bool:
    """Whether a softmax reads a product, scaled or masked."""
    while True:
        event = recording.events[index]
        source = event.input_ids[0] if event.input_ids else None
        before = None if source is None else maker(recording, source, index)
        if before is None:
            return False
        op = recording.events[before].op
        if op in _PRODUCTS:
            return True
        if op not in _SCALES:
            return False
        index = before


def _weighs_by_rows(recording: Recording, softmax: Event) -> bool:
    """Whether a product of matrices adds up along the rows of what a softmax has made."""
    weights = {softmax.output_ids[0]}
    for _, event in forward_events(recording):
        first = event.input_ids[0] if event.input_ids else None
        if first is None or first not in weights:
            continue
        if event.op in _PASSES:
            weights.add(event.output_ids[0])
        elif event.op == "einsum":
            return _adds_up_rows(event)
        elif event.op in _PRODUCTS:
            return True
    return False


def _adds_up_rows(event: Event) -> bool:
    """Whether an einsum keeps the last axis but one of its first factor, and adds up the last."""
    equation = event.call.args[0] if event.call is not None and event.call.args else None
    if not isinstance(equation, str) or "->" not in equation:
        return False
    read, _, made = equation.replace(" ", "").partition("->")
    first = read.split(",")[0]
    return len(first) > 1 and first[-1] not in made and first[-2] in made
