"""A softmax of attention over another axis than the keys': a query's weights have any sum."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event

_PRODUCTS = ("matmul", "bmm", "mm", "einsum", "baddbmm")
# What may lie between a product and its softmax, and between that and the values.
_SCALES = ("mul", "rmul", "div", "truediv", "masked_fill", "masked_fill_", "where", "add", "sub")
_TURNS = ("T", "mT", "t", "transpose", "permute", "view", "reshape", "unsqueeze", "expand")
_PASSES = ("dropout", "to", "float", "contiguous", "clone")


def find(recording: Recording) -> Iterator[Finding]:
    """``softmax_over_queries``: of scores of queries and keys, which then weigh the keys' values.

    ``softmax_over_others``: over the axis of the samples, or that of the heads.
    Slot attention means it, and divides by the sum over the keys before it weighs anything.
    """
    for i, event in forward_events(recording):
        made = event.outputs[0] if event.outputs else None
        if event.op != "softmax" or event.call is None or made is None or not tracked(event):
            continue
        if made.ndim < 2 or 1 in made.shape[-2:]:
            continue
        axis = event.call.argument("dim", 1)
        if not isinstance(axis, int) or (axis := axis % made.ndim) == made.ndim - 1:
            continue
        scored = _product_behind(recording, i)
        weighed = None if scored is None else _product_by_rows(recording, event)
        if scored is None or weighed is None:
            continue
        shape = "×".join(map(str, made.shape))
        if axis < made.ndim - 2:
            yield Finding("softmax_over_others", "warning", (axis, shape), event=i)
            continue
        # A sequence with itself has square scores; others may be a layer of the user's own.
        if made.shape[-1] == made.shape[-2] or not _has_weight(recording, scored, weighed):
            values = event.call.argument("dim", 1), shape
            yield Finding("softmax_over_queries", "warning", values, event=i)


def _product_behind(recording: Recording, index: int) -> int | None:
    """The product, scaled or masked, that a softmax reads; None where it reads another thing."""
    while True:
        event = recording.events[index]
        source = event.input_ids[0] if event.input_ids else None
        before = None if source is None else maker(recording, source, index)
        if before is None:
            return None
        op = recording.events[before].op
        if op in _PRODUCTS:
            return before
        if op not in _SCALES:
            return None
        index = before


def _has_weight(recording: Recording, *products: int) -> bool:
    """Whether one of the factors of these products is a parameter, as it is or turned."""
    own = {parameter.value_id for parameter in recording.parameters}
    for product in products:
        for tensor in recording.events[product].input_ids:
            read, before = tensor, product
            while read is not None and read not in own:
                made = maker(recording, read, before)
                if made is None or recording.events[made].op not in _TURNS:
                    break
                read, before = recording.events[made].input_ids[0], made
            if read in own:
                return True
    return False


def _product_by_rows(recording: Recording, softmax: Event) -> int | None:
    """The product of matrices that adds up along the rows of what a softmax has made."""
    weights = {softmax.output_ids[0]}
    for i, event in forward_events(recording):
        first = event.input_ids[0] if event.input_ids else None
        if first is None or first not in weights:
            continue
        if event.op in _PASSES:
            weights.add(event.output_ids[0])
        elif event.op == "einsum":
            return i if _adds_up_rows(event) else None
        elif event.op in _PRODUCTS:
            return i
    return None


def _adds_up_rows(event: Event) -> bool:
    """Whether an einsum keeps the last axis but one of its first factor, and adds up the last."""
    equation = event.call.args[0] if event.call is not None and event.call.args else None
    if not isinstance(equation, str) or "->" not in equation:
        return False
    read, _, made = equation.replace(" ", "").partition("->")
    first = read.split(",")[0]
    return len(first) > 1 and first[-1] not in made and first[-2] in made
