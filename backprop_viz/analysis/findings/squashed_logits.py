"""A softmax, or what else limits scores, before a loss that has a softmax of its own."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, numbers_from
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding, Severity

# The loss, what it does itself, and what was done before it.
_LIMITS: dict[str, Severity] = dict.fromkeys(("softmax", "sigmoid", "relu", "tanh"), "warning")
_TWICE: dict[str, dict[str, Severity]] = {
    "cross_entropy": {**_LIMITS, "log_softmax": "hint"},
    "binary_cross_entropy_with_logits": _LIMITS,
}


def find(recording: Recording) -> Iterator[Finding]:
    """``squashed_twice``: the gradient is a fraction of what it should be."""
    for i, event in forward_events(recording):
        if event.op not in _TWICE or not event.input_ids or event.input_ids[0] is None:
            continue
        made = numbers_from(recording, event.input_ids[0], i)
        op = "" if made is None else recording.events[made].op
        severity = _TWICE[event.op].get(op)
        if severity == "warning":
            yield Finding("squashed_twice", "warning", (op, event.op), event=made)
        elif severity == "hint":
            yield Finding("squashed_twice", "hint", (op, event.op), event=made)
