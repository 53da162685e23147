"""Outputs (N, 1) and targets (N,): each output is compared with every target."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

_LOSSES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_DIFFERENCES = ("sub", "rsub", "subtract")


def find(recording: Recording) -> Iterator[Finding]:
    """``broadcast_loss``: with the two shapes, and how many numbers are compared."""
    for i, event in forward_events(recording):
        shapes = [read.shape for read in event.inputs if read is not None][:2]
        if len(shapes) == 2 and _compares(event, *shapes):
            values = (event.op, _said(shapes[0]), _said(shapes[1]))
            yield Finding("broadcast_loss", "warning", values, event=i)


def _compares(event: Event, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    if event.op in _LOSSES:
        return one != other and 0 not in (len(one), len(other))
    if event.op not in _DIFFERENCES or event.phase is not Phase.LOSS:
        return False
    (short, long) = sorted((one, other), key=len)
    return len(short) == 1 and short[0] > 1 and long == (short[0], 1)


def _said(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
