"""Where NaN arose in a phase that is under way, of which nothing else is said yet."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import arrived, is_finite, strange
from backprop_viz.recording.finding import Finding
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase


def found_so_far(recording: Recording) -> Iterator[Finding]:
    """The first event of the phase that made NaN of finite numbers.

    ``not_finite`` of an operation, ``not_finite_gradient`` of a node. Nothing is said of Inf: a
    mask is Inf, and whether it reaches the loss is not known yet.
    """
    if recording.under_way is None:
        return
    start = recording.spans[-1].start
    for i, event in enumerate(recording.events[start:], start):
        backward = event.phase is Phase.BACKWARD
        if strange(event.outputs) == "NaN" and is_finite(arrived(event)):
            code = "not_finite_gradient" if backward else "not_finite"
            yield Finding(code, "error", ("NaN", event.op), event=i)
            return
