"""A view where a transpose is meant: the numbers of one axis end up along another."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Event

_RESHAPES = ("view", "view_as", "reshape")
_PADS, _PARTS = ("pad", "cat", "concat"), ("getitem", "narrow")


def find(recording: Recording) -> Iterator[Finding]:
    """``view_swaps_axes``: only the order of two neighbouring axes' sizes has changed."""
    for i, event in forward_events(recording):
        # What a loop makes of its data before is not looked at.
        if event.op not in ("view", "reshape") or not (event.tracked or event.module is not None):
            continue
        read, made = event.inputs[0], event.outputs[0]
        if read is None or made is None or not _swapped(read.shape, made.shape):
            continue
        if _shifts(recording, i):
            continue
        values = (event.op, "×".join(map(str, read.shape)), "×".join(map(str, made.shape)))
        yield Finding("view_swaps_axes", "warning", values, event=i)


def _shifts(recording: Recording, i: int) -> bool:
    """Whether a swap is a step of a relative shift, which means to move each row by one more.

    A column is added before it, or a row is taken away after it. Source: Dai et al.,
    "Transformer-XL" (2019), appendix B.
    """
    events = recording.events
    read, made = events[i].input_ids[0], events[i].output_ids[0]
    before = None if read is None else maker(recording, read, i)
    if before is not None and events[before].op in _PADS:
        return True
    if before is not None and events[before].op in _PARTS:
        whole = events[before].input_ids[0]
        first = None if whole is None else maker(recording, whole, before)
        if first is not None and events[first].op in _RESHAPES:
            return True
    return any(
        _is_read_by(recording, event.output_ids[0], _RESHAPES)
        for _, event in forward_events(recording)
        if event.op in _PARTS and event.input_ids[0] == made and _rank(event) == _rank(events[i])
    )


def _rank(event: Event) -> int | None:
    """The number of axes of what an operation made."""
    made = event.outputs[0]
    return None if made is None else made.ndim


def _is_read_by(recording: Recording, tensor: int | None, ops: tuple[str, ...]) -> bool:
    return any(
        event.op in ops and event.input_ids[:1] == (tensor,)
        for _, event in forward_events(recording)
    )


def _swapped(read: tuple[int, ...], made: tuple[int, ...]) -> bool:
    differ = [k for k, (a, b) in enumerate(zip(read, made, strict=False)) if a != b]
    if len(read) != len(made) or len(read) < 2 or len(differ) != 2:
        return False
    k, m = differ
    return m == k + 1 and read[k] == made[m] and 1 not in (read[k], read[m])
