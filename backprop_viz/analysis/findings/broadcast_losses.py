"""Outputs (N, 1) and targets (N,): each output is compared with every target."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker, tracked
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase

_LOSSES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_DIFFERENCES = ("sub", "rsub", "subtract")
_AXES = ("unsqueeze", "getitem", "view", "reshape", "expand", "sum", "mean")


def find(recording: Recording) -> Iterator[Finding]:
    """``broadcast_loss``: with the two shapes, and how many numbers are compared."""
    for i, event in forward_events(recording):
        shapes = [read.shape for read in event.inputs if read is not None][:2]
        if len(shapes) == 2 and (_compares(event, *shapes) or _weighs(recording, i, *shapes)):
            values = (event.op, _said(shapes[0]), _said(shapes[1]))
            yield Finding("broadcast_loss", "warning", values, event=i)


def _compares(event: Event, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    if event.op in _LOSSES:
        return one != other and 0 not in (len(one), len(other))
    if event.op not in _DIFFERENCES or event.phase is not Phase.LOSS:
        return False
    (short, long) = sorted((one, other), key=len)
    return len(short) == 1 and short[0] > 1 and long == (short[0], 1)


def _weighs(recording: Recording, index: int, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether targets (N,) multiply what is computed of outputs (N, 1), as in BCE by hand.

    Who wants all pairs gives one of them its axis, and what autograd follows has it from a layer.
    """
    event = recording.events[index]
    if event.op not in ("mul", "rmul", "multiply") or event.phase is not Phase.LOSS:
        return False
    (short, long), turned = sorted((one, other), key=len), len(one) > len(other)
    if len(short) != 1 or short[0] < 2 or long != (short[0], 1):
        return False
    target, output = event.input_ids[turned], event.input_ids[not turned]
    if target is None or output is None or maker(recording, target, index) is not None:
        return False
    return not _has_own_axis(recording, output, index)


def _has_own_axis(recording: Recording, tensor: int, before: int) -> bool:
    """Whether an axis of one was put in by hand, or nothing that autograd follows leads here."""
    made = maker(recording, tensor, before)
    while made is not None and recording.events[made].phase is Phase.LOSS:
        event = recording.events[made]
        if event.op in _AXES or not tracked(event):
            return True
        read = next(
            (t for t, a in zip(event.input_ids, event.inputs, strict=True) if _is_column(a)), None
        )
        if read is None:
            return True
        before, made = made, maker(recording, read, made)
    return made is None


def _is_column(array: Array | None) -> bool:
    return array is not None and array.ndim == 2 and array.shape[1] == 1


def _said(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
