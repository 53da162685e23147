"""Where the first NaN or Inf of a loss that is not finite arose."""

import math
from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, is_finite, strange
from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording


def find(recording: Recording) -> Iterator[Finding]:
    """``not_finite``: the first operation that makes what is not finite of what is.

    Only what reached the loss counts: an Inf on the way, as in a mask, does no harm.
    """
    if recording.loss is None or math.isfinite(recording.loss):
        return
    events = list(forward_events(recording))
    bad = [(i, event) for i, event in events if not is_finite(event.outputs)]
    if not bad:
        last = events[-1][0] if events else None
        yield Finding("not_finite_from_start", "error", (str(recording.loss),), event=last)
        return
    # From the loss back, along what is not finite.
    wanted = {tensor for tensor in bad[-1][1].output_ids if tensor is not None}
    first, origin = bad[-1]
    for i, event in reversed(bad):
        if not wanted.isdisjoint(event.output_ids):
            first, origin = i, event
            read = zip(event.input_ids, event.inputs, strict=True)
            wanted |= {t for t, array in read if t is not None and not is_finite((array,))}
    if is_finite(origin.inputs):
        yield Finding("not_finite", "error", (strange(origin.outputs), origin.op), event=first)
        return
    names = {p.value_id: p.name for p in recording.parameters}
    given = [names[t] for t in wanted if t in names]
    name = given[0] if given else None
    yield Finding("not_finite_from_start", "error", (str(recording.loss),), name, first)
