"""A view where a transpose is meant: the numbers of one axis end up along another."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events, maker
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Array, Event

_RESHAPES = ("view", "view_as", "reshape")
_PADS, _PARTS = ("pad", "cat", "concat"), ("getitem", "narrow")


def find(recording: Recording) -> Iterator[Finding]:
    """``view_swaps_axes``: only the order of two neighbouring axes' sizes has changed."""
    swaps = list(_swaps(recording))
    parts = _reshaped_parts(recording) if swaps else set()
    for i, event, read, made in swaps:
        whole = event.output_ids[0], made.ndim
        if whole in parts or _is_of_padded(recording, i):
            continue
        values = (event.op, "×".join(map(str, read.shape)), "×".join(map(str, made.shape)))
        yield Finding("view_swaps_axes", "warning", values, event=i)


def _swaps(recording: Recording) -> Iterator[tuple[int, Event, Array, Array]]:
    """Each such view, with its index, what it read and what it made."""
    for i, event in forward_events(recording):
        # What a loop makes of its data before is not looked at.
        if event.op not in ("view", "reshape") or not (event.tracked or event.module is not None):
            continue
        read, made = event.inputs[0], event.outputs[0]
        if read is not None and made is not None and _swapped(read.shape, made.shape):
            yield i, event, read, made


# A swap may be a step of a relative shift, which means to move each row by one more: a column is
# added before it, or a row is taken away after it. Source: Dai et al., "Transformer-XL" (2019),
# appendix B.
def _is_of_padded(recording: Recording, i: int) -> bool:
    """Whether a column was added to what a swap reads, also before a part of that was taken."""
    events, read = recording.events, recording.events[i].input_ids[0]
    before = None if read is None else maker(recording, read, i)
    if before is None:
        return False
    if events[before].op in _PADS:
        return True
    whole = events[before].input_ids[0] if events[before].op in _PARTS else None
    first = None if whole is None else maker(recording, whole, before)
    return first is not None and events[first].op in _RESHAPES


def _reshaped_parts(recording: Recording) -> set[tuple[int | None, int | None]]:
    """Tensors of which a part with as many axes is brought into another shape afterwards.

    Each with the number of its axes.
    """
    forward = [event for _, event in forward_events(recording)]
    reshaped = {read for event in forward if event.op in _RESHAPES for read in event.input_ids[:1]}
    return {
        (event.input_ids[0], None if event.outputs[0] is None else event.outputs[0].ndim)
        for event in forward
        if event.op in _PARTS and event.output_ids[0] in reshaped
    }


def _swapped(read: tuple[int, ...], made: tuple[int, ...]) -> bool:
    differ = [k for k, (a, b) in enumerate(zip(read, made, strict=False)) if a != b]
    if len(read) != len(made) or len(read) < 2 or len(differ) != 2:
        return False
    k, m = differ
    return m == k + 1 and read[k] == made[m] and 1 not in (read[k], read[m])
