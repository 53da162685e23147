"""Gradients that vanish or explode on their way to the first layers."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.findings.zero_starts import leaves_zero
from backprop_viz.analysis.provenance import forward_events, gradient_made
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

# The root mean square of the first weight's gradient over that of the last one's. The healthy
# recipes of the tests lie within 0.02 and 4, in their first iteration and in their hundredth.
_LEAST, _MOST = 1e-4, 1e4
_LAYERS = 4
_ALIKE = ("dropout", "to", "float", "clone", "contiguous")


def find(recording: Recording) -> Iterator[Finding]:
    """``vanishing`` and ``exploding``, between the first and the last weight matrix.

    Of several that read the same, as those of queries, keys and values, the largest gradient
    counts: where attention begins that of the queries is tiny. Weights that the iteration leaves as
    they are do not count where it moves others: what a critic's loss, with a penalty of its own,
    sends to the generator may be any number. None vanishes while a factor leaves 0, as LoRA's.
    """
    by_value = {p.value_id: p.name for p in recording.parameters if p.value.ndim >= 2}
    read: dict[str, set[int | None]] = {}  # beside which tensors each was read first
    same: dict[int | None, int | None] = {}  # what each is of, but for a dropout or a cast
    for _, event in forward_events(recording):
        for tensor in event.input_ids:
            if tensor in by_value:
                beside = {*event.input_ids} - {tensor, None}
                read.setdefault(by_value[tensor], {same.get(one, one) for one in beside})
        if event.op in _ALIKE and event.input_ids:
            source = event.input_ids[0]
            same.update(dict.fromkeys(event.output_ids, same.get(source, source)))
    moved = {e.parameter for e in recording.events if e.phase is Phase.UPDATE}
    sizes = {}
    for name in (one for one in read if not moved or one in moved):
        grad = gradient_made(recording, name)
        if grad is not None and grad.size and np.isfinite(grad).all():
            sizes[name] = float(np.sqrt(np.square(np.abs(grad), dtype=np.float64).mean()))
    names = [name for name, size in sizes.items() if size > 0]
    if len(names) < _LAYERS:
        return
    firsts = [name for name in names if name == names[0] or read[name] & read[names[0]]]
    first, last = max(firsts, key=sizes.__getitem__), names[-1]
    ratio = sizes[first] / sizes[last]
    came = [i for i in recording.happened_to[first] if recording.events[i].op == "AccumulateGrad"]
    if ratio < _LEAST and not leaves_zero(recording):
        yield Finding("vanishing", "warning", (first, last, ratio), first, came[-1])
    elif ratio > _MOST:
        yield Finding("exploding", "warning", (first, last, ratio), first, came[-1])
