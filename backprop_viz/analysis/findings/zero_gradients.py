"""Gradients that are 0 in every element: a function without a slope is in the way."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import Makers, arrived, gradient_made, is_none, is_zero
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

# Steps: the slope is 0 wherever there is one.
_STEPS = {"round", "floor", "ceil", "trunc", "fix", "sign", "sgn", "heaviside", "floor_divide"}


def find(recording: Recording) -> Iterator[Finding]:
    """``step_function``: nothing before it learns; ``zero_gradients``: nothing does.

    A loss that is 0, as a hinge's may be, has such gradients by right.
    """
    steps = 0
    makers = Makers(recording)
    first: int | None = None
    for i, event in enumerate(recording.events):
        if event.phase is not Phase.BACKWARD or event.node is None or event.op == "AccumulateGrad":
            continue
        sent = tuple(array for array in event.outputs if array is not None and array.size)
        if not sent or not is_zero(sent):
            continue
        came = arrived(event)
        if is_none(came) or is_zero(came):
            continue
        first = i if first is None else first
        made = makers.of(event.node)
        op = "" if made is None else recording.events[made].op.rstrip("_")
        if op in _STEPS:
            steps += 1
            yield Finding("step_function", "warning", (op,), event=i)
    grads = tuple(gradient_made(recording, name) for name in recording.happened_to)
    if first is None or steps or not recording.loss or is_none(grads) or not is_zero(grads):
        return
    yield Finding("zero_gradients", "warning", (recording.events[first].op,), event=first)
