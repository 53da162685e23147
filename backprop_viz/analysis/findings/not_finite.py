"""Where the first NaN or Inf of a loss that is not finite arose."""

import math
from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.provenance import forward_events, is_finite, strange
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.calls import TensorPlace
from backprop_viz.recording.trace.events import Event

_SOFTMAX = "softmax", "log_softmax"
_IGNORES = "cross_entropy", "nll_loss"
# How the names of torch's losses end, whose second argument is the target.
_OF_LOSSES = ("loss", "entropy", "entropy_with_logits", "kl_div")


def find(recording: Recording) -> Iterator[Finding]:
    """``not_finite``: the first operation that makes what is not finite of what is.

    ``masked_whole``: a softmax of rows of which a mask leaves nothing; its Inf is wanted.
    ``all_ignored``: a mean of no targets. Only what reached the loss counts: an Inf on the way, as
    in a mask, does no harm.
    """
    if recording.loss is None or math.isfinite(recording.loss):
        return
    events = list(forward_events(recording))
    bad = [(i, event) for i, event in events if not is_finite(event.outputs)]
    if not bad:
        last = events[-1][0] if events else None
        values = (str(recording.loss), "loss", "backward")
        yield Finding("not_finite_from_start", "error", values, event=last)
        return
    # From the loss back, along what is not finite.
    wanted = {tensor for tensor in bad[-1][1].output_ids if tensor is not None}
    first, origin = bad[-1]
    masked: Finding | None = None
    for i, event in reversed(bad):
        if not wanted.isdisjoint(event.output_ids):
            first, origin = i, event
            if rows := _masked_rows(event):
                masked = Finding("masked_whole", "error", (event.op, str(rows)), event=i)
            read = zip(event.input_ids, event.inputs, strict=True)
            wanted |= {t for t, array in read if t is not None and not is_finite((array,))}
    if masked is not None:
        yield masked
        return
    if ignored := _all_ignored(origin):
        yield Finding("all_ignored", "error", ignored, event=first)
        return
    if is_finite(origin.inputs):
        yield Finding("not_finite", "error", (strange(origin.outputs), origin.op), event=first)
        return
    place = next(k for k, read in enumerate(origin.inputs) if not is_finite((read,)))
    names = {p.value_id: p.name for p in recording.parameters}
    parameter = next((n for t, n in names.items() if t == origin.input_ids[place]), None)
    name = parameter or _called(recording, origin, place)
    values = (str(recording.loss), name, origin.op)
    yield Finding("not_finite_from_start", "error", values, parameter, first)


def _masked_rows(event: Event) -> int:
    """How many rows a softmax makes NaN of because each of their numbers is -Inf."""
    scores = event.inputs[0] if event.inputs else None
    if event.op not in _SOFTMAX or event.call is None or scores is None:
        return 0
    dim = event.call.argument("dim", 1)
    if not isinstance(dim, int) or not -scores.ndim <= dim < scores.ndim:
        return 0
    return int(np.isneginf(scores).all(axis=dim).sum())


def _all_ignored(event: Event) -> tuple[int, str, int] | None:
    """Of a mean over no target at all: how many are ignored, by what, and their number."""
    targets = event.inputs[1] if len(event.inputs) > 1 else None
    if event.op not in _IGNORES or event.call is None or targets is None or not targets.size:
        return None
    ignored = event.call.argument("ignore_index", 4, -100)
    alone = targets.dtype.kind == "i" and bool((targets == ignored).all())
    return (targets.size, event.op, ignored) if alone and isinstance(ignored, int) else None


def _called(recording: Recording, event: Event, place: int) -> str:
    """What an operation was given, as code has it: a buffer's name, "target", "args[1]"."""
    tensor = event.input_ids[place]
    for buffer in recording.buffers:
        if any(tensor == value for _, value in buffer.values):
            return buffer.name
    if tensor == recording.input_id:
        return "input"
    if event.call is not None:
        for key, given in event.call.kwargs.items():
            if given == TensorPlace(place):
                return key
        if event.op.endswith(_OF_LOSSES) and event.call.place("target", 1) == place:
            return "target"
    return "target" if tensor == recording.labels_id else f"args[{place}]"
