"""Where NaN or Inf arose in a phase of which nothing else is said yet."""

import math
from collections.abc import Iterator

from backprop_viz.analysis.provenance import arrived, is_finite, strange
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding, Severity
from backprop_viz.recording.trace.calls import changed_leaves
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


def found_so_far(recording: Recording) -> Iterator[Finding]:
    """The first event of the phase that made NaN, or else Inf, of finite numbers.

    The phase is the one that is under way, or the forward whose loss is not known yet.
    ``not_finite`` of an operation, ``not_finite_gradient`` of a node. An operation's Inf is a
    warning: whether it reaches the loss is not known yet. Nothing is said of an Inf that was asked
    for, as in a mask, or that autograd does not follow, nor of gradients that a GradScaler has
    scaled: it looks itself.
    """
    if recording.under_way is None and not _waits_for_loss(recording):
        return
    start = recording.spans[-1].start
    first: Finding | None = None
    for i, event in enumerate(recording.events[start:], start):
        if is_finite(event.outputs) or not is_finite(arrived(event)):
            continue
        backward = event.phase is Phase.BACKWARD
        code = "not_finite_gradient" if backward else "not_finite"
        kind = strange(event.outputs)
        if kind == "NaN":
            yield Finding(code, "error", (kind, event.op), event=i)
            return
        scaled = recording.loss_scale is not None
        harmless = scaled if backward else _is_wanted(event) or not _goes_on(recording, i)
        if first is None and not harmless:
            severity: Severity = "error" if backward else "warning"
            first = Finding(code, severity, (kind, event.op), event=i)
    if first is not None:
        yield first


def _waits_for_loss(recording: Recording) -> bool:
    """Whether a forward is the last that has happened, and no loss came before it."""
    spans = recording.spans
    return bool(spans) and spans[-1].phase is Phase.FORWARD and recording.loss is None


def _goes_on(recording: Recording, index: int) -> bool:
    """Whether autograd follows an operation's Inf, or what is not finite that was made of it.

    The logarithm of places, which may be 0, is mostly replaced before.
    """
    event = recording.events[index]
    if event.tracked:
        return True
    made = set(event.output_ids)
    for later in recording.events[index + 1 :]:
        if not made.isdisjoint(later.input_ids) and not is_finite(later.outputs):
            if later.tracked:
                return True
            made.update(later.output_ids)
    return False


def _is_wanted(event: Event) -> bool:
    """Whether an operation's Inf is one that it was given, or a mask's logarithm."""
    if event.call is None or not any(array is not None for array in event.inputs):
        return True
    if event.op == "log":
        return all(bool(((a == 0) | (a == 1)).all()) for a in event.inputs if a is not None)
    given: list[object] = []
    changed_leaves((event.call.args, dict(event.call.kwargs)), given.append)
    return any(isinstance(value, float) and math.isinf(value) for value in given)
